"""Values of placement.md §13 that the engine's own method has; `test_theory_*` has the others."""

from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from inventory.placement.engine import distribution
from inventory.placement.engine.allocate import greedy
from inventory.placement.engine.clean import pool
from inventory.placement.engine.costs import left_over, newly_short
from inventory.placement.engine.distribution import TAUS, WEIGHTS, Spread
from inventory.placement.engine.levels import cheapest
from inventory.placement.engine.theory import newsvendor


def test_the_newsvendor_with_normal_demand():
    level, cost = newsvendor.normal_newsvendor(0.18, 0.70, 50, 8)

    assert (round(level, 4), round(cost, 6)) == (56.6040, 1.997605)


def test_the_newsvendor_with_poisson_demand():
    level, cost = newsvendor.discrete_newsvendor(0.18, 0.70, newsvendor.poisson(50, 200).tolist())

    assert (level, round(cost, 6)) == (56, 1.797235)


def test_the_standard_normal_loss():
    assert newsvendor.standard_normal_loss(1) == pytest.approx(0.08331547, abs=5e-9)


def test_the_poisson_loss():
    assert newsvendor.discrete_loss(18, newsvendor.poisson(15, 120).tolist()) == pytest.approx(0.5176095, abs=5e-8)


def test_the_normal_loss():
    assert newsvendor.normal_loss(18, 15, 3) == pytest.approx(0.2499464, abs=5e-8)


def test_units_newly_short_per_week():
    weekly, sd, lead, review, level = 100, 30, 2, 1, 380

    short = newsvendor.normal_loss(level, weekly * (lead + review), sd * sqrt(lead + review))
    short -= newsvendor.normal_loss(level, weekly * lead, sd * sqrt(lead))

    assert short == pytest.approx(1.390428, abs=5e-7)
    assert 1 - short / weekly == pytest.approx(0.9860957, abs=5e-8)


def normal_quantiles(mean, sd, levels=4000):
    return mean + sd * np.array([NormalDist().inv_cdf((n + 0.5) / levels) for n in range(levels)])


def test_the_engines_quantile_sums_come_to_the_closed_form(monkeypatch):
    monkeypatch.setattr(distribution, "WEIGHTS", np.full(4000, 1 / 4000))
    whole = normal_quantiles(300, 30 * sqrt(3))[None, :]
    lead = normal_quantiles(200, 30 * sqrt(2))[None, :]

    short = newly_short(np.array([[380.0]]), whole, lead)[0, 0]

    assert short == pytest.approx(1.390428, rel=2e-3)


def test_thirty_one_quantiles_are_enough_for_a_level_near_the_newsvendors():
    law = NormalDist(50, 8)
    taus = np.clip(TAUS, 0.0005, 0.9995)
    whole = np.array([[law.inv_cdf(tau) for tau in taus]])
    spread = Spread(whole, np.zeros_like(whole), 1.0, np.array([False]))

    found = cheapest(spread, charge=np.array([0.18]), shortage=np.array([0.70]), step=np.array([0.0001]))

    assert found.level[0] == pytest.approx(56.604, abs=0.9)
    assert WEIGHTS.sum() == pytest.approx(1)


def test_what_is_short_is_what_is_expected_less_the_level_plus_what_is_left():
    rng = np.random.default_rng(4)
    whole = np.sort(rng.gamma(2, 20, size=(5, 31)), axis=1)
    levels = rng.uniform(0, 120, size=(5, 7))

    short = newly_short(levels, whole, np.zeros_like(whole))

    assert short == pytest.approx((whole @ WEIGHTS)[:, None] - levels + left_over(levels, whole))


def poisson_cost(mean, most=8):
    probs = newsvendor.poisson(mean, 80).tolist()
    loss = [newsvendor.discrete_loss(n, probs) for n in range(most + 1)]
    return np.array([1 * (n - mean + short) + 10 * short for n, short in enumerate(loss)])


def test_greedy_allocation_of_eight_units():
    costs = [poisson_cost(3), poisson_cost(5)]

    share = greedy(costs, 8)

    assert share.packs.tolist() == [3, 5]
    assert [dc + 1 for dc in share.order] == [2, 2, 1, 2, 1, 2, 1, 2]
    assert [round(value, 4) for value in share.values] == [
        9.9259, 9.5553, 9.4523, 8.6288, 7.8094, 7.0847, 5.3449, 5.1546,
    ]  # fmt: skip
    assert costs[0][3] + costs[1][5] == pytest.approx(17.04408, abs=5e-6)


def test_greedy_allocation_without_a_limit():
    share = greedy([poisson_cost(3, 20), poisson_cost(5, 20)], 1000)

    assert share.packs.tolist() == [5, 8]


def test_greedy_is_the_best_of_all_allocations_of_convex_costs():
    rng = np.random.default_rng(7)
    for _case in range(50):
        costs = [np.cumsum(np.r_[100.0, -np.sort(rng.uniform(-2, 10, 6))[::-1]]) for _dc in range(3)]
        packs = int(rng.integers(0, 12))

        share = greedy(costs, packs)

        every = (
            sum(cost[n] for cost, n in zip(costs, (a, b, c), strict=True))
            for a in range(7) for b in range(7) for c in range(7) if a + b + c <= packs
        )  # fmt: skip
        got = sum(cost[n] for cost, n in zip(costs, share.packs, strict=True))
        assert got == pytest.approx(min(every))


@pytest.mark.parametrize(("correlation", "expected"), [(0.0, 32.900), (0.5, 52.019)])
def test_risk_pooling_of_four_dcs(correlation, expected):
    sd = np.sqrt(4 * 10**2 + 12 * correlation * 10**2)

    assert round(1.645 * sd, 3) == pytest.approx(expected, abs=6e-4)
    assert pytest.approx(65.800) == 4 * 1.645 * 10


def test_pooled_demand_keeps_the_real_correlation():
    rng = np.random.default_rng(3)
    alike = rng.normal(100, 10, 4000)
    together = pool(np.stack([alike] * 4), np.zeros(4, dtype=int), 1)[0]
    apart = pool(rng.normal(100, 10, (4, 4000)), np.zeros(4, dtype=int), 1)[0]

    assert together.std() == pytest.approx(4 * alike.std())
    assert apart.std() == pytest.approx(2 * 10, rel=0.05)
