"""What was advised beside what left and what was received (placement.md §11)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.models import Account, PlacementRun, Recommendation, Site
from inventory.parties.roles import Role
from inventory.parties.scope import ClientScope
from inventory.placement import selectors
from inventory.placement.beside import Moved, WeekBeside, by_week
from tests.builders import make_account, make_client, make_item, make_site, make_user
from warehouse.models import Delivery, DeliveryLine, Shipment, ShipmentLine
from warehouse.shipping.selectors import left_for, received_at

MONDAY = date(2026, 3, 2)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def moved(site, day, units):
    return Moved(site, day, Decimal(units))


def test_what_moved_in_a_week_is_added_up_by_site_and_the_newest_week_comes_first():
    rows = by_week(
        [moved(1, MONDAY, 40), moved(2, MONDAY - WEEK, 5)],
        [moved(1, MONDAY + DAY, 10), moved(1, MONDAY + 6 * DAY, 20), moved(2, MONDAY - DAY, 7)],
        [moved(1, MONDAY + 7 * DAY, 30)],
        runs=[MONDAY + 2 * DAY],
    )

    assert rows == [
        WeekBeside(MONDAY + WEEK, 1, None, Decimal(0), Decimal(30)),
        WeekBeside(MONDAY, 1, Decimal(40), Decimal(30), Decimal(0)),
        WeekBeside(MONDAY - WEEK, 2, None, Decimal(7), Decimal(0)),
    ]


def test_a_run_that_advised_nothing_for_a_site_advised_zero():
    (row,) = by_week([], [moved(1, MONDAY, 10)], [], runs=[MONDAY])

    assert row.advised == 0


@pytest.fixture
def item(db):
    return make_item(make_client("acme"), "WHEEL-1")


@pytest.fixture
def zone(db):
    return make_site("slp", time_zone="America/Mexico_City")


@pytest.fixture
def dc(db):
    return make_site("dallas", Site.Kind.US_DC, time_zone="America/Chicago")


def shipped(item, zone, dc, number, at, units, *, state=Shipment.State.CROSSED):
    shipment = Shipment.objects.create(
        number=number, client=item.client, origin=zone, destination=dc, state=state, created_at=at, dispatched_at=at
    )
    account = Account.objects.filter(item=item).first() or make_account(item)
    return ShipmentLine.objects.create(shipment=shipment, seq=1, account=account, quantity=units)


def received(line, at, good, damaged=0):
    Shipment.objects.filter(pk=line.shipment_id).update(state=Shipment.State.RECEIVED)
    delivery = Delivery.objects.create(shipment=line.shipment, received_at=at, received_by="dee")
    DeliveryLine.objects.create(delivery=delivery, shipment_line=line, good=good, damaged=damaged)


def moment(day, hour=18):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def everything():
    return ClientScope.everyone()


def test_what_left_counts_on_the_day_of_the_zone_and_what_came_on_that_of_the_destination(item, zone, dc):
    line = shipped(item, zone, dc, "S-1", moment(MONDAY + DAY, hour=3), 50)  # still Monday evening in Mexico
    received(line, moment(MONDAY + 4 * DAY, hour=4), 40, 8)  # still Thursday in Dallas

    assert left_for(everything(), item=item, since=MONDAY) == [moved(dc.pk, MONDAY, 50)]
    assert received_at(everything(), item=item, since=MONDAY) == [moved(dc.pk, MONDAY + 3 * DAY, 48)]
    assert left_for(everything(), item=item, since=MONDAY + DAY) == []


@pytest.mark.parametrize("state", [Shipment.State.RETURNED, Shipment.State.CANCELLED, Shipment.State.CLEARED])
def test_what_came_back_or_has_not_left_did_not_leave(item, zone, dc, state):
    shipped(item, zone, dc, "S-1", moment(MONDAY), 50, state=state)

    assert left_for(everything(), item=item, since=MONDAY - WEEK) == []


def test_other_items_and_other_clients_shipments_do_not_count(item, zone, dc):
    shipped(item, zone, dc, "S-1", moment(MONDAY), 50)
    other = make_item(item.client, "WHEEL-2")
    stranger = ClientScope.of(make_client("other").pk)

    assert left_for(everything(), item=other, since=MONDAY) == []
    assert left_for(stranger, item=item, since=MONDAY) == []
    assert received_at(stranger, item=item, since=MONDAY) == []
    assert selectors.advised(stranger, item=item, since=MONDAY) == ({}, [])


def run_of(item, zone, dc, as_of, units=None):
    run = PlacementRun.objects.create(
        client=item.client, as_of=as_of, created_at=moment(as_of), actor_label="paula", inputs_hash="0" * 64,
        code_version="1", parameters={},
    )  # fmt: skip
    if units:
        Recommendation.objects.create(
            run=run, client=item.client, item=item, source=zone, target=dc, quantity=units, reason_code="REPLENISH",
            explanation={}, priority=1, expected_cost_usd=0, expected_fill_before=0, expected_fill_after=0,
            ship_week=as_of, arrive_week_p50=as_of, arrive_week_p90=as_of,
        )  # fmt: skip
    return run


def test_what_the_first_run_of_a_week_advised_counts(item, zone, dc):
    first = run_of(item, zone, dc, MONDAY + DAY, 30)
    run_of(item, zone, dc, MONDAY + 3 * DAY, 12)
    nothing = run_of(item, zone, dc, MONDAY + WEEK)
    run_of(item, zone, dc, MONDAY - DAY, 99)  # before the weeks asked for

    runs, advised = selectors.advised(everything(), item=item, since=MONDAY)

    assert runs == {MONDAY: first.pk, MONDAY + WEEK: nothing.pk}
    assert advised == [moved(dc.pk, MONDAY + DAY, 30)]


def test_the_page_of_an_item_shows_it_to_those_who_see_shipments(client, item, zone, dc):
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday()) - WEEK
    run_of(item, zone, dc, monday, 30)
    shipped(item, zone, dc, "S-1", moment(monday + 2 * DAY), 24)
    received(shipped(item, zone, dc, "S-2", moment(monday - WEEK), 7), moment(monday), 7)
    url = reverse("warehouse:placement_item", args=[item.pk])
    client.force_login(make_user("paula", Role.PLANNER, language="en"))

    page = client.get(url)

    rows = [(row.monday, row.site, row.advised, row.left, row.received) for row in page.context["beside"]]
    assert rows == [(monday, "DALLAS", 30, 24, 7), (monday - WEEK, "DALLAS", None, 7, 0)]
    text = page.content.decode()
    assert "Advised and done" in text
    assert "no run" in text
