"""Point forecasts of weekly demand over many series at once: recursions over a whole matrix, series by weeks. Pure.

Every method gives its whole path: column t is the weekly rate foretold with what was known up to and with week t, so that past
errors can be measured without forecasting again. Unknown weeks (NaN) move nothing; before the first known week the rate is 0.

Source: placement.md §4.3 (docs/placement.md); SES, TSB (Teunter, Syntetos, Babai 2011), SBA (Syntetos, Boylan 2005), damped trend
(Gardner, McKenzie 1985).
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
START_WEEKS = 13


def ses(demand: Floats, alpha: float) -> Floats:
    """Simple exponential smoothing as a weighted mean of all known weeks: the weight of a week falls by 1 − α a week.

    Beginning with the mean, and not with the first week alone, forgets the beginning sooner.

    >>> ses(np.array([[2.0, 4.0, np.nan, 4.0]]), 0.5).round(3).tolist()
    [[2.0, 3.333, 3.333, 3.818]]
    """
    from scipy.signal import lfilter  # noqa: PLC0415  slow to load, and most processes compute no forecast

    known = ~np.isnan(demand)
    total, weight = (
        lfilter([alpha], [1.0, alpha - 1.0], values, axis=1)
        for values in (np.where(known, demand, 0.0), known.astype(np.float64))
    )
    return np.asarray(np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), 0.0), dtype=np.float64)


def moving_mean(demand: Floats, weeks: int) -> Floats:
    """The mean of the known ones among the last `weeks` weeks; where none of them is, what it was before; 0 before the first.

    >>> moving_mean(np.array([[np.nan, 2.0, np.nan, np.nan]]), 2).tolist()
    [[0.0, 2.0, 2.0, 2.0]]
    >>> moving_mean(np.array([[2.0, 4.0, np.nan, 6.0]]), 2).tolist()
    [[2.0, 3.0, 4.0, 6.0]]
    """
    known = ~np.isnan(demand)
    totals = _running(np.where(known, demand, 0.0), weeks)
    number = _running(known.astype(np.float64), weeks)
    found = np.asarray(totals / np.maximum(number, 1), dtype=np.float64)
    if (number > 0).all():
        return found
    last = np.maximum.accumulate(np.where(number > 0, np.arange(demand.shape[1]), 0), axis=1)
    return np.take_along_axis(found, last, axis=1)


def tsb(demand: Floats, alpha: float = 0.1, beta: float = 0.05) -> Floats:
    """Chance of a sale times its size, each smoothed; a series that stops selling fades. Begun with its first 13 known weeks."""
    seen = ~np.isnan(demand)
    is_first = seen & (np.cumsum(seen, axis=1) <= START_WEEKS)
    sold_first = is_first & (demand > 0)
    chance = sold_first.sum(axis=1) / np.maximum(is_first.sum(axis=1), 1)
    size = np.where(sold_first, demand, 0.0).sum(axis=1) / np.maximum(sold_first.sum(axis=1), 1)
    path = np.empty_like(demand)
    for n, week in enumerate(demand.T):
        known, sold = ~np.isnan(week), week > 0
        chance = np.where(known, chance + beta * (sold - chance), chance)
        size = np.where(sold, np.where(size > 0, size + alpha * (week - size), week), size)
        path[:, n] = chance * size
    return path


def croston(demand: Floats, alpha: float = 0.1) -> Floats:
    """Croston's size of a sale over the interval between sales, each smoothed at sales only."""
    size, interval = np.zeros(len(demand)), np.ones(len(demand))
    gap, begun = np.ones(len(demand)), np.zeros(len(demand), dtype=bool)
    path = np.empty_like(demand)
    for n, week in enumerate(demand.T):
        sold, known = week > 0, ~np.isnan(week)
        size = np.where(sold, np.where(begun, size + alpha * (week - size), week), size)
        interval = np.where(sold, np.where(begun, interval + alpha * (gap - interval), gap), interval)
        gap = np.where(sold, 1.0, gap + known)
        begun |= sold
        path[:, n] = size / interval
    return path


def sba(demand: Floats, alpha: float = 0.1) -> Floats:
    """Croston's forecast less its bias: × (1 − α/2)."""
    return croston(demand, alpha) * (1 - alpha / 2)


def damped_trend(demand: Floats, alpha: float, beta: float, ahead: float, phi: float = 0.9) -> Floats:
    """The mean rate of the next `ahead` weeks with a trend that fades by φ a week; never below 0."""
    level, trend = np.full(len(demand), np.nan), np.zeros(len(demand))
    path = np.empty_like(demand)
    steps = np.arange(1, round(ahead) + 1)
    reach = float(np.cumsum(phi**steps).mean()) if len(steps) else 0.0
    for n, week in enumerate(demand.T):
        known, fresh = ~np.isnan(week), np.isnan(level)
        moved = alpha * week + (1 - alpha) * (level + phi * trend)
        turned = beta * (moved - level) + (1 - beta) * phi * trend
        trend = np.where(known & ~fresh, turned, trend)
        level = np.where(known, np.where(fresh, week, moved), level)
        path[:, n] = np.maximum(np.nan_to_num(level) + reach * trend, 0.0)
    return path


def steady(demand: Floats) -> Floats:
    """The steady family: the equal mean of seven methods that do not chase the last weeks.

    >>> steady(np.full((1, 60), 7.0))[:, -1].round(3).tolist()
    [6.95]
    """
    return mean(_steady(demand), 7)


def mean(paths: Iterable[Floats], number: int) -> Floats:
    """The equal mean of so many paths, of which only one is held at a time."""
    total: Floats | None = None
    for path in paths:
        total = path if total is None else total + path
    if total is None:
        raise ValueError("there is no path")
    return total / number


def _steady(demand: Floats) -> Iterable[Floats]:
    for alpha in (0.03, 0.07, 0.15):
        yield ses(demand, alpha)
    yield moving_mean(demand, 26)
    yield moving_mean(demand, 52)
    yield tsb(demand)
    yield sba(demand)


def _running(values: Floats, weeks: int) -> Floats:
    """The sum of the last `weeks` columns up to each column."""
    sums = np.cumsum(values, axis=1)
    sums[:, weeks:] -= sums[:, :-weeks].copy()
    return sums
