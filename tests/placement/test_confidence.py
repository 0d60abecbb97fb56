"""Confidence A asks that 95 % quantiles held in the rehearsal about as often as they say (placement.md §4.5)."""

from dataclasses import replace

import numpy as np
import pytest

from inventory.placement.engine.groundwork import lay_ground
from inventory.placement.engine.prepare import prepare
from inventory.placement.engine.recommend import recommend
from inventory.placement.engine.tune import tune
from tests.placement.cases import level, network, poisson_series, problem, sku

ITEMS = [f"A{n}" for n in range(16)]


def world(last=1.0):
    """Sixteen items of even demand, which in the last eight weeks is `last` times what it was."""
    series = {}
    for n, name in enumerate(ITEMS):
        series |= poisson_series(n, 40, 25, sku_id=name)
    for line in series.values():
        line[-8:] = np.round(line[-8:] * last)
    return problem(series, net=network(skus=[sku(name) for name in ITEMS]))


def test_even_demand_is_covered_about_as_often_as_its_quantile_says_and_is_trusted():
    result = recommend(world(), is_tuned=True)

    found = result.tuning.classes["smooth"]
    assert 0.85 <= found.covered <= 0.995
    assert found.is_trusted
    row = level(result, "A0", "DC1")
    assert (row.confidence, row.explanation["covered"]) == ("A", round(found.covered, 4))


def test_where_demand_broke_out_of_its_quantiles_nothing_is_told_with_confidence_a():
    found = tune(prepare(world(last=3.0))).classes["smooth"]

    assert found.covered < 0.85
    assert not found.is_trusted


def test_a_few_sums_say_nothing():
    few = problem(poisson_series(1, 40, 25))

    assert [found.covered for found in tune(prepare(few)).classes.values()] == [None] * 4


@pytest.mark.parametrize(("covered", "letter"), [(None, "A"), (0.849, "B"), (0.85, "A"), (0.995, "A"), (0.996, "B")])
def test_the_letter_follows_the_share_that_was_covered(covered, letter):
    asked = world()
    tuning = lay_ground(asked).tuning
    smooth = replace(tuning.classes["smooth"], covered=covered)

    result = recommend(asked, tuning=replace(tuning, classes={**tuning.classes, "smooth": smooth}))

    told = {(row.sku, row.node): row.confidence for row in result.levels}
    assert (told["A0", "DC1"], told["A0", "MX"]) == (letter, letter)
    assert ("A" in told.values()) is (letter == "A")
    assert all(row.explanation["confidence"] == row.confidence for row in result.levels)
