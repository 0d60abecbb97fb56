"""How long a lane takes, learned from what has arrived over it. Pure.

Source: placement.md §5 (docs/placement.md, Lead times). One observation of today counts as one, one of half a year ago as half;
what was believed before counts as eight. So a lane that nothing has come over for long falls back to its prior by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil, fsum, sqrt
from statistics import median

from inventory.placement.engine.model import LeadTime
from inventory.placement.engine.periods import WEEK

WINDOW = timedelta(weeks=2 * WEEK.per_year)
HALF_LIFE = timedelta(weeks=26)
PRIOR_COUNT = 8
LEAST = 3
BEYOND_MEDIAN = 6
DAYS_PER_WEEK = 7

Weighted = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Observation:
    """One arrival over a lane: the days it left and came, each on its place's calendar.

    `promised` is the last day that was in time; `border_hours` the part from reaching the border to being released beyond it.
    """

    started: date
    ended: date
    promised: date | None = None
    border_hours: float | None = None

    @property
    def days(self) -> int:
        """From the day it left to the day it came."""
        return (self.ended - self.started).days


@dataclass(frozen=True)
class Summary:
    """Figures of weighted observations: how many, mean, standard deviation, median and 90 % quantile."""

    n: int
    mean: float
    sd: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Learned:
    """What is known of a lane: its lead time, and of the `n` arrivals it was learned from their days, border hours and punctuality.

    With fewer than three arrivals the lead time is the prior, marked as default, and the rest is None; what no arrival tells
    (its promise, its border part) is None too.
    """

    lead_time: LeadTime
    n: int
    days: Summary | None = None
    border_hours: Summary | None = None
    on_time: float | None = None


def learn(observations: Iterable[Observation], *, as_of: date, prior: LeadTime) -> Learned:
    """The lead time of a lane on a day, from what had arrived before that day; the order of observations does not matter.

    >>> fortnight = Observation(date(2026, 1, 5), date(2026, 1, 19))
    >>> found = learn([fortnight] * 3, as_of=date(2026, 1, 20), prior=LeadTime((1,), (1.0,)))
    >>> found.lead_time.weeks, found.n, found.days.p50
    ((1, 2), 3, 14.0)
    """
    kept = believable(observations, as_of)
    if len(kept) < LEAST:
        return Learned(replace(prior, is_default=True), len(kept))
    weighted = [(one, 0.5 ** ((as_of - one.ended) / HALF_LIFE)) for one in kept]
    border = [(one.border_hours, weight) for one, weight in weighted if _is_known(one.border_hours)]
    promised = [one.ended <= one.promised for one in kept if one.promised is not None]
    return Learned(
        lead_time=_mixed([(weeks(one.days), weight) for one, weight in weighted], prior),
        n=len(kept),
        days=_summary([(float(one.days), weight) for one, weight in weighted]),
        border_hours=_summary([(float(hours or 0), weight) for hours, weight in border]),
        on_time=sum(promised) / len(promised) if promised else None,
    )


def believable(observations: Iterable[Observation], as_of: date) -> list[Observation]:
    """Those that ended in the two years before the day, without the ones that cannot be true.

    Left out are negative durations and those of more than six times the median of the others (a median below a day counts as one).
    """
    known = [one for one in observations if as_of - WINDOW <= one.ended < as_of and one.days >= 0]
    if not known:
        return []
    most = BEYOND_MEDIAN * max(1.0, median(one.days for one in known))
    return [one for one in known if one.days <= most]


def weeks(days: int) -> int:
    """A duration in whole weeks, a part of a week being a week, and at least one.

    Goods leave after the week's receipts (placement.md §1), so what arrives the same day or the same week is there with those
    of the next.

    >>> [weeks(days) for days in (0, 1, 7, 8, 15)]
    [1, 1, 1, 2, 3]
    """
    return max(1, ceil(days / DAYS_PER_WEEK))


def _is_known(hours: float | None) -> bool:
    return hours is not None and hours >= 0


def _mixed(observed: Iterable[tuple[int, float]], prior: LeadTime) -> LeadTime:
    """Observed weeks by weight together with the prior's. Sums are exact, so that no order shows in the last digit."""
    parts: dict[float, list[float]] = defaultdict(list)
    for week, prob in zip(prior.weeks, prior.probs, strict=True):
        parts[week].append(PRIOR_COUNT * prob)
    for week, weight in observed:
        parts[week].append(weight)
    total = fsum(weight for found in parts.values() for weight in found)
    probs = {week: fsum(found) / total for week, found in sorted(parts.items())}
    kept = {week: prob for week, prob in probs.items() if prob > 0}
    return LeadTime(tuple(kept), tuple(kept.values()))


def _summary(values: Weighted) -> Summary | None:
    """The figures of at least three values; of fewer, None."""
    if len(values) < LEAST:
        return None
    total = fsum(weight for _value, weight in values)
    mean = fsum(value * weight for value, weight in values) / total
    spread = fsum(weight * (value - mean) ** 2 for value, weight in values) / total
    return Summary(len(values), mean, sqrt(spread), _quantile(values, 0.5), _quantile(values, 0.9))


def _quantile(values: Weighted, share: float) -> float:
    """The least value that this share of the weight does not exceed."""
    ordered = sorted(values)
    wanted = share * fsum(weight for _value, weight in ordered) - 1e-9
    total = 0.0
    for value, weight in ordered:
        total += weight
        if total >= wanted:
            return value
    return ordered[-1][0]
