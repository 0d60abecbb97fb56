import contextlib
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory.demand import bulk, reading, selectors, services
from inventory.demand.errors import BadRows
from inventory.errors import InvalidInput
from inventory.jobs.models import Job
from inventory.models import DemandRecord, Market, Site
from inventory.parties.scope import ClientScope
from tests.builders import ACTOR, NOON, make_client, make_item, make_site

pytestmark = pytest.mark.django_db
EVERYONE = ClientScope.everyone()


@pytest.fixture
def market():
    dc = make_site("dc-1", Site.Kind.US_DC)
    return Market.objects.create(code="LA", name="Los Angeles", latitude=34, longitude=-118, primary_dc=dc)


@pytest.fixture
def client(market):
    client = make_client("acme")
    make_item(client=client, sku="A")
    make_item(client=client, sku="B")
    return client


def rows_of(text):
    return reading.read_file(io.BytesIO(("sku,market,date,quantity,stockout,price\n" + text).encode()))


def bring_in(client, text, **options):
    return services.import_history(
        client=client, rows=rows_of(text), source="file.csv", at=NOON, actor=ACTOR, **options
    )


def books():
    return list(DemandRecord.objects.order_by("item__sku", "week").values_list("item__sku", "week", "quantity"))


def test_weeks_are_written_with_all_that_was_said_of_them(client):
    imported = bring_in(client, "A,LA,2026-01-07,2.5,0.25,3.1\nA,LA,2026-01-08,1,0.25,\n")

    record = DemandRecord.objects.get()
    assert (record.week, record.quantity, record.stockout_share) == (date(2026, 1, 5), Decimal("3.5"), Decimal("0.25"))
    assert (record.price_usd, record.client, record.recorded_at) == (Decimal("3.1"), client, NOON)
    assert record.source == "file.csv · tester"
    assert (imported.rows, imported.weeks, imported.first_week) == (2, 1, "2026-01-05")


def test_a_week_stated_again_replaces_what_was_there_and_the_others_stay(client):
    bring_in(client, "A,LA,2026-01-05,2,,\nA,LA,2026-01-12,3,,\n")

    bring_in(client, "A,LA,2026-01-12,7,,\n")

    assert books() == [("A", date(2026, 1, 5), 2), ("A", date(2026, 1, 12), 7)]


def test_importing_a_file_twice_is_importing_it_once(client):
    text = "A,LA,2026-01-05,2,,\nB,LA,2026-01-12,3,1,2\n"
    bring_in(client, text)
    once = list(DemandRecord.objects.order_by("pk").values())

    bring_in(client, text)

    assert list(DemandRecord.objects.order_by("pk").values()) == once


def test_one_bad_row_and_nothing_is_written(client):
    with pytest.raises(BadRows) as refusal:
        bring_in(client, "A,LA,2026-01-05,2,,\nZ,LA,2026-01-05,2,,\nA,XX,2026-01-05,2,,\nA,LA,soon,2,,\n")

    assert books() == []
    errors = refusal.value.context["errors"]
    assert {(e["row"], e["field"], e["value"], e["code"]) for e in errors} == {
        (3, "sku", "Z", "unknown_item"), (4, "market", "XX", "unknown_market"), (5, "date", "soon", "invalid_input"),
    }  # fmt: skip
    assert refusal.value.context["bad_rows"] == 3
    assert "Row 5, date: soon is not a date" in str(refusal.value)


def test_bad_rows_can_be_skipped(client):
    imported = bring_in(client, "A,LA,2026-01-05,2,,\nZ,LA,2026-01-05,2,,\n", skip_bad_rows=True)

    assert books() == [("A", date(2026, 1, 5), 2)]
    assert (imported.bad_rows, imported.errors[0]["row"]) == (1, 3)


