"""Known demand: the values of placement.md §13, and what makes them the cheapest."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.placement.engine.theory import lot_sizes

costs = st.floats(0.01, 1e4)
factors = st.floats(0.05, 20)
whole_demand = st.lists(st.integers(0, 5), min_size=1, max_size=7)


def test_the_economic_order_quantity():
    quantity, cost = lot_sizes.economic_order_quantity(setup=8, holding=0.225, demand=1300)

    assert quantity == pytest.approx(304.0468, abs=5e-5)
    assert cost == pytest.approx(68.41053, abs=5e-6)


def test_the_economic_order_quantity_with_backorders():
    quantity, late, cost = lot_sizes.order_quantity_with_backorders(setup=8, holding=0.225, shortage=5, demand=1300)

    assert quantity == pytest.approx(310.8126, abs=5e-5)
    assert late == pytest.approx(0.043062, abs=5e-7)
    assert cost == pytest.approx(66.92136, abs=5e-6)


def test_wagner_and_whitins_orders():
    orders, cost = lot_sizes.wagner_whitin(setup=500, holding=2, demand=[90, 120, 80, 70])

    assert (orders, cost) == ([210, 0, 150, 0], 1380)


@given(costs, costs, costs, factors)
def test_no_other_quantity_costs_less_than_the_economic_one(setup, holding, demand, factor):
    quantity, cost = lot_sizes.economic_order_quantity(setup, holding, demand)

    assert lot_sizes.lot_cost(quantity * factor, setup, holding, demand) >= cost * (1 - 1e-12)


@given(costs, costs, costs, costs, factors, st.floats(0, 1))
def test_no_other_quantity_and_share_that_waits_cost_less(setup, holding, shortage, demand, factor, late):
    quantity, _late, cost = lot_sizes.order_quantity_with_backorders(setup, holding, shortage, demand)

    other = lot_sizes.backorder_cost(quantity * factor, late, setup, holding, shortage, demand)

    assert other >= cost * (1 - 1e-12)


@given(costs, costs, costs)
def test_where_nothing_may_wait_the_two_quantities_are_one(setup, holding, demand):
    with_backorders = lot_sizes.order_quantity_with_backorders(setup, holding, holding * 1e12, demand)

    assert with_backorders[0] == pytest.approx(lot_sizes.economic_order_quantity(setup, holding, demand)[0])
    assert with_backorders[2] == pytest.approx(lot_sizes.economic_order_quantity(setup, holding, demand)[1])


def cheapest_of_all_plans(setup, holding, demand):
    """Every order of 0 … all that is still to come, in every period, whatever is in stock."""

    @cache
    def from_period(period, stock):
        if period == len(demand):
            return 0.0
        least = max(demand[period] - stock, 0)
        to_come = max(sum(demand[period:]) - stock, 0)
        return min(
            setup * (order > 0) + holding * (stock + order - demand[period])
            + from_period(period + 1, stock + order - demand[period])
            for order in range(least, to_come + 1)
        )  # fmt: skip

    return from_period(0, 0)


@given(st.integers(0, 40), st.integers(0, 9), whole_demand)
def test_wagner_and_whitins_plan_costs_what_the_cheapest_of_all_plans_costs(setup, holding, demand):
    _orders, cost = lot_sizes.wagner_whitin(setup, holding, demand)

    assert cost == cheapest_of_all_plans(setup, holding, demand)


@given(st.integers(0, 40), st.integers(0, 9), whole_demand)
def test_wagner_and_whitins_plan_is_never_short_and_costs_what_it_says(setup, holding, demand):
    orders, cost = lot_sizes.wagner_whitin(setup, holding, demand)

    stock, spent = 0, 0
    for ordered, wanted in zip(orders, demand, strict=True):
        stock += ordered - wanted
        spent += setup * (ordered > 0) + holding * stock
        assert stock >= 0
    assert (stock, spent) == (0, cost)
