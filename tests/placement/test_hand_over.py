"""From an accepted recommendation to goods on the road: at no step are they counted twice, or lost from sight."""

import pytest

from inventory.placement import services, stock
from inventory.places.models import Location
from tests.builders import ACTOR, make_location
from tests.placement.worlds import AS_OF, AT, World
from warehouse.movements import services as movements
from warehouse.shipping import services as shipping

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = World()
    world.stock(500)
    make_location(world.site, kind=Location.Kind.DOCK)
    return world


def seen(world, row):
    found = stock.stock(client=world.client, on=AS_OF)
    free = stock.free(found.lots[world.item.pk, world.site.pk], AS_OF)
    return free, found.inbound.get((world.item.pk, row.target_id), 0)


def ordered(world):
    run = services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)
    row = services.accept(recommendation=run.recommendations.first(), at=AT, actor=ACTOR)
    (order,) = movements.order_from_recommendations(recommendations=[row], at=AT, actor=ACTOR)
    return row, order


def test_an_accepted_move_stays_under_way_while_it_is_ordered_and_reserved(world):
    row, order = ordered(world)
    shipment = shipping.draft_from_order(order=order, at=AT, actor=ACTOR)
    under_way = (500 - row.quantity, row.quantity)
    drafted = seen(world, row)

    shipping.reserve(shipment=shipment, at=AT, actor=ACTOR)

    row.refresh_from_db()
    assert drafted == under_way
    assert row.document == shipment.number
    assert seen(world, row) == under_way


def test_a_shipment_that_is_called_off_frees_its_goods(world):
    row, order = ordered(world)
    shipment = shipping.draft_from_order(order=order, at=AT, actor=ACTOR)
    shipping.reserve(shipment=shipment, at=AT, actor=ACTOR)
    shipment.refresh_from_db()

    shipping.cancel(shipment=shipment, at=AT, actor=ACTOR)

    assert seen(world, row) == (500, 0)


def test_an_order_that_is_cancelled_frees_its_goods(world):
    row, order = ordered(world)

    movements.cancel(order=order, at=AT, actor=ACTOR)

    assert seen(world, row) == (500, 0)
