"""Seasons, promotions and items that continue others (placement.md §4.1)."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from inventory.placement.engine.model import Event
from inventory.placement.engine.prepare import prepare
from inventory.placement.engine.recommend import recommend
from inventory.placement.engine.season import Calendar, profile
from inventory.placement.engine.uplift import uplifts
from tests.placement.cases import AS_OF, level, network, problem, sku

FIRST = date(2022, 1, 3)


def yearly(weeks, *, seed=1, strength=0.6, noise=8):
    """Demand with a season of this strength, and noise."""
    place = Calendar(AS_OF - timedelta(weeks=weeks)).of_year(weeks)
    rng = np.random.default_rng(seed)
    return np.maximum(100 * (1 + strength * np.sin(2 * np.pi * place / 52)) + rng.normal(0, noise, weeks), 0)


def test_a_week_of_the_year_is_told_by_days():
    found = Calendar(date(2024, 12, 30)).of_year(3)

    assert found.tolist() == [51, 0, 1]


def test_the_profile_of_a_season_is_found_and_noise_is_none():
    place = Calendar(FIRST).of_year(200)
    wave = 100 * (1 + 0.5 * np.sin(2 * np.pi * place / 52))
    noise = np.random.default_rng(3).poisson(100, 200).astype(float)

    season, none = profile(wave, Calendar(FIRST)), profile(noise, Calendar(FIRST))

    assert season[13] == pytest.approx(1.5, abs=0.06)
    assert season[39] == pytest.approx(0.5, abs=0.06)
    assert np.abs(none - 1).max() < 0.06


def test_less_than_two_years_have_no_profile():
    assert (profile(np.arange(103.0), Calendar(FIRST)) == 1).all()


def test_a_season_is_used_where_it_foretells_better_and_hardly_ever_elsewhere():
    rng = np.random.default_rng(2)
    names = [f"noise {n}" for n in range(10)]
    skus = [sku("A", category="fans"), *(sku(f"B{n}", category=name) for n, name in enumerate(names))]
    series = {("A", "R1"): yearly(180)} | {
        (f"B{n}", "R1"): rng.poisson(100, 180).astype(float) for n in range(len(names))
    }

    prepared = prepare(problem(series, net=network(skus=skus)))

    found = dict(zip(prepared.categories, prepared.seasonal, strict=True))
    assert found.pop("fans")
    assert sum(found.values()) <= 1


def test_a_level_rises_before_the_high_season():
    net = network(skus=[sku("A", category="fans")])
    plain = network(skus=[sku("A", category="")])
    series = {("A", "R1"): yearly(182)}  # ends in March: the wave is about to reach its height

    with_season = level(recommend(problem(series, net=net)), "A", "DC1")
    without = level(recommend(problem({("A", "R1"): np.full(182, 100.0)}, net=plain)), "A", "DC1")

    assert with_season.expected_demand > 1.3 * without.expected_demand


def test_promotions_multiply_within_limits_and_pool_over_a_category():
    demand = np.array([[10.0, 10, 30, 10], [10, 50, 10, 10], [10, 10, 10, 10], [1, 1, 1, 20]])
    promoted = np.array([[0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]], dtype=bool)

    found = uplifts(demand, promoted, np.array([0, 0, 1, 2]), 3)

    assert found.tolist() == [4.0, 1.0, 6.0]


def promoted(events=()):
    series = {("A", "R1"): np.array([20.0, 20, 20, 60] * 20), ("A", "R2"): np.full(80, 20.0)}
    world = problem(series)
    promo = np.zeros(world.history.demand.shape, dtype=bool)
    promo[0, 3::4] = True
    return replace(world, history=replace(world.history, promo=promo), events=tuple(events))


def test_promoted_weeks_do_not_raise_the_level_of_unpromoted_ones():
    with_calendar = level(recommend(promoted()), "A", "DC1")
    without = level(recommend(replace(promoted(), history=replace(promoted().history, promo=None))), "A", "DC1")

    assert with_calendar.expected_demand == pytest.approx(40, rel=0.1)
    assert without.expected_demand == pytest.approx(60, rel=0.1)


def test_a_promotion_to_come_raises_what_is_expected():
    event = Event("promo", "A", "R1", AS_OF, AS_OF + timedelta(weeks=4))

    plain, raised = (level(recommend(promoted(events)), "A", "DC1").expected_demand for events in ((), (event,)))

    assert raised == pytest.approx(3 * plain, rel=0.05)


def test_an_item_continues_the_history_of_the_one_it_replaces():
    series = {("OLD", "R1"): np.full(80, 30.0), ("NEW", "R1"): np.full(2, 30.0)}
    net = network(skus=[sku("NEW", replaces="OLD"), sku("OLD")])

    found = level(recommend(problem(series, net=net)), "NEW", "DC1")

    assert found.explanation["data"]["weeks"] == 80


def test_an_item_that_never_sold_begins_with_the_history_of_the_one_it_replaces():
    series = {("OLD", "R1"): np.full(80, 30.0), ("OLD", "R2"): np.full(80, 10.0)}
    net = network(skus=[sku("NEW", replaces="OLD"), sku("OLD")])

    result = recommend(problem(series, net=net))

    for dc in ("DC1", "DC2"):
        new, old = level(result, "NEW", dc), level(result, "OLD", dc)
        assert (new.order_up_to, new.explanation["data"]) == (old.order_up_to, old.explanation["data"])


def test_a_launch_is_planned_by_its_stated_rate_and_shared_by_what_the_dcs_ask():
    series = {("A", "R1"): np.full(60, 30.0), ("A", "R2"): np.full(60, 10.0)}
    net = network(skus=[sku("A"), sku("NEW", launch_weekly=20.0)])

    result = recommend(problem(series, net=net))

    assert level(result, "NEW", "DC1").expected_demand == pytest.approx(2 * 15, rel=0.1)
    assert level(result, "NEW", "DC2").expected_demand == pytest.approx(2 * 5, rel=0.1)
    assert level(result, "NEW", "DC1").confidence == "D"


def test_a_new_item_of_a_category_begins_as_the_others_began():
    begun = np.full(60, np.nan)
    begun[20:] = 12.0
    net = network(skus=[sku("A", category="c"), sku("B", category="c")])
    series = {("A", "R1"): np.full(80, 12.0), ("B", "R1"): np.full(1, 0.0)}
    world = problem({**series, ("A", "R1"): begun}, net=net)

    found = level(recommend(world), "B", "DC1")

    assert found.expected_demand == pytest.approx(2 * 8 * 12 / 9, rel=0.1)


def test_a_run_tells_which_categories_have_a_season_and_their_uplift():
    net = network(skus=[sku("A", category="fans"), sku("B", category="nails"), sku("C", category="paint")])
    weeks = np.arange(182)
    steady = np.where(weeks % 2, 95.0, 105.0)
    promoted = weeks % 13 == 5
    series = {("A", "R1"): yearly(182), ("B", "R1"): steady, ("C", "R1"): np.where(promoted, 3 * steady, steady)}
    given = problem(series, net=net)
    told = np.stack([np.zeros(182, dtype=bool), np.zeros(182, dtype=bool), promoted])

    result = recommend(replace(given, history=replace(given.history, promo=told)))

    rows = {row.pop("category"): row for row in result.metrics["categories"]}
    assert set(rows) == {"fans", "paint"}
    assert rows["fans"]["has_season"]
    assert rows["fans"]["season_least"] < 0.7
    assert rows["fans"]["season_most"] > 1.3
    assert rows["fans"]["promotion_uplift"] == 1
    assert rows["paint"]["promotion_uplift"] == pytest.approx(3, rel=0.05)
    assert not rows["paint"]["has_season"]
