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
    assert method(LONG)[0, -1] == pytest.approx(expected, rel=1e-9)


def test_exponential_smoothing_moves_by_alpha_of_the_error_once_the_beginning_is_forgotten():
    y = np.r_[np.full(60, 3.0), 0.0, 2, 0, 0, 3, 0, 1, 0, 0, 4, 0, 2][None, :]
    level = 3.0
    for value in y[0, 60:]:
        level += 0.3 * (value - level)

    assert forecast.ses(y, 0.3)[0, -1] == pytest.approx(level, abs=1e-6)


def test_exponential_smoothing_begins_with_the_mean_of_what_it_has_seen():
    path = forecast.ses(np.array([[2.0, 4.0]]), 0.03)[0]

    assert path[0] == 2
    assert path[1] == pytest.approx(3, abs=0.02)


@pytest.mark.parametrize(
    "method",
    [
        lambda y: forecast.ses(y, 0.3),
        lambda y: forecast.moving_mean(y, 26),
        forecast.tsb,
        forecast.sba,
        lambda y: forecast.damped_trend(y, 0.3, 0.1, 4),
    ],
)
def test_an_unknown_week_moves_nothing(method):
    path = method(np.array([[3.0, 5.0, np.nan, np.nan]]))[0]

    assert path[2] == pytest.approx(path[1])
    assert path[3] == pytest.approx(path[1])


def test_a_trend_is_carried_on_and_fades():
    rising = np.arange(1.0, 61)[None, :]

    near, far = (forecast.damped_trend(rising, 0.3, 0.1, ahead)[0, -1] for ahead in (1, 20))

    assert near > forecast.ses(rising, 0.3)[0, -1]
    assert near < far < 60 + 9.5


def test_nothing_known_is_foretold_as_nothing():
    assert forecast.steady(np.full((2, 30), np.nan))[:, -1].tolist() == [0, 0]


def test_one_series_is_foretold_alike_alone_and_among_others():
    rng = np.random.default_rng(1)
    many = rng.poisson(2.0, size=(5, 90)).astype(float)

    assert (forecast.steady(many)[3] == forecast.steady(many[3:4])[0]).all()


def test_each_week_is_foretold_with_what_was_known_by_then():
    rng = np.random.default_rng(3)
    past = rng.poisson(2.0, size=(4, 90)).astype(float)

    assert forecast.steady(past)[:, 59] == pytest.approx(forecast.steady(past[:, :60])[:, -1], rel=1e-12)


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
