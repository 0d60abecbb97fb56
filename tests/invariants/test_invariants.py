"""The invariants of mexico.md §9, each by its number; 13 needs real threads and stands in tests/concurrency.

Those of later steps (14 to 17, 24 to 27) come with them.
"""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models.deletion import ProtectedError
from django.utils import timezone

from inventory.audit import services as audit
from inventory.customs import selectors as customs_books
from inventory.customs import services as customs
from inventory.customs.errors import KeyDoesNotApply, NotEnoughBonded, PedimentoExists, RegimeMayNotChange
from inventory.customs.models import BondedLot, Discharge, LegalNotice, LotCorrection
from inventory.customs.pedimento_models import Pedimento
from inventory.customs.peso import to_pay
from inventory.errors import InvalidInputs, ReferenceMissing
from inventory.findings.models import Finding
from inventory.ledger import services as ledger
from inventory.ledger.errors import LotOnHold, OutsideAuthorisation, RegimeMismatch
from inventory.ledger.moves import Move
from inventory.models import Account, Balance, BondedLotHold, ClaveEffect, Hold, Leg, Location, Posting
from inventory.places.services import virtual_location
from inventory.reference import selectors as reference
from inventory.reports.verification import verify_books
from tests import builders
from tests.scenarios import world
from tests.scenarios.test_account_life import Life
from tests.scenarios.world import ACTOR, SEES_ALL, at
from warehouse.receiving import services as receiving
from warehouse.receiving.errors import NoticeOpen

pytestmark = pytest.mark.django_db
DAY = builders.TODAY


@pytest.fixture
def law():
    world.load_law()


def discharge(account, quantity, key="exit", *, line=None, on=DAY, **values):
    line = line or builders.make_outbound_line(account, quantity)
    withdrawal = customs.Withdrawal(line, account.pk, Decimal(quantity))
    moment = datetime.combine(on, datetime.min.time(), tzinfo=world.MEXICO).replace(hour=18)
    return customs.discharge(key=key, withdrawals=[withdrawal], legal_date=on, at=moment, actor=ACTOR, **values)


def stocked(account, quantity=10):
    """A lot of the account on a shelf of its site."""
    site = account.authorisation.site_link.site
    lot = builders.make_lot(account)
    shelf = builders.make_location(site, account.regime)
    vendor = virtual_location(site, Location.Kind.VENDOR)
    ledger.post(
        key=f"in/{lot.pk}",
        kind=Posting.Kind.RECEIPT,
        moves=[Move(lot.pk, vendor.pk, shelf.pk, Decimal(quantity))],
        legal_date=DAY,
        at=builders.NOON,
        actor=ACTOR,
    )
    return lot, shelf


def move(lot, origin, destination, quantity=1):
    return ledger.post(
        key=f"move/{origin.pk}/{destination.pk}",
        kind=Posting.Kind.MOVE,
        moves=[Move(lot.pk, origin.pk, destination.pk, Decimal(quantity))],
        legal_date=DAY,
        at=builders.NOON,
        actor=ACTOR,
    )


def test_invariant_01_a_layer_is_never_below_zero_after_any_row():
    account = Life().walk()

    assert all(row.lot_balance >= 0 for row in customs_books.kardex(SEES_ALL, account))
    with pytest.raises(IntegrityError), transaction.atomic():
        BondedLot.objects.update(remaining=Decimal(-1))


