"""What a delivery was short of: it stands in transit, in the report and for the client, until somebody explains it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.models import Balance, Finding, Posting
from inventory.parties.scope import ClientScope
from inventory.reports.verification import verify_books
from tests.scenarios.world import ACTOR
from tests.web.floor import text_of
from warehouse.models import DeliveryLine
from warehouse.shipping import selectors
from warehouse.shipping import services as shipping
from warehouse.tracking.flows import flows


def page(name, *args):
    return reverse(f"warehouse:{name}", args=args)


@pytest.fixture
def short(floor):
    """Forty shipped, thirty good and three damaged came: seven are short."""
    floor.stocked()
    shipment = floor.shipment("dispatched")
    shipping.receive(
        shipment=shipment, received={1: shipping.Received(Decimal(30), Decimal(3))},
        received_at=timezone.now(), at=timezone.now(), actor=ACTOR,
    )  # fmt: skip
    shipment.refresh_from_db()
    return shipment


def standing(floor):
    """What stands in transit, by line, as the selector and the report's flows say."""
    scope = ClientScope.of(floor.client.pk)
    [flow] = flows(scope, since=timezone.now() - timedelta(days=2))
    return [line.standing for line in selectors.lines_in_transit(scope)], flow.on_road_units


def in_transit_balance(floor):
    """What the physical books have in transit to the DC."""
    rows = Balance.objects.filter(location__site=floor.dc, location__kind="transit").values_list("quantity", flat=True)
    return sum(rows)


def test_what_is_short_stays_in_the_report_of_movements_in_transit_and_in_sight_of_the_client(floor, short):
    client = floor.come_in("client", client=floor.client)

    report = text_of(client.get(reverse("inventory:report", args=["in_transit"])))

    assert standing(floor) == ([Decimal(7)], Decimal(7))
    assert in_transit_balance(floor) == 7
    assert short.number in report


def test_what_is_found_is_put_away_and_what_is_lost_leaves_transit_each_with_its_paper(floor, short):
    supervisor = floor.come_in("supervisor")
    url = page("shipment_short", short.number, 1)

    found = supervisor.post(url, {"outcome": "found", "quantity": "5", "document": "HOJA-8", "location": "D-01"})
    between = standing(floor)
    still_open = Finding.objects.filter(code="delivery_short", closed_at=None).count()
    lost = supervisor.post(url, {"outcome": "lost", "quantity": "2", "document": "RECLAMO-77"})

    line = DeliveryLine.objects.get()
    assert (found.status_code, lost.status_code) == (302, 302)
    assert between == ([Decimal(2)], Decimal(2))
    assert still_open == 1
    assert (line.found, line.lost, line.missing) == (5, 2, 0)
    assert standing(floor) == ([], Decimal(0))
    assert in_transit_balance(floor) == 0
    assert Balance.objects.get(location__site=floor.dc, location__code="D-01").quantity == 35
    assert Finding.objects.get(code="delivery_short").resolution == "RECLAMO-77"
    assert "found later: 5 pz" in text_of(supervisor.get(page("shipment", short.number)))
    assert list(verify_books()) == []


def test_more_than_is_missing_is_refused_on_its_field_and_changes_nothing(floor, short):
    before = Posting.objects.count()

    answer = floor.come_in("supervisor").post(
        page("shipment_short", short.number, 1), {"outcome": "lost", "quantity": "8", "document": "RECLAMO-77"}
    )

    assert answer.status_code == 422
    assert "8 is not above zero and at most 7" in text_of(answer)
    assert (Posting.objects.count(), DeliveryLine.objects.get().missing) == (before, 7)


def test_the_same_paper_sent_twice_counts_once(floor, short):
    supervisor, url = floor.come_in("supervisor"), page("shipment_short", short.number, 1)
    paper = {"outcome": "lost", "quantity": "2", "document": "RECLAMO-77"}

    supervisor.post(url, paper)
    supervisor.post(url, paper)

    line = DeliveryLine.objects.get()
    assert (line.lost, line.missing) == (2, 5)


@pytest.mark.parametrize("role", ["operator", "planner", "client", "authority"])
def test_nobody_else_explains_a_shortage(floor, short, role):
    person = floor.operator() if role == "operator" else floor.come_in(
        role, client=floor.client if role == "client" else None
    )  # fmt: skip

    answer = person.post(
        page("shipment_short", short.number, 1), {"outcome": "lost", "quantity": "7", "document": "RECLAMO-77"}
    )

    assert answer.status_code == 403
    assert DeliveryLine.objects.get().missing == 7


def test_a_line_with_nothing_missing_has_nothing_to_explain(floor, short):
    supervisor, url = floor.come_in("supervisor"), page("shipment_short", short.number, 1)

    supervisor.post(url, {"outcome": "lost", "quantity": "7", "document": "RECLAMO-77"})

    assert supervisor.get(url).status_code == 404
    assert (
        page("shipment_short", short.number, 1) not in supervisor.get(page("shipment", short.number)).content.decode()
    )
