"""Trucks of all lanes decided together (placement.md §7.3): never dearer than lane by lane, and within every rule."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.placement.engine import exact
from inventory.placement.engine.model import BondLot
from inventory.placement.engine.program import Program
from inventory.placement.engine.recommend import recommend
from inventory.placement.engine.trucks import URGENT
from tests.placement.cases import AS_OF, sent
from tests.placement.test_events import taxed
from tests.placement.test_exact import world


def bound(problem, *, trucks=None, room=None, closed=None):
    """The world with at most so many trucks a lane, so many m³ at each DC, and a lane that is not there."""
    lanes = [
        replace(lane, max_trucks_per_week=trucks) if lane.truck_m3 else lane
        for lane in problem.network.lanes
        if (lane.origin, lane.destination) != closed
    ]
    nodes = [replace(node, capacity_m3=room) if node.type == "dc" else node for node in problem.network.nodes]
    net = replace(problem.network, lanes=tuple(lanes), nodes=tuple(nodes))
    return replace(problem, network=net)


def settled(problem, *, is_proven=False):
    """What the lanes decide one by one, what they decide together, and the programs that cost both."""
    kept = {}
    original = exact.settle_together

    def spied(work, stocks, loads, *, free, closed):
        kept["one"] = Program(work, stocks, free, closed)
        found = original(work, stocks, loads, free=free, closed=closed)
        kept["all"] = Program(work, stocks, free, closed)
        return found

    exact.settle_together = spied
    most, exact.MOST_SKUS = exact.MOST_SKUS, 500 if is_proven else 0
    try:
        result = recommend(problem)
    finally:
        exact.settle_together, exact.MOST_SKUS = original, most
    return result, kept["one"], kept["all"]


def lies_at(dc, problem):
    """m³ at a DC."""
    volume = {item.id: item.volume_m3 for item in problem.network.skus}
    return sum(units * volume[name] for (name, node), units in problem.state.on_hand.items() if node == dc)


def comes_to(dc, problem, result):
    """m³ that move to a DC."""
    volume = {item.id: item.volume_m3 for item in problem.network.skus}
    return sum(move.quantity * volume[move.sku] for move in result.moves if move.to_node == dc)


def gap(world):
    """By how much the plan of all lanes together is dearer than the cheapest, as a share."""
    result, _one, both = settled(world, is_proven=True)
    assert result.metrics["exact"]["is_proven"]
    return both.cost(both.standing) / result.metrics["exact"]["best_cost"] - 1


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5, 8])
def test_where_few_items_share_trucks_lanes_together_are_within_one_per_cent_of_the_cheapest(seed):
    assert gap(world(seed, skus=6)) < 0.01


def test_where_two_sites_share_the_dcs_lanes_together_are_within_one_per_cent_of_the_cheapest_on_the_mean():
    gaps = [gap(world(seed, skus=4, dcs=2, sites=2)) for seed in range(6)]

    assert np.mean(gaps) < 0.01
    assert max(gaps) < 0.03


worlds = st.builds(
    world, st.integers(0, 10_000), skus=st.integers(2, 5), dcs=st.integers(2, 3), sites=st.integers(1, 2),
    scarce=st.sampled_from([0.3, 1.0, 2.5]),
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(worlds, st.sampled_from([None, 1.0, 2.0]), st.sampled_from([None, 60.0, 200.0]))
def test_lanes_together_cost_no_more_than_one_by_one_and_keep_every_limit(world, trucks, room):
    problem = bound(world, trucks=trucks, room=room, closed=("MX", "DC1") if room == 60.0 else None)

    result, one, both = settled(problem)

    assert both.cost(both.standing) <= one.cost(one.standing) + 1e-6
    sku = {item.id: item for item in problem.network.skus}
    held = {key: sum(lot.quantity for lot in lots) for key, lots in problem.state.lots.items()}
    out = [move for move in result.moves if move.from_node.startswith("MX")]
    for key, units in held.items():
        assert sum(move.quantity for move in out if (move.sku, move.from_node) == key) <= units + 1e-9
    assert all(move.quantity % sku[move.sku].pack_size == 0 for move in out)
    ways = {(lane.origin, lane.destination) for lane in problem.network.lanes}
    assert {(move.from_node, move.to_node) for move in out} <= ways
    if trucks is not None:
        assert all(load["trucks"] <= trucks for load in result.metrics["trucks"])
    for dc in [node.id for node in problem.network.nodes if node.type == "dc" and room is not None]:
        assert comes_to(dc, problem, result) <= max(room - lies_at(dc, problem), 0.0) + 1e-6


@settings(max_examples=8, deadline=None)
@given(worlds)
def test_units_worth_four_times_their_share_of_a_truck_do_not_wait(world):
    _result, one, both = settled(bound(world))

    for n, way in enumerate(one.ways):
        went = int(one.standing[n])
        if way.truck and both.standing[n] < went:
            # The next pack at the lower of both plans would have been urgent only if something else brings it now.
            units = np.array([[0.0, both.pack[n]]])
            cost = both.work.costs(np.array([way.pair]), units)[0]
            assert cost[0] - cost[1] <= URGENT * way.truck[1] / way.truck[0] * way.m3 * 1.02 + 1e-6


def test_packs_of_lots_in_the_red_leave_though_their_truck_is_not_full():
    start = world(4, skus=3, dcs=2)
    key = ("A00", "MX")
    units = sum(lot.quantity for lot in start.state.lots[key])
    lots = (BondLot("OLD", 12.0, AS_OF + timedelta(weeks=2), 0), BondLot("NEW", units, None, 1))
    problem = bound(replace(start, state=replace(start.state, lots={**start.state.lots, key: lots})))

    result, _one, _both = settled(problem)

    assert sum(move.quantity for move in result.moves if move.lot == "OLD") >= 12.0


def test_the_same_world_gives_the_same_moves_again():
    problem = bound(world(3, skus=6, sites=2))

    assert settled(problem)[0].moves == settled(problem)[0].moves


def test_the_cheapest_plan_leaves_what_goes_ahead_of_a_rise_of_duty():
    plain = taxed()

    found = recommend(replace(plain, params=replace(plain.params, is_exact=True)))

    assert sent(found)["DC1"] > 3900
    assert sent(found) == sent(recommend(plain))


def test_no_truck_is_filled_beyond_the_room_of_a_dc_that_asks_for_more_than_it_has():
    problem = bound(world(0, skus=3, dcs=2, scarce=2.5), room=60.0, closed=("MX", "DC1"))

    result = recommend(replace(problem, params=replace(problem.params, is_exact=False)))

    assert comes_to("DC2", problem, result) <= 60.0 - lies_at("DC2", problem) + 1e-6
