"""Whole trucks (placement.md §7.3)."""

from dataclasses import replace

import pytest

from inventory.placement.engine.recommend import recommend
from tests.placement.cases import network, poisson_series, problem, sent, sku, state


def shipped(result):
    """m³ of the lane to DC1, and the trucks that the run says it takes."""
    (load,) = [load for load in result.metrics["trucks"] if load["to_node"] == "DC1"]
    return load


def world(*, rate=2000, here=0, bond=10**6, volume=0.01, cost=2000, trucks=None, **values):
    net = network(skus=[sku(volume_m3=volume, **values)], trucks=True)
    lanes = tuple(
        replace(lane, truck_cost=cost, max_trucks_per_week=trucks) if lane.truck_m3 else lane for lane in net.lanes
    )
    stock = state(bond={("A", "MX"): bond}, dcs={("A", "DC1"): here})
    return problem(poisson_series(1, rate), net=replace(net, lanes=lanes), stock=stock)


def test_a_begun_truck_is_filled_where_that_costs_less_than_its_empty_space():
    load = shipped(recommend(world(rate=6000, here=9000)))

    assert load["asked_m3"] < 75 * load["trucks"] - 10
    assert load["loaded_m3"] == pytest.approx(75 * load["trucks"], abs=0.5)


def test_no_truck_is_filled_beyond_the_next_weeks_demand():
    load = shipped(recommend(world(here=1500)))

    assert load["asked_m3"] + 18 < load["loaded_m3"] < load["asked_m3"] + 22


def test_what_fills_a_truck_is_told_apart():
    result = recommend(world(rate=6000, here=9000))

    (move,) = [move for move in result.moves if move.to_node == "DC1"]
    assert move.explanation["topup"] > 0
    assert move.explanation["topup"] == pytest.approx(
        (shipped(result)["loaded_m3"] - shipped(result)["asked_m3"]) / 0.01
    )


def test_a_few_units_wait_for_the_next_truck():
    full = recommend(world(here=0))
    lacking = shipped(full)["asked_m3"] / 0.01 - 40

    load = shipped(recommend(world(here=lacking, cost=9000, bond=45)))

    assert load["asked_m3"] > 0.3
    assert (load["loaded_m3"], load["trucks"]) == (0, 0)


def test_units_that_are_missed_more_than_a_truck_costs_go_at_once():
    load = shipped(recommend(world(rate=5, volume=0.01, cost=20, unit_value=4000.0, bond=12)))

    assert load["loaded_m3"] == pytest.approx(0.12)
    assert load["trucks"] == 1


def test_no_more_trucks_leave_than_the_lane_has():
    free, bound = (shipped(recommend(world(rate=9000, trucks=trucks))) for trucks in (None, 1))

    assert free["trucks"] > 1
    assert bound["trucks"] == 1
    assert bound["loaded_m3"] <= 75
    assert bound["price_per_m3"] > 0


def test_a_lane_without_trucks_is_left_alone():
    result = recommend(problem(poisson_series(1, 50), stock=state(bond={("A", "MX"): 500})))

    assert result.metrics["trucks"] == []
    assert sum(sent(result).values()) > 0


def test_rounding_never_takes_more_than_lies_in_bond():
    result = recommend(world(bond=3000))

    assert sum(sent(result).values()) <= 3000
