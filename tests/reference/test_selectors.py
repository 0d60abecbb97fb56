"""Look-ups answer for the day of the event, or refuse."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from django.utils.translation import override

from inventory.errors import ReferenceMissing
from inventory.reference import selectors as reference
from inventory.reference.lists import SMALL_LISTS
from inventory.reference.models import ClaveEffect, ExchangeRate, ListedCode, RateParameter, Regime
from inventory.reference.services import load
from inventory.units import Factor

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 9)


@pytest.fixture(scope="module", autouse=True)
def _lists(django_db_setup, django_db_blocker):
    """The lists, once for all tests of the module: each test runs in a savepoint of this transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(SMALL_LISTS)
        yield
        transaction.set_rollback(True)


# ── Days ────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_is_valid_on_its_first_and_last_day_and_on_no_other():
    RateParameter.objects.create(
        code="TEST",
        unit="MXN",
        value=1,
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 1, 31),
        source="x",
        legal_basis="x",
    )

    assert reference.rate_parameter("TEST", date(2026, 1, 1)) == 1
    assert reference.rate_parameter("TEST", date(2026, 1, 31)) == 1
    for outside in (date(2025, 12, 31), date(2026, 2, 1)):
        with pytest.raises(ReferenceMissing):
            reference.rate_parameter("TEST", outside)


def test_a_gap_in_a_list_is_an_error_and_never_the_newest_row():
    assert reference.rate_parameter("DTA-III", date(2024, 12, 31)) == 425

    with pytest.raises(ReferenceMissing) as refused:
        reference.rate_parameter("DTA-III", DAY)

    assert refused.value.context["key"] == "DTA-III"
    assert refused.value.context["on"] == "2026-03-09"


def test_each_year_answers_with_its_own_number():
    assert reference.rate_parameter("RECARGOS", date(2025, 6, 1)) == Decimal("0.0147")
    assert reference.rate_parameter("RECARGOS", date(2026, 6, 1)) == Decimal("0.0207")
    assert reference.rate_parameter("PRV", DAY) == 350


def test_a_refusal_says_in_words_what_is_missing():
    with pytest.raises(ReferenceMissing) as refused:
        reference.regime("XXX", DAY)

    assert str(refused.value) == "Customs regime: nothing for XXX is valid on 2026-03-09."
    assert (refused.value.code, refused.value.status) == ("reference_missing", 422)


@pytest.mark.parametrize(
    ("look_up", "good", "bad"),
    [
        (reference.customs_office, "24", "99"),
        (reference.customs_section, "240", "249"),
        (reference.regime, "RFS", "ZZZ"),
        (reference.document_key, "M3", "ZZ"),
        (reference.country, "MEX", "MX"),
        (reference.currency, "USD", "MXP"),
        (reference.currency_of_anexo22, "MXP", "QQQ"),
        (reference.unit, "6", "77"),
    ],
)
def test_every_list_knows_its_codes_and_only_those(look_up, good, bad):
    assert look_up(good, DAY)
    with pytest.raises(ReferenceMissing):
        look_up(bad, DAY)
    with pytest.raises(ReferenceMissing):
        look_up(good, date(2010, 1, 1))


def test_short_lists_and_identifiers_are_found_by_list_and_level():
    assert reference.listed_code(ListedCode.List.INCOTERM, "FCA", DAY).name_en == "Free carrier"
    assert reference.listed_code(ListedCode.List.TRANSPORT_MODE, "98", DAY)
    assert reference.identifier("IM", "G", DAY).title
    with pytest.raises(ReferenceMissing):
        reference.listed_code(ListedCode.List.INCOTERM, "DAT", DAY)


def test_an_airport_opened_later_is_unknown_before():
    assert reference.customs_office("85", DAY)
    with pytest.raises(ReferenceMissing):
        reference.customs_office("85", date(2022, 1, 1))


def test_one_look_up_is_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        reference.regime("RFS", DAY)
    with django_assert_num_queries(1):
        reference.clave_effect("J4", "EXP", "EXD", DAY, holder="RFS")
    with django_assert_num_queries(1):
        reference.permanence_rule("ITE", "input", False, DAY)


# ── Regimes and document keys ───────────────────────────────────────────────────────────────────


def test_the_strategic_bonded_zone_is_rfs_and_not_rfe():
    assert reference.regime("RFS", DAY).name_en == "Strategic bonded zone"
    assert "precinct" in reference.regime("RFE", DAY).name_en


def test_a_name_speaks_the_readers_language():
    regime = reference.regime("DFI", DAY)

    with override("en"):
        assert regime.name == "Bonded (fiscal) warehouse"
    with override("es-mx"):
        assert regime.name == "Depósito fiscal"


