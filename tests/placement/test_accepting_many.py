"""Several recommendations accepted together: one order for each lane, all or none, and what cancelling gives back."""

import pytest

from inventory.models import Lane, Recommendation
from inventory.placement import services, stock
from inventory.placement.errors import NotAllAccepted
from tests.builders import ACTOR
from tests.placement.worlds import AS_OF, AT, World
from warehouse.models import MovementOrder
from warehouse.movements import accepting
from warehouse.movements import services as movements
from warehouse.shipping import services as shipping

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = World()
    world.stock(500)
    services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)
    return world


def proposed():
    return list(Recommendation.objects.filter(state="proposed").order_by("pk"))


def accept(rows):
    return accepting.accept_together(recommendations=[row.pk for row in rows], at=AT, actor=ACTOR)


def free(world):
    lots = stock.stock(client=world.client, on=AS_OF).lots
    return stock.free(lots[world.item.pk, world.site.pk], AS_OF)


def test_a_move_names_the_lane_it_goes_over(world):
    for row in proposed():
        assert (row.lane.origin, row.lane.destination) == (row.source, row.target)


def test_each_lane_gets_one_order_with_all_its_moves(world):
    rows = proposed()

    orders = accept(rows)

    assert {order.lane for order in orders} == {row.lane for row in rows}
    for order in orders:
        lines = {line.recommendation: line.quantity for line in order.lines.all()}
        assert lines == {row: row.quantity for row in rows if row.lane == order.lane}
    assert free(world) == 500 - sum(row.quantity for row in rows)


def test_two_roads_between_the_same_sites_get_an_order_each_and_shipments_over_their_own_crossing(world):
    rows = proposed()[:1]
    way = Lane.objects.get(pk=rows[0].lane_id)
    other = Lane.objects.get(pk=way.pk)
    other.pk, other.mode, other.crossing = None, "rail", None
    other.save()
    twin = Recommendation.objects.get(pk=rows[0].pk)
    twin.pk, twin.lane, twin.quantity = None, other, 2
    twin.save()

    orders = accept([*rows, twin])

    drafted = [shipping.draft_from_order(order=order, at=AT, actor=ACTOR).crossing for order in orders]
    assert [order.lane for order in orders] == [way, other]
    assert drafted == [way.crossing, None]


def test_what_the_books_cannot_release_beside_the_others_stops_all_of_it(world):
    rows = proposed()
    Recommendation.objects.filter(pk=rows[0].pk).update(quantity=480)

    with pytest.raises(NotAllAccepted) as refusal:
        accept(rows)

    (error,) = refusal.value.errors
    assert error.context["recommendation"] == rows[1].pk
    assert error.context["free"] == "20"
    assert not MovementOrder.objects.exists()
    assert [row.state for row in proposed()] == ["proposed"] * len(rows)
    assert free(world) == 500


def test_cancelling_the_order_gives_the_goods_back(world):
    (order, *_others) = accept(proposed()[:1])

    movements.cancel(order=order, at=AT, actor=ACTOR)

    assert free(world) == 500
