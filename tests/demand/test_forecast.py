import numpy as np
import pytest

from inventory.demand import accuracy, forecast, sample

# statsforecast 2.1.1 begins its recursions elsewhere; long constant series do not remember the beginning.
LONG = np.full((1, 400), 6.0)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (lambda y: forecast.ses(y, 0.3), 6.0),
        (lambda y: forecast.moving_mean(y, 26), 6.0),
        (forecast.tsb, 6.0),
        (forecast.sba, 6.0 * 0.95),
        (forecast.steady, 6.0 * (6 + 0.95) / 7),
    ],
)
def test_constant_demand_is_foretold_as_it_is(method, expected):
    assert method(LONG)[0] == pytest.approx(expected, rel=1e-9)


def test_exponential_smoothing_follows_its_definition():
    y = np.array([[0.0, 2, 0, 0, 3, 0, 1, 0, 0, 4, 0, 2]])
    level = 0.0
    for value in y[0, 1:]:
        level += 0.3 * (value - level)

    assert forecast.ses(y, 0.3)[0] == pytest.approx(level)
    assert level == pytest.approx(1.329488, abs=1e-6)  # placement.md §13


def test_unknown_weeks_move_nothing():
    known = np.array([[3.0, 5.0, 4.0]])
    holed = np.array([[np.nan, 3.0, np.nan, 5.0, 4.0]])

    assert forecast.ses(holed, 0.3) == pytest.approx(forecast.ses(known, 0.3))
    assert forecast.moving_mean(holed, 26) == pytest.approx(forecast.moving_mean(known, 26))
    assert np.isfinite(forecast.steady(holed)).all()


def test_nothing_known_is_foretold_as_nothing():
    assert forecast.steady(np.full((2, 30), np.nan)).tolist() == [0, 0]


def test_one_series_is_foretold_alike_alone_and_among_others():
    rng = np.random.default_rng(1)
    many = rng.poisson(2.0, size=(5, 90)).astype(float)

    assert forecast.steady(many)[3] == forecast.steady(many[3:4])[0]


def test_a_backtest_uses_only_what_was_known_then():
    rng = np.random.default_rng(2)
    past = rng.poisson(5.0, size=(3, 60)).astype(float)
    changed = past.copy()
    changed[:, -4:] = 99

    before, after = accuracy.backtest(past), accuracy.backtest(changed)

    assert before.foretold == pytest.approx(after.foretold)
    assert (after.wape > before.wape).all()


def test_the_sample_is_what_the_documentation_says():
    weeks = list(sample.weeks())
    codes = {market.code for market in sample.markets()}

    assert len(weeks) == 12_374
    assert {series for series, *_rest in weeks} == set(range(1, 41))
    assert {market for _s, market, *_rest in weeks} == codes
    assert min(week for *_r, week, _q in weeks) == -51
    assert max(week for *_r, week, _q in weeks) == 0
    assert min(quantity for *_r, quantity in weeks) > 0
    assert sample.SERIES.stat().st_size < 300_000
