"""What the engine is told of the books: never more than customs and shelf could release, nothing that is under way."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from inventory.demand.models import DemandRecord
from inventory.ledger import services as ledger
from inventory.models import Item, Lane, Recommendation
from inventory.parties.scope import ClientScope
from inventory.placement import books, services, stock
from inventory.placement.books import Assumptions
from inventory.placement.errors import NothingToPlan
from inventory.placement.explain import sentence
from tests.builders import (
    ACTOR,
    make_account,
    make_authorisation,
    make_client,
    make_item,
    make_lane,
    make_location,
    make_site,
)
from tests.placement.worlds import AS_OF, AT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def free(world):
    found = stock.stock(client=world.client, on=AS_OF)
    return stock.free(found.lots.get((world.item.pk, world.site.pk), ()), AS_OF)


def test_what_lies_in_bond_can_be_released(world):
    world.stock(100)

    assert free(world) == 100


def test_the_shelf_limits_what_customs_would_release(world):
    world.stock(100)
    world.put(world.account, world.shelf, Decimal(-30))

    assert free(world) == 70


def test_customs_limit_what_the_shelf_would_release(world):
    world.stock(100)
    world.put(world.account, world.shelf, Decimal(30))

    assert free(world) == 100


@pytest.mark.parametrize(
    "values",
    [
        {"hold_reason": "embargo"},
        {"is_provisional": True},
        {"available_from": AS_OF + timedelta(days=1)},
        {"limit": AS_OF - timedelta(days=1)},
    ],
)
def test_a_lot_that_may_not_leave_is_not_free(world, values):
    world.stock(100)
    world.stock(40, **values)

    assert free(world) == 100


def test_the_last_lawful_day_is_still_in_time(world):
    world.stock(40, limit=AS_OF)

    assert free(world) == 40


def test_a_held_or_quarantined_shelf_is_not_free(world):
    world.stock(100)
    lot = world.put(world.account, make_location(world.site, kind="quarantine"), 25, batch="Q")
    world.put(world.account, world.shelf, Decimal(-25))
    held = world.put(world.account, world.shelf, 10, batch="H")
    world.put(world.account, world.shelf, Decimal(-10))
    ledger.hold(lot=held, reason="calidad", at=AT, actor=ACTOR)

    assert lot.batch == "Q"
    assert free(world) == 65


def test_reserved_stock_is_not_free_and_the_oldest_lots_are_those_that_leave(world):
    world.stock(60, day=date(2025, 1, 6), limit=date(2026, 4, 1))
    world.stock(50, day=date(2025, 6, 2))
    lot = world.account.lots.get()
    ledger.reserve(document="EMB-1", wanted=[(lot, world.shelf, Decimal(40))], at=AT)

    found = stock.stock(client=world.client, on=AS_OF).lots[world.item.pk, world.site.pk]

    assert [(row.quantity, row.must_leave_by) for row in found] == [(20, date(2026, 4, 1)), (50, date(2030, 1, 1))]


def test_goods_on_the_road_count_where_they_are_going(world):
    world.at_dc(0, 15)
    world.on_the_road(1, 25)

    found = books.problem(client=world.client, as_of=AS_OF, assumptions=Assumptions()).problem.state

    assert found.on_hand == {("A", world.dcs[0].code): 15}
    assert found.inbound == {("A", world.dcs[1].code): 25}


def accepted(world):
    world.stock(500)
    run = services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)
    row = run.recommendations.order_by("priority").first()
    return services.accept(recommendation=row, at=AT, actor=ACTOR)


def test_an_accepted_move_is_under_way_until_its_goods_leave(world):
    row = accepted(world)
    key = (world.item.pk, row.target_id)

    promised = stock.stock(client=world.client, on=AS_OF)
    assert free(world) == 500 - row.quantity
    assert promised.inbound[key] == row.quantity

    services.note_closed(recommendations=[row.pk], at=AT)
    left = stock.stock(client=world.client, on=AS_OF)
    assert free(world) == 500
    assert key not in left.inbound


def test_an_accepted_move_that_is_reserved_is_not_counted_twice(world):
    row = accepted(world)
    ledger.reserve(document="EMB-9", wanted=[(world.account.lots.get(), world.shelf, row.quantity)], at=AT)
    services.note_document(recommendations=[row.pk], document="EMB-9")

    found = stock.stock(client=world.client, on=AS_OF)

    assert free(world) == 500 - row.quantity
    assert found.inbound[world.item.pk, row.target_id] == row.quantity


def test_the_network_is_that_of_the_books(world):
    world.stock(10)
    found = books.problem(client=world.client, as_of=AS_OF, assumptions=Assumptions()).problem.network

    assert {(node.id, node.type) for node in found.nodes if node.type == "bonded"} == {(world.site.code, "bonded")}
    (lane, *_rest) = [lane for lane in found.lanes if lane.origin == world.site.code]
    assert (lane.lead_time.weeks, lane.crossing, lane.truck_m3) == ((1, 2), world.crossing.code, 75)
    (sku,) = found.skus
    assert (sku.id, sku.duty_rate, sku.sites) == ("A", 0.25, (world.site.code,))


@pytest.mark.parametrize(("valid_to", "rate"), [(None, 0.0), (date(2026, 3, 2), 0.0), (date(2026, 3, 1), 0.25)])
def test_a_valid_usmca_claim_takes_the_duty_away(world, valid_to, rate):
    Item.objects.update(is_usmca=True, usmca_valid_to=valid_to)

    found = books.problem(client=world.client, as_of=AS_OF, assumptions=Assumptions()).problem.network

    assert found.skus[0].duty_rate == rate


def test_promoted_weeks_are_told_as_such(world):
    week = AS_OF - timedelta(weeks=3)
    DemandRecord.objects.filter(week=week, market=world.markets[0]).update(is_promotion=True)

    found = books.problem(client=world.client, as_of=AS_OF, assumptions=Assumptions()).problem.history

    line, column = np.argwhere(found.promo)[0].tolist()
    assert found.promo.sum() == 1
    assert found.regions[line] == books.region_id(world.markets[0])
    assert found.first_week + timedelta(weeks=column) == week


def test_a_client_without_history_has_nothing_to_plan(world):
    empty = make_client("empty")
    make_item(client=empty, sku="A")

    with pytest.raises(NothingToPlan):
        services.run(client=empty, as_of=AS_OF, at=AT, actor=ACTOR)


def test_an_item_without_a_value_is_left_out_and_named(world):
    make_item(client=world.client, sku="FREE", unit_value_usd=0)

    found = books.problem(client=world.client, as_of=AS_OF, assumptions=Assumptions())

    assert found.without_value == ("FREE",)
    assert set(found.items) == {"A"}


def test_another_clients_stock_is_never_counted(world):
    rival = World("rival")
    rival.stock(900)
    rival.at_dc(0, 70)
    world.stock(10)

    state = books.problem(client=world.client, as_of=AS_OF, assumptions=Assumptions()).problem.state

    assert sum(lot.quantity for lots in state.lots.values() for lot in lots) == 10
    assert state.on_hand == {}


def test_the_number_of_questions_does_not_grow_with_the_stock(world, django_assert_max_num_queries, settings):
    for _n in range(12):
        world.stock(10)
    for n in range(5):
        make_item(client=world.client, sku=f"B{n}")

    with django_assert_max_num_queries(20):
        books.problem(client=world.client, as_of=AS_OF, assumptions=Assumptions())

    assert Recommendation.objects.count() == 0
    assert ClientScope.of(world.client.pk).allows(world.client.pk)


def test_a_transfer_between_bonded_sites_is_advised_and_never_recommended_as_a_move(world):
    other = make_site("nld-acme", storage_usd_per_m3_week=Decimal("1.4"))
    make_account(world.item, authorisation=make_authorisation(site=other))
    Lane.objects.filter(destination=world.dcs[1]).update(origin=other)
    make_lane(world.site, other)
    world.stock(3000)

    run = services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)

    (row,) = [row for row in run.metrics["exceptions"] if row["reason_code"] == "TRANSFER"]
    assert (row["node"], row["explanation"]["to_node"]) == ("slp-acme", "nld-acme")
    assert Decimal(row["quantity"]) > 0
    assert row["explanation"]["limit_renewed"] is None
    assert "No movement order can be made of this here" in sentence(row["explanation"])
    assert {move.target for move in run.recommendations.all()} == {world.dcs[0]}
    assert run.parameters["are_transfers_advised"] is True
