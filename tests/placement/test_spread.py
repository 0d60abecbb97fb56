"""How demand is spread around its forecast (placement.md §4.4, §4.5 and the quantiles of §13)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from inventory.demand import forecast
from inventory.placement.engine import fitted, spread
from inventory.placement.engine.baseline import Baseline, capped
from inventory.placement.engine.distribution import TAUS, expect, quantile
from inventory.placement.engine.families import BALANCED, RESPONSIVE, STEADY, Style, path, scores
from inventory.placement.engine.foretell import Foreteller, Spans
from inventory.placement.engine.spread import Law, Mixture

lines = st.lists(st.one_of(st.integers(0, 60).map(float), st.just(float("nan"))), min_size=3, max_size=80)
styles = st.sampled_from([Style(family, Mixture(share)) for family in (STEADY, BALANCED) for share in (0.0, 0.5, 1.0)])


def teller(demand, weeks=4.0, lead=3.0, late=0.0, style=None, analog=None, season=None, **values):
    demand = np.atleast_2d(demand)
    one = np.ones(len(demand))
    season = np.ones((1, demand.shape[1] + 60)) if season is None else season
    baseline = Baseline(demand, season, np.zeros(len(demand), dtype=int), **values)
    spans = Spans(weeks * one, lead * one, late * one)
    return Foreteller(baseline, spans, (style or Style(),), np.zeros(len(demand), dtype=int), analog)


@pytest.mark.parametrize(("share", "units"), [(0.5, 3), (0.9, 8), (0.94, 10), (0.955, 10), (0.988, 14), (0.999, 19)])
def test_negative_binomial_quantiles_are_the_exact_ones(share, units):
    found = fitted.negative_binomial(np.array([4.0]), np.array([10.0]))[0]

    assert found[np.flatnonzero(share == TAUS)[0]] == units
    assert units == stats.nbinom.ppf(share, 4 * 0.4 / 0.6, 0.4)


@pytest.mark.parametrize(("share", "units"), [(0.5, 91.8015), (0.9, 167.0196), (0.95, 193.8414), (0.99, 251.1279)])
def test_the_gamma_table_is_within_half_a_percent_of_the_published_quantiles(share, units):
    found = fitted.gamma(np.array([100.0]), np.array([2500.0]))

    assert stats.gamma.ppf(share, 4, scale=25) == pytest.approx(units, abs=1e-4)
    assert quantile(found, share)[0] == pytest.approx(units, rel=0.005)


def test_the_gamma_table_is_within_half_a_percent_for_every_shape_from_one_on():
    shapes = np.exp(np.linspace(0, 8, 57))

    found = fitted.gamma(np.ones(57), 1 / shapes)[:, 1:]

    assert found == pytest.approx(stats.gamma.ppf(TAUS[1:], shapes[:, None], scale=1 / shapes[:, None]), rel=0.005)


def test_past_errors_are_those_of_forecasts_made_then():
    demand = np.random.default_rng(1).poisson(8, (3, 80)).astype(float)
    weekly = forecast.ses(demand, 0.3)

    found = spread.past_sums(demand, weekly, 3)

    assert found.error.shape == (3, 52)
    assert found.error[:, -1] == pytest.approx(demand[:, 77:].sum(axis=1) - 3 * weekly[:, 76])
    assert found.error[:, 0] == pytest.approx(demand[:, 26:29].sum(axis=1) - 3 * weekly[:, 25])


def test_little_own_history_is_drawn_to_the_law_and_none_takes_half_as_much_again():
    law = Law(0.0, 1.0)

    found = spread.shrunk(np.array([9.0, 9.0, 9.0]), np.array([100.0, 2.0, 0.0]), law, np.array([5.0, 5.0, 5.0]))

    assert found == pytest.approx([(100 * 9 + 2 * 5) / 102, (2 * 9 + 2 * 5) / 4, 7.5])


def test_the_law_of_variance_is_found_again_from_series_that_follow_it():
    mean = np.exp(np.linspace(0, 5, 40))

    law = spread.fit_law(mean, np.exp(0.4 + 1.3 * np.log(mean)), np.ones(40))

    assert (law.a, law.b) == pytest.approx((0.4, 1.3))


def test_a_random_lead_time_widens_what_may_be_asked():
    demand = np.random.default_rng(2).poisson(20, (1, 100)).astype(float)

    sure, _laws = teller(demand, late=0.0).at(100)
    late, _laws = teller(demand, late=1.0).at(100)

    assert quantile(late.whole, 0.975)[0] > quantile(sure.whole, 0.975)[0] + 15
    assert late.mean[0] == pytest.approx(sure.mean[0], rel=0.03)


def test_few_known_weeks_are_drawn_to_the_rate_of_the_like():
    short = np.full((1, 60), np.nan)
    short[0, -4:] = 10.0

    alone, _laws = teller(short).at(60)
    drawn, _laws = teller(short, analog=np.array([40.0])).at(60)

    assert alone.mean[0] / 4 == pytest.approx(10, rel=0.05)
    assert drawn.mean[0] / 4 == pytest.approx((4 * 10 + 8 * 40) / 12, rel=0.05)


def test_long_known_series_are_not_drawn_to_the_like():
    demand = np.full((1, 60), 10.0)

    drawn, _laws = teller(demand, analog=np.array([40.0])).at(60)

    assert drawn.mean[0] / 4 == pytest.approx(10, rel=0.05)


def test_a_season_multiplies_what_is_foretold():
    season = np.ones((1, 160))
    season[0, 100:104] = 2.0

    plain, _laws = teller(np.full((1, 100), 6.0)).at(100)
    high, _laws = teller(np.full((1, 100), 6.0), season=season).at(100)

    assert high.mean[0] == pytest.approx(2 * plain.mean[0])


@given(lines, styles, st.floats(0.5, 12.0), st.floats(0, 3))
def test_quantiles_never_cross_and_never_fall_below_zero(line, style, lead, late):
    found, _laws = teller(np.array(line), weeks=lead + 1, lead=lead, late=late, style=style).at(len(line))

    for quantiles in (found.whole, found.lead):
        assert (np.diff(quantiles) >= -1e-9).all()
        assert (quantiles >= 0).all()
    assert (found.lead <= found.whole + 1e-9).all()


@given(lines, st.floats(0.1, 5.0))
def test_past_sums_scale_with_demand(line, factor):
    demand = np.atleast_2d(np.array(line)) + 100

    one, scaled = (teller(demand * c).at(len(line))[0] for c in (1.0, factor))

    assert expect(scaled.whole) == pytest.approx(expect(one.whole) * factor, rel=0.02, abs=1e-6)


@given(st.lists(st.integers(0, 60).map(float), min_size=14, max_size=80), st.integers(1, 30))
def test_what_comes_later_changes_nothing_that_was_seen_before(line, more):
    known = np.atleast_2d(np.array(line))
    longer = np.concatenate([known, np.full((1, more), 77.0)], axis=1)
    style = Style(mixture=Mixture(0.5))

    before, laws = teller(known, style=style).at(len(line))
    after, _laws = teller(longer, style=style).at(len(line), laws)

    assert after.whole == pytest.approx(before.whole, rel=1e-9, abs=1e-9)


def test_the_responsive_family_follows_a_change_that_the_steady_one_waits_out():
    rng = np.random.default_rng(4)
    changed = np.r_[rng.poisson(10, 100), rng.poisson(40, 30)].astype(float)[None, :]

    steady, balanced, responsive = (
        path(changed, 3, Style(family, sharpness=8.0))[0, -1] for family in (STEADY, BALANCED, RESPONSIVE)
    )

    assert steady < balanced < responsive
    assert responsive == pytest.approx(40, rel=0.1)


def test_candidates_are_scored_by_their_past_errors():
    walk = np.cumsum(np.random.default_rng(5).normal(0, 5, 150))[None, :] + 500

    found = scores(walk, 1)[0]

    assert found[6] < found[0]  # following at once against hardly at all


def test_a_huge_week_is_cut_for_levels_by_what_was_known_before_it():
    line = np.full((1, 80), 10.0) + np.tile([0.0, 1, 2, 3], 20)
    line[0, 60] = 900.0
    early = line.copy()
    early[0, 70:] = 5000.0

    cut = capped(line)

    assert cut[0, 60] == pytest.approx(11.5 + 3 * (13 - 11.5))
    assert (capped(early)[0, :70] == cut[0, :70]).all()
