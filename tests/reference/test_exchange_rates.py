"""Loading exchange rates as they are published: all of a file or nothing, once, and with a trail."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command

from inventory.errors import InvalidInputs
from inventory.findings.models import Finding
from inventory.reference import selectors as reference
from inventory.reference.models import ExchangeRate
from inventory.reference.rate_file import read_rates
from inventory.reports.watching import watch_exchange_rates

HEAD = "determined_on,published_on,mxn_per_unit\n"
NOON = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
FRIDAY, MONDAY = "2026-03-05,2026-03-06,17.5010\n", "2026-03-06,2026-03-09,17.6125\n"


@pytest.fixture
def load(tmp_path, capsys):
    """Load a file of this text on 10 March 2026; what the command printed."""

    def go(text, **options):
        path = tmp_path / "fix.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        with time_machine.travel(NOON, tick=False):
            call_command("load_exchange_rates", path, **options)
        return capsys.readouterr().out

    return go


def books():
    rows = ExchangeRate.objects.order_by("published_on")
    return list(rows.values_list("determined_on", "published_on", "mxn_per_unit"))


def faults(text):
    with pytest.raises(InvalidInputs) as refusal:
        read_rates(HEAD + text, today=TODAY)
    return [(fault.context["row"], fault.field, str(fault.value), fault.rule) for fault in refusal.value]


# ── The file ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("row", "field", "value", "rule"),
    [
        ("2026-03-05,2026-03-06,0", "mxn_per_unit", "0", "positive"),
        ("2026-03-05,2026-03-06,-17.5", "mxn_per_unit", "-17.5", "positive"),
        ("2026-03-05,2026-03-06,17;5", "mxn_per_unit", "17;5", "number"),
        ("2026-03-05,2026-03-06,N/E", "mxn_per_unit", "N/E", "number"),
        ("2026-03-05,2026-03-06,", "mxn_per_unit", "", "number"),
        ("2026-03-05,2026-03-06,17.5000001", "mxn_per_unit", "17.5000001", "max_decimals"),
        ("05/03/2026,2026-03-06,17.5", "determined_on", "05/03/2026", "iso_date"),
        ("2026-03-05,,17.5", "published_on", "", "iso_date"),
        ("2026-03-05", "published_on", "", "iso_date"),
        ("2026-03-11,2026-03-12,17.5", "determined_on", "2026-03-11", "not_in_future"),
        ("2026-03-05,2026-03-05,17.5", "published_on", "2026-03-05", "next_bank_day"),
        ("2026-03-05,2026-03-11,17.5", "published_on", "2026-03-11", "next_bank_day"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_with_field_value_and_rule(row, field, value, rule):
    assert faults(FRIDAY + row + "\n") == [(3, field, value, rule)]


def test_all_rows_that_cannot_be_taken_are_told_at_once():
    assert [fault[0] for fault in faults("x,2026-03-06,17.5\n" + FRIDAY + "2026-03-06,2026-03-09,0\n")] == [2, 4]


def test_a_day_may_stand_only_once_in_a_file():
    assert faults(FRIDAY + MONDAY + FRIDAY) == [(4, "published_on", "2026-03-06", "once")]


def test_rows_are_counted_as_an_editor_counts_them():
    with pytest.raises(InvalidInputs) as refusal:
        read_rates("# source: DOF\n# note: typed\n" + HEAD + FRIDAY + "\n2026-03-06,2026-03-09,0\n", today=TODAY)

    assert [fault.context["row"] for fault in refusal.value] == [6]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("date,rate\n2026-03-05,17\n", "columns"),
        ("", "columns"),
        (HEAD, "no_rows"),
        ("# currency: EUR\n" + HEAD, "usd"),
    ],
)
def test_a_file_of_another_kind_is_refused(text, rule):
    with pytest.raises(InvalidInputs) as refusal:
        read_rates(text, today=TODAY)

    assert [fault.rule for fault in refusal.value] == [rule]


def test_the_rate_that_the_dof_carries_tomorrow_may_be_loaded_today():
    (rate,) = read_rates(HEAD + "2026-03-10,2026-03-11,17.7\n", today=TODAY)

    assert rate.published_on == date(2026, 3, 11)


# ── The table ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_rates_are_found_by_the_pedimentos_of_the_days_after(load):
    said = load("\ufeff" + HEAD + FRIDAY + MONDAY)

    assert said == "2 rates read: 2 new, 0 replaced, 0 as before; the last one was published on 2026-03-09.\n"
    assert reference.usd_rate(date(2026, 3, 9)) == Decimal("17.501")
    assert reference.usd_rate(date(2026, 3, 10)) == Decimal("17.6125")


@pytest.mark.django_db
def test_loading_a_file_twice_is_loading_it_once_and_leaves_one_trail(load):
    load(HEAD + FRIDAY + MONDAY)
    once, entries = list(ExchangeRate.objects.order_by("pk").values()), LogEntry.objects.count()

    said = load(HEAD + FRIDAY + MONDAY)

    assert said.startswith("2 rates read: 0 new, 0 replaced, 2 as before;")
    assert list(ExchangeRate.objects.order_by("pk").values()) == once
    assert LogEntry.objects.count() == entries


@pytest.mark.django_db
def test_a_rate_that_stands_otherwise_refuses_the_whole_file_and_names_both_figures(load, capsys):
    load(HEAD + FRIDAY)

    with pytest.raises(CommandError, match=r"Nothing was written\. Use --replace if the file is right\."):
        load(HEAD + MONDAY + "2026-03-05,2026-03-06,17.9\n")

    said = capsys.readouterr().err
    assert said.startswith("row 3: mxn_per_unit: 17.9 of 2026-03-05, but the table has 17.501 of 2026-03-05.")
    assert books() == [(date(2026, 3, 5), date(2026, 3, 6), Decimal("17.501"))]


@pytest.mark.django_db
def test_a_rate_is_replaced_when_that_is_asked_for_and_the_trail_has_both_and_names_the_file(load):
    load(HEAD + FRIDAY)

    said = load(HEAD + "2026-03-05,2026-03-06,17.9\n", replace=True)

    assert said.startswith("1 rates read: 0 new, 1 replaced, 0 as before;")
    assert books() == [(date(2026, 3, 5), date(2026, 3, 6), Decimal("17.9"))]
    entry = LogEntry.objects.latest("pk")
    assert entry.changes == {"mxn_per_unit": ["17.501", "17.9"]}
    assert entry.additional_data["reason"].startswith("fix.csv, SHA-256 ")
    assert entry.additional_data["actor"] == "system:load_exchange_rates"


@pytest.mark.django_db
@pytest.mark.parametrize("text", [HEAD + FRIDAY + "2026-03-06,2026-03-09,0\n", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_taken_writes_nothing(load, text):
    with pytest.raises(CommandError):
        load(text, replace=True)

    assert books() == []


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_told_in_one_sentence(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.csv cannot be read: No such file or directory\."):
        call_command("load_exchange_rates", tmp_path / "nowhere.csv")


# ── Whether there are enough ────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_rates_that_have_run_out_are_a_finding_until_new_ones_are_loaded(load):
    load(HEAD + FRIDAY)
    assert watch_exchange_rates(at=datetime(2026, 3, 11, 18, tzinfo=UTC)) is False

    assert watch_exchange_rates(at=datetime(2026, 3, 12, 18, tzinfo=UTC)) is True
    assert watch_exchange_rates(at=datetime(2026, 3, 13, 18, tzinfo=UTC)) is True
    finding = Finding.objects.get(code="exchange_rates_end")
    assert (finding.context["last"], finding.context["on"]) == ("2026-03-06", "2026-03-13")

    load(HEAD + MONDAY)
    finding.refresh_from_db()
    assert finding.closed_by == "system:watch_exchange_rates"
