import numpy as np
import pytest

from inventory.placement.engine.clean import clean, pool
from inventory.placement.engine.distribution import (
    TAUS,
    stretch,
    weighted_quantiles,
    window_sums,
)
from inventory.placement.engine.outlook import confidence
from inventory.placement.engine.prepare import CLASSES, classes_of
from tests.placement.cases import history


def test_sums_of_weeks_need_half_of_them_known_and_are_scaled():
    sums, counts = window_sums(np.array([[1.0, 2, np.nan, 4, np.nan, np.nan]]), 3)

    assert counts.tolist() == [[2, 2, 1, 1]]
    assert sums.tolist() == [[4.5, 9, 12, 12]]


def test_quantiles_of_equal_weights_are_those_of_the_sample():
    values = np.arange(1.0, 1001)[None, :]

    found = weighted_quantiles(values, np.ones_like(values))[0]

    assert found == pytest.approx(np.clip(1000 * TAUS + 0.5, 1, 1000))


def test_the_shorter_time_never_expects_more():
    quantiles = np.sort(np.random.default_rng(1).gamma(0.3, 10, (4, 31)), axis=1)

    for ratio in (0.0, 0.2, 0.9, 1.0):
        assert (stretch(quantiles, ratio) <= quantiles + 1e-12).all()


def test_censored_weeks_are_scaled_up_to_a_cap_and_hopeless_ones_are_unknown():
    line = [10.0] * 20 + [6.0, 9.0, 2.0]
    cleaned = clean(history({("A", "R1"): line}, stockout={("A", "R1"): [0.0] * 20 + [0.25, 0.5, 0.9]}))

    assert cleaned.demand[0, 20] == pytest.approx(8.0)
    assert cleaned.demand[0, 21] == pytest.approx(10.0)
    assert np.isnan(cleaned.demand[0, 22])
    assert [(a.reason, a.old, a.new) for a in cleaned.adjustments] == [
        ("CENSORED", 6.0, 8.0), ("CENSORED", 9.0, 10.0), ("UNKNOWN", 2.0, None),
    ]  # fmt: skip
    assert cleaned.censored.tolist() == [3]


def test_a_pooled_week_needs_half_of_its_regions():
    nan = np.nan
    demand = np.array([[4.0, 4, nan], [2, nan, nan], [6, nan, 6]])

    pooled = pool(demand, np.zeros(3, dtype=int), 1)[0]

    assert pooled[0] == 12
    assert np.isnan(pooled[1])
    assert np.isnan(pooled[2])


def test_a_missing_region_is_made_up_for_by_its_share():
    demand = np.array([[6.0, 6, 6, 6], [2, 2, np.nan, 2]])

    assert pool(demand, np.zeros(2, dtype=int), 1)[0].tolist() == [8, 8, 8, 8]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ([5.0, 6, 5, 7] * 10, "smooth"),
        ([1.0, 1, 1, 30] * 10, "erratic"),
        ([5.0, 0, 5, 0] * 10, "intermittent"),
        ([1.0, 0, 30, 0] * 10, "lumpy"),
        ([0.0] * 10, ""),
    ],
)
def test_demand_classes(line, name):
    (number,) = classes_of(np.array([line]))

    assert (CLASSES[number] if number >= 0 else "") == name


@pytest.mark.parametrize(
    ("weeks", "nonzero", "tracking", "letter"),
    [(104, 50, 1.0, "A"), (104, 50, 5.0, "B"), (104, 11, 0.0, "B"), (30, 5, 0, "B"), (30, 4, 0, "C"), (0, 0, 0, "D")],
)
def test_confidence_follows_the_data(weeks, nonzero, tracking, letter):
    assert confidence(weeks, nonzero, tracking) == letter
