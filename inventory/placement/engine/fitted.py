"""Quantiles of fitted distributions of demand: negative binomial for small and even demand, gamma for the rest. Pure.

Source: placement.md §4.4 (docs/placement.md). Gamma quantiles come from a table in the logarithm of the shape, because inverse
gamma calls are thousands of times slower; the negative binomial is summed up.
"""

from functools import cache

import numpy as np

from inventory.placement.engine.distribution import TAUS
from inventory.placement.engine.model import Floats

LEAST_TAU = 0.004  # the 0 % quantile of a distribution without a least value: the middle of its band
MOST_COUNTED, SPREAD_COUNTED = 40.0, 3.0  # negative binomial below this mean, and below this variance per unit of mean
LEAST_OVERSPREAD = 1.01
LEAST_SHAPE, MOST_SHAPE, SHAPES = 0.005, 4000.0, 400
MOST_UNITS = 400
_LEVELS = np.where(TAUS > 0, TAUS, LEAST_TAU)


def quantiles(mean: Floats, variance: Floats) -> Floats:
    """The quantiles at TAUS of demand with these means and variances, one line each; zeros where the mean is 0."""
    found = np.zeros((len(mean), len(TAUS)))
    some = mean > 0
    counted = some & (mean < MOST_COUNTED) & (variance < SPREAD_COUNTED * mean)
    rest = some & ~counted
    found[rest] = gamma(mean[rest], variance[rest])
    found[counted] = negative_binomial(mean[counted], variance[counted])
    return found


def gamma(mean: Floats, variance: Floats) -> Floats:
    """Gamma quantiles, read from a table of 400 shapes: within 0.5 % of the exact ones for shapes of 1 and more.

    >>> gamma(np.array([100.0]), np.array([2500.0])).round(1)[0, [11, 20, 23, 28]].tolist()
    [91.8, 167.0, 197.8, 263.2]
    """
    low, step, table = _table()
    with np.errstate(divide="ignore"):
        shape = np.where(variance > 0, mean * mean / variance, MOST_SHAPE)
    place = (np.log(np.clip(shape, LEAST_SHAPE, MOST_SHAPE)) - low) / step
    below = np.clip(place.astype(np.int64), 0, SHAPES - 2)
    part = (place - below)[:, None]
    return np.asarray(mean[:, None] * (table[below] * (1 - part) + table[below + 1] * part), dtype=np.float64)


def negative_binomial(mean: Floats, variance: Floats) -> Floats:
    """Negative binomial quantiles (p = μ/V, r = μp/(1 − p)): whole units.

    >>> negative_binomial(np.array([4.0]), np.array([10.0]))[0, [11, 20, 23, 28]].tolist()
    [3.0, 8.0, 10.0, 15.0]
    """
    chance = mean / np.maximum(variance, LEAST_OVERSPREAD * mean)
    size = mean * chance / (1 - chance)
    mass = np.exp(size * np.log(chance))
    total, units = mass.copy(), np.zeros((len(mean), len(TAUS)))
    short = total[:, None] < _LEVELS
    for count in range(1, MOST_UNITS + 1):
        open_lines = np.flatnonzero(short.any(axis=1))
        if not len(open_lines):
            break
        units[short] = count
        mass[open_lines] *= (size[open_lines] + count - 1) / count * (1 - chance[open_lines])
        total[open_lines] += mass[open_lines]
        short[open_lines] = total[open_lines, None] < _LEVELS
    return units


@cache
def _table() -> tuple[float, float, Floats]:
    """The logarithm of the least shape, the step, and gamma quantiles per unit of mean for each shape."""
    from scipy.special import gammaincinv  # noqa: PLC0415  slow to load, and most processes compute no plan

    logs = np.linspace(np.log(LEAST_SHAPE), np.log(MOST_SHAPE), SHAPES)
    shapes = np.exp(logs)[:, None]
    return float(logs[0]), float(logs[1] - logs[0]), np.asarray(gammaincinv(shapes, _LEVELS) / shapes)
