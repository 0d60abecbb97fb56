"""Distributions as quantiles: their means, longer and shorter ones, weighted samples, sums of weeks in a row. Pure.

Source: placement.md §4.4 (docs/placement.md). A distribution is its quantiles at the 31 levels of TAUS; an expectation is
the sum of WEIGHTS × the function of them.
"""

from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.model import Flags, Floats, Ints

TAUS: Floats = np.array(
    [0, 0.02, 0.05, *np.arange(10, 81, 5) / 100, 0.84, 0.875, 0.9, 0.92, 0.94, 0.955, 0.965, 0.975, 0.982, 0.988, 0.993,
     0.997, 0.999]
)  # fmt: skip
MOST_SHARE = 1 - 1e-7
_EDGES = np.concatenate(([0.0], (TAUS[1:] + TAUS[:-1]) / 2, [1.0]))
WEIGHTS: Floats = np.diff(_EDGES)


def expect(values: Floats) -> Floats:
    """Σ w · value over the last axis. Not a matrix product: its last digit would depend on how many lines there are.

    >>> float(expect(np.full((1, 31), 4.0))[0])
    4.0
    """
    return np.asarray((values * WEIGHTS).sum(axis=-1), dtype=np.float64)


@dataclass(frozen=True)
class Spread:
    """Quantiles, one line per series: of demand over lead time and review (`whole`), and over the lead time alone (`lead`).

    Level by level `lead` never exceeds `whole`. `weeks` is the mean length of the whole; `is_short` marks series with too little
    history for past errors of sums of that length to be measured.
    """

    whole: Floats
    lead: Floats
    weeks: Floats
    is_short: Flags

    @property
    def mean(self) -> Floats:
        """Expected demand over the whole."""
        return expect(self.whole)

    @property
    def review_mean(self) -> Floats:
        """Expected demand of one review interval, as these quantiles have it."""
        return expect(self.whole - self.lead)


def stretch(quantiles: Floats, ratio: "float | Floats") -> Floats:
    """The distribution of `ratio` times as many weeks: μ·ratio + (q − μ)·√ratio, never below zero; one ratio, or one per line.

    >>> flat = np.full((1, 31), 6.0)
    >>> float(stretch(flat, 0.5)[0, 0]), float(stretch(flat, 0.0)[0, 0])
    (3.0, 0.0)
    """
    by = np.broadcast_to(np.asarray(ratio, dtype=np.float64), (len(quantiles),))[:, None]
    mean = expect(quantiles)[:, None]
    longer = np.maximum(0.0, mean * by + (quantiles - mean) * np.sqrt(by))
    return np.asarray(np.where(by == 1.0, quantiles, longer), dtype=np.float64)


def quantile(quantiles: Floats, share: "float | Floats") -> Floats:
    """The quantile of each line at a share, straight between the levels of TAUS; one share, or one per line.

    Beyond the last level it lies farther from the mean as it would under a normal distribution.

    >>> quantile(np.array([TAUS * 10]), 0.9).round(6).tolist()
    [9.0]
    """
    asked = np.broadcast_to(np.asarray(share, dtype=np.float64), (len(quantiles),))
    place = np.interp(asked, TAUS, np.arange(len(TAUS)))
    below = np.minimum(place.astype(np.int64), len(TAUS) - 2)
    lines, part = np.arange(len(quantiles)), place - below
    found = np.asarray(quantiles[lines, below] * (1 - part) + quantiles[lines, below + 1] * part, dtype=np.float64)
    if (asked <= TAUS[-1]).all():
        return found
    from scipy.special import ndtri  # noqa: PLC0415  slow to load, and most processes compute no plan

    mean = expect(quantiles)
    farther = ndtri(np.clip(asked, TAUS[-1], MOST_SHARE)) / ndtri(TAUS[-1])
    return np.asarray(np.maximum(found, mean + (found - mean) * farther), dtype=np.float64)


def sold_quantiles(demand: Floats, shares: tuple[float, ...]) -> tuple[Ints, list[Floats]]:
    """Of the weeks with demand of each line: how many there are, and these quantiles (0 where there are none)."""
    sold = demand > 0
    number = sold.sum(axis=1)
    ordered = np.sort(np.where(sold, demand, np.inf), axis=1)
    lines, last = np.arange(len(demand)), np.maximum(number - 1, 0)
    found = []
    for share in shares:
        place = last * share
        below = place.astype(np.int64)
        ends = (below, np.minimum(below + 1, last))
        low, high = (np.where(number > 0, ordered[lines, end], 0.0) for end in ends)
        found.append(low + (place - below) * (high - low))
    return number, found


def weighted_quantiles(values: Floats, weights: Floats) -> Floats:
    """The quantiles at TAUS of each line of weighted values, straight between the middles of their weights.

    Values of weight zero do not count; a line without weight has quantiles of zero.

    >>> weighted_quantiles(np.array([[3.0, 1.0, 2.0]]), np.ones((1, 3)))[0, [0, 11, 30]].round(6).tolist()
    [1.0, 2.0, 3.0]
    """
    order = np.argsort(np.where(weights > 0, values, np.inf), axis=1, kind="stable")
    values = np.take_along_axis(np.where(weights > 0, values, 0.0), order, axis=1)
    weights = np.take_along_axis(weights, order, axis=1)
    total = weights.sum(axis=1, keepdims=True)
    middle = (np.cumsum(weights, axis=1) - weights / 2) / np.where(total > 0, total, 1.0)
    last = np.maximum((weights > 0).sum(axis=1) - 1, 0)
    result = np.empty((len(values), len(TAUS)))
    lines = np.arange(len(values))
    for n, tau in enumerate(TAUS):
        above = np.minimum((middle < tau).sum(axis=1), last)
        below = np.maximum(above - 1, 0)
        low, high = middle[lines, below], middle[lines, above]
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(high > low, np.clip((tau - low) / (high - low), 0.0, 1.0), 0.0)
        result[:, n] = values[lines, below] + part * (values[lines, above] - values[lines, below])
    return np.maximum.accumulate(np.where(total > 0, result, 0.0), axis=1)


def window_sums(demand: Floats, length: int) -> tuple[Floats, Ints]:
    """Every sum of `length` weeks in a row, oldest first, scaled up for unknown weeks, and how many of them were known."""
    known = (~np.isnan(demand)).astype(np.float64)
    sums = _running(np.nan_to_num(demand), length)
    counts = _running(known, length)
    whole = counts == length
    return np.where(whole, sums, sums * length / np.maximum(counts, 1)), counts.astype(np.int64)


def _running(values: Floats, length: int) -> Floats:
    """Sums of `length` neighbours along each line, added one after the other, so that no line depends on another."""
    count = values.shape[1] - length + 1
    total = values[:, :count].copy()
    for n in range(1, length):
        total += values[:, n : n + count]
    return total
