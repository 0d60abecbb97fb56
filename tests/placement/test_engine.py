"""The invariants of placement.md §9 and the edge cases of §18 that this step's method has."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.placement.engine.groundwork import lay_ground
from inventory.placement.engine.model import BondLot, Lane, LeadTime, Node, Problem
from inventory.placement.engine.recommend import recommend
from tests.placement.cases import (
    AS_OF,
    history,
    level,
    network,
    poisson_series,
    problem,
    sent,
    sku,
    state,
)

means = st.lists(st.floats(0.05, 40), min_size=2, max_size=3)


@st.composite
def problems(draw):
    """Random worlds: demand of several kinds, packs, stock in lots with and without limits, two items."""
    rates = draw(means)
    seed = draw(st.integers(0, 2**20))
    weeks = draw(st.integers(1, 90))
    items = [
        sku("A", pack_size=draw(st.sampled_from([1.0, 12.0, 0.5])), moq=draw(st.sampled_from([0.0, 48.0]))),
        sku("B", stockout_cost=draw(st.floats(0.1, 30)), duty_rate=draw(st.floats(0, 1))),
    ]
    series = poisson_series(seed, *rates, weeks=weeks)
    series |= poisson_series(seed + 1, *rates, weeks=draw(st.integers(1, 90)), sku_id="B")
    lots = {}
    for item in items:
        sizes = draw(st.lists(st.tuples(st.integers(0, 400), st.sampled_from([None, -3, 0, 3, 11, 60])), max_size=4))
        lots[item.id, "MX"] = [
            BondLot(f"L{n}", float(size), None if w is None else AS_OF + timedelta(weeks=w), n)
            for n, (size, w) in enumerate(sizes)
        ]
    dcs = {(i.id, f"DC{n}"): draw(st.integers(0, 200)) for i in items for n in range(1, len(rates) + 1)}
    stock = state(bond=lots, dcs=dcs)
    return Problem(network(skus=items, dcs=len(rates)), history(series), stock)


@given(problems())
def test_moves_take_whole_packs_of_what_there_is_and_no_more(world):
    result = recommend(world)

    for item in world.network.skus:
        lots = [lot for lot in world.state.lots[item.id, "MX"] if lot.limit is None or lot.limit >= AS_OF]
        out = [move.quantity for move in result.moves if (move.sku, move.from_node) == (item.id, "MX")]
        assert sum(out) <= sum(lot.quantity for lot in lots) + 1e-9
        assert all(quantity > 0 and quantity % item.pack_size == 0 for quantity in out)
        for move in result.moves:
            if move.sku == item.id and move.from_node == "SUP":
                assert move.quantity >= item.moq
                assert move.quantity % item.pack_size == 0
    lanes = {(lane.origin, lane.destination) for lane in world.network.lanes}
    assert {(move.from_node, move.to_node) for move in result.moves} <= lanes


@given(problems())
def test_levels_are_sane(world):
    for row in recommend(world).levels:
        assert row.order_up_to >= 0
        assert row.reorder_point <= row.order_up_to
        assert 0 <= row.expected_fill <= 1
        assert row.order_up_to == pytest.approx(row.expected_demand + row.safety_stock)
        assert row.expected_weekly_cost >= 0


@given(problems())
def test_what_is_expected_after_the_moves_is_no_worse_than_before(world):
    for move in recommend(world).moves:
        if move.from_node == "MX":
            assert move.explanation["fill_after"] >= move.explanation["fill_before"]


@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_and_the_result_is_always_the_same(world, chance):
    order = list(range(len(world.history.skus)))
    chance.shuffle(order)
    lines = world.history
    shuffled = replace(
        lines,
        skus=tuple(lines.skus[n] for n in order),
        regions=tuple(lines.regions[n] for n in order),
        demand=lines.demand[order],
        stockout=lines.stockout[order],
    )
    net = replace(
        world.network,
        skus=world.network.skus[::-1],
        nodes=world.network.nodes[::-1],
        lanes=world.network.lanes[::-1],
    )
    other = Problem(net, shuffled, world.state, world.params)

    one, again, mixed = recommend(world), recommend(world), recommend(other)

    assert one == again
    assert repr(mixed.levels) == repr(one.levels)
    assert repr(mixed.moves) == repr(one.moves)


@given(problems())
def test_with_frozen_tuning_an_items_result_does_not_depend_on_the_other_items(world):
    alone = replace(
        world,
        network=replace(world.network, skus=tuple(s for s in world.network.skus if s.id == "A")),
    )
    tuning = lay_ground(world).tuning

    one, both = recommend(alone, tuning=tuning), recommend(world, tuning=tuning)

    assert [row for row in both.levels if row.sku == "A"] == list(one.levels)
    assert [replace(m, priority=0) for m in both.moves if m.sku == "A"] == [replace(m, priority=0) for m in one.moves]


@given(problems(), st.floats(1.1, 8.0))
def test_a_dearer_loss_never_lowers_a_level(world, factor):
    items = tuple(replace(s, stockout_cost=(s.stockout_cost or 3.5) * factor) for s in world.network.skus)
    base = tuple(replace(s, stockout_cost=s.stockout_cost or 3.5) for s in world.network.skus)
    cheap = recommend(replace(world, network=replace(world.network, skus=base)))
    dear = recommend(replace(world, network=replace(world.network, skus=items)))

    for low, high in zip(cheap.levels, dear.levels, strict=True):
        assert high.order_up_to >= low.order_up_to


@given(problems(), st.sampled_from([0.5, 1.0, 4.0, 8.0]))
def test_a_greater_hold_back_factor_never_raises_a_dc_level(world, phi):
    low = recommend(replace(world, params=replace(world.params, phi=phi)))
    high = recommend(replace(world, params=replace(world.params, phi=phi * 1.5)))

    for held, bold in zip(high.levels, low.levels, strict=True):
        assert held.order_up_to <= bold.order_up_to


@given(problems(), st.floats(0.05, 1.0))
def test_a_higher_duty_never_raises_a_dc_level(world, more):
    items = tuple(replace(s, duty_rate=s.duty_rate + more) for s in world.network.skus)
    taxed = recommend(replace(world, network=replace(world.network, skus=items)))

    for low, high in zip(taxed.levels, recommend(world).levels, strict=True):
        if low.source_node:
            assert low.order_up_to <= high.order_up_to


@given(st.integers(0, 2**20), st.integers(2, 30))
def test_ten_times_the_units_at_a_tenth_of_the_value_are_ten_times_the_level(seed, factor):
    series = poisson_series(seed, 150, 220)
    item = sku(stockout_cost=4.0)
    small = sku(unit_value=10.0 / factor, volume_m3=0.01 / factor, stockout_cost=4.0 / factor)

    one = recommend(problem(series, net=network(skus=[item])))
    many = recommend(problem({k: v * factor for k, v in series.items()}, net=network(skus=[small])))

    for few, lots in zip(one.levels, many.levels, strict=True):
        assert lots.order_up_to == pytest.approx(few.order_up_to * factor, abs=factor + 1)


def test_when_bond_is_as_dear_as_forward_stock_goes_forward():
    series = poisson_series(5, 20, 20)
    stock = state(bond={("A", "MX"): 400})
    dear = network(skus=[sku(duty_rate=0.0)])
    dear = replace(dear, nodes=tuple(replace(n, storage_per_m3_week=9.0) if n.id == "MX" else n for n in dear.nodes))

    taxed = recommend(problem(series, net=network(skus=[sku(duty_rate=1.0)]), stock=stock))
    forward = recommend(problem(series, net=dear, stock=stock))

    assert sum(sent(forward).values()) > sum(sent(taxed).values())
    assert "BOND_DEARER" in level(forward, "A", "DC1").flags


def test_nothing_is_asked_and_nothing_is_held():
    result = recommend(problem({("A", "R1"): [0.0] * 60, ("A", "R2"): [0.0] * 60}))

    assert {row.order_up_to for row in result.levels} == {0}
    assert result.moves == ()


def test_an_item_without_history_gets_no_level_and_says_why():
    result = recommend(problem(poisson_series(1, 5, 5), net=network(skus=[sku("A"), sku("NEW")])))

    assert {row.sku for row in result.levels} == {"A"}
    assert [(row.sku, row.reason_code, row.confidence) for row in result.exceptions] == [("NEW", "NO_BASIS", "D")]


def test_one_sale_ever_gives_a_level_of_none_or_one():
    line = [0.0] * 100
    line[60] = 1.0

    result = recommend(problem({("A", "R1"): line, ("A", "R2"): [0.0] * 100}))

    assert level(result, "A", "DC1").order_up_to in (0, 1)
    assert level(result, "A", "DC1").confidence == "C"


def test_one_week_of_history_is_used_and_trusted_little():
    result = recommend(problem({("A", "R1"): [8.0], ("A", "R2"): [8.0]}))

    found = level(result, "A", "DC1")
    assert found.expected_demand == pytest.approx(16, rel=0.02)
    assert found.confidence == "C"
    assert "SHORT_HISTORY" in found.flags


def test_what_has_not_sold_for_a_year_runs_out():
    line = [5.0] * 40 + [0.0] * 52
    stock = state(dcs={("A", "DC1"): 30})

    result = recommend(problem({("A", "R1"): line, ("A", "R2"): [0.0] * 92}, stock=stock))

    found = level(result, "A", "DC1")
    assert (found.order_up_to, found.reason_code) == (0, "RUNOUT")
    assert "DORMANT" in found.flags
    assert ("DC1", "RUNOUT", 30) in {(e.node, e.reason_code, e.quantity) for e in result.exceptions}


def test_more_than_the_level_everywhere_asks_for_nothing_and_is_listed():
    stock = state(bond={("A", "MX"): 5000}, dcs={("A", "DC1"): 900, ("A", "DC2"): 900})

    result = recommend(problem(poisson_series(2, 5, 5), stock=stock))

    assert result.moves == ()
    (row,) = [e for e in result.exceptions if "OVERSTOCK" in e.flags]
    assert row.explanation["cover_weeks"] > 400


def test_one_huge_order_is_flagged_with_its_week():
    line = [10.0, 12.0, 9.0, 11.0] * 20
    line[30] = 5000.0

    found = level(recommend(problem({("A", "R1"): line, ("A", "R2"): [10.0] * 80})), "A", "DC1")

    assert "OUTLIERS" in found.flags
    assert found.explanation["data"]["outlier_week"] == (AS_OF - timedelta(weeks=50)).isoformat()


def test_a_shift_of_demand_is_flagged_when_it_shows():
    rng = np.random.default_rng(8)
    line = np.r_[rng.poisson(10, 90), rng.poisson(30, 10)].astype(float)

    found = level(recommend(problem({("A", "R1"): line, ("A", "R2"): rng.poisson(10, 100).astype(float)})), "A", "DC1")

    assert "LEVEL_SHIFT" in found.flags


def test_missing_costs_are_taken_from_the_value_and_flagged():
    found = level(recommend(problem(poisson_series(1, 5, 5))), "A", "DC1")

    assert "DEFAULT_COST" in found.flags
    assert found.explanation["p"] == 3.5


def test_a_supplier_nobody_named_gives_a_default_lead_time_and_no_order():
    net = network(skus=[sku(supplier="")])
    net = replace(net, lanes=tuple(lane for lane in net.lanes if lane.origin != "SUP"))

    result = recommend(problem(poisson_series(1, 5, 5), net=net))

    assert "DEFAULT_LT" in level(result, "A", "MX").flags
    assert not any(move.to_node == "MX" for move in result.moves)


def test_without_a_state_there_are_levels_and_no_moves():
    world = problem(poisson_series(1, 5, 5))

    result = recommend(replace(world, state=replace(world.state, is_given=False)))

    assert result.moves == ()
    assert len(result.levels) == 3


def test_fractional_units_are_sent_in_fractions():
    stock = state(bond={("A", "MX"): 7.33})

    result = recommend(problem(poisson_series(1, 5, 5), net=network(skus=[sku(pack_size=0.01)]), stock=stock))

    assert sum(sent(result).values()) == pytest.approx(7.33)


def test_scarce_stock_goes_where_it_is_worth_most():
    stock = state(bond={("A", "MX"): 40}, dcs={("A", "DC1"): 60})

    result = recommend(problem(poisson_series(6, 20, 20), stock=stock))

    assert sent(result)["DC2"] > sent(result).get("DC1", 0)
    assert sum(sent(result).values()) == 40


def test_thousands_of_packs_are_handed_out_as_well_as_few():
    series = poisson_series(6, 9000, 14000)
    stock = state(bond={("A", "MX"): 10**6})

    result = recommend(problem(series, stock=stock))

    for dc in ("DC1", "DC2"):
        assert sent(result)[dc] == level(result, "A", dc).order_up_to


def test_a_second_site_fills_what_the_first_has_not():
    net = second_site(price=60)
    stock = state(bond={("A", "MX"): 10, ("A", "MY"): 500})

    result = recommend(problem(poisson_series(1, 20), net=net, stock=stock))

    out = {move.from_node: move.quantity for move in result.moves if move.to_node == "DC1"}
    assert level(result, "A", "DC1").source_node == "MX"
    assert out["MX"] == 10
    assert 30 < out["MY"] <= level(result, "A", "DC1").order_up_to - 10


def test_a_second_site_sends_nothing_that_gains_less_than_its_dearer_way_costs():
    stock = state(bond={("A", "MX"): 10, ("A", "MY"): 500})

    result = recommend(problem(poisson_series(1, 20), net=second_site(price=900), stock=stock))

    assert {move.from_node for move in result.moves if move.to_node == "DC1"} == {"MX"}


def second_site(*, price):
    """Another bonded site, three weeks and so much a m³ from the one DC."""
    net = network(dcs=1)
    way = Lane("MY", "DC1", LeadTime((3,), (1.0,)), cost_per_m3=price)
    return replace(net, nodes=(*net.nodes, Node("MY", "bonded", storage_per_m3_week=1.0)), lanes=(*net.lanes, way))


def test_a_dc_no_site_reaches_is_an_exception_and_not_a_failure():
    net = network()
    net = replace(net, lanes=tuple(lane for lane in net.lanes if lane.destination != "DC2"))

    result = recommend(problem(poisson_series(1, 5, 5), net=net))

    assert ("DC2", "NO_LANE") in {(e.node, e.reason_code) for e in result.exceptions}
    assert {row.node for row in result.levels} == {"DC1", "MX"}


def test_a_least_fill_raises_the_level():
    series = poisson_series(9, 20, 20)
    plain = level(recommend(problem(series, net=network(skus=[sku(stockout_cost=0.02)]))), "A", "DC1")
    floored = level(recommend(problem(series, net=network(skus=[sku(stockout_cost=0.02, min_fill=0.95)]))), "A", "DC1")

    assert plain.expected_fill < 0.95 <= floored.expected_fill


@given(st.integers(0, 2**16))
def test_every_unit_sent_gains_and_the_next_one_would_not(seed):
    stock = state(bond={("A", "MX"): 10_000})
    result = recommend(problem(poisson_series(seed, 3, 12), stock=stock))
    assume(sent(result))

    for move in result.moves:
        if move.from_node == "MX":
            assert move.marginal_value > 0
            assert move.explanation["marginal_after"] <= 1e-9