@pytest.mark.parametrize(
    ("clave", "operation", "regime", "holder", "effect"),
    [
        ("IN", "IMP", "ITE", "ITE", "IN"),
        ("RT", "EXP", "EXD", "ITE", "OUT"),
        ("M3", "IMP", "RFS", "RFS", "IN"),
        ("M4", "IMP", "RFS", "RFS", "IN"),
        ("J4", "EXP", "EXD", "RFS", "OUT"),
        ("G9", "IMP", "IMD", "RFS", "OUT"),
        ("A4", "IMP", "DFI", "DFI", "IN"),
        ("G1", "IMP", "IMD", "DFI", "OUT"),
        ("K2", "EXP", "EXD", "DFI", "OUT"),
        ("E1", "IMP", "ITE", "DFI", "OUT"),
        ("E1", "IMP", "ITE", "ITE", "IN"),
        ("V1", "EXP", "EXD", "ITE", "OUT"),
        ("V1", "IMP", "RFS", "RFS", "IN"),
        ("A1", "IMP", "IMD", "RFS", "OUT"),
        ("A1", "IMP", "IMD", "ITE", "N"),
        ("BB", "EXP", "EXD", "RFS", "IN"),
        ("BB", "EXP", "EXD", "ITE", "OUT"),
        ("F4", "IMP", "IMD", "ITE", "OUT"),
        ("A3", "IMP", "IMD", "RFS", "OUT"),
        ("R1", "IMP", "RFS", "RFS", "COR"),
        ("CT", "", "", "ITE", "N"),
        ("T3", "TRA", "TRA", "RFS", "N"),
    ],
)
def test_what_a_document_key_does_depends_on_whose_stock_it_is(clave, operation, regime, holder, effect):
    assert reference.clave_effect(clave, operation, regime, DAY, holder=holder).effect == effect


@pytest.mark.parametrize(
    ("clave", "operation", "regime", "holder"),
    [
        ("G8", "IMP", "IMD", "DFI"),
        ("J4", "EXP", "EXD", "ITE"),
        ("RT", "EXP", "EXD", "RFS"),
        ("J3", "EXP", "EXD", "RFS"),
        ("A4", "IMP", "DFI", "RFS"),
        ("V6", "IMP", "IMD", "ITE"),
        ("ZZ", "IMP", "IMD", "ITE"),
        ("J4", "IMP", "IMD", "RFS"),
    ],
)
def test_a_key_of_another_regime_is_for_a_person_to_classify(clave, operation, regime, holder):
    with pytest.raises(ReferenceMissing):
        reference.clave_effect(clave, operation, regime, DAY, holder=holder)


def test_without_a_holder_the_declared_regime_decides():
    assert reference.clave_effect("V1", "IMP", "RFS", DAY).acts_on_regime == "RFS"
    assert reference.clave_effect("J4", "EXP", "EXD", DAY).effect == "OUT"


def test_without_a_holder_a_plain_import_touches_no_bonded_stock():
    assert reference.clave_effect("A1", "IMP", "IMD", DAY).effect == "N"


def test_a_key_of_two_ledgers_asks_for_the_holder():
    with pytest.raises(reference.AmbiguousEffect) as refused:
        reference.clave_effect("V1", "EXP", "EXD", DAY)

    assert refused.value.context["regimes"] == ["ITE", "RFS"]


def test_a_regime_off_the_list_can_be_warned_about():
    effect = reference.clave_effect("J4", "EXP", "RFS", DAY, holder="RFS")

    assert not effect.allows_regime("RFS")
    assert effect.allows_regime("EXD")


def test_national_goods_leave_bond_by_their_own_keys_only():
    out = ClaveEffect.objects.filter(effect=ClaveEffect.Effect.OUTBOUND)

    for_national = {(row.clave, row.operation) for row in out.filter(goods="national")}
    for_any = {row.clave for row in out.filter(goods="any")}

    assert for_national == {("G8", ""), ("A1", "EXP"), ("G1", "EXP")}
    assert for_any == {"J3", "K2", "K3"}


def test_foreign_goods_never_leave_by_g8_nor_enter_by_m5():
    for clave in ("G8", "M5"):
        for row in ClaveEffect.objects.filter(clave=clave):
            assert not row.allows_goods("foreign")
            assert row.allows_goods("national")


def test_only_regularisation_and_donation_touch_expired_lots():
    assert set(ClaveEffect.objects.filter(allows_expired=True).values_list("clave", flat=True)) == {"A3", "V9"}


# ── Permanence ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("regime", "goods_kind", "certified", "extra", "code"),
    [
        ("ITE", "input", False, {}, "IMX-18M"),
        ("ITE", "packaging", False, {}, "IMX-18M"),
        ("ITE", "input", True, {}, "IMX-OEA-36M"),
        ("ITE", "container", True, {}, "IMX-24M"),
        ("ITE", "fixed_asset", False, {}, "IMX-PROG"),
        ("ITE", "fixed_asset", True, {"is_transfer": True}, "IMX-PROG"),
        ("ITE", "input", True, {"is_transfer": True}, "IMX-V1-6M"),
        ("ITE", "input", True, {"is_sensitive": True}, "IMX-SENS"),
        ("DFI", "input", False, {}, "DFI-24M"),
        ("DFI", "fixed_asset", False, {}, "DFI-24M"),
        ("RFS", "input", False, {}, "RFS-60M"),
        ("RFS", "input", False, {"is_transfer": True}, "RFS-60M"),
        ("RFS", "fixed_asset", False, {}, "RFS-AUT"),
    ],
)
def test_how_long_goods_may_stay(regime, goods_kind, certified, extra, code):
    assert reference.permanence_rule(regime, goods_kind, certified, DAY, **extra).code == code