def test_another_clients_item_is_as_unknown_as_one_that_does_not_exist(client):
    make_item(client=make_client("rival"), sku="SECRET")

    with pytest.raises(BadRows) as refusal:
        bring_in(client, "SECRET,LA,2026-01-05,2,,\n")

    assert refusal.value.context["errors"][0]["message"] == "This client has no item SECRET."


def test_a_file_with_a_header_alone_is_refused(client):
    with pytest.raises(InvalidInput) as refusal:
        bring_in(client, "")

    assert refusal.value.rule == "no_rows"


def statements_of(client, weeks):
    """How many statements an import of so many weeks of two items takes."""
    first = date(2020, 1, 6).toordinal()
    text = "".join(f"{sku},LA,{date.fromordinal(first + 7 * w)},{w},,\n" for sku in "AB" for w in range(weeks))
    with CaptureQueriesContext(connection) as captured:
        bring_in(client, text)
    return len(captured)


def test_statements_grow_with_portions_and_not_with_the_rows_of_one(client, monkeypatch):
    few, many = statements_of(client, 2), statements_of(client, 200)
    monkeypatch.setattr(bulk, "PORTION", 100)
    in_four = statements_of(client, 200)

    # A portion is one INSERT on SQLite, for all of its rows; PostgreSQL has COPY, INSERT, TRUNCATE.
    assert few == many
    assert in_four - many == 3 * {"sqlite": 1, "postgresql": 3}[connection.vendor]
    assert many <= {"sqlite": 9, "postgresql": 13}[connection.vendor]


def test_portions_of_a_file_in_any_order_come_to_the_same_books(client, monkeypatch):
    lines = [f"{sku},LA,{date.fromordinal(738_886 + 7 * w)},{w},,{w or ''}\n" for sku in "BA" for w in (3, 0, 2, 1)]
    monkeypatch.setattr(bulk, "PORTION", 3)

    bring_in(client, "".join(lines))

    found = DemandRecord.objects.order_by("item__sku", "week").values_list("item__sku", "quantity", "price_usd")
    assert list(found) == [(sku, w, w or None) for sku in "AB" for w in range(4)]


@contextlib.contextmanager
def committed():
    """A transaction with what the database looks at when it ends."""
    with transaction.atomic():
        yield
        connection.check_constraints(["inventory_demandrecord"])


@pytest.mark.parametrize("parent", ["client", "item", "market"])
def test_what_demand_is_kept_of_cannot_be_deleted_past_the_models_either(client, market, parent):
    bring_in(client, "A,LA,2026-01-05,2,,\n")
    row = {"client": client, "item": client.items.get(sku="A"), "market": market}[parent]

    with pytest.raises(IntegrityError), committed():
        type(row).objects.filter(pk=row.pk)._raw_delete("default")

    assert DemandRecord.objects.count() == 1


def test_weeks_of_an_item_deleted_since_it_was_looked_up_are_not_written(client):
    checked = services.check_history(client=client, rows=rows_of("A,LA,2026-01-05,2,,\n"))
    client.items.get(sku="A").delete()

    with pytest.raises(IntegrityError), committed():
        services.write_history(client=client, checked=checked, source="file.csv", at=NOON, actor=ACTOR)

    assert books() == []


def test_the_job_reads_its_file_and_writes_when_it_ends(client):
    job = Job(kind="demand_import", title="x", client=client, requested_label="ana", requested_at=NOON)
    job.source_file.save("history.csv", ContentFile(b"sku,market,date,quantity\nA,LA,2026-01-05,2\n"), save=False)
    job.started_at, job.parameters = NOON, {"file_name": "history.csv"}
    seen = []

    outcome = services.import_job(job, lambda *told: seen.append(told))

    assert books() == []
    assert seen
    assert outcome.effect()["weeks"] == 1
    assert books() == [("A", date(2026, 1, 5), 2)]


