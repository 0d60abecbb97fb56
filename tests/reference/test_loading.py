"""Loading adds, changes and closes; it never deletes, never overlaps and costs nothing twice."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from inventory.audit import context, selectors
from inventory.reference import lists, services
from inventory.reference.models import LoadedList, RateParameter, Regime
from inventory.reference.services import BadDataFile, OverlappingValidity, UnknownList, load

pytestmark = pytest.mark.django_db

HEAD = "# legal_basis: Law 1\n# source: Gazette\n# licence: free\n# data_date: 2026\n"
COLUMNS = "code,unit,value,valid_from,valid_to,verified,description\n"


@pytest.fixture
def rates(tmp_path, monkeypatch):
    """Write the file of rates and amounts, and load it."""
    monkeypatch.setattr(lists, "DATA", tmp_path)

    def write_and_load(*rows, check=False):
        (tmp_path / "rate_parameters.csv").write_text(HEAD + COLUMNS + "".join(row + "\n" for row in rows))
        (result,) = load(["rate_parameters"], check=check)
        return result

    return write_and_load


def validities(code):
    return list(RateParameter.objects.filter(code=code).order_by("valid_from").values_list("valid_from", "valid_to"))


def test_a_file_fills_its_table_and_says_where_it_comes_from(rates):
    result = rates("IVA,share,0.16,2020-01-01,,true,Value added tax")

    row = RateParameter.objects.get()
    assert (result.created, result.changed, result.rows) == (1, 0, 1)
    assert (row.legal_basis, row.source, row.verified, row.valid_to) == ("Law 1", "Gazette", True, None)
    assert LoadedList.objects.get().licence == "free"


def test_the_same_file_again_is_not_even_read(rates, django_assert_num_queries):
    rates("IVA,share,0.16,2020-01-01,,true,x")

    with django_assert_num_queries(3):  # savepoint, the checksum, release
        (result,) = load(["rate_parameters"])

    assert result.is_current


def test_a_changed_row_is_changed_in_place(rates):
    rates("IVA,share,0.16,2020-01-01,,true,x")
    before = RateParameter.objects.get().pk

    result = rates("IVA,share,0.17,2020-01-01,,true,x")

    assert (result.created, result.changed) == (0, 1)
    assert str(RateParameter.objects.get(pk=before).value) == "0.17"


def test_a_reload_leaves_a_trail_of_each_row_it_changes_and_closes_and_one_of_the_load(rates):
    rates("IVA,share,0.16,2020-01-01,,true,x", "PRV,MXN,350,2020-01-01,,true,x")
    rows = {row.code: row for row in RateParameter.objects.all()}
    assert not any(selectors.trail_of(row) for row in rows.values())

    with context.because("DOF 15-Jan-2026"):
        rates("IVA,share,0.17,2020-01-01,,true,x", "PRV,MXN,360,2026-01-01,,true,x")

    (changed,), (closed,) = (selectors.trail_of(rows[code]) for code in ("IVA", "PRV"))
    assert changed.changes == {"value": ["0.16", "0.17"]}
    assert closed.changes == {"valid_to": ["None", "2025-12-31"]}
    assert changed.additional_data["reason"] == "DOF 15-Jan-2026"
    reloaded, _loaded = selectors.trail_of(LoadedList.objects.get())
    assert set(reloaded.changes) == {"checksum"}


def test_a_row_the_file_forgets_stays(rates):
    rates("IVA,share,0.16,2020-01-01,,true,x", "PRV,MXN,350,2026-01-01,2026-12-31,true,x")

    rates("IVA,share,0.16,2020-01-01,,true,x")

    assert RateParameter.objects.filter(code="PRV").exists()


def test_a_newer_row_closes_the_open_one_on_the_day_before(rates):
    rates("IVA,share,0.16,2020-01-01,,true,x")

    result = rates("IVA,share,0.17,2026-07-01,,true,x")

    assert result.closed == 1
    assert validities("IVA") == [(date(2020, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), None)]


def test_a_row_added_by_hand_keeps_the_files_row_closed_when_the_file_changes(rates):
    rates("IVA,share,0.16,2020-01-01,,true,x")
    RateParameter.objects.update(valid_to=date(2026, 6, 30))
    RateParameter.objects.create(
        code="IVA", unit="share", value="0.17", valid_from=date(2026, 7, 1), legal_basis="Law 2", source="DOF"
    )

    rates("IVA,share,0.16,2020-01-01,,true,another wording")

    assert validities("IVA") == [(date(2020, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), None)]


@pytest.mark.parametrize("second", ["IVA,share,0.17,2026-07-01,,true,x", "IVA,share,0.17,2019-01-01,2020-01-01,true,x"])
def test_two_rows_of_a_file_that_overlap_are_refused_and_nothing_is_written(rates, second):
    with pytest.raises(OverlappingValidity):
        rates("IVA,share,0.16,2020-01-01,,true,x", second)

    assert not RateParameter.objects.exists()
    assert not LoadedList.objects.exists()


def test_a_row_that_overlaps_a_stored_one_with_an_end_is_refused(rates):
    rates("PRV,MXN,350,2026-01-01,2026-12-31,true,x")

    with pytest.raises(OverlappingValidity) as refused:
        rates("PRV,MXN,400,2026-12-31,,true,x")

    assert refused.value.context == {"name": "rate_parameters", "code": "PRV", "day": "2026-12-31"}


def test_the_same_row_twice_is_refused(rates):
    with pytest.raises(BadDataFile):
        rates("IVA,share,0.16,2020-01-01,,true,x", "IVA,share,0.17,2020-01-01,,true,x")


def test_a_column_the_table_does_not_have_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(lists, "DATA", tmp_path)
    (tmp_path / "rate_parameters.csv").write_text(HEAD + "code,colour\nIVA,red\n")

    with pytest.raises(BadDataFile) as refused:
        load(["rate_parameters"])

    assert refused.value.context["columns"] == ["colour"]


def test_a_persons_verification_stands_until_the_rule_changes(rates):
    rates("IVA,share,0.16,2020-01-01,,false,x", "PRV,MXN,350,2026-01-01,,false,x")
    RateParameter.objects.update(verified=True, verified_by="Ana", verified_on=date(2026, 11, 1))

    rates("IVA,share,0.16,2020-01-01,,false,x", "PRV,MXN,351,2026-01-01,,false,x")

    kept, reset = RateParameter.objects.order_by("code")
    assert (kept.verified, kept.verified_by) == (True, "Ana")
    assert (reset.verified, reset.verified_by, reset.verified_on) == (False, "", None)


def test_checking_writes_nothing_and_tells_what_differs(rates):
    rates("IVA,share,0.16,2020-01-01,,true,x")

    result = rates("IVA,share,0.17,2020-01-01,,true,x", check=True)

    assert result.is_stale
    assert str(RateParameter.objects.get().value) == "0.16"


def test_an_unknown_list_is_named(db):
    with pytest.raises(UnknownList, match="colours"):
        load(["colours"])


def test_the_command_loads_and_is_quiet_about_what_stands():
    first, second = StringIO(), StringIO()

    call_command("load_reference", only=["regimes", "units"], stdout=first)
    call_command("load_reference", only=["regimes", "units"], stdout=second)

    assert "regimes: 10 rows, 10 new" in first.getvalue()
    assert second.getvalue() == "2 code lists, 33 rows.\n"


def test_the_command_checks_and_fails_when_tables_differ():
    call_command("load_reference", only=["regimes"], stdout=StringIO())
    call_command("load_reference", only=["regimes"], check=True, stdout=StringIO())
    Regime.objects.filter(code="RFS").update(name_en="Something else")

    with pytest.raises(CommandError, match="differ"):
        call_command("load_reference", only=["regimes"], check=True, stdout=StringIO())

    assert Regime.objects.get(code="RFS").name_en == "Something else"


def test_a_table_someone_changed_is_mended_when_its_file_changes_or_its_checksum_is_dropped():
    load(["regimes"])
    Regime.objects.filter(code="RFS").delete()
    LoadedList.objects.all().delete()

    (result,) = services.load(["regimes"])

    assert result.created == 1
