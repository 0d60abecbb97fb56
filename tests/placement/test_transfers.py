"""What goes from bond to bond (placement.md §3 and §7.4)."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from inventory.placement.engine.groundwork import lay_ground, outlooks
from inventory.placement.engine.model import BondLot, Event, Lane, LeadTime, Node, Params, Problem
from inventory.placement.engine.recommend import recommend, settle
from inventory.placement.engine.transfer_worth import worth_of
from inventory.placement.engine.transferring import standing_of
from inventory.placement.engine.transfers import renewed_limit, transfer_lanes, transfers, ways_of
from inventory.placement.explain import sentence
from tests.placement.cases import AS_OF, ONE_WEEK, SUPPLY, history, level, network, poisson_series, problem, sku, state

ONWARD = 2000 / 75 / 0.85


def two_sites(*, skus=None, supply=SUPPLY, capacity=None, **road):
    """MX feeds DC1, MY feeds DC2; a lane leads from MX to MY."""
    net = network(skus=skus)
    lanes = tuple(lane for lane in net.lanes if (lane.origin, lane.destination) != ("MX", "DC2"))
    lanes += (
        Lane("SUP", "MY", supply, mode="ocean", cost_per_m3=50.0),
        Lane("MY", "DC2", ONE_WEEK, crossing="OTAY", cost_per_m3=ONWARD),
        Lane("MX", "MY", **{"lead_time": ONE_WEEK, "cost_per_m3": 10.0, **road}),
    )
    there = Node("MY", "bonded", storage_per_m3_week=1.0, capacity_m3=capacity)
    return replace(net, nodes=(*net.nodes, there), lanes=lanes)


def world(*, here=800, there=3, net=None, means=(20, 20), dcs=None, **params):
    stock = state(bond={("A", "MX"): here, ("A", "MY"): there}, dcs=dcs)
    return problem(poisson_series(1, *means), net=net or two_sites(), stock=stock, **params)


def transferred(result, sku_id="A"):
    """Units by the sites between which they go."""
    bonded = {"MX", "MY", "MZ"}
    found = {}
    for move in result.moves:
        if move.sku == sku_id and {move.from_node, move.to_node} <= bonded:
            found[move.from_node, move.to_node] = found.get((move.from_node, move.to_node), 0.0) + move.quantity
    return found


def moved(result):
    return next(move for move in result.moves if move.to_node == "MY" and move.from_node == "MX")


def ordered(result, site):
    return sum(move.quantity for move in result.moves if (move.from_node, move.to_node) == ("SUP", site))


def plainly(found):
    """The same world without lanes from bond to bond."""
    lanes = tuple(lane for lane in found.network.lanes if not {lane.origin, lane.destination} <= {"MX", "MY", "MZ"})
    return replace(found, network=replace(found.network, lanes=lanes))


def test_what_one_site_has_too_much_of_goes_to_one_that_lacks_it_instead_of_an_order():
    alone, both = recommend(plainly(world())), recommend(world())

    lacking = level(both, "A", "MY").order_up_to - 3
    assert ordered(alone, "MY") == lacking
    assert transferred(both) == {("MX", "MY"): lacking}
    assert ordered(both, "MY") == 0
    assert moved(both).reason_code == "TRANSFER"
    assert level(both, "A", "MY").explanation["from_bond"] == lacking
    assert level(both, "A", "MX").explanation["to_bond"] == lacking


def test_every_part_of_what_a_transfer_saves_and_costs_is_told():
    facts = moved(recommend(world())).explanation

    units = facts["quantity"]
    # 0.01 m³ at 10 a m³; 10 of value for a week at 12 % a year.
    assert facts["cost_freight"] == pytest.approx(0.1 * units)
    assert facts["cost_way"] == pytest.approx(10 * 0.12 / 52 * units, abs=1e-3)
    # Both sites are four weeks from the supplier at 50 a m³: what MY orders less, MX orders more, later.
    order = (0.5 + 4 * 10 * 0.12 / 52) * units
    assert facts["saved_order"] == pytest.approx(order, abs=1e-3)
    assert facts["cost_refill"] == pytest.approx(order, abs=1e-3)
    assert facts["saved_short"] == pytest.approx(3.5 * facts["short_saved"], abs=1e-3)
    assert facts["saves"] - facts["costs"] == pytest.approx(facts["saving"], abs=1e-3)
    assert facts["saving"] > 0
    said = sentence(facts)
    assert f"Bring {units} from MX to MY, from bond to bond" in said
    assert f"{facts['saves']:.2f}".rstrip("0").rstrip(".") in said
    with translation.override("es-mx"):
        assert "de recinto a recinto" in sentence(facts)


def test_as_many_packs_go_as_gain_most():
    """Against every number of packs, for one lane and item."""
    found = world(here=500, there=30, net=two_sites(skus=[sku(pack_size=6.0, moq=60.0)], cost_per_m3=60.0))
    ground = lay_ground(found)
    outlook = outlooks(ground)
    known = standing_of(ground, outlook, settle(ground, outlook))

    (entry,) = transfers(known)

    free = int(known.deployment.stocks[0].free_packs(6.0))
    ways = ways_of(known, transfer_lanes(known.grid, known.closed))
    packs = np.arange(free + 1.0)[None, : int(ways.most[0]) + 1]
    worth = worth_of(known, ways, known.owned, known.orders, np.array([0]), packs)
    gain = (worth.saves - worth.costs)[0]
    assert entry.packs == int(np.argmax(gain))
    assert entry.saving == pytest.approx(gain.max())
    assert entry.packs > 0


def test_nothing_goes_where_the_way_costs_more_than_an_order_and_what_is_missed():
    assert transferred(recommend(world(net=two_sites(cost_per_m3=2000.0)))) == {}


def test_a_slow_way_saves_nothing_that_would_be_missed():
    slow = recommend(world(net=two_sites(lead_time=LeadTime((9,), (1.0,)))))

    assert transferred(slow)
    assert moved(slow).explanation["short_saved"] == 0


def test_a_site_gives_nothing_that_it_would_miss_as_much_itself():
    assert transferred(recommend(world(here=60, there=3))) == {}


def test_a_site_that_owns_its_level_gets_nothing():
    assert transferred(recommend(world(there=400))) == {}


def test_an_item_goes_to_no_site_where_it_may_not_lie():
    assert transferred(recommend(world(net=two_sites(skus=[sku(sites=("MX",))])))) == {}


def test_nothing_goes_over_a_closed_lane():
    closure = Event("closure", "MX>MY", "", AS_OF, AS_OF)

    assert transferred(recommend(replace(world(), events=(closure,)))) == {}


def test_trucks_and_the_room_of_the_other_site_are_kept():
    by_trucks = two_sites(cost_per_m3=0.0, truck_m3=0.5, truck_cost=1.0, max_trucks_per_week=1)
    by_room = two_sites(capacity=0.8)

    assert transferred(recommend(world(net=by_trucks))) == {("MX", "MY"): 50}
    assert sum(transferred(recommend(world(net=by_room, there=10))).values()) <= 70


# Limits


def with_limit(weeks, *, here=400, means=(0.2, 20), there=0, **values):
    lots = [BondLot("OLD", float(here), AS_OF + timedelta(weeks=weeks))]
    stock = state(bond={("A", "MX"): lots, ("A", "MY"): there})
    return problem(poisson_series(1, *means), net=two_sites(**values), stock=stock)


def test_a_lot_that_would_not_leave_in_time_goes_where_it_will_and_keeps_its_limit():
    result = recommend(with_limit(8))

    move = moved(result)
    assert move.reason_code == "LIMIT_NEAR"
    assert (move.lot, move.limit_date) == ("OLD", AS_OF + timedelta(weeks=8))
    # It is there in a week; what is asked a week until a review before its limit is what it may be.
    weekly = move.explanation["weekly_demand"]
    assert move.quantity <= weekly * (8 - 1 - 1)
    assert move.explanation["limit_renewed"] is None
    assert "Their limit goes along" in sentence(move.explanation)


def test_only_a_lane_that_says_so_moves_a_limit():
    kept, renewed = recommend(with_limit(4)), recommend(with_limit(4, renews_limit_months=6))

    assert moved(kept).quantity < moved(renewed).quantity
    assert moved(renewed).explanation["limit_renewed"] == "2026-09-02"
    assert "stay until 2026-09-02" in sentence(moved(renewed).explanation)
    assert renewed_limit(Lane("MX", "MY", ONE_WEEK), AS_OF, AS_OF) == AS_OF
    assert renewed_limit(Lane("MX", "MY", ONE_WEEK, renews_limit_months=6), None, AS_OF) is None


def test_what_stays_near_its_limit_is_told_what_a_transfer_would_cost():
    result = recommend(with_limit(3, here=2000))

    (row,) = [row for row in result.exceptions if row.reason_code == "LIMIT_NEAR"]
    (option,) = [option for option in row.explanation["alternatives"] if option["action"] == "transfer"]
    assert option["cost"] == pytest.approx(0.1 + 10 * 0.12 / 52, abs=1e-4)
    assert (option["to_node"], option["limit_date"]) == ("MY", "2026-03-23")
    costs = [option["cost"] for option in row.explanation["alternatives"]]
    assert costs == sorted(costs)


def test_units_that_were_to_wait_long_at_a_dc_because_of_a_limit_go_to_another_site_instead():
    found = with_limit(6, here=800, means=(20, 20), there=3)

    alone, both = recommend(plainly(found)), recommend(found)

    forward = [sum(m.quantity for m in result.moves if m.to_node == "DC1") for result in (alone, both)]
    facts = moved(both).explanation
    assert facts["called_back"] == forward[0] - forward[1] > 0
    assert facts["saved_early"] > facts["cost_freight"]
    assert sum(m.quantity for m in both.moves if m.from_node == "MX") <= 800


def test_a_lot_past_its_limit_goes_nowhere():
    assert transferred(recommend(with_limit(-1))) == {}


# Advice


def test_advice_is_an_exception_and_changes_neither_moves_nor_orders():
    alone, advised = recommend(plainly(world())), recommend(world(are_transfers_advised=True))

    assert advised.moves == alone.moves
    assert [replace(row, explanation={}) for row in advised.levels] == [
        replace(row, explanation={}) for row in alone.levels
    ]
    (row,) = [row for row in advised.exceptions if row.reason_code == "TRANSFER"]
    assert (row.node, row.quantity) == ("MX", moved(recommend(world())).quantity)
    assert "No movement order can be made of this here" in sentence(row.explanation)


def test_the_totals_tell_what_goes_from_bond_to_bond():
    (row,) = recommend(world()).metrics["transfers"]

    assert (row["from_node"], row["to_node"], row["items"]) == ("MX", "MY", 1)
    assert row["loaded_m3"] == pytest.approx(0.01 * moved(recommend(world())).quantity)
    assert "transfers" not in recommend(plainly(world())).metrics


# Whatever the world


@st.composite
def worlds(draw):
    """Random worlds: two items, three bonded sites with lanes between them, packs, least orders, lots with and without limits."""
    seed = draw(st.integers(0, 2**20))
    items = [
        sku("A", pack_size=draw(st.sampled_from([1.0, 12.0, 0.5])), moq=draw(st.sampled_from([0.0, 48.0]))),
        sku("B", stockout_cost=draw(st.floats(0.1, 30)), duty_rate=draw(st.floats(0, 3))),
    ]
    months = draw(st.sampled_from([None, 6]))
    net = two_sites(skus=items, cost_per_m3=draw(st.floats(0, 100)), renews_limit_months=months)
    roads = [("MY", "MX"), ("MX", "MZ"), ("MZ", "MY"), ("MZ", "MX")]
    lanes = [
        Lane(a, b, ONE_WEEK, cost_per_m3=draw(st.floats(0, 50)), truck_m3=draw(st.sampled_from([None, 0.4])),
             truck_cost=3.0, max_trucks_per_week=draw(st.sampled_from([None, 1])))
        for a, b in draw(st.lists(st.sampled_from(roads), unique=True))
    ]  # fmt: skip
    net = replace(net, nodes=(*net.nodes, Node("MZ", "bonded")), lanes=(*net.lanes, *lanes))
    lots, days = {}, {}
    for item in items:
        for site in ("MX", "MY", "MZ"):
            sizes = draw(
                st.lists(st.tuples(st.integers(0, 500), st.sampled_from([None, -3, 2, 6, 11, 60])), max_size=3)
            )
            lots[item.id, site] = [
                BondLot(f"{site}{n}", float(size), None if w is None else AS_OF + timedelta(weeks=w), n)
                for n, (size, w) in enumerate(sizes)
            ]
        days |= {(item.id, dc): draw(st.integers(0, 100)) for dc in ("DC1", "DC2")}
    rates = draw(st.lists(st.floats(0.05, 40), min_size=2, max_size=2))
    series = poisson_series(seed, *rates) | poisson_series(seed + 1, *rates[::-1], sku_id="B")
    unmet = draw(st.sampled_from(["lost", "backordered"]))
    return Problem(replace(net, unmet=unmet), history(series), state(bond=lots, dcs=days), Params())


@given(worlds())
def test_no_unit_leaves_twice_and_every_transfer_pays(world):
    result = recommend(world)

    roads = {(lane.origin, lane.destination): lane for lane in world.network.lanes}
    between = [m for m in result.moves if {m.from_node, m.to_node} <= {"MX", "MY", "MZ"}]
    for item in world.network.skus:
        for site in ("MX", "MY", "MZ"):
            lots = [lot for lot in world.state.lots[item.id, site] if lot.limit is None or lot.limit >= AS_OF]
            out = [m.quantity for m in result.moves if (m.sku, m.from_node) == (item.id, site)]
            assert sum(out) <= sum(lot.quantity for lot in lots) + 1e-9
            assert all(quantity > 0 and quantity % item.pack_size == 0 for quantity in out)
            moves = [m for m in result.moves if (m.sku, m.from_node) == (item.id, site)]
            for lot in lots:
                taken = sum(units for m in moves for name, units, _limit in m.lots if name == lot.lot)
                assert taken <= lot.quantity + 1e-9
            assert all(sum(units for _name, units, _limit in m.lots) <= m.quantity + 1e-9 for m in moves)
        ways = transferred(result, item.id)
        assert not {(b, a) for a, b in ways} & set(ways)
    assert all(m.explanation["saving"] > 0 for m in between)
    for ends, lane in roads.items():
        if lane.truck_m3 and lane.max_trucks_per_week is not None:
            m3 = sum(0.01 * m.quantity for m in between if (m.from_node, m.to_node) == ends)
            assert m3 <= lane.truck_m3 * lane.max_trucks_per_week + 1e-9
    assert recommend(world) == result


@given(worlds())
def test_transfers_never_order_more_of_what_they_bring(world):
    alone, both = recommend(plainly(world)), recommend(world)

    targets = {(m.sku, m.to_node) for m in both.moves if {m.from_node, m.to_node} <= {"MX", "MY", "MZ"}}
    givers = {(m.sku, m.from_node) for m in both.moves if {m.from_node, m.to_node} <= {"MX", "MY", "MZ"}}
    for item, site in targets - givers:
        orders = [
            sum(m.quantity for m in result.moves if (m.sku, m.from_node, m.to_node) == (item, "SUP", site))
            for result in (alone, both)
        ]
        assert orders[1] <= orders[0]


@given(worlds())
def test_an_items_transfers_do_not_depend_on_the_other_items_where_they_share_no_trucks(world):
    lanes = tuple(replace(lane, max_trucks_per_week=None) for lane in world.network.lanes)
    both = replace(world, network=replace(world.network, lanes=lanes))
    alone = replace(both, network=replace(both.network, skus=both.network.skus[:1]))
    tuning = recommend(both).tuning

    assert transferred(recommend(both, tuning=tuning)) == transferred(recommend(alone, tuning=tuning))
