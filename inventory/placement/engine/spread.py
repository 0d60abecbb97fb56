"""How demand over some weeks is spread around its forecast: past errors, a law of variance, fitted quantiles, real sums. Pure.

Source: placement.md §4.4 and §4.5 (docs/placement.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory.placement.engine import fitted
from inventory.placement.engine.distribution import expect, weighted_quantiles, window_sums
from inventory.placement.engine.model import Floats

MOST_ORIGINS, LEAST_KNOWN = 52, 13
ERROR_HALF_LIFE, SUM_HALF_LIFE = 26.0, 52.0
LAW_SUMS = 2.0  # the law of variance counts as so many independent sums
LEAST_SUMS, LEAST_LINES, ALIKE = 8, 8, 2.0
COLD_VARIANCE = 1.5
CLOSEST, FARTHEST = 0.25, 4.0  # how far a past error may be scaled to today's rate


@dataclass(frozen=True)
class Law:
    """ln V = a + b·ln μ of sums of so many weeks, fitted over many series; where there is no series, variance is the mean's."""

    a: float = 0.0
    b: float = 1.0

    def variance(self, mean: Floats) -> Floats:
        """The variance that goes with these means."""
        return np.asarray(np.exp(self.a + self.b * np.log(np.maximum(mean, 1e-9))), dtype=np.float64)


POISSON = Law()


def nearest(laws: Mapping[int, Law], weeks: int) -> Law:
    """The law of sums of so many weeks, or of the nearest number of weeks that has one."""
    return laws[min(laws, key=lambda known: (abs(known - weeks), known))] if laws else POISSON


@dataclass(frozen=True)
class Mixture:
    """How the real sums enter: λ is their share; `errors` adds past errors at today's scale to the forecast instead of past sums.

    `scaled` is the power of the rate with which past errors grow (0: they do not).
    """

    share: float = 0.5
    errors: bool = False
    scaled: float = 0.0


DEFAULT_MIXTURE = Mixture()


@dataclass(frozen=True)
class Sums:
    """Sums of so many weeks of each series, at the origins since which they ran: real, foretold, and which of them count.

    `real` holds all windows, oldest first; `error` and `foretold` are of the last 52 origins that had 13 weeks before them.
    """

    weeks: int
    real: Floats
    known: npt.NDArray[np.bool_]
    error: Floats
    foretold: Floats
    valid: npt.NDArray[np.bool_]


def past_sums(demand: Floats, path: Floats, weeks: int, gap: int = 0) -> Sums:
    """The sums of `weeks` weeks of each series and what its path foretold of them, `gap` weeks before they began.

    A sum needs half of its weeks known.
    """
    length = demand.shape[1]
    if length < weeks:
        nothing = np.zeros((len(demand), 0))
        return Sums(weeks, nothing, nothing > 0, nothing, nothing, nothing > 0)
    real, counts = window_sums(demand, weeks)
    known = counts * 2 >= weeks
    origins = max(0, min(MOST_ORIGINS, length - weeks - LEAST_KNOWN - gap))
    # The window that begins in column s was foretold from column s − 1 − gap.
    begin = real.shape[1] - origins
    seen = slice(begin - 1 - gap, begin - 1 - gap + origins)
    before = np.cumsum(~np.isnan(demand), axis=1)[:, seen] if origins else counts[:, :0]
    foretold = weeks * path[:, seen] if origins else np.zeros((len(demand), 0))
    valid = known[:, begin:] & (before >= LEAST_KNOWN)
    error = np.where(valid, real[:, begin:] - foretold, 0.0)
    return Sums(weeks, real, known, error, foretold, valid)


def variance(sums: Sums, mean: Floats, scaled: float = 0.0) -> tuple[Floats, Floats]:
    """The weighted mean of the squared past errors of each series, and how many independent sums it rests on (0: none)."""
    weights = np.where(sums.valid, _ages(sums.valid.shape[1], ERROR_HALF_LIFE), 0.0)
    error = sums.error * _scale(sums, mean, scaled)
    total = weights.sum(axis=1)
    found = (weights * error * error).sum(axis=1) / np.where(total > 0, total, 1.0)
    return found, sums.valid.sum(axis=1) / sums.weeks


def fit_law(mean: Floats, found: Floats, independent: Floats) -> Law:
    """The law of variance over these series: fewer than 8 of them are taken to be alike in their relative spread (b = 2)."""
    used = (mean > 0) & (found > 0) & (independent > 0)
    if not used.any():
        return POISSON
    x, y = np.log(mean[used]), np.log(found[used])
    if used.sum() < LEAST_LINES or np.ptp(x) < 1e-9:
        return Law(float((y - ALIKE * x).mean()), ALIKE)
    deviation = x - x.mean()
    slope = float((deviation * y).sum() / (deviation * deviation).sum())
    return Law(float(y.mean() - slope * x.mean()), slope)


def shrunk(found: Floats, independent: Floats, law: Law, mean: Floats) -> Floats:
    """Own variance, drawn to the law's the more the fewer independent sums it rests on; 1.5 × the law's where there are none."""
    by_law = law.variance(mean)
    mixed = (independent * found + LAW_SUMS * by_law) / (independent + LAW_SUMS)
    return np.asarray(np.where(independent > 0, mixed, COLD_VARIANCE * by_law), dtype=np.float64)


def quantiles(sums: Sums, mean: Floats, var: Floats, mix: Mixture, late: Floats | None = None) -> Floats:
    """The quantiles at TAUS of the next sum: a fitted distribution mixed with the real sums, quantile by quantile.

    `late` is the variance that a random lead time adds.
    """
    extra = np.zeros(len(mean)) if late is None else late
    found = fitted.quantiles(mean, var + extra)
    if not mix.share:
        return found
    values, valid = (mean[:, None] + sums.error * _scale(sums, mean, mix.scaled), sums.valid) if mix.errors else (
        sums.real, sums.known)  # fmt: skip
    lines = np.flatnonzero((valid.sum(axis=1) >= LEAST_SUMS) & (mean > 0))
    if len(lines):
        weights = np.where(valid[lines], _ages(valid.shape[1], SUM_HALF_LIFE), 0.0)
        seen = np.maximum(weighted_quantiles(values[lines], weights), 0.0)
        seen = _widened(seen, extra[lines] / np.maximum(var[lines], 1e-12))
        found[lines] = (1 - mix.share) * found[lines] + mix.share * seen
    return found


def _widened(found: Floats, more: Floats) -> Floats:
    """Quantiles with their deviations from the mean stretched by √(1 + more), never below zero."""
    mean = expect(found)[:, None]
    return np.asarray(np.maximum(0.0, mean + (found - mean) * np.sqrt(1.0 + more)[:, None]), dtype=np.float64)


def _scale(sums: Sums, mean: Floats, power: float) -> Floats:
    """By how much each past error is larger at today's rate."""
    if not power:
        return np.ones((1, 1))
    ratio = mean[:, None] / np.where(sums.foretold > 0, sums.foretold, np.inf)
    return np.asarray(np.clip(np.where(sums.foretold > 0, ratio, 1.0), CLOSEST, FARTHEST) ** power, dtype=np.float64)


def _ages(length: int, half_life: float) -> Floats:
    """Weights that halve every so many weeks back from the last of them."""
    return np.asarray(0.5 ** (np.arange(length)[::-1] / half_life), dtype=np.float64)