def test_the_figures_of_the_stay_limits():
    limits = {code: reference.permanence_rule_by_code(code, DAY).limit for code in ("IMX-18M", "DFI-24M", "RFS-60M")}

    assert limits == {"IMX-18M": 18, "DFI-24M": 24, "RFS-60M": 60}
    assert reference.permanence_rule_by_code("RFS-AUT", DAY).limit is None


def test_a_term_that_was_amended_answers_by_the_day():
    assert reference.permanence_rule("ITR", "container", False, date(2026, 3, 31)).limit == 120
    assert reference.permanence_rule("ITR", "container", False, date(2026, 4, 1)).limit_kind == "unknown"


def test_a_regime_without_a_limit_is_refused():
    with pytest.raises(ReferenceMissing):
        reference.permanence_rule("IMD", "input", False, DAY)


def test_rules_nobody_read_in_their_source_are_listed():
    unverified = {str(row) for row in reference.unverified_rules(DAY)}

    assert {"IMX-V1-6M", "RFS-60M", "IVA 2014"} <= unverified
    assert "IMX-18M" not in unverified


# ── Units ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "factor"),
    [
        ("19", "6", Factor(12)),
        ("6", "19", Factor(1, 12)),
        ("11", "19", Factor(250, 3)),
        ("2", "1", Factor(1, 1000)),
        ("14", "2", Factor(1_000_000)),
        ("5", "8", Factor(1000)),
        ("6", "6", Factor(1)),
        ("20", "20", Factor(1)),
    ],
)
def test_units_of_a_kind_convert_exactly(from_unit, to_unit, factor):
    assert reference.unit_factor(from_unit, to_unit, DAY) == factor


@pytest.mark.parametrize(("from_unit", "to_unit"), [("6", "1"), ("20", "6"), ("8", "1")])
def test_a_piece_is_no_kilo_without_knowing_the_item(from_unit, to_unit):
    with pytest.raises(ReferenceMissing):
        reference.unit_factor(from_unit, to_unit, DAY)


def test_a_unit_may_come_with_its_leading_zero():
    assert reference.unit("06", DAY).unece_code == "H87"


# ── Rates and days ──────────────────────────────────────────────────────────────────────────────


def test_a_pedimento_uses_the_rate_published_before_its_day():
    rate = reference.exchange_rate("USD", date(2024, 1, 2))

    # FIX of Thursday 28 December, in the DOF of Friday 29: the last publication before Tuesday 2 January.
    assert (rate.determined_on, rate.published_on) == (date(2023, 12, 28), date(2023, 12, 29))
    assert reference.usd_rate(date(2024, 1, 2)) == Decimal("16.8935")
    assert reference.usd_rate(date(2024, 1, 3)) == Decimal("16.919")


def test_the_longest_pause_of_the_dof_is_bridged_and_no_longer_one():
    last = ExchangeRate.objects.order_by("-published_on").first()

    assert reference.exchange_rate("USD", last.published_on + timedelta(days=5)) == last
    with pytest.raises(ReferenceMissing):
        reference.exchange_rate("USD", last.published_on + timedelta(days=6))


def test_every_day_of_the_shipped_years_has_a_rate():
    day, last = date(2023, 1, 1), date(2026, 3, 5)
    published = list(ExchangeRate.objects.order_by("published_on").values_list("published_on", flat=True))

    gaps = [later - earlier for earlier, later in pairwise(published)]

    assert max(gaps) <= timedelta(days=reference.LONGEST_GAP_DAYS)
    assert published[0] < day
    assert published[-1] == last


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 13), True),
        (date(2026, 11, 14), False),
        (date(2026, 11, 16), False),
        (date(2026, 5, 5), False),
        (date(2026, 5, 6), True),
        (date(2024, 10, 1), False),
        (date(2031, 3, 10), True),
        (date(2026, 12, 25), False),
    ],
)
def test_business_days_of_the_mexican_authority(day, works):
    assert reference.business_days()(day) is works


def test_american_holidays_are_another_calendar():
    assert reference.business_days("US")(date(2026, 11, 26)) is False
    assert reference.business_days("MX")(date(2026, 11, 26)) is True


def test_a_calendar_refuses_a_year_it_does_not_hold():
    with pytest.raises(ReferenceMissing):
        reference.business_days()(date(2060, 1, 4))


def test_any_number_of_days_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        is_business_day = reference.business_days()
        assert sum(is_business_day(DAY + timedelta(days=n)) for n in range(300)) > 200


def test_a_drop_down_offers_what_is_valid_on_the_day():
    Regime.objects.filter(code="ETE").update(valid_to=date(2020, 12, 31))

    offered = dict(reference.choices(Regime, DAY))

    assert len(offered) == 9
    assert "ETE" not in offered
