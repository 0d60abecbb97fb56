"""Intermittent demand: the values of placement.md §13, which statsforecast 2.1.1 gives, and what holds for any series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.placement.engine.theory import intermittent

SERIES = [0, 2, 0, 0, 3, 0, 1, 0, 0, 4, 0, 2]
METHODS = {
    "croston": intermittent.croston,
    "sba": intermittent.sba,
    "tsb": lambda series: intermittent.tsb(series, 0.1, 0.1),
    "ses": lambda series: intermittent.ses(series, 0.3),
    "adida": intermittent.adida,
    "imapa": intermittent.imapa,
}
PUBLISHED = {
    "croston": 1.004161,
    "sba": 0.953953,
    "tsb": 0.700973,
    "ses": 1.329488,
    "adida": 1.020340,
    "imapa": 1.010566,
}

every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
demand = st.lists(st.just(0.0) | st.floats(0.1, 1e4), min_size=1, max_size=40)


@pytest.mark.parametrize("name", METHODS)
def test_the_published_forecast(name):
    assert METHODS[name](SERIES) == pytest.approx(PUBLISHED[name], abs=5e-7)


def test_the_oldest_weeks_that_make_no_whole_sum_are_left_out():
    assert intermittent.adida([99, 0, 6, 0, 6]) == pytest.approx(3)


@every_method
def test_what_never_sells_is_forecast_not_to(method):
    assert method([0, 0, 0]) == 0


@every_method
@given(demand, st.floats(0.01, 100))
def test_as_many_times_the_demand_is_as_many_times_the_forecast(method, series, factor):
    assert method([factor * value for value in series]) == pytest.approx(factor * method(series), rel=1e-6)


@every_method
@given(demand)
def test_a_forecast_is_not_below_zero_nor_above_the_largest_week(method, series):
    assert 0 <= method(series) <= max(series) * (1 + 1e-9)


@given(st.floats(0.1, 1e4), st.integers(1, 30))
def test_what_sells_the_same_every_week_is_forecast_to_go_on(value, weeks):
    for name in METHODS.keys() - {"sba"}:
        assert METHODS[name]([value] * weeks) == pytest.approx(value)
