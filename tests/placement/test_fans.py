"""The weeks ahead as fans: the distribution that a level counts on, week by week."""

import numpy as np
import pytest

from inventory.placement.engine.fans import SHARES, WEEKS_AHEAD
from inventory.placement.engine.groundwork import lay_ground, outlooks
from inventory.placement.engine.recommend import recommend
from tests.placement.cases import level, network, poisson_series, problem, sku
from tests.placement.test_seasons import yearly


def test_the_fan_over_the_weeks_to_cover_is_what_the_level_counts_on():
    asked = problem(poisson_series(1, 20, 7))
    found = outlooks(lay_ground(asked)).pairs

    result = recommend(asked)

    for n, node in enumerate(("DC1", "DC2")):
        of_dc = level(result, "A", node)
        mean, quantiles = of_dc.fan.sum_of(2)  # a week to arrive and the review
        assert mean == pytest.approx(of_dc.expected_demand)
        assert quantiles == pytest.approx([np.interp(share, *levels_of(found.spread.whole[n])) for share in SHARES])


def levels_of(whole):
    from inventory.placement.engine.distribution import TAUS

    return TAUS, whole


def test_one_week_has_its_share_of_the_mean_and_more_than_its_share_of_the_spread():
    fan = level(recommend(problem(poisson_series(1, 20, 7))), "A", "DC1").fan

    (one, narrow), (four, wide) = fan.week(0), fan.sum_of(4)

    assert one == pytest.approx(four / 4)
    assert wide[-1] - wide[0] == pytest.approx(2 * (narrow[-1] - narrow[0]))
    assert list(narrow) == sorted(narrow)
    assert len(fan.factors) == WEEKS_AHEAD
    assert fan.factors == (1.0,) * WEEKS_AHEAD


def test_the_fan_follows_the_season_week_by_week():
    demand = {("A", "R1"): yearly(180)}
    fan = level(recommend(problem(demand, net=network(skus=[sku("A", category="fans")]))), "A", "DC1").fan

    means = [fan.week(ahead)[0] for ahead in range(WEEKS_AHEAD)]

    assert max(fan.factors) - min(fan.factors) > 0.1
    assert means == pytest.approx([means[0] * factor / fan.factors[0] for factor in fan.factors])
    assert fan.sum_of(WEEKS_AHEAD)[0] == pytest.approx(sum(means))


def test_what_has_not_sold_for_a_year_has_a_fan_of_nothing():
    series = {("A", "R1"): [9.0] * 40 + [0.0] * 60}

    fan = level(recommend(problem(series)), "A", "DC1").fan

    assert fan.sum_of(13) == (0, (0,) * len(SHARES))


def test_a_bonded_site_has_no_fan():
    assert level(recommend(problem(poisson_series(1, 20, 7))), "A", "MX").fan is None
