"""Demand without its season and promotions, and by what they multiply it week by week. Pure.

Source: placement.md §4.1 (docs/placement.md).
"""

from dataclasses import dataclass, replace

import numpy as np

from inventory.placement.engine.clean import pool
from inventory.placement.engine.distribution import sold_quantiles
from inventory.placement.engine.model import Flags, Floats, Ints

CAP_EVERY, LEAST_SOLD, CAP_TIMES = 26, 13, 3.0
AGAIN_WITHIN, MOST_LONE = 8, 2


@dataclass(frozen=True)
class Baseline:
    """Series of stripped demand. `season` has one line per category, `uplift` one per series (None: never promoted).

    Both reach beyond the last week of demand, as far as anyone looks ahead.
    """

    demand: Floats
    season: Floats
    category: Ints
    uplift: Floats | None = None

    def factor(self, week: int, weeks: int) -> Floats:
        """By what the mean rate of `weeks` weeks from column `week` on is multiplied, series by series."""
        window = slice(week, week + max(weeks, 1))
        if self.uplift is None:
            return np.asarray(self.season[:, window].mean(axis=1)[self.category], dtype=np.float64)
        return np.asarray((self.season[self.category, window] * self.uplift[:, window]).mean(axis=1), dtype=np.float64)

    def pooled(self, group: Ints, groups: int, category: Ints) -> "Baseline":
        """The series summed by group; a group's uplift is that of its series, weighted by what they ask."""
        demand = pool(self.demand, group, groups)
        if self.uplift is None:
            return Baseline(demand, self.season, category)
        known = ~np.isnan(self.demand)
        rate = np.where(known, self.demand, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        total = np.bincount(group, weights=rate, minlength=groups)
        uplift = np.ones((groups, self.uplift.shape[1]))
        np.add.at(uplift, group, (self.uplift - 1.0) * (rate / np.where(total[group] > 0, total[group], 1.0))[:, None])
        return Baseline(demand, self.season, category, uplift)

    def of(self, lines: Ints) -> "Baseline":
        """Some of the series."""
        uplift = None if self.uplift is None else self.uplift[lines]
        return replace(self, demand=self.demand[lines], category=self.category[lines], uplift=uplift)


def stripped(demand: Floats, season: Floats, category: Ints, uplift: Floats | None = None) -> Baseline:
    """Demand divided by what multiplied it."""
    weeks = demand.shape[1]
    base = demand if np.all(season == 1.0) else demand / season[category, :weeks]
    if uplift is not None:
        base = base / uplift[:, :weeks]
    return Baseline(base, season, category, uplift)


def capped(demand: Floats, times: float = CAP_TIMES) -> Floats:
    """Demand without what is out of line: weeks at most median⁺ + times·(q95⁺ − median⁺) of the weeks with demand before them.

    Where all are alike, the distance is √median⁺. The cap is found anew every 26 weeks, and needs 13 weeks with demand. A third
    week beyond it within 8 is no chance any more and stays what it is.
    """
    result = demand
    for begin in range(CAP_EVERY, demand.shape[1], CAP_EVERY):
        cap = _caps(demand[:, :begin], times)[:, None]
        beyond = demand[:, max(begin - AGAIN_WITHIN + 1, 0) : begin + CAP_EVERY] > cap
        if beyond.any():
            block = demand[:, begin : begin + CAP_EVERY]
            result = result.copy() if result is demand else result
            result[:, begin : begin + CAP_EVERY] = np.where(_lone(beyond)[:, -block.shape[1] :], cap, block)
    return result


def _lone(beyond: Flags) -> Flags:
    """Which of the marked weeks are at most the second of 8 weeks in a row."""
    total = np.cumsum(np.pad(beyond, ((0, 0), (AGAIN_WITHIN, 0))), axis=1)
    return np.asarray(beyond & (total[:, AGAIN_WITHIN:] - total[:, :-AGAIN_WITHIN] <= MOST_LONE), dtype=np.bool_)


def _caps(demand: Floats, times: float) -> Floats:
    number, (median, high) = sold_quantiles(demand, (0.5, 0.95))
    return np.asarray(np.where(number >= LEAST_SOLD, median + times * reach(median, high), np.inf), dtype=np.float64)


def reach(median: Floats, high: Floats) -> Floats:
    """How far weeks with demand reach above their median by themselves: to their 95 % quantile, √median where all are alike."""
    return np.asarray(np.where(high > median, high - median, np.sqrt(np.maximum(median, 0.0))), dtype=np.float64)