@pytest.mark.parametrize("model", [Posting, Leg, Discharge])
def test_invariant_02_the_ledger_refuses_update_and_delete_in_the_database(law, model):
    account = builders.make_account()
    builders.make_bonded_lot(account, 10)
    stocked(account)
    discharge(account, 4)
    row = model.objects.first()

    for deed in (
        lambda: model.objects.filter(pk=row.pk).update(recorded_at=timezone.now()),
        lambda: model.objects.filter(pk=row.pk)._raw_delete("default"),
        row.save,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            deed()
    assert model.objects.filter(pk=row.pk).exists()


def test_invariant_02_what_a_bonded_lot_opened_with_is_permanent():
    lot = builders.make_bonded_lot(remaining=10)

    for change in ({"quantity": Decimal(11)}, {"value_mxn": Decimal(1)}, {"legal_date": date(2020, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BondedLot.objects.filter(pk=lot.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        BondedLot.objects.filter(pk=lot.pk)._raw_delete("default")


def test_invariant_03_a_discharge_names_one_layer_and_one_exit_line(law):
    account = builders.make_account()
    builders.make_bonded_lot(account, 10)
    (row,) = discharge(account, 4)

    for missing in ("bonded_lot_id", "outbound_line_id"):
        copy = Discharge.objects.get(pk=row.pk)
        copy.pk, copy.key = None, f"copy-{missing}"
        setattr(copy, missing, None)
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert=True)


def test_invariant_04_nothing_leaves_before_its_layer_is_available(law):
    account = builders.make_account()
    builders.make_bonded_lot(account, 10, available_from=date(2026, 3, 4))

    with pytest.raises(NotEnoughBonded):
        discharge(account, 1, on=date(2026, 3, 3))

    assert discharge(account, 1, on=date(2026, 3, 4))


def test_invariant_05_the_discharges_of_an_exit_line_add_up_to_it_exactly(law):
    account = builders.make_account()
    for quantity in ("0.333333", "0.333333", "0.333334"):
        builders.make_bonded_lot(account, Decimal(quantity), value=1, tariff_quantity=Decimal("0.333"))

    rows = discharge(account, "0.999999")

    assert sum(row.quantity for row in rows) == Decimal("0.999999")
    assert BondedLot.objects.order_by("pk").last().remaining == Decimal("0.000001")


def test_invariant_06_opening_plus_in_less_out_is_closing_in_every_measure():
    account = Life().walk(until="2025-12-31")

    rows = list(customs_books.kardex(SEES_ALL, account))
    lots = BondedLot.objects.filter(account=account)
    for measure, carried in (
        ("quantity", "remaining"),
        ("tariff_quantity", "remaining_tariff"),
        ("value_mxn", "remaining_value_mxn"),
    ):
        assert sum(getattr(row, measure) for row in rows) == sum(getattr(lot, carried) for lot in lots)


def test_invariant_07_sublines_that_do_not_add_up_to_their_line_are_refused(law):
    site, client = world.make_zone(), builders.make_client("x")
    authorisation = builders.make_authorisation("RFS", site=site)
    builders.make_item(client, "SKU-9")
    line = {"sku": "SKU-9", "quantity": 500, "value": 50_000}
    data = world.declaration("26 24 3456 6000501", site, authorisation, [line], paid_on="2026-03-02")
    data["lines"][0]["sublines"] = [
        {"sku": "SKU-9", "batch": batch, "commercial_quantity": quantity, "tariff_quantity": quantity, "customs_value_mxn": "25000"}
        for batch, quantity in (("A", "250"), ("B", "249"))
    ]  # fmt: skip

    with pytest.raises(InvalidInputs) as refusal:
        world.enter(client, data, "2026-03-02")

    rules = {(error.field, error.rule) for error in refusal.value}
    assert rules == {
        ("lines[0].commercial_quantity", "sum_of_sublines"),
        ("lines[0].tariff_quantity", "sum_of_sublines"),
    }
    assert not Pedimento.objects.exists()


def test_invariant_07_lines_that_do_not_add_up_to_the_header_are_refused(law):
    site, client = world.make_zone(), builders.make_client("x")
    authorisation = builders.make_authorisation("RFS", site=site)
    builders.make_item(client, "SKU-9")
    line = {"sku": "SKU-9", "quantity": 500, "value": 50_000}
    data = world.declaration("26 24 3456 6000501", site, authorisation, [line], customs_value_mxn="50001")

    with pytest.raises(InvalidInputs) as refusal:
        world.enter(client, data, "2026-03-02")

    assert [(error.field, error.rule) for error in refusal.value] == [("customs_value_mxn", "sum_of_lines")]


def test_invariant_08_no_exit_crosses_client_regime_authorisation_or_site(law):
    client, other = builders.make_client(), builders.make_client()
    here, there = builders.make_authorisation("RFS"), builders.make_authorisation("RFS")
    mine = builders.make_account(builders.make_item(client, "SKU"), "RFS", here)
    builders.make_bonded_lot(mine, 5)
    for account in (
        builders.make_account(builders.make_item(other, "SKU"), "RFS", here),
        builders.make_account(mine.item, "RFS", there),
        builders.make_account(mine.item, "ITE", builders.make_authorisation("ITE", client=client)),
    ):
        builders.make_bonded_lot(account, 100)

    with pytest.raises(NotEnoughBonded) as refusal:
        discharge(mine, 6)
    with pytest.raises(KeyDoesNotApply):
        discharge(mine, 1, line=builders.make_outbound_line(Account.objects.get(item__client=other), 1))

    assert refusal.value.context["available"] == "5"


def test_invariant_09_the_oldest_legal_clock_goes_first_whatever_was_recorded_first(law):
    account = builders.make_account()
    younger = builders.make_bonded_lot(account, 10, day=date(2026, 2, 2))
    older = builders.make_bonded_lot(account, 10, day=date(2026, 1, 5))

    rows = discharge(account, 12)

    assert [(row.bonded_lot_id, row.quantity) for row in rows] == [(older.pk, 10), (younger.pk, 2)]
    assert list(verify_books_of_customs()) == []


def test_invariant_09_a_declared_source_wins_and_is_flagged(law):
    account = builders.make_account()
    builders.make_bonded_lot(account, 10, day=date(2026, 1, 5))
    named = builders.make_bonded_lot(account, 10, day=date(2026, 2, 2))
    line = builders.make_outbound_line(account, 4)
    line.source_number, line.source_seq = named.pedimento_number, 1
    line.save()

    (row,) = discharge(account, 4, line=line)

    assert (row.bonded_lot_id, row.flags) == (named.pk, ["declared_source"])


def test_invariant_09_a_serial_number_goes_before_the_order(law):
    account = builders.make_account()
    builders.make_bonded_lot(account, 1, day=date(2026, 1, 5), serial="S-1")
    named = builders.make_bonded_lot(account, 1, day=date(2026, 2, 2), serial="S-2")
    line = builders.make_outbound_line(account, 1)

    (row,) = customs.discharge(
        key="serial",
        withdrawals=[customs.Withdrawal(line, account.pk, Decimal(1), serial="S-2")],
        legal_date=DAY,
        at=builders.NOON,
        actor=ACTOR,
    )

    assert (row.bonded_lot_id, row.flags) == (named.pk, ["serial"])


def test_invariant_09_what_is_recorded_late_is_flagged_out_of_order(law):
    account = builders.make_account()
    builders.make_bonded_lot(account, 10, day=date(2026, 1, 5))
    first = builders.make_outbound_line(account, 2, paid_on=date(2026, 3, 1))
    discharge(account, 2, "first", on=date(2026, 3, 1), line=first)

    line = builders.make_outbound_line(account, 1, paid_on=date(2026, 2, 1))
    (row,) = customs.discharge(
        key="late",
        withdrawals=[customs.Withdrawal(line, account.pk, Decimal(1))],
        legal_date=date(2026, 2, 1),
        at=at("2026-03-03"),
        actor=ACTOR,
    )

    assert row.flags == ["out_of_order"]


def verify_books_of_customs():
    return [d for d in verify_books() if d.check[0].isdigit() and not d.check.startswith("7")]


@pytest.mark.parametrize(("on", "left"), [(date(2026, 3, 3), 6), (date(2026, 3, 4), None)])
def test_invariant_10_the_last_day_is_in_time_and_the_next_is_not(law, on, left):
    account = builders.make_account()
    lot = builders.make_bonded_lot(account, 10, day=date(2026, 1, 5), must_leave_by=date(2026, 3, 3))

    if left is None:
        with pytest.raises(NotEnoughBonded) as refusal:
            discharge(account, 4, on=on)
        assert refusal.value.context["expired"] == "10"
    else:
        discharge(account, 4, on=on)
        lot.refresh_from_db()
        assert lot.remaining == left


def rectification(life, number, lines, **header):
    data = world.declaration(
        number,
        life.site,
        life.authorisation,
        lines,
        document_key="R1",
        paid_on="2025-06-10",
        **{"regime": "ITE", "rectifies": "25 24 3456 5000101", **header},
    )
    return world.enter(life.client, data, "2025-06-10")


def image(pieces, kilos, value):
    return {
        "sku": "MOTOR",
        "quantity": pieces,
        "tariff_quantity": kilos,
        "value": value,
        "tariff_unit": "1",
        "tariff_code": "8501100100",
    }


def test_invariant_11_a_rectification_reallocates_what_was_discharged_beyond_it():
    life = Life()
    account = life.walk(until="2025-06-06")
    r1 = rectification(life, "25 24 3456 5000301", [image(90, "30.000", 9000)])

    applied = customs.rectify(rectification=r1, at=at("2025-06-10"), actor=ACTOR)

    assert applied.state == Pedimento.State.APPLIED
    first = BondedLot.objects.order_by("pk").first()
    assert (first.declared, first.remaining, first.quantity) == (90, 0, 100)
    new = Discharge.objects.filter(recorded_at=at("2025-06-10")).order_by("pk")
    # The newest discharge of E1 (X3) gives ten back; on X3's own day E3 was the next that had any left.
    assert [(row.bonded_lot.pedimento_number[-3:], row.quantity, row.flags) for row in new] == [
        ("101", -10, []),
        ("103", 10, ["reallocated"]),
    ]
    assert new[1].legal_date == date(2025, 4, 1)
    assert all(row.lot_balance >= 0 for row in customs_books.kardex(SEES_ALL, account))
    assert Finding.objects.filter(code="exit_needs_review", closed_at=None).count() == 1
    # The shelf never lost those ten: that stands as a difference until somebody explains it.
    assert list(verify_books()) == []


def test_invariant_11_a_rectification_nobody_can_absorb_changes_nothing_and_waits():
    life = Life()
    life.walk(until="2025-04-02")
    before = list(BondedLot.objects.order_by("pk").values_list("remaining", "declared"))
    r1 = rectification_before_june(life)

    waiting = customs.rectify(rectification=r1, at=at("2025-04-03"), actor=ACTOR)

    assert waiting.state == Pedimento.State.PENDING
    assert list(BondedLot.objects.order_by("pk").values_list("remaining", "declared")) == before
    assert not LotCorrection.objects.exists()
    assert Finding.objects.filter(code="over_discharge", severity="critical", closed_at=None).count() == 1


def rectification_before_june(life):
    """An R1 of E1 to nothing but one piece, when E2 and E3 hold too little for the rest... unless they are gone."""
    for lot in BondedLot.objects.exclude(pedimento_number="252434565000101"):
        customs.hold(bonded_lot=lot, reason=BondedLotHold.Reason.SEIZURE, at=at("2025-04-02"), actor=ACTOR)
    data = world.declaration(
        "25 24 3456 5000302",
        life.site,
        life.authorisation,
        [image(1, "0.333", 100)],
        document_key="R1",
        regime="ITE",
        rectifies="25 24 3456 5000101",
        paid_on="2025-04-02",
    )
    return world.enter(life.client, data, "2025-04-02")


def test_invariant_11_a_rectification_never_changes_the_regime():
    life = Life()
    life.walk(until="2025-06-06")
    r1 = rectification(life, "25 24 3456 5000303", [image(90, "30.000", 9000)], regime="RFS")

    with pytest.raises(RegimeMayNotChange):
        customs.rectify(rectification=r1, at=at("2025-06-10"), actor=ACTOR)


def test_invariant_12_the_same_exit_twice_gives_one_set_of_rows(law):
    account = builders.make_account()
    builders.make_bonded_lot(account, 10)
    line = builders.make_outbound_line(account, 4)

    first = discharge(account, 4, line=line)
    again = discharge(account, 4, line=line)

    assert [row.pk for row in again] == [row.pk for row in first]
    assert BondedLot.objects.get().remaining == 6


@pytest.mark.parametrize("cents", [("100.50", 100), ("100.51", 101), ("100.504", 100), ("100.505", 101), ("99.49", 99)])
def test_invariant_18_fifty_cents_go_down_and_fifty_one_up(cents):
    amount, pesos = cents

    assert to_pay(Decimal(amount)) == pesos


def test_invariant_18_total_is_cash_plus_other_in_whole_pesos(law):
    site, client = world.make_zone(), builders.make_client("x")
    authorisation = builders.make_authorisation("RFS", site=site)
    builders.make_item(client, "SKU-9")
    line = {"sku": "SKU-9", "quantity": 5, "value": 50_000}
    data = world.declaration(
        "26 24 3456 6000501", site, authorisation, [line], cash_mxn="10.50", other_mxn="5", total_mxn="16"
    )

    with pytest.raises(InvalidInputs) as refusal:
        world.enter(client, data, "2026-03-02")

    assert {(e.field, e.rule) for e in refusal.value} == {("total_mxn", "cash_plus_other"), ("cash_mxn", "whole_pesos")}
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.make_pedimento(cash_mxn=Decimal(10), total_mxn=Decimal(11))


def test_invariant_19_a_lookup_resolves_on_the_day_and_a_gap_is_an_error(law):
    ClaveEffect.objects.filter(clave="J4").update(valid_to=date(2026, 2, 28))
    account = builders.make_account()
    builders.make_bonded_lot(account, 10, day=date(2026, 1, 5))

    assert reference.clave_effect("J4", "EXP", "EXD", date(2026, 2, 28), holder="RFS").effect == "OUT"
    with pytest.raises(ReferenceMissing):
        reference.clave_effect("J4", "EXP", "EXD", date(2026, 3, 1), holder="RFS")
    with pytest.raises(KeyDoesNotApply):
        discharge(account, 1, on=date(2026, 3, 3))


def test_invariant_20_bonded_and_nationalised_goods_never_share_a_location():
    account = builders.make_account()
    lot, shelf = stocked(account)
    national = builders.make_location(shelf.site, "IMD")

    with pytest.raises(RegimeMismatch):
        move(lot, shelf, national)
    with pytest.raises(IntegrityError), transaction.atomic():
        Balance.objects.create(account=account, lot=lot, location=national, is_virtual=False, quantity=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Location.objects.filter(pk=shelf.pk).update(regime="IMD")


def test_bonded_goods_never_lie_at_another_site_than_their_authorisation_s():
    account = builders.make_account()
    lot, shelf = stocked(account)
    elsewhere = builders.make_location(builders.make_site(), account.regime)

    with pytest.raises(OutsideAuthorisation) as refusal:
        move(lot, shelf, elsewhere)

    assert refusal.value.context["location"] == elsewhere.code
    assert refusal.value.context["authorisation"] == account.authorisation.number
    assert Balance.objects.get(lot=lot, location=shelf).quantity == 10


def test_goods_that_lie_at_another_site_all_the_same_are_found_site_by_site():
    account = builders.make_account()
    lot, shelf = stocked(account)
    elsewhere = builders.make_location(builders.make_site("far"), account.regime)
    Balance.objects.filter(lot=lot, location=shelf).update(quantity=6)
    Balance.objects.create(account=account, lot=lot, location=elsewhere, is_virtual=False, quantity=4)

    found = {
        fault.subject.split("/")[1]: fault.found
        for fault in verify_books()
        if fault.check == "shelf_is_law_plus_open_differences"
    }

    assert found == {shelf.site.code: "6", "far": "4"}


def test_invariant_20_seized_stock_cannot_move_until_a_document_releases_it():
    account = builders.make_account()
    lot, shelf = stocked(account)
    other = builders.make_location(shelf.site)
    hold = ledger.hold(lot=lot, reason=Hold.Reason.SEIZURE, at=builders.NOON, actor=ACTOR)

    with pytest.raises(LotOnHold):
        move(lot, shelf, other)
    ledger.lift_hold(hold=hold, release_document="OFICIO-12/2026", at=builders.NOON, actor=ACTOR)

    assert move(lot, shelf, other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.filter(pk=hold.pk).update(release_document="")


def test_invariant_21_every_posting_says_who_when_and_what_and_the_day_is_chained():
    account = builders.make_account()
    stocked(account)

    posting = Posting.objects.get()
    assert (posting.actor_label, posting.recorded_at, posting.legal_date) == ("operadora", builders.NOON, DAY)
    audit.seal(day=DAY, at=builders.NOON)
    assert audit.verify().holds
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.update(reason="changed")


def test_invariant_22_a_fiscal_deposit_receipt_waits_for_its_notice(law):
    site, client = world.make_zone("agd", "DFI"), builders.make_client("z")
    authorisation = builders.make_authorisation("DFI", site=site)
    builders.make_item(client, "CAJA")
    data = world.declaration(
        "26 24 3456 6000601",
        site,
        authorisation,
        [{"sku": "CAJA", "quantity": 10, "value": 500}],
        document_key="A4",
        regime="DFI",
        update_option="FI",
        entered_on="2026-02-10",
        paid_on="2026-02-10",
    )
    a4 = world.enter(client, data, "2026-02-10")
    moment = at("2026-02-12", 9)
    receipt = receiving.expect(pedimento=a4, at=moment, actor=ACTOR)
    dock = Location.objects.get(site=site, code="ANDEN-DFI")
    receipt = receiving.arrive(receipt=receipt, arrived_at=moment, dock=dock, at=moment, actor=ACTOR)
    counts = {receipt.lines.get().pk: receiving.Count(Decimal(10))}
    receipt = receiving.count(receipt=receipt, counts=counts, at=moment, actor=ACTOR)

    notice = LegalNotice.objects.get()
    assert (notice.kind, notice.due_at) == ("arrival", at("2026-02-13", 9))
    with pytest.raises(NoticeOpen):
        receiving.close(receipt=receipt, at=at("2026-02-12", 11), actor=ACTOR)
    customs.close_notice(notice=notice, exception_reason="SAAI caído, folio 9", at=at("2026-02-12", 12), actor=ACTOR)

    assert receiving.close(receipt=receipt, at=at("2026-02-12", 13), actor=ACTOR).state == "closed"


def test_invariant_23_a_pedimento_number_is_valid_and_unique(law):
    site, client = world.make_zone(), builders.make_client("x")
    authorisation = builders.make_authorisation("RFS", site=site)
    builders.make_item(client, "SKU-9")
    line = {"sku": "SKU-9", "quantity": 5, "value": 50}
    for number in ("26 24 3456 5000123", "26 99 3456 6000123", "26 24 3456 6000000", "1234"):
        with pytest.raises(InvalidInputs) as refusal:
            world.enter(client, world.declaration(number, site, authorisation, [line]), "2026-03-02")
        assert {error.field for error in refusal.value} == {"number"}
    data = world.declaration("26 24 3456 6000123", site, authorisation, [line])
    world.enter(client, data, "2026-03-02")

    with pytest.raises(PedimentoExists):
        world.enter(client, data, "2026-03-02")

    assert Pedimento.objects.count() == 1


def test_invariant_23_a_rectification_of_a_rectification_keeps_the_chain():
    life = Life()
    life.walk(until="2025-06-06")
    first = rectification(life, "25 24 3456 5000301", [image(95, "31.666", 9500)])
    customs.rectify(rectification=first, at=at("2025-06-10"), actor=ACTOR)

    data = world.declaration(
        "25 24 3456 5000302",
        life.site,
        life.authorisation,
        [image(100, "33.333", 10000)],
        document_key="R1",
        regime="ITE",
        rectifies=first.number,
        paid_on="2025-06-11",
    )
    second = world.enter(life.client, data, "2025-06-11")
    customs.rectify(rectification=second, at=at("2025-06-11"), actor=ACTOR)

    lot = BondedLot.objects.order_by("pk").first()
    assert (lot.declared, [c.quantity for c in lot.corrections.order_by("pk")]) == (100, [-5, 5])
    with pytest.raises(IntegrityError), transaction.atomic():
        Pedimento.objects.filter(pk=second.pk).update(rectifies=second.pk)
    with pytest.raises(ProtectedError):
        Pedimento.objects.get(number="252434565000101").delete()
