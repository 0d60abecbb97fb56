"""Point forecasts of weekly demand over many series at once: recursions over a whole matrix, series by weeks. Pure.

Source: placement.md §4.3 (docs/placement.md); SES, TSB (Teunter, Syntetos, Babai 2011), SBA (Syntetos, Boylan 2005). Unknown weeks
(NaN) move nothing.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def ses(demand: Floats, alpha: float) -> Floats:
    """Simple exponential smoothing: level ← level + α (demand − level), begun at the first known week.

    >>> ses(np.array([[2.0, 4.0, np.nan, 4.0]]), 0.5).tolist()
    [3.5]
    """
    level = np.full(len(demand), np.nan)
    for week in demand.T:
        fresh = np.isnan(level)
        step = level + alpha * (week - level)
        level = np.where(np.isnan(week), level, np.where(fresh, week, step))
    return np.asarray(np.nan_to_num(level), dtype=np.float64)


def moving_mean(demand: Floats, weeks: int) -> Floats:
    """The mean of the known ones among the last `weeks` weeks; 0 where none is known."""
    recent = demand[:, -weeks:]
    known = ~np.isnan(recent)
    return np.asarray(np.where(known, recent, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), dtype=np.float64)


def tsb(demand: Floats, alpha: float = 0.1, beta: float = 0.05) -> Floats:
    """Chance of a sale times its size, each smoothed; a series that stops selling fades."""
    first = demand[:, :13]
    sales = np.where(first > 0, first, 0.0)
    chance = (first > 0).sum(axis=1) / np.maximum((~np.isnan(first)).sum(axis=1), 1)
    size = sales.sum(axis=1) / np.maximum((first > 0).sum(axis=1), 1)
    for week in demand.T:
        known, sold = ~np.isnan(week), week > 0
        chance = np.where(known, chance + beta * (sold - chance), chance)
        size = np.where(sold, np.where(size > 0, size + alpha * (week - size), week), size)
    return np.asarray(chance * size, dtype=np.float64)


def sba(demand: Floats, alpha: float = 0.1) -> Floats:
    """Croston's size over interval, less its bias: × (1 − α/2)."""
    size, interval = np.zeros(len(demand)), np.ones(len(demand))
    gap, begun = np.ones(len(demand)), np.zeros(len(demand), dtype=bool)
    for week in demand.T:
        sold, known = week > 0, ~np.isnan(week)
        size = np.where(sold, np.where(begun, size + alpha * (week - size), week), size)
        interval = np.where(sold, np.where(begun, interval + alpha * (gap - interval), gap), interval)
        gap = np.where(sold, 1.0, gap + known)
        begun |= sold
    return np.where(begun, size / interval * (1 - alpha / 2), 0.0)


def steady(demand: Floats) -> Floats:
    """The weekly forecast of the steady family: the equal mean of seven methods that do not chase the last weeks.

    >>> steady(np.full((1, 60), 7.0)).round(3).tolist()
    [6.95]
    """
    methods = [ses(demand, alpha) for alpha in (0.03, 0.07, 0.15)]
    methods += [moving_mean(demand, 26), moving_mean(demand, 52), tsb(demand), sba(demand)]
    return np.asarray(np.mean(methods, axis=0), dtype=np.float64)
