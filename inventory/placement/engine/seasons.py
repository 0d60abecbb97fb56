"""Which categories have a season: those where it would have foretold the last year better. Pure.

Source: placement.md §4.1 (docs/placement.md): used only if it takes at least 3 % off the pinball loss at rolling origins.
"""

from collections.abc import Sequence

import numpy as np

from inventory.placement.engine.baseline import stripped
from inventory.placement.engine.clean import pool
from inventory.placement.engine.distribution import quantile
from inventory.placement.engine.families import Style
from inventory.placement.engine.foretell import Foreteller, Spans
from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.season import LEAST_YEARS, Calendar, profile

GAIN = 0.97
PARTS = 13  # of a year: sums that do not overlap, of 4 weeks or one month
LARGEST = 20
JUDGED = (0.5, 0.75, 0.9, 0.95)


def seasons(
    demand: Floats,
    category: Ints,
    number: int,
    calendar: Calendar,
    look_ahead: int,
    known: Sequence[bool] | None = None,
) -> tuple[Floats, tuple[bool, ...]]:
    """The factors of every week and `look_ahead` more, one line per category, and which categories have a season.

    `known` says which have one, when that was found before.
    """
    weeks, number = demand.shape[1], max(number, 1)
    factors = np.ones((number, weeks + look_ahead))
    if weeks < LEAST_YEARS * calendar.period.per_year + _ahead(calendar) or not len(demand):
        return factors, (False,) * number
    totals = pool(demand, category, number)
    place = calendar.of_year(weeks + look_ahead)
    gains = _gains(demand, category, totals, calendar, place) if known is None else np.array(known, dtype=np.bool_)
    for n in np.flatnonzero(gains).tolist():
        factors[n] = profile(totals[n], calendar)[place]
    return factors, tuple(bool(gain) for gain in gains)


def _gains(demand: Floats, category: Ints, totals: Floats, calendar: Calendar, place: Ints) -> Floats:
    """True for categories whose season takes 3 % off the loss at the last origins, each with what was known then."""
    series, owner = _judged(demand, category, totals)
    weeks = demand.shape[1]
    plain, with_season = np.zeros(len(totals)), np.zeros(len(totals))
    year, ahead = calendar.period.per_year, _ahead(calendar)
    for back in range(1, year // ahead + 1):
        origin = weeks - back * ahead
        if origin < LEAST_YEARS * year:
            break
        profiles = np.stack([profile(total[:origin], calendar) for total in totals])
        plain += _losses(series, owner, np.ones((len(totals), year))[:, place], origin, ahead)
        with_season += _losses(series, owner, profiles[:, place], origin, ahead)
    return np.asarray((plain > 0) & (with_season <= GAIN * plain))


def _ahead(calendar: Calendar) -> int:
    """How far ahead is foretold to judge a season: a thirteenth of a year."""
    return max(1, calendar.period.per_year // PARTS)


def _judged(demand: Floats, category: Ints, totals: Floats) -> tuple[Floats, Ints]:
    """Each category's total and the largest of its series, and whose they are."""
    size = np.where(np.isnan(demand), 0.0, demand).sum(axis=1)
    order = np.lexsort((-size, category))
    begin = np.searchsorted(category[order], np.arange(len(totals)))
    rank = np.arange(len(order)) - begin[category[order]]
    largest = order[rank < LARGEST]
    return np.concatenate([totals, demand[largest]]), np.concatenate([np.arange(len(totals)), category[largest]])


def _losses(series: Floats, owner: Ints, factors: Floats, origin: int, ahead: int) -> Floats:
    """Per category, the pinball loss of the next weeks' sums in means of the series: its total's, and the mean of its largest."""
    known = stripped(series[:, :origin], factors, owner)
    span = np.full(len(series), float(ahead))
    teller = Foreteller(known, Spans(span, span - 1, span * 0), (Style(),), np.zeros(len(series), dtype=np.int64))
    spread, _laws = teller.at(origin)
    real = series[:, origin : origin + ahead].sum(axis=1)
    past = ~np.isnan(series[:, :origin])
    size = np.where(past, series[:, :origin], 0.0).sum(axis=1) / np.maximum(past.sum(axis=1), 1)
    judged = ~np.isnan(real) & (size > 0)
    loss = np.zeros(len(series))
    for share in JUDGED:
        miss = np.where(judged, real - quantile(spread.whole, share), 0.0)
        loss += np.maximum(share * miss, (share - 1) * miss)
    loss = np.where(judged, loss / np.where(size > 0, size, 1.0), 0.0)
    number = len(factors)
    rest = slice(number, None)
    count = np.bincount(owner[rest], weights=judged[rest], minlength=number)
    return np.asarray(
        loss[:number] + np.bincount(owner[rest], weights=loss[rest], minlength=number) / np.maximum(count, 1)
    )
