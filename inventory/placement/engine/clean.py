"""History made fit for planning: weeks out of stock are scaled up or set aside, and every change is kept. Pure.

Source: placement.md §4.1 (docs/placement.md).
"""

from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.model import Adjustment, Floats, History, Ints
from inventory.placement.engine.periods import WEEK, Period

MOST_CENSORED = 0.7  # a week longer out of stock than this says nothing
CAP_QUANTILE = 0.95


@dataclass(frozen=True)
class Cleaned:
    """Demand as it would have been, and per line how many of its weeks were censored."""

    demand: Floats
    censored: Ints
    adjustments: tuple[Adjustment, ...]


def clean(history: History, period: Period = WEEK) -> Cleaned:
    """Weeks out of stock for a share u: up to 0.7 the quantity becomes quantity / (1 − u), beyond that it is unknown.

    A scaled week is capped at the 95 % quantile of the line's own uncensored weeks with demand, and never falls below
    what was sold.
    """
    demand, share = history.demand.copy(), history.stockout
    lines, weeks = np.nonzero((share > 0) & ~np.isnan(demand))
    censored = np.zeros(len(demand), dtype=np.int64)
    adjustments: list[Adjustment] = []
    caps: dict[int, float] = {}
    for line, week in zip(lines.tolist(), weeks.tolist(), strict=True):
        censored[line] += 1
        old, out = float(history.demand[line, week]), float(share[line, week])
        if out > MOST_CENSORED:
            new = None
        else:
            cap = caps.setdefault(line, _cap(history.demand[line], share[line]))
            new = max(old, min(old / (1.0 - out), cap))
        demand[line, week] = np.nan if new is None else new
        adjustments.append(
            Adjustment(
                sku=history.skus[line],
                location=history.regions[line],
                week=period.begin(history.first_week, week),
                reason="CENSORED" if new is not None else "UNKNOWN",
                old=old,
                new=new,
            )
        )
    return Cleaned(demand, censored, (*history.adjustments, *adjustments))


def _cap(demand: Floats, share: Floats) -> float:
    """The 95 % quantile of the uncensored weeks with demand; no limit where there are none."""
    seen = demand[(share <= 0) & (demand > 0)]
    return float(np.quantile(seen, CAP_QUANTILE)) if len(seen) else np.inf


def pool(demand: Floats, group: Ints, groups: int) -> Floats:
    """The summed series of each group of lines, keeping what they have in common.

    A week needs at least half of the group's lines known; the others are made up for by their share of the group's mean demand.
    """
    members = np.bincount(group, minlength=groups)
    if not len(group) or members.max() == 1:
        alone = np.full((groups, demand.shape[1]), np.nan)
        alone[group] = demand
        return alone
    order = np.argsort(group, kind="stable")
    begin = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0])
    named = group[order][begin]

    def summed(values: Floats) -> Floats:
        found = np.zeros((groups, *values.shape[1:]))
        found[named] = np.add.reduceat(values[order], begin, axis=0)
        return found

    known = ~np.isnan(demand)
    values = np.where(known, demand, 0.0)
    ever = known.any(axis=1)
    lines, count = summed(np.asarray(ever, dtype=np.float64)), summed(known.astype(np.float64))
    total = summed(values)
    everyone, enough = count == lines[:, None], (count * 2 >= lines[:, None]) & (count > 0)
    if not everyone.all():
        # Where everyone is known nothing is scaled, so that whole numbers stay whole.
        mean = np.asarray(values.sum(axis=1) / np.maximum(known.sum(axis=1), 1), dtype=np.float64)
        total_mean, known_mean = summed(mean), summed(np.asarray(known * mean[:, None]))
        scale = np.where(known_mean > 0, total_mean[:, None] / np.where(known_mean > 0, known_mean, 1.0), 1.0)
        total = np.where(everyone, total, total * scale)
    return np.where(enough, total, np.nan)
