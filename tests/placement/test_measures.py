"""What a back-test is read by (placement.md §12), each on an example worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from inventory.placement.engine.backtest import EnginePolicy, Window, play
from inventory.placement.engine.compare import Comparison, Line, compare
from inventory.placement.engine.groundwork import lay_ground
from inventory.placement.engine.measures import by_class, clairvoyant, nervousness, regret_ratio, static_oracle
from inventory.placement.engine.model import Lane, LeadTime, Node
from inventory.placement.engine.simulate import Tally
from inventory.placement.engine.tuning import Tuning
from tests.placement.cases import network, sku
from tests.placement.test_playing import ONE, fixed, stage

TWO = LeadTime((2,), (1.0,))


def two_sites(*, truck_m3=None, truck_cost=None, **item):
    """DC1 is reached from MX by the m³ or truck, and from TJ twice as slowly; both are supplied in two weeks for 25 a m³."""
    net = network(skus=[sku("A", **item)], dcs=1, lead=ONE, supply=TWO)
    lanes = []
    for lane in net.lanes:
        if (lane.origin, lane.destination) == ("MX", "DC1"):
            lanes.append(replace(lane, cost_per_m3=0.0, truck_m3=truck_m3, truck_cost=truck_cost))
            lanes.append(Lane("TJ", "DC1", TWO, cost_per_m3=40.0))
        else:
            lanes.append(replace(lane, cost_per_m3=25.0) if lane.destination == "MX" else lane)
            if lane.destination == "MX":
                lanes.append(replace(lanes[-1], destination="TJ"))
    nodes = (*net.nodes, Node("TJ", "bonded", 1.4, 60))
    return replace(net, nodes=nodes, lanes=tuple(lanes), capital_rate_per_year=0.52)


def test_perfect_foresight_pays_each_units_cheapest_way_in_full_trucks():
    # 10 units a week, worth 10 each, 0.01 m³; capital 1 % a week. Supplier: 0.25 freight, 2 weeks: 0.20.
    # From MX a full truck: 1,500 / 75 m³ · 0.01 = 0.20, one week: 0.10. From TJ 0.40, two weeks: 0.20.
    chain = stage([[np.full(30, 10.0)]], net=two_sites(truck_m3=75.0, truck_cost=1500.0))
    dear = stage([[np.full(30, 10.0)]], net=two_sites(truck_m3=75.0, truck_cost=15_000.0))

    judged = Window((25, 26, 27, 28), 1)  # three weeks are counted

    assert clairvoyant(chain, judged) == pytest.approx(30 * (0.25 + 0.20 + 0.20 + 0.10))
    assert clairvoyant(dear, judged) == pytest.approx(30 * (0.25 + 0.20 + 0.40 + 0.20))


def test_perfect_foresight_uses_no_site_where_an_item_may_not_lie():
    net = two_sites(truck_m3=75.0, truck_cost=1500.0, sites=("TJ",))
    chain = stage([[np.full(30, 10.0)]], net=net)

    assert clairvoyant(chain, Window((25,), 0)) == pytest.approx(10 * (0.25 + 0.20 + 0.40 + 0.20))


def test_the_best_fixed_levels_of_demand_that_never_changes_lose_nothing():
    # 10 a week, one week's way and review: the DC's level is 20 at every quantile, the network's 10 · (2 + 1 + 1) = 40.
    # Each week begins with 10 at the DC, which sell out, and the 10 that came to bond leave: nothing lies anywhere.
    chain = stage([[np.full(40, 10.0)]])

    cost = static_oracle(chain, Window(tuple(range(20, 40)), 10), 0)

    assert cost.tolist() == [pytest.approx(0.0)]


def test_the_best_fixed_levels_are_chosen_item_by_item():
    rng = np.random.default_rng(3)
    steady, wild = np.full(60, 10.0), rng.choice([0.0, 40.0], 60)
    judged = Window(tuple(range(30, 60)), 8)

    together = static_oracle(stage([[steady], [wild]]), judged, 0)
    apart = [static_oracle(stage([[line]]), judged, 0).item() for line in (steady, wild)]

    assert together.tolist() == [pytest.approx(cost) for cost in apart]
    assert apart[0] < apart[1]


def test_nervousness_is_the_mean_change_of_levels_by_value():
    # Worth 1 and 4: 10 + 4·5 = 30 stood. 2 more of the first and 1 less of the second move 2 + 4 = 6: a fifth. Then nothing.
    first, second = np.array([[10.0], [5.0]]), np.array([[12.0], [4.0]])

    assert nervousness([first, second, second], np.array([1.0, 4.0])) == pytest.approx((6 / 30 + 0) / 2)
    assert nervousness([first], np.array([1.0, 4.0])) == 0
    assert nervousness([np.zeros((2, 1)), first], np.array([1.0, 4.0])) == 0


def test_regret_is_told_only_where_a_rule_of_thumb_costs_more_than_the_oracle():
    assert regret_ratio(3.4, 3.8, 2.4) == pytest.approx(1.0 / 1.4)
    assert regret_ratio(2.0, 3.0, 2.5) == pytest.approx(-1.0)
    assert regret_ratio(3.0, 2.4, 2.4) is None


def test_a_class_has_the_costs_and_the_fill_of_its_items_only():
    tally = Tally.empty(2, 4)
    tally.asked[1] = [100, 300, 400, 0]
    tally.served[1] = [90, 270, 400, 0]
    tally.hold_bond[1], tally.hold_dc[1] = [1, 2, 9, 0], [4, 5, 9, 0]
    tally.short[1], tally.expired[1] = [8, 0, 9, 0], [0, 4, 9, 0]
    tally.value_bond[1], tally.value_dc[1] = [10, 20, 0, 5], [30, 40, 7, 5]

    smooth, lumpy = by_class(tally, 1, "engine", np.array([0, 0, 2, 1]), ("smooth", "erratic", "lumpy"))

    assert (smooth.name, smooth.policy, smooth.items, smooth.asked) == ("smooth", "engine", 2, 0.5)
    assert (smooth.holding, smooth.short, smooth.expired) == (3.0, 2.0, 1.0)
    assert smooth.cost == 6.0
    assert (smooth.fill, smooth.bonded) == (0.9, 0.3)
    assert (lumpy.name, lumpy.items, lumpy.fill, lumpy.bonded) == ("lumpy", 1, 1.0, 0.0)


def test_freight_that_lies_in_more_stock_at_the_end_is_not_counted():
    # From the first counted week on 7 a week are ordered at 0.25 freight and 5 leave at 0.40: of what was paid, that on
    # the units that sold stays.
    net = network(skus=[sku("A")], dcs=1, lead=ONE, supply=TWO)
    price = {("MX", "DC1"): 40.0, ("SUP", "MX"): 25.0}
    lanes = tuple(replace(lane, cost_per_m3=price.get((lane.origin, lane.destination), 0.0)) for lane in net.lanes)
    chain = stage([[np.full(40, 5.0)]], net=replace(net, lanes=lanes))

    tally = play(chain, fixed(5.0, 7.0), 1, Window(tuple(range(20, 32)), 4), 0)

    assert tally.fill.item() == 1
    assert tally.freight.item() == pytest.approx(8 * 5 * (0.25 + 0.40))


def test_the_engine_publishes_the_levels_of_every_review():
    rng = np.random.default_rng(2)
    demand = [[rng.poisson(rate, 80).astype(float) for rate in (12, 5)] for _item in range(3)]
    chain = stage(demand)
    world = chain.prepared.problem
    policy = EnginePolicy(world, chain, lay_ground(world).tuning)

    play(chain, policy, 1, Window((70, 71, 72), 0), 0)

    assert [levels.shape for levels in policy.published] == [(3, 3)] * 3  # two DCs and the site
    dcs, site = policy.published[0][:, :2], policy.published[0][:, 2]
    assert (dcs > 0).all()
    assert (site > 0.9 * dcs.sum(axis=1)).all()


def test_the_engine_is_measured_against_the_tuned_rule_that_costs_least():
    def line(policy, short):
        return Line(policy, (), 1.0, 1.0, short, 0.0, 0.0, 2.0, 1.0, 0.98, 0.4)

    lines = (
        line("engine", 1.0),
        line("weeks of supply 4+4", 0.5),
        line("weeks of supply", 2.5),
        line("all forward", 2.0),
    )
    found = Comparison(lines, {}, {}, (), (), 4.0, 2.0, 0.01, Tuning(), 10)

    assert found.best_rule.policy == "all forward"  # the untuned one is not asked
    assert found.regret_ratio == pytest.approx((3 - 2) / (4 - 2))
    assert found.over_clairvoyant(lines[0]) == pytest.approx((3 + 3) / 4 - 1)


def test_a_comparison_counts_the_changes_into_counted_reviews_only():
    rng = np.random.default_rng(2)
    demand = [[rng.poisson(20, 80).astype(float)] for _item in range(2)]
    world = stage(demand).prepared.problem

    found = compare(world, first_review=world.week(72), counted_from=world.week(76))

    assert 0 < found.nervousness < 0.2
    assert 0 < found.clairvoyant < found.lines[0].total
    assert {line.policy for line in found.classes} == {line.policy for line in found.lines} - {"weeks of supply 4+4"}
    assert sum(line.asked for line in found.classes if line.policy == "engine") == pytest.approx(1)
