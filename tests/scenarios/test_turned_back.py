"""A shipment under a movement order is turned back before the border: the order waits for another one."""

from decimal import Decimal

import pytest
from auditlog.models import LogEntry

from inventory.models import Location, Posting
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.world import ACTOR, at
from warehouse.models import MovementOrder, Shipment
from warehouse.movements import services as movements
from warehouse.shipping import services as shipping
from warehouse.shipping.services import Received

pytestmark = pytest.mark.django_db
DAY = "2026-04-01"


@pytest.fixture
def order():
    """An order of 40 pieces to Dallas, of 100 in the zone."""
    world.load_law()
    site, client = world.make_zone("slp"), make_client("x")
    authorisation = make_authorisation("RFS", site=site)
    item = make_item(client, "SKU-9")
    entry = world.enter(
        client,
        world.declaration(
            "26 24 3456 6000601", site, authorisation, [{"sku": "SKU-9", "quantity": 100, "value": 10_000}],
            paid_on="2026-03-20", cleared_at="2026-03-20T08:00:00-06:00",
        ),
        "2026-03-20",
    )  # fmt: skip
    world.bring_in(entry, "2026-03-20")
    return movements.order(
        client=client, origin=site, destination=world.make_dc(), lines=[(item, Decimal(40))], at=at(DAY), actor=ACTOR
    )


def send(order, number, hour):
    shipment = shipping.draft_from_order(order=order, at=at(DAY, hour), actor=ACTOR)
    shipment = shipping.reserve(shipment=shipment, at=at(DAY, hour), actor=ACTOR)
    dock = Location.objects.get(site=order.origin, code="ANDEN-RFS")
    shipment = shipping.pick(shipment=shipment, dock=dock, at=at(DAY, hour), actor=ACTOR)
    exit_ = world.enter(
        order.client,
        world.declaration(
            number, order.origin, order.origin.authorisations.get().authorisation,
            [{"sku": "SKU-9", "quantity": 40, "value": 4_000}],
            document_key="J4", operation="EXP", regime="EXD", paid_on=DAY,
        ),
        DAY,
    )  # fmt: skip
    shipment = shipping.assign_pedimento(shipment=shipment, pedimento=exit_, at=at(DAY, hour), actor=ACTOR)
    return shipping.dispatch(shipment=shipment, at=at(DAY, hour), actor=ACTOR)


def test_a_shipment_turned_back_leaves_its_order_open_for_another(order):
    first = send(order, "26 24 3456 6000611", 9)
    first = shipping.reverse_dispatch(shipment=first, at=at(DAY, 12), actor=ACTOR, reason="Turned back")
    order.refresh_from_db()
    assert (first.state, order.state) == (Shipment.State.RETURNED, MovementOrder.State.OPEN)

    second = send(order, "26 24 3456 6000612", 15)

    order.refresh_from_db()
    assert second.pk != first.pk
    assert (second.state, order.state) == (Shipment.State.DISPATCHED, MovementOrder.State.SHIPPING)
    assert Posting.objects.filter(kind="dispatch").count() == 2


def test_an_order_turned_back_may_be_called_off(order):
    first = send(order, "26 24 3456 6000611", 9)
    shipping.reverse_dispatch(shipment=first, at=at(DAY, 12), actor=ACTOR, reason="Turned back")

    order.refresh_from_db()

    assert movements.cancel(order=order, at=at(DAY, 13), actor=ACTOR).state == MovementOrder.State.CANCELLED


def test_an_order_that_arrived_is_done_and_the_trail_says_so(order):
    shipment = send(order, "26 24 3456 6000611", 9)

    shipping.receive(
        shipment=shipment,
        received={1: Received(good=Decimal(40))},
        received_at=at(DAY, 20),
        at=at(DAY, 20),
        actor=ACTOR,
    )

    order.refresh_from_db()
    assert order.state == MovementOrder.State.DONE
    changes = LogEntry.objects.get_for_object(order).order_by("pk").values_list("changes", flat=True)
    assert [change["state"] for change in changes if "state" in change][1:] == [
        ["open", "shipping"],
        ["shipping", "done"],
    ]
