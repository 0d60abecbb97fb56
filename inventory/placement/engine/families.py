"""Families of forecasts: steady, which does not chase the last weeks; responsive, weighted by past accuracy; their mean. Pure.

Source: placement.md §4.3 and §4.4 (docs/placement.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inventory.demand import forecast
from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.shift import followed
from inventory.placement.engine.spread import DEFAULT_MIXTURE, Mixture, past_sums, variance

STEADY, RESPONSIVE, BALANCED = "steady", "responsive", "balanced"
SMOOTHINGS = (0.03, 0.07, 0.15, 0.3, 0.5, 0.8, 1.0)
MEANS = (8, 26, 52)
TRENDS = ((0.3, 0.1), (0.6, 0.1))
CANDIDATES = (
    *(f"ses {alpha}" for alpha in SMOOTHINGS), *(f"mean {weeks}" for weeks in MEANS), "tsb", "sba",
    *(f"trend {alpha}" for alpha, _beta in TRENDS),
)  # fmt: skip
LEAST_ERROR = 1e-12


@dataclass(frozen=True)
class Style:
    """How a class is forecast: the family, and how real sums are mixed in.

    For the responsive one also how sharply accuracy counts (π), and what the class as a whole has to say of each candidate
    (mean log relative squared error).
    """

    family: str = STEADY
    mixture: Mixture = DEFAULT_MIXTURE
    sharpness: float = 1.0
    class_scores: tuple[float, ...] = (0.0,) * len(CANDIDATES)


def path(demand: Floats, weeks: int, style: Style) -> Floats:
    """The weekly rate foretold for the next `weeks` weeks with what was known up to each week, series by weeks."""
    steady = followed(demand, forecast.steady(demand))
    if style.family == STEADY:
        return steady
    (total,) = responsive(demand, weeks, np.asarray(style.class_scores), (style.sharpness,))
    return total if style.family == RESPONSIVE else (total + steady) / 2


def responsive(demand: Floats, weeks: int, classes: Floats, sharpness: Sequence[float]) -> list[Floats]:
    """The candidates weighted by past accuracy, once for each sharpness; `classes`: the class's scores, or a line per series."""
    own = scores(demand, weeks)
    weights = [_weights(own, classes, sharp) for sharp in sharpness]
    totals = np.zeros((len(weights), *demand.shape))
    for n, candidate in enumerate(_candidates(demand, weeks)):
        for place, weight in enumerate(weights):
            totals[place] += weight[:, n, None] * candidate
    return list(totals)


def scores(demand: Floats, weeks: int) -> Floats:
    """The log of each candidate's mean squared error of past sums, relative to the mean of all; zeros where there is no past."""
    found = np.zeros((len(demand), len(CANDIDATES)))
    for n, candidate in enumerate(_candidates(demand, weeks)):
        found[:, n], _independent = variance(past_sums(demand, candidate, weeks), np.zeros(0))
    total = found.mean(axis=1, keepdims=True)
    relative = np.where(total > LEAST_ERROR, found / np.where(total > LEAST_ERROR, total, 1.0), 1.0)
    return np.asarray(np.log(np.maximum(relative, LEAST_ERROR)), dtype=np.float64)


def class_scores(found: Floats, classes: Ints, number: int) -> list[tuple[float, ...]]:
    """The mean scores of each class."""
    return [
        tuple(found[classes == n].mean(axis=0).tolist()) if (classes == n).any() else (0.0,) * len(CANDIDATES)
        for n in range(number)
    ]


def _weights(own: Floats, classes: Floats, sharpness: float) -> Floats:
    """∝ exp(−π·c), c half own and half the class's."""
    merit = -sharpness * (own + classes) / 2
    merit = np.exp(merit - merit.max(axis=1, keepdims=True))
    return np.asarray(merit / merit.sum(axis=1, keepdims=True), dtype=np.float64)


def _candidates(demand: Floats, weeks: int) -> Iterator[Floats]:
    """The path of every candidate, one after the other, in the order of their names."""
    for alpha in SMOOTHINGS:
        yield forecast.ses(demand, alpha)
    for weeks_back in MEANS:
        yield forecast.moving_mean(demand, weeks_back)
    yield forecast.tsb(demand)
    yield forecast.sba(demand)
    for alpha, beta in TRENDS:
        yield forecast.damped_trend(demand, alpha, beta, weeks)
