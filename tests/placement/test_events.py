"""Known events (placement.md §2.3, §8 and §18): closed lanes, holidays, duties that rise or fall."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.placement.engine.closures import closure_of, holiday_weeks
from inventory.placement.engine.duties import changes, rates
from inventory.placement.engine.grid import lay_out, roads
from inventory.placement.engine.model import Event, Lane, LeadTime, Node
from inventory.placement.engine.recommend import recommend
from inventory.placement.explain import sentence
from tests.placement.cases import AS_OF, ONE_WEEK, level, network, poisson_series, problem, sent, sku, state


def day(weeks, days=0):
    return AS_OF + timedelta(weeks=weeks, days=days)


def event(kind, subject, begin, end, value=None, location=""):
    return Event(kind, subject, location, begin, end, value)


def known(found, *events):
    return replace(found, events=events)


def world(*, bond=1000, net=None, dcs=None, means=(20, 20), **values):
    return problem(
        poisson_series(1, *means), net=net or network(), stock=state(bond={("A", "MX"): bond}, dcs=dcs), **values
    )


def other_way(net, *, price, crossing="NOGALES", weeks=1):
    """Another lane from MX to DC1."""
    way = Lane("MX", "DC1", LeadTime((weeks,), (1.0,)), crossing=crossing, cost_per_m3=price)
    return replace(net, lanes=(*net.lanes, way))


# Lanes


def test_a_lane_closed_now_blocks_its_moves_and_says_what_waiting_costs():
    found = recommend(known(world(), event("closure", "MX>DC1", day(-1), day(3, -1))))

    (row,) = [e for e in found.exceptions if e.reason_code == "BLOCKED"]
    assert (row.node, row.quantity) == ("DC1", level(found, "A", "DC1").order_up_to)
    assert set(sent(found)) == {"DC2"}
    assert row.explanation["closed_weeks"] == 3
    assert row.explanation["wait_cost"] > 0
    assert row.explanation["reroute"] is None
    assert "There is no other way." in sentence(row.explanation)


def test_a_blocked_move_shows_the_other_crossing_with_its_price():
    net = other_way(network(), price=2000 / 75 / 0.85 + 40)

    found = recommend(known(world(net=net), event("closure", "LAREDO", day(0), day(2, -1))))

    blocked = {e.node: e for e in found.exceptions if e.reason_code == "BLOCKED"}
    way = blocked["DC1"].explanation["reroute"]
    assert set(blocked) == {"DC1", "DC2"}
    assert sent(found) == {}
    assert (way["from_node"], way["crossing"]) == ("MX", "NOGALES")
    # 40 a m³ more, at 0.01 m³ a unit.
    assert way["extra_per_unit"] == pytest.approx(0.4)
    assert way["cost"] == pytest.approx(0.4 * blocked["DC1"].quantity, abs=1e-3)
    assert blocked["DC2"].explanation["reroute"] is None


def test_a_blocked_move_shows_another_site_that_holds_stock():
    net = network(dcs=1)
    way = Lane("MY", "DC1", ONE_WEEK, crossing="OTAY", cost_per_m3=2000 / 75 / 0.85 + 60)
    net = replace(net, nodes=(*net.nodes, Node("MY", "bonded", storage_per_m3_week=1.0)), lanes=(*net.lanes, way))
    stock = state(bond={("A", "MX"): 500, ("A", "MY"): 30})
    found = problem(poisson_series(1, 20), net=net, stock=stock)

    result = recommend(known(found, event("closure", "LAREDO", day(0), day(1))))

    (row,) = [e for e in result.exceptions if e.reason_code == "BLOCKED"]
    way = row.explanation["reroute"]
    assert (way["from_node"], way["crossing"], way["quantity"]) == ("MY", "OTAY", 30)
    assert way["extra_per_unit"] == pytest.approx(0.6)


def test_a_lot_near_its_limit_does_not_leave_over_a_closed_lane():
    stock = state(bond={("A", "MX"): 600}, limit=day(3), dcs={("A", "DC1"): 200, ("A", "DC2"): 200})
    found = problem(poisson_series(1, 20, 20), stock=stock)

    result = recommend(known(found, event("closure", "MX>DC1", day(0), day(2))))

    assert set(sent(result)) == {"DC2"}
    assert any(e.reason_code == "LIMIT_NEAR" for e in result.exceptions)


@pytest.mark.parametrize("weeks", [1, 3, 6])
def test_a_closure_to_come_is_covered_before_it_begins(weeks):
    plain = recommend(world())
    found = recommend(known(world(), event("closure", "MX>DC1", day(1), day(1 + weeks, -1))))

    at_dc, usual = level(found, "A", "DC1"), level(plain, "A", "DC1")
    assert at_dc.protection_weeks == usual.protection_weeks + weeks
    assert at_dc.order_up_to >= usual.order_up_to + 15 * weeks
    assert at_dc.reason_code == "PREPOSITION"
    assert {m.to_node: m.reason_code for m in found.moves if m.from_node == "MX"} == {
        "DC1": "PREPOSITION",
        "DC2": "REPLENISH",
    }
    assert sent(found)["DC1"] == at_dc.order_up_to
    assert replace(level(found, "A", "DC2"), explanation={}) == replace(level(plain, "A", "DC2"), explanation={})
    assert f"{weeks} weeks more are covered" in sentence(at_dc.explanation)


def test_a_closure_that_is_far_off_over_or_elsewhere_changes_nothing():
    plain = recommend(world())

    for closure in (
        event("closure", "LAREDO", day(9), day(12)),
        event("closure", "LAREDO", day(-4), day(0, -1)),
        event("closure", "OTAY", day(0), day(4)),
        event("closure", "LAREDO", day(0), day(4), location="DC9"),
    ):
        found = recommend(known(world(), closure))
        assert found.levels == plain.levels
        assert found.moves == plain.moves
        assert found.exceptions == plain.exceptions


def test_a_closure_to_come_is_met_by_another_crossing_where_that_costs_less_than_holding():
    # A week forward costs 0.03 a unit; six weeks of closure make a unit wait 3.5 weeks on the mean: 0.108.
    premium = level(recommend(world()), "A", "DC1").explanation["delta"]
    closure = event("closure", "LAREDO", day(1), day(7, -1))
    base = 2000 / 75 / 0.85

    near, far = (
        recommend(known(world(net=other_way(network(), price=base + 100 * premium * wait)), closure))
        for wait in (3.4, 3.6)
    )

    assert level(near, "A", "DC1").order_up_to == level(recommend(world()), "A", "DC1").order_up_to
    assert "going by NOGALES costs less" in sentence(level(near, "A", "DC1").explanation)
    assert level(far, "A", "DC1").reason_code == "PREPOSITION"
    assert level(near, "A", "DC2").reason_code == "PREPOSITION"


def test_a_closure_that_may_not_come_counts_by_its_probability():
    lane = Lane("MX", "DC1", ONE_WEEK, crossing="LAREDO")
    likely = known(world(), event("closure", "LAREDO", day(1), day(5, -1), 0.25))

    found = closure_of(lane, likely, roads(network()))

    assert (found.weeks, found.is_now) == (1.0, False)


def test_closures_that_follow_one_another_are_one():
    lane = Lane("MX", "DC1", ONE_WEEK, crossing="LAREDO")
    closures = [
        event("closure", "LAREDO", day(0), day(1, -1)), event("closure", "MX>DC1", day(1), day(3, -1)),
        event("closure", "LAREDO", day(5), day(6)),
    ]  # fmt: skip

    found = closure_of(lane, known(world(), *closures), roads(network()))

    assert (found.weeks, found.end, found.is_now) == (3.0, day(3, -1), True)


def test_a_supplier_lane_that_will_be_closed_raises_what_the_network_owns():
    plain = recommend(world())
    found = recommend(known(world(), event("closure", "SUP>MX", day(1), day(4, -1))))

    assert level(found, "A", "MX").protection_weeks == level(plain, "A", "MX").protection_weeks + 3
    assert level(found, "A", "MX").order_up_to > level(plain, "A", "MX").order_up_to + 60
    assert level(found, "A", "DC1") == level(plain, "A", "DC1")


def test_a_holiday_makes_the_way_longer_that_week():
    holiday = event("holiday", "LAREDO", day(0, 2), day(0, 3), location="DC1")
    plain, found = recommend(world()), recommend(known(world(), holiday))

    usual, late = (next(m for m in result.moves if m.to_node == "DC1") for result in (plain, found))
    assert late.arrive_week_p50 == usual.arrive_week_p50 + timedelta(weeks=1)
    assert level(found, "A", "DC1").explanation["lead_weeks"] == 2
    assert level(found, "A", "DC1").protection_weeks == 3
    assert level(found, "A", "DC2") == level(plain, "A", "DC2")
    assert "holiday" in sentence(level(found, "A", "DC1").explanation)


def test_a_holiday_of_another_week_changes_nothing():
    lane = Lane("MX", "DC1", ONE_WEEK, crossing="LAREDO")

    weeks = [
        holiday_weeks(lane, known(world(), event("holiday", "LAREDO", day(n), day(n, 1))), roads(network()))
        for n in (-1, 0, 1)
    ]

    assert weeks == [0, 1, 0]


# Duties


def priced():
    """v = 10, d = 0.25, and 0.75 of freight: (10·0.25 + 0.75)·0.2/52 = 0.0125 a week forward instead of in bond."""
    net = network(skus=[sku(volume_m3=0.0)], dcs=1)
    nodes = tuple(replace(node, storage_per_m3_week=0.0) for node in net.nodes)
    lanes = tuple(
        replace(lane, cost_per_m3=0.0, cost_per_unit=0.75 if lane.origin == "MX" else 0.0) for lane in net.lanes
    )
    return replace(net, nodes=nodes, lanes=lanes)


def taxed(*, bond=10**6, rate=0.5, weeks=2, net=None, subject="A", location=""):
    found = world(bond=bond, net=net or priced(), means=(20,))
    return known(found, event("tariff", subject, day(weeks), date.max, rate, location))


def test_a_rise_of_duty_is_worth_200_weeks_of_demand_beyond_the_level():
    result = recommend(taxed())

    at_dc = level(result, "A", "DC1")
    said, weekly = at_dc.explanation, at_dc.explanation["weekly_demand"]
    assert said["delta"] == pytest.approx(0.0125)
    assert said["duty_saved"] == pytest.approx(2.5)
    assert said["cover_weeks"] == pytest.approx(200)
    # Two weeks pass before the day; what they ask still comes at the old rate.
    assert sent(result)["DC1"] == pytest.approx(at_dc.order_up_to + 198 * weekly, abs=1.5)
    (move,) = [m for m in result.moves if m.to_node == "DC1"]
    assert move.reason_code == "PREPOSITION"
    assert "200 weeks of demand are worth bringing" in sentence(move.explanation)


def test_what_holds_a_rise_back_is_said():
    stock = recommend(taxed(bond=500))
    (change,) = stock.metrics["duty_changes"]
    assert sent(stock)["DC1"] == 500
    assert (change["held_by"], change["duty_now"], change["duty_new"], change["on"]) == (
        ["stock"], 0.25, 0.5, day(2).isoformat(),
    )  # fmt: skip
    assert change["ahead"] == 500 - level(stock, "A", "DC1").order_up_to
    assert change["ahead"] < change["ahead_asked"]
    (move,) = [m for m in stock.moves if m.to_node == "DC1"]
    assert "stock" in move.explanation["binding"]
    assert "stock in bond" in sentence(move.explanation)


def test_a_rise_fills_a_dc_no_further_than_its_room():
    net = network(dcs=1)
    net = replace(net, nodes=tuple(replace(n, capacity_m3=3.0) if n.id == "DC1" else n for n in net.nodes))

    result = recommend(taxed(net=net))

    assert sent(result)["DC1"] == 300
    assert result.metrics["duty_changes"][0]["held_by"] == ["capacity"]


def test_a_rise_takes_no_more_trucks_than_the_lane_has():
    net = network(dcs=1, trucks=True)
    net = replace(
        net, lanes=tuple(replace(lane, truck_m3=2.0, max_trucks_per_week=2) if lane.truck_m3 else lane for lane in net.lanes)
    )  # fmt: skip

    result = recommend(taxed(net=net))

    assert sent(result)["DC1"] == 400
    assert result.metrics["duty_changes"][0]["held_by"] == ["truck"]


def test_scarce_stock_is_brought_forward_where_it_waits_the_fewest_weeks():
    found = problem(poisson_series(1, 10, 30), stock=state(bond={("A", "MX"): 900}))

    result = recommend(known(found, event("tariff", "A", day(2), date.max, 0.6)))

    over = {dc: sent(result)[dc] - level(result, "A", dc).order_up_to for dc in ("DC1", "DC2")}
    weeks = [over[dc] / level(result, "A", dc).explanation["weekly_demand"] for dc in ("DC1", "DC2")]
    assert sum(sent(result).values()) == 900
    assert weeks[0] == pytest.approx(weeks[1], abs=0.5)


def test_before_a_fall_only_what_gains_more_than_it_saves_is_sent():
    plain = recommend(world(means=(20,), net=network(dcs=1)))
    found = world(means=(20,), net=network(dcs=1))

    result = recommend(known(found, event("tariff", "A", day(2), date.max, 0.05)))

    at_dc, site = level(result, "A", "DC1"), level(result, "A", "MX")
    assert at_dc.order_up_to == level(plain, "A", "DC1").order_up_to
    assert site.reason_code == "HOLD_TARIFF"
    # A lost unit costs 3.5, waiting saves 10·0.2 = 2: sent is up to about the 1 − 2/3.5 = 43 % quantile of two weeks' demand.
    assert at_dc.explanation["duty_saved"] == pytest.approx(2.0)
    assert 34 <= sent(result)["DC1"] <= 40 < sent(plain)["DC1"]
    assert at_dc.explanation["held"] == at_dc.order_up_to - sent(result)["DC1"]
    assert "Duty falls from 25 % to 5 %" in sentence(at_dc.explanation)


def test_before_a_fall_no_truck_is_filled_with_what_had_better_wait():
    net = network(dcs=1, trucks=True)
    found = problem(poisson_series(1, 6000), net=net, stock=state(bond={("A", "MX"): 10**6}, dcs={("A", "DC1"): 9000}))

    result = recommend(known(found, event("tariff", "A", day(2), date.max, 0.15)))

    assert all(move.explanation["topup"] == 0 for move in result.moves if move.to_node == "DC1")


def test_a_change_of_duty_that_is_far_off_or_of_others_changes_nothing():
    plain = recommend(world())

    for change in (
        event("tariff", "A", day(30), date.max, 0.5),
        event("tariff", "B", day(2), date.max, 0.5),
        event("tariff", "A", day(2), date.max, 0.5, "DC7"),
        event("tariff", "A", day(2), date.max, 0.25),
    ):
        found = recommend(known(world(), change))
        assert (found.levels, found.moves) == (plain.levels, plain.moves)


@pytest.mark.parametrize(
    ("subject", "location", "meant"),
    [
        ("", "", {"A1", "A2", "B1", "B2"}), ("A", "", {"A1", "A2"}), ("hinges", "", {"B1", "B2"}), ("A", "R2", {"A2"}),
        ("MX>DC1", "", {"A1", "B1"}), ("LAREDO", "DC2", {"A2", "B2"}),
    ],
)  # fmt: skip
def test_a_tariff_names_an_item_a_category_a_lane_or_a_crossing(subject, location, meant):
    skus = [sku("A"), sku("B", category="hinges", duty_rate=0.1)]
    series = poisson_series(1, 5, 5) | poisson_series(2, 5, 5, sku_id="B")
    found = known(problem(series, net=network(skus=skus)), event("tariff", subject, day(3), date.max, 0.7, location))
    grid = lay_out(found)

    change = changes(found, grid, 8)

    names = [grid.skus[pair.sku].id + pair.dc[-1] for pair in grid.pairs]
    assert {name for name, when in zip(names, change.dates, strict=True) if when} == meant
    assert rates(found, grid).tolist() == [0.25, 0.25, 0.1, 0.1]


def test_a_tariff_that_is_on_counts_now_and_its_end_is_a_fall():
    found = known(world(), event("tariff", "A", day(-5), day(3, -1), 0.75))
    grid = lay_out(found)

    change = changes(found, grid, 8)

    assert rates(found, grid).tolist() == [0.75, 0.75]
    assert (change.new.tolist(), change.dates[0], change.weeks[0]) == ([0.25, 0.25], day(3), 3)
    assert (
        level(recommend(found), "A", "DC1").explanation["h_D"]
        > level(recommend(world()), "A", "DC1").explanation["h_D"]
    )


@given(st.integers(0, 2**16), st.floats(0.3, 1.0), st.integers(0, 4000), st.integers(1, 8))
def test_events_never_ship_more_than_there_is_nor_break_packs(seed, rate, bond, weeks):
    net = network(skus=[sku(pack_size=12.0)])
    found = problem(poisson_series(seed, 4, 15), net=net, stock=state(bond={("A", "MX"): bond}))
    events = [
        event("tariff", "A", day(weeks), date.max, rate),
        event("closure", "MX>DC2", day(weeks - 1), day(weeks + 2)),
    ]

    result = recommend(known(found, *events))

    units = [m.quantity for m in result.moves if m.from_node == "MX"]
    assert sum(units) <= bond
    assert all(quantity > 0 and quantity % 12 == 0 for quantity in units)
    assert result == recommend(known(found, *reversed(events)))
