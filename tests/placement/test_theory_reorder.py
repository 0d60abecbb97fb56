"""One place under random demand: the values of placement.md §13, and what makes them the cheapest."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from inventory.placement.engine.theory.newsvendor import discrete_loss, poisson
from inventory.placement.engine.theory.reorder import (
    NormalReorder,
    periodic_cost,
    periodic_reorder,
    poisson_reorder,
)

PLACE = NormalReorder(setup=8, holding=0.225, shortage=7.5, mean=1300, sd=150, lead=1 / 12)

places = st.builds(
    NormalReorder,
    setup=st.floats(0.5, 500),
    holding=st.floats(0.05, 5),
    shortage=st.floats(0.5, 100),
    mean=st.floats(5, 2000),
    sd=st.floats(1, 500),
    lead=st.floats(0.05, 4),
)


def test_the_exact_cost_of_a_reorder_point_and_a_quantity():
    assert PLACE.cost(126.8, 328.5) == pytest.approx(78.07116, abs=5e-6)


def test_the_best_reorder_point_and_quantity_are_the_published_ones():
    reorder_point, quantity, cost = PLACE.cheapest()

    assert reorder_point == pytest.approx(126.8, abs=0.1)
    assert quantity == pytest.approx(328.5, abs=0.1)
    assert 78.0711 < cost <= PLACE.cost(126.8, 328.5)


def test_the_expected_inventory_level_approximation():
    reorder_point, quantity, cost = PLACE.expected_inventory_level()

    assert reorder_point == pytest.approx(213.9704, abs=5e-5)
    assert quantity == pytest.approx(318.5902, abs=5e-5)
    assert cost == pytest.approx(95.45114, abs=5e-6)


def test_the_approximation_says_where_it_has_no_level():
    cheap_shortage = NormalReorder(setup=100, holding=5, shortage=0.5, mean=10, sd=5, lead=1)

    with pytest.raises(ValueError, match="no level"):
        cheap_shortage.expected_inventory_level()


def test_the_exact_reorder_point_and_quantity_of_poisson_demand():
    reorder_point, quantity, cost = poisson_reorder(setup=100, holding=20, shortage=150, mean=1.5, lead=2)

    assert (reorder_point, quantity) == (3, 5)
    assert cost == pytest.approx(107.92358, abs=5e-6)


def test_the_exact_levels_of_periodic_review():
    low, high, cost = periodic_reorder(setup=5, holding=1, shortage=4, probs=poisson(6, 60).tolist())

    assert (low, high) == (4, 10)
    assert cost == pytest.approx(8.034111, abs=1e-6)


@given(places, st.floats(-2, 2), st.floats(0.1, 5))
def test_the_exact_cost_is_the_newsvendors_mean_over_all_positions(place, offset, lots):
    reorder_point, quantity = place.due + offset * place.due_sd, lots * place.due_sd

    integral = quad(place.newsvendor_cost, reorder_point, reorder_point + quantity)[0]

    assert place.cost(reorder_point, quantity) == pytest.approx((place.setup * place.mean + integral) / quantity)


@given(places, st.floats(-0.3, 0.3), st.floats(0.7, 1.4))
def test_no_other_reorder_point_and_quantity_cost_less(place, shift, factor):
    reorder_point, quantity, cost = place.cheapest()

    assert place.cost(reorder_point + shift * quantity, quantity * factor) >= cost * (1 - 1e-9)


def poisson_cost(reorder_point, quantity, setup, holding, shortage, mean, lead):
    """The mean over the positions r + 1 … r + Q, of which each is as likely."""
    probs = poisson(mean * lead, 200).tolist()
    short = [discrete_loss(level, probs) for level in range(reorder_point + 1, reorder_point + quantity + 1)]
    held = [level - mean * lead + loss for level, loss in enumerate(short, start=reorder_point + 1)]
    return (setup * mean + holding * sum(held) + shortage * sum(short)) / quantity


@given(st.floats(0, 30), st.floats(0.5, 5), st.floats(0.5, 20), st.floats(0.2, 4), st.floats(0, 2))
def test_no_other_whole_reorder_point_and_quantity_cost_less(setup, holding, shortage, mean, lead):
    rates = (setup, holding, shortage, mean, lead)

    reorder_point, quantity, cost = poisson_reorder(*rates)

    assert cost == pytest.approx(poisson_cost(reorder_point, quantity, *rates))
    for r in range(reorder_point - 3, reorder_point + 4):
        for q in range(max(quantity - 3, 1), quantity + 4):
            assert poisson_cost(r, q, *rates) >= cost * (1 - 1e-9)


def long_run_cost(low, high, setup, holding, shortage, probs):
    """The cost per period of the Markov chain of positions after ordering, low + 1 … high: its stationary mean."""
    size = high - low
    moves = np.zeros((size, size))
    for state in range(size):
        for demand, prob in enumerate(probs):
            moves[state, state - demand if state - demand >= 0 else size - 1] += prob
    system = np.vstack([moves.T - np.eye(size), np.ones(size)])
    share = np.linalg.lstsq(system, np.r_[np.zeros(size), 1.0], rcond=None)[0]
    cost = 0.0
    for state in range(size):
        level = low + 1 + state
        cost += share[state] * sum(
            prob * (holding * max(level - n, 0) + shortage * max(n - level, 0) + setup * (n > state))
            for n, prob in enumerate(probs)
        )
    return cost


demands = st.lists(st.integers(0, 9), min_size=2, max_size=7).filter(lambda chances: any(chances[1:]))


def shares(chances):
    return [chance / sum(chances) for chance in chances]


@given(st.integers(-5, 5), st.integers(1, 8), st.floats(0, 30), st.floats(0.2, 5), st.floats(0.2, 20), demands)
def test_the_cost_of_two_levels_is_the_long_run_mean_of_their_chain(low, width, setup, holding, shortage, chances):
    rates = (setup, holding, shortage, shares(chances))

    assert periodic_cost(low, low + width, *rates) == pytest.approx(long_run_cost(low, low + width, *rates))


@given(st.floats(0, 30), st.floats(0.2, 5), st.floats(0.2, 20), demands)
def test_no_other_two_levels_of_periodic_review_cost_less(setup, holding, shortage, chances):
    rates = (setup, holding, shortage, shares(chances))

    low, high, cost = periodic_reorder(*rates)

    every = [periodic_cost(s, top, *rates) for s in range(low - 6, low + 7) for top in range(s + 1, high + 7)]
    assert cost == pytest.approx(min(every))


def test_dearer_orders_are_larger_and_fewer():
    widths = []
    for setup in (0, 2, 5, 20, 80):
        low, high, _cost = periodic_reorder(setup, holding=1, shortage=4, probs=poisson(6, 60).tolist())
        widths.append(high - low)

    assert all(later > earlier for earlier, later in pairwise(widths))
