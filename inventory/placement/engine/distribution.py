"""What may be asked over a protection interval: quantiles of the real sums of so many weeks. Pure.

Source: placement.md §4.4 (docs/placement.md). A distribution is its quantiles at the 31 levels of TAUS; an expectation is
the sum of WEIGHTS × the function of them. The full engine mixes fitted quantiles into the same arrays.
"""

from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.model import Floats, Ints, LeadTime

TAUS: Floats = np.array(
    [0, 0.02, 0.05, *np.arange(10, 81, 5) / 100, 0.84, 0.875, 0.9, 0.92, 0.94, 0.955, 0.965, 0.975, 0.982, 0.988, 0.993,
     0.997, 0.999]
)  # fmt: skip
_EDGES = np.concatenate(([0.0], (TAUS[1:] + TAUS[:-1]) / 2, [1.0]))
WEIGHTS: Floats = np.diff(_EDGES)
LEAST_WINDOWS = 8


def expect(values: Floats) -> Floats:
    """Σ w · value over the last axis. Not a matrix product: its last digit would depend on how many lines there are.

    >>> float(expect(np.full((1, 31), 4.0))[0])
    4.0
    """
    return np.asarray((values * WEIGHTS).sum(axis=-1), dtype=np.float64)


@dataclass(frozen=True)
class Spread:
    """Quantiles, one line per series: of demand over lead time and review (`whole`), and over the lead time alone (`lead`).

    Level by level `lead` never exceeds `whole`. `weeks` is the mean length of the whole; `is_short` marks series with so little
    history that shorter sums were stretched.
    """

    whole: Floats
    lead: Floats
    weeks: float
    is_short: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def mean(self) -> Floats:
        """Expected demand over the whole."""
        return expect(self.whole)

    @property
    def review_mean(self) -> Floats:
        """Expected demand of one review interval, as these quantiles have it."""
        return expect(self.whole - self.lead)


def spread(demand: Floats, lead: LeadTime, review: int, half_life: float) -> Spread:
    """The distribution of demand over a random lead time and the review that follows it.

    Sums of each possible length are taken from the history, newer ones counting more (weight halves every `half_life` weeks), and
    mixed by how likely the length is. The lead time's own share is made from the whole (never estimated apart, or tails cross).
    """
    wholes, leads, lengths = [], [], []
    is_short = np.zeros(len(demand), dtype=bool)
    for weeks in lead.weeks:
        length = weeks + review
        quantiles, short = bootstrap(demand, length, half_life)
        is_short |= short
        wholes.append(quantiles)
        leads.append(stretch(quantiles, weeks / length))
        lengths.append(length)
    mean_weeks = float(np.dot(lengths, lead.probs))
    return Spread(mixture(wholes, lead.probs), mixture(leads, lead.probs), mean_weeks, is_short)


def bootstrap(
    demand: Floats, length: int, half_life: float
) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Weighted quantiles of the sums of `length` weeks of each series, and which series had too few weeks for it.

    With fewer than 8 such sums, sums of fewer weeks are taken and stretched: the mean by the ratio, the deviations by its root.
    """
    known = (~np.isnan(demand)).sum(axis=1)
    used = np.clip(known - (LEAST_WINDOWS - 1), 1, length).astype(np.int64)
    quantiles = np.zeros((len(demand), len(TAUS)))
    for window in np.unique(used):
        lines = np.flatnonzero((used == window) & (known > 0))
        if len(lines):
            found = _window_quantiles(demand[lines], int(window), half_life)
            quantiles[lines] = stretch(found, length / int(window))
    return quantiles, (used < length) & (known > 0)


def stretch(quantiles: Floats, ratio: float) -> Floats:
    """The distribution of `ratio` times as many weeks: μ·ratio + (q − μ)·√ratio, never below zero.

    >>> flat = np.full((1, 31), 6.0)
    >>> float(stretch(flat, 0.5)[0, 0]), float(stretch(flat, 0.0)[0, 0])
    (3.0, 0.0)
    """
    if ratio == 1.0:
        return quantiles
    mean = expect(quantiles)[:, None]
    return np.asarray(np.maximum(0.0, mean * ratio + (quantiles - mean) * np.sqrt(ratio)), dtype=np.float64)


def mixture(parts: list[Floats], probs: tuple[float, ...]) -> Floats:
    """The quantiles of a mixture of distributions given by theirs."""
    if len(parts) == 1:
        return parts[0]
    values = np.concatenate(parts, axis=1)
    weights = np.concatenate([prob * WEIGHTS for prob in probs])
    return weighted_quantiles(values, np.broadcast_to(weights, values.shape))


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


def _window_quantiles(demand: Floats, length: int, half_life: float) -> Floats:
    sums, counts = window_sums(demand, length)
    age = np.arange(sums.shape[1])[::-1]
    weights = np.where(counts * 2 >= length, 0.5 ** (age / half_life), 0.0)
    return weighted_quantiles(sums, weights)


def _running(values: Floats, length: int) -> Floats:
    """Sums of `length` neighbours along each line, added one after the other, so that no line depends on another."""
    count = values.shape[1] - length + 1
    total = values[:, :count].copy()
    for n in range(1, length):
        total += values[:, n : n + count]
    return total