def test_the_command_imports_a_file_and_says_what_it_did(client, tmp_path, capsys):
    path = tmp_path / "history.csv"
    path.write_text("sku,location,date,quantity\nA,LA,2026-01-05,2\n")

    call_command("import_demand", path, client="acme")

    assert "1 rows read, 1 weeks written (2026-01-05 to 2026-01-05)" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["acme", "nobody"])
def test_the_command_refuses_what_it_cannot_take(client, tmp_path, name):
    path = tmp_path / "history.csv"
    path.write_text("sku,location,date,quantity\nZ,LA,2026-01-05,2\n")

    with pytest.raises(CommandError):
        call_command("import_demand", path, client=name)

    assert books() == []


def test_a_client_sees_its_own_demand_and_nobody_elses(client, market):
    rival = make_client("rival")
    make_item(client=rival, sku="R")
    bring_in(client, "A,LA,2026-01-05,2,,\n")
    bring_in(rival, "R,LA,2026-01-05,9,,\n")
    own, before = ClientScope.of(client.pk), date(2026, 2, 2)

    assert [row.item.sku for row in selectors.records(own)] == ["A"]
    assert [row["quantity"] for row in selectors.totals(own, by="market")] == [2]
    assert selectors.series(own, client=rival, before=before).demand.size == 0
    assert selectors.forecast_accuracy(own, client=rival, before=before) == []
    assert selectors.span(own) == (date(2026, 1, 5), date(2026, 1, 5))
    assert selectors.weekly_history(own, item_id=rival.items.get().pk, before=before) == []


def test_weeks_without_a_row_are_zero_once_the_item_is_on_sale_and_unknown_before(client):
    bring_in(client, "A,LA,2026-01-05,2,,\nA,LA,2026-01-19,4,,\nB,LA,2026-01-12,1,,\n")

    series = selectors.series(EVERYONE, client=client, before=date(2026, 2, 4))

    assert series.first_week == date(2026, 1, 5)
    assert series.demand[0].tolist() == [2, 0, 4]
    assert str(series.demand[1].tolist()) == "[nan, 1.0, 0.0]"


def test_a_series_that_begins_with_a_stated_zero_was_on_sale_before(client):
    bring_in(client, "A,LA,2026-01-05,2,,\nB,LA,2026-01-12,0,,\n")

    series = selectors.series(EVERYONE, client=client, before=date(2026, 2, 4))

    assert series.demand[1].tolist() == [0, 0]


def test_the_week_of_the_day_itself_is_not_history_yet(client):
    bring_in(client, "A,LA,2026-01-05,2,,\nA,LA,2026-01-12,4,,\n")
    item = client.items.get(sku="A")

    assert selectors.series(EVERYONE, client=client, before=date(2026, 1, 14)).demand.tolist() == [[2]]
    assert selectors.weekly_history(EVERYONE, item_id=item.pk, before=date(2026, 1, 14)) == [(date(2026, 1, 5), 2)]


def test_a_steady_item_is_foretold_well_and_the_worst_stands_first(client):
    lines = [f"A,LA,{date.fromordinal(date(2024, 1, 1).toordinal() + 7 * w)},10,," for w in range(80)]
    lines += [
        f"B,LA,{date.fromordinal(date(2024, 1, 1).toordinal() + 7 * w)},{90 if w > 70 else 10},," for w in range(80)
    ]
    bring_in(client, "\n".join(lines) + "\n")

    worst, best = selectors.forecast_accuracy(EVERYONE, client=client, before=date(2026, 3, 2))

    assert (worst["sku"], best["sku"]) == ("B", "A")
    assert best["wape"] < Decimal("0.02")
    assert worst["bias"] < 0


def test_history_of_a_later_moment_than_the_import_is_refused():
    at = datetime(2026, 1, 7, tzinfo=UTC)

    rows = reading.from_records(
        [{"sku": "A", "market": "LA", "date": "2026-01-08", "quantity": 1}], not_after=at.date()
    )

    assert rows.errors[0].rule == "not_in_future"
