"""Orders of clients' customers count as demand as requested; a unit counts once, whichever way it was told of."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from inventory.audit import selectors as audit
from inventory.demand import orders, reading, selectors, services
from inventory.errors import InvalidInputs
from inventory.models import CustomerOrderLine, DemandRecord, Market, Site
from inventory.parties.scope import ClientScope
from tests.builders import ACTOR, NOON, make_client, make_item, make_site
from warehouse.movements import services as movements

pytestmark = pytest.mark.django_db
EVERYONE = ClientScope.everyone()
MONDAY, NEXT = date(2026, 1, 5), date(2026, 1, 12)


@pytest.fixture
def client():
    dc = make_site("dc-1", Site.Kind.US_DC)
    for code in ("LA", "NY"):
        Market.objects.create(code=code, name=code, latitude=34, longitude=-118, primary_dc=dc)
    client = make_client("acme")
    for sku in "AB":
        make_item(client=client, sku=sku)
    return client


def line(number=1, quantity=5, day=date(2026, 1, 7), reference="PO-1", sku="A", market="LA", **more):
    return orders.Line(reference, number, sku, market, day, Decimal(quantity), **more)


def tell(client, *lines):
    return orders.record(client=client, lines=lines, at=NOON, actor=ACTOR)


def bring_in(client, text):
    rows = reading.read_file(io.BytesIO(f"sku,market,date,quantity\n{text}".encode()))
    return services.import_history(client=client, rows=rows, source="file.csv", at=NOON, actor=ACTOR)


def weeks():
    rows = DemandRecord.objects.order_by("item__sku", "market__code", "week")
    return list(rows.values_list("item__sku", "market__code", "week", "quantity", "is_from_orders"))


def test_lines_of_a_week_add_up_as_requested_not_as_shipped(client):
    recorded = tell(client, line(1, 5, shipped=Decimal(2)), line(2, 3, date(2026, 1, 11)), line(3, 4, NEXT))

    assert weeks() == [("A", "LA", MONDAY, 8, True), ("A", "LA", NEXT, 4, True)]
    assert (recorded.added, recorded.changed, recorded.weeks) == (3, 0, 2)
    series = selectors.series(EVERYONE, client=client, before=date(2026, 1, 20))
    assert series.demand.tolist() == [[8, 4]]


def test_what_we_could_not_ship_stays_demand_and_what_the_customer_withdrew_is_none(client):
    tell(client, line(1, 5, cancelled="out_of_stock"), line(2, 7, cancelled="customer"))

    assert weeks() == [("A", "LA", MONDAY, 5, True)]


def test_a_week_of_which_everything_is_withdrawn_is_gone(client):
    tell(client, line(1, 5))

    tell(client, line(1, 5, cancelled="customer"))

    assert weeks() == []


def test_a_line_told_again_replaces_what_it_said_and_moves_to_its_new_week(client):
    tell(client, line(1, 5), line(2, 3))

    recorded = tell(client, line(1, 9, NEXT, sku="B", market="NY"))

    assert weeks() == [("A", "LA", MONDAY, 3, True), ("B", "NY", NEXT, 9, True)]
    assert (recorded.added, recorded.changed, recorded.weeks) == (0, 1, 2)


def test_telling_the_same_twice_changes_nothing(client):
    tell(client, line(1, 5))
    before = list(DemandRecord.objects.values()), list(CustomerOrderLine.objects.values())

    recorded = tell(client, line(1, 5))

    assert (list(DemandRecord.objects.values()), list(CustomerOrderLine.objects.values())) == before
    assert (recorded.added, recorded.changed, recorded.weeks) == (0, 0, 0)


def test_a_week_that_was_imported_is_as_imported_whatever_is_ordered_in_it(client):
    bring_in(client, "A,LA,2026-01-05,20\n")

    tell(client, line(1, 5), line(2, 4, NEXT))

    assert weeks() == [("A", "LA", MONDAY, 20, False), ("A", "LA", NEXT, 4, True)]


def test_an_import_takes_the_week_over_from_the_orders_for_good(client):
    tell(client, line(1, 5))
    bring_in(client, "A,LA,2026-01-05,20\n")

    tell(client, line(1, 6), line(2, 1))

    assert weeks() == [("A", "LA", MONDAY, 20, False)]


def test_only_the_item_and_market_of_the_line_are_summed(client):
    tell(client, line(1, 5), line(2, 3, sku="B"), line(3, 2, market="NY"))

    tell(client, line(4, 1))

    assert weeks() == [("A", "LA", MONDAY, 6, True), ("A", "NY", MONDAY, 2, True), ("B", "LA", MONDAY, 3, True)]


def test_one_line_that_cannot_be_and_nothing_is_written(client):
    make_item(client=make_client("rival"), sku="SECRET")

    with pytest.raises(InvalidInputs) as refusal:
        tell(client, line(1), line(2, sku="SECRET"), line(3, market="MARS"), line(1))

    told = [(error.field, error.code, error.rule) for error in refusal.value]
    assert told == [
        ("lines[1].sku", "unknown_item", "unknown_item"),
        ("lines[2].market", "unknown_market", "unknown_market"),
        ("lines[3].line", "invalid_input", "once"),
    ]
    assert (weeks(), CustomerOrderLine.objects.count()) == ([], 0)


def test_two_clients_may_use_the_same_order_number(client):
    rival = make_client("rival")
    make_item(client=rival, sku="A")

    tell(client, line(1, 5))
    tell(rival, line(1, 7))

    assert [row.quantity for row in selectors.order_lines(ClientScope.of(rival.pk))] == [7]
    assert DemandRecord.objects.get(client=client).quantity == 5


def test_a_replenishment_is_no_demand(client):
    item, dc = client.items.get(sku="A"), Site.objects.get(code="dc-1")

    movements.order(
        client=client, origin=make_site("zone"), destination=dc, lines=[(item, Decimal(9))], at=NOON, actor=ACTOR
    )

    assert weeks() == []


def test_each_line_leaves_what_it_said_before(client):
    tell(client, line(1, 5))
    tell(client, line(1, 5, cancelled="customer"))

    told = [entry.changes for entry in audit.trail_of(CustomerOrderLine.objects.get()).reverse()]
    assert (told[0]["quantity"], told[1]["cancelled"]) == (["None", "5"], ["", "customer"])


def test_a_request_for_more_than_a_year_ahead_is_a_slip_of_the_pen(client):
    with pytest.raises(InvalidInputs) as refusal:
        tell(client, line(1, day=NOON.date() + timedelta(days=366)), line(2, day=date(1989, 12, 31)))
    tell(client, line(3, day=NOON.date() + timedelta(days=365)))

    assert [(error.field, error.rule) for error in refusal.value] == [
        ("lines[0].requested_on", "range"),
        ("lines[1].requested_on", "range"),
    ]


def test_statements_do_not_grow_with_the_lines(client, django_assert_num_queries, django_assert_max_num_queries):
    def some(market, count):
        days = [date.fromordinal(MONDAY.toordinal() + 7 * n) for n in range(count)]
        return [line(n, 5, day, market, market=market) for n, day in enumerate(days, start=1)]

    with django_assert_max_num_queries(16) as few:
        tell(client, *some("LA", 2))
    with django_assert_num_queries(len(few)):
        tell(client, *some("NY", 50))
