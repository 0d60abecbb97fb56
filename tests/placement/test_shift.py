"""A rate that changed for good is followed; one week far out of line neither lifts nor empties a level (placement.md §4.5)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.demand.forecast import steady
from inventory.placement.engine.baseline import capped
from inventory.placement.engine.distribution import TAUS, expect, quantile
from inventory.placement.engine.families import Style, path
from inventory.placement.engine.recommend import recommend
from inventory.placement.engine.shift import followed
from tests.placement.cases import level, network, poisson_series, problem, sku


def poisson(rate, weeks, seed=4):
    return np.random.default_rng(seed).poisson(rate, weeks).astype(float)


def rate_of(line):
    """The weekly rate foretold now, by the steady family on what is not out of line."""
    return path(capped(line[None, :]), 2, Style())[0, -1]


@pytest.mark.parametrize("times", [0.3, 2.5])
def test_twelve_weeks_after_demand_changed_for_good_the_forecast_is_near_what_it_is_now(times):
    line = np.concatenate([poisson(20, 104), poisson(20 * times, 12, seed=5)])

    assert rate_of(line) == pytest.approx(20 * times, rel=0.15)
    assert "LEVEL_SHIFT" in level(recommend(problem({("A", "R1"): line})), "A", "DC1").flags


def test_demand_that_only_varies_is_foretold_as_before():
    rng = np.random.default_rng(7)
    lines = rng.poisson(12, (200, 130)).astype(float)
    plain = steady(lines)

    changed = (followed(lines, plain) != plain).mean()

    assert changed < 0.002


@pytest.mark.parametrize("unknown", [5, 8, 40])
def test_weeks_of_which_nothing_is_known_are_no_fall_to_nothing(unknown):
    line = np.concatenate([poisson(12, 104), np.full(unknown, np.nan)])

    assert rate_of(line) == pytest.approx(12, rel=0.15)


def test_one_large_order_is_not_followed():
    line = poisson(12, 104)
    line[-4] = 60

    assert rate_of(line) == pytest.approx(12, rel=0.15)


@given(st.integers(40, 100), st.integers(0, 2**31), st.sampled_from([0.2, 3.0]))
def test_what_comes_later_changes_no_week_of_a_path(cut, seed, times):
    rng = np.random.default_rng(seed)
    lines = rng.poisson(9, (3, 120)).astype(float)
    lines[:, 60:] *= times
    later = lines.copy()
    later[:, cut:] = rng.poisson(90, (3, 120 - cut))

    assert (followed(lines, steady(lines))[:, :cut] == followed(later, steady(later))[:, :cut]).all()
    assert (capped(lines)[:, :cut] == capped(later)[:, :cut]).all()


@pytest.mark.parametrize("times", [20, 50])
@pytest.mark.parametrize("ago", [3, 10, 40, 90])
def test_one_week_far_out_of_line_leaves_a_level_about_where_it_was(times, ago):
    line = poisson(10, 104)
    before = level(recommend(problem({("A", "R1"): line})), "A", "DC1")
    line[-ago] = 10 * times

    after = level(recommend(problem({("A", "R1"): line})), "A", "DC1")

    assert "OUTLIERS" in after.flags
    assert before.order_up_to * 0.9 <= after.order_up_to <= before.order_up_to * 1.6


def test_a_huge_week_among_weeks_that_are_all_alike_is_out_of_line_too():
    line = np.full(60, 10.0)
    line[-6] = 200.0

    found = level(recommend(problem({("A", "R1"): line})), "A", "DC1")

    assert "OUTLIERS" in found.flags
    assert found.order_up_to < 150


def test_the_third_week_beyond_the_cap_within_eight_is_no_chance_any_more():
    line = poisson(10, 104)
    line[-5:] = 60.0

    cut = capped(line[None, :])[0]

    assert (cut[-5:-3] < 40).all()
    assert (cut[-3:] == 60).all()


def test_beyond_the_last_level_a_quantile_goes_on_as_a_normal_one_would():
    found = np.array([np.maximum(0.0, 10 + TAUS * 90)])
    mean, last = float(expect(found)[0]), float(found[0, -1])

    far = float(quantile(found, 1 - 1e-6)[0])

    assert (far - mean) / (last - mean) == pytest.approx(4.753424 / 3.090232, rel=1e-4)
    assert float(quantile(found, 1.0)[0]) > far
    assert float(quantile(found, 0.999)[0]) == last


@pytest.mark.parametrize(("shortage", "is_beyond"), [(3.5, False), (60.0, True)])
def test_where_a_lost_unit_costs_many_times_its_value_the_network_owns_more_than_any_tabled_quantile(
    shortage, is_beyond
):
    names = [f"A{n}" for n in range(6)]
    series = {}
    for n, name in enumerate(names):
        series |= poisson_series(n, 4, 9, sku_id=name)
    asked = problem(series, net=network(skus=[sku(name, stockout_cost=shortage) for name in names]))

    (beta,) = {found.beta for found in recommend(asked, is_tuned=True).tuning.classes.values()}

    assert (beta > 0.999) is is_beyond
