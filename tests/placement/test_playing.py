"""Playing weeks of a chain, tuning by it, and what following the engine would have cost (placement.md §6.3, §11)."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from inventory.placement.engine.backtest import EnginePolicy, Window, as_known, play
from inventory.placement.engine.groundwork import lay_ground
from inventory.placement.engine.model import Lane, LeadTime, Node
from inventory.placement.engine.policies import AllForward, NormalBaseStock, WeeksOfSupply
from inventory.placement.engine.prepare import prepare
from inventory.placement.engine.simulate import Simulation, draws
from inventory.placement.engine.stage import Stage
from inventory.placement.engine.tune import centre, tune
from tests.placement.cases import network, problem, sku

ONE = LeadTime((1,), (1.0,))
RANDOM = LeadTime((1, 2, 3), (0.5, 0.3, 0.2))


def stage(demand, *, net=None, **values):
    """Items A, B … with demand (item, DC, week)."""
    skus = [sku(chr(65 + n), **values) for n in range(len(demand))]
    net = net or network(skus=skus, dcs=len(demand[0]), lead=ONE, supply=LeadTime((2,), (1.0,)))
    series = {
        (chr(65 + n), f"R{d + 1}"): line for n, rows in enumerate(demand) for d, line in enumerate(np.asarray(rows))
    }
    prepared = prepare(problem(series, net=net))
    return Stage(prepared, np.arange(len(demand)))


def fixed(ships, orders):
    """A policy that always does the same."""
    return lambda game, _column: ([np.full_like(game.on_hand, ships)], np.full_like(game.in_bond, orders))


def test_a_week_is_played_in_the_order_of_the_method():
    chain = stage([[np.full(30, 10.0)]])
    game = Simulation(chain.chain, chain.demand, settings=1, columns=range(20, 24), seed=0)
    game.on_hand[:], game.in_bond[:] = 12, 30

    game.receive()
    game.act([np.full((1, 1, 1), 7.0)], np.full((1, 1, 1), 5.0), counted=True)

    assert game.on_hand.item() == 2  # 12 less the demand; what was shipped is on the way
    assert game.in_bond.item() == 23
    assert game.inbound.sum() == 7
    game.receive()
    assert game.on_hand.item() == 9


def test_what_cannot_be_served_is_lost_or_owed():
    lost = stage([[np.full(30, 10.0)]])
    owed = stage([[np.full(30, 10.0)]], net=replace(network(dcs=1, lead=ONE), unmet="backordered"))
    found = {}
    for name, chain in (("lost", lost), ("owed", owed)):
        game = Simulation(chain.chain, chain.demand, settings=1, columns=range(20, 24), seed=0)
        game.on_hand[:] = 4
        for _week in range(2):
            game.receive()
            game.act([np.zeros((1, 1, 1))], np.zeros((1, 1, 1)), counted=True)
        found[name] = (game.tally.short.item(), game.positions().item())

    assert found["lost"] == (pytest.approx(16 * 3.5), 0)
    assert found["owed"] == (pytest.approx(16 * 3.5), -16)


def test_a_policy_that_asks_for_more_than_there_is_gets_its_share():
    chain = stage([[np.full(30, 1.0), np.full(30, 1.0)]])
    game = Simulation(chain.chain, chain.demand, settings=1, columns=range(20, 24), seed=0)
    game.in_bond[:] = 30

    game.receive()
    game.act([np.array([[[40.0, 20.0]]])], np.zeros((1, 1, 1)), counted=True)

    assert game.inbound.sum(axis=0)[0, 0].tolist() == [20, 10]
    assert game.in_bond.item() == 0


def test_what_lies_beyond_its_limit_leaves_by_force_and_is_paid_for():
    net = network(dcs=1, lead=ONE, supply=LeadTime((2,), (1.0,)))
    nodes = tuple(replace(node, permanence_months=1) if node.id == "MX" else node for node in net.nodes)
    chain = stage([[np.full(40, 1.0)]], net=replace(net, nodes=nodes))
    game = Simulation(chain.chain, chain.demand, settings=1, columns=range(20, 32), seed=0)
    game.in_bond[:] = 50
    game.arrived.append(game.in_bond.copy())

    for _week in range(6):
        game.receive()
        game.act([np.full((1, 1, 1), 2.0)], np.full((1, 1, 1), 3.0), counted=True)

    # At the end of the fifth week 50 have lain for five weeks, of which ten left; what came since (three weeks of 3) stays, and
    # in the sixth 3 more come and 2 leave.
    assert game.tally.expired.item() == pytest.approx((50 - 2 * 5) * 4.5)
    assert game.in_bond.item() == pytest.approx(3 * 3 + 3 - 2)


def test_lead_times_are_drawn_for_each_lane_whatever_the_others_are():
    one = draws([("a", RANDOM), ("b", RANDOM)], 400, 7)
    other = draws([("b", RANDOM)], 400, 7)

    assert (one[1] == other[0]).all()
    assert (one[0] != one[1]).any()
    assert np.bincount(one[0])[1:] / 400 == pytest.approx([0.5, 0.3, 0.2], abs=0.08)


def test_a_week_that_nobody_knows_is_not_played():
    line = np.full(40, 10.0)
    line[30:33] = np.nan
    known = stage([[line]])

    tally = play(
        known, WeeksOfSupply(np.array([3.0]), np.array([1.0])), 1, Window((*tuple(range(28, 30)), 33, 34), 0), 0
    )

    assert tally.weeks == 4
    assert tally.asked.sum() == 4 * 10 * 10


@pytest.mark.parametrize(
    "policy",
    [
        WeeksOfSupply(np.array([4.0]), np.array([4.0])),
        NormalBaseStock(np.array([3.0]), np.array([3.0])),
        AllForward(np.array([4.0])),
    ],
)
def test_every_rule_of_thumb_serves_steady_demand(policy):
    rng = np.random.default_rng(1)
    chain = stage([[rng.poisson(20, 90).astype(float), rng.poisson(9, 90).astype(float)]])

    tally = play(chain, policy, 1, Window(tuple(range(50, 90)), 8), 0)

    assert tally.fill.item() > 0.97


def test_all_forward_leaves_nothing_in_bond():
    rng = np.random.default_rng(1)
    chain = stage([[rng.poisson(20, 90).astype(float)]])

    tally = play(chain, AllForward(np.array([3.0])), 1, Window(tuple(range(50, 90)), 8), 0)

    assert tally.value_bond.sum() < 0.02 * tally.value_dc.sum()


def history(seed=1, items=6, weeks=110):
    rng = np.random.default_rng(seed)
    return [[rng.poisson(rate, weeks).astype(float) for rate in (12, 5)] for _item in range(items)]


def test_the_engine_costs_less_than_four_weeks_everywhere():
    chain = stage(history())
    world = chain.prepared.problem
    before = as_known(world, 70, replace(world.state, as_of=world.history.first_week + timedelta(weeks=70)))
    tuning = lay_ground(before, is_tuned=True).tuning
    judged = Window(tuple(range(70, 110)), 8)

    engine = play(chain, EnginePolicy(world, chain, tuning), 1, judged, 0)
    four = play(chain, WeeksOfSupply(np.array([4.0]), np.array([4.0])), 1, judged, 0)

    assert engine.controllable.item() < 0.9 * four.controllable.item()
    assert engine.fill.item() > 0.93


def test_played_week_by_week_a_dc_is_never_filled_beyond_its_room():
    demand = history(items=4)
    net = network(skus=[sku(chr(65 + n)) for n in range(4)], dcs=2, lead=ONE, supply=LeadTime((2,), (1.0,)))
    net = replace(net, nodes=tuple(replace(n, capacity_m3=1.2) if n.id == "DC1" else n for n in net.nodes))
    chain = stage(demand, net=net)
    world = chain.prepared.problem
    policy = EnginePolicy(world, chain, lay_ground(as_known(world, 70, world.state)).tuning)
    game = Simulation(chain.chain, chain.demand, settings=1, columns=range(70, 85), seed=0)
    game.start_plain()
    filled = []

    for week in range(70, 85):
        game.receive()
        ships, orders = policy(game, week)
        taken = 0.01 * (game.on_hand + game.inbound.sum(axis=0))[0, :, 0].sum()
        sent = 0.01 * ships[0][0, :, 0].sum()
        filled.append(taken + sent)
        assert sent <= max(1.2 - taken, 0.0) + 1e-9
        game.act(ships, orders, counted=True)

    assert max(filled[5:]) == pytest.approx(1.2, abs=0.02)
    assert game.tally.fill.item() > 0.8


def test_what_happens_later_does_not_change_what_the_engine_decides():
    chain = stage(history())
    world = chain.prepared.problem
    changed = replace(world, history=replace(world.history, demand=world.history.demand.copy()))
    changed.history.demand[:, 80:] = 99
    game = Simulation(chain.chain, chain.demand, settings=1, columns=range(80, 82), seed=0)
    game.start_plain()
    game.on_hand /= 2
    game.receive()
    tuning = lay_ground(as_known(world, 80, world.state)).tuning

    ships, orders = EnginePolicy(world, chain, tuning)(game, 80)
    again, more = EnginePolicy(changed, chain, tuning)(game, 80)

    assert (ships[0] == again[0]).all()
    assert (orders == more).all()
    assert ships[0].sum() > 0


def test_tuning_says_what_it_rests_on_and_is_the_same_again():
    prepared = stage(history()).prepared

    found, again = tune(prepared), tune(prepared)

    assert found == again
    smooth = found.classes["smooth"]
    assert smooth.items == 6
    assert smooth.weeks > 12
    assert set(smooth.cost) == {"steady", "steady, fitted", "balanced"}


def test_dear_losses_tune_to_more_stock():
    cheap, dear = (tune(stage(history(), stockout_cost=cost).prepared).classes["smooth"] for cost in (0.3, 30.0))

    assert dear.beta > cheap.beta


def test_a_history_too_short_to_play_is_planned_by_theory():
    found = tune(stage(history(weeks=18)).prepared).classes["smooth"]

    assert found.weeks == 0
    assert found.phi == 2.0
    assert found.beta == found.beta_theory


def test_the_middle_of_the_flat_part_is_taken():
    phi, beta = np.array([0.5, 1.0, 2.0, 4.0]), np.array([0.9, 0.9, 0.9, 0.9])

    middle, level = centre(np.array([100.0, 101.0, 101.9, 110.0]), phi, beta)

    assert middle == pytest.approx(1.0)
    assert level == pytest.approx(0.9)


def two_sites(price):
    """Two sites; the second is dearer to the first DC and cheaper to the second by this price a m³."""
    net = network(skus=[sku("A", volume_m3=0.02)], dcs=2, lead=ONE)
    lanes = [lane for lane in net.lanes if lane.origin != "MX"]
    for site, near in (("MX", "DC1"), ("MY", "DC2")):
        lanes += [Lane(site, dc, ONE, cost_per_m3=20 if dc == near else 20 + price) for dc in ("DC1", "DC2")]
    lanes.append(Lane("SUP", "MY", LeadTime((4,), (1.0,)), mode="ocean", cost_per_m3=50))
    return replace(net, nodes=(*net.nodes, Node("MY", "bonded", storage_per_m3_week=1.0)), lanes=tuple(lanes))


def test_one_site_feeds_all_where_that_saves_enough_and_each_its_own_elsewhere():
    rng = np.random.default_rng(3)
    series = {("A", f"R{n}"): rng.binomial(1, 0.12, 110).astype(float) * 3 for n in (1, 2)}
    found = {}
    for price in (0.0001, 400.0):
        ground = lay_ground(problem(series, net=two_sites(price)))
        found[price] = {pair.site for pair in ground.prepared.grid.pairs}

    assert found in ({0.0001: {"MX"}, 400.0: {"MX", "MY"}}, {0.0001: {"MY"}, 400.0: {"MX", "MY"}})


def by_truck(*, shared):
    """Ten units a week to one DC at 0.01 m³ each, by trucks of 75 m³ for 2,000."""
    net = network(skus=[sku("A")], dcs=1, lead=ONE, supply=LeadTime((2,), (1.0,)), trucks=True)
    world = problem({("A", "R1"): np.full(40, 10.0)}, net=net, are_trucks_shared=shared)
    return Stage(prepare(world), np.arange(1))


def test_a_truck_of_ones_own_is_paid_whole_and_one_that_others_fill_too_by_the_cubic_metre():
    judged = Window(tuple(range(20, 30)), 2)

    own, shared = (play(by_truck(shared=one), fixed(10.0, 10.0), 1, judged, 0).trucks.item() for one in (False, True))

    assert own == pytest.approx(8 * 2000)
    assert shared == pytest.approx(8 * 10 * 0.01 * 2000 / 75 / 0.85)


def test_what_shared_trucks_brought_and_still_lies_there_is_not_counted():
    judged = Window(tuple(range(20, 30)), 2)

    steady, piled = (
        play(by_truck(shared=True), fixed(ships, 15.0), 1, judged, 0).trucks.item() for ships in (10.0, 15.0)
    )

    assert piled == pytest.approx(steady)  # five more a week than were asked for lie there at the end
