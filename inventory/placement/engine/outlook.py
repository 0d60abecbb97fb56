"""What is known of the demand of each pair: its distribution, its class, how far it can be trusted, and what is odd about it. Pure.

Source: placement.md §4.2, §4.4 and §4.5 (docs/placement.md).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from inventory.placement.engine.clean import Cleaned, clean, pool
from inventory.placement.engine.distribution import TAUS, Spread, spread, weighted_quantiles, window_sums
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.model import Adjustment, Floats, Ints, LeadTime, Params, Problem

CLASSES = ("smooth", "erratic", "intermittent", "lumpy")
SHIFT_WEEKS, TRACKED_WEEKS = 8, 26


@dataclass(frozen=True)
class Outlook:
    """Per line of demand: its distribution over the protection interval and what describes it."""

    spread: Spread
    protection: Floats
    lead_weeks: Floats
    weekly: Floats
    weeks: Ints
    nonzero: Ints
    censored: Ints
    confidence: tuple[str, ...]
    flags: tuple[tuple[str, ...], ...]
    outlier_week: tuple[date | None, ...]


@dataclass(frozen=True)
class Outlooks:
    """The outlook of every pair and site pair, the class of every item, and what was changed in the history."""

    pairs: Outlook
    sites: Outlook
    classes: tuple[str, ...]
    known_skus: frozenset[int]
    adjustments: tuple[Adjustment, ...]
    adjusted: Ints


def look_ahead(problem: Problem, grid: Grid) -> Outlooks:
    """Clean the history, sum it up by DC and by site, and take the distributions."""
    cleaned = clean(problem.history)
    names = problem.history
    kept = np.flatnonzero(grid.line_pair >= 0).tolist()
    # Sums are taken in one order, whatever order the lines came in.
    used = np.array(sorted(kept, key=lambda n: (names.skus[n], names.regions[n])), dtype=np.int64)
    line_pair, lines = grid.line_pair[used], _of(cleaned, used)
    site_of = np.full(len(grid.pairs), -1, dtype=np.int64)
    for n, site_pair in enumerate(grid.site_pairs):
        site_of[list(site_pair.pairs)] = n
    review = problem.network.review_weeks
    leads = [pair.lane.lead_time for pair in grid.pairs]
    pairs = _outlook(problem, lines, line_pair, leads, review)
    site_leads = [_site_lead(site.lead_time, site.pairs, pairs) for site in grid.site_pairs]
    sites = _outlook(problem, lines, site_of[line_pair], site_leads, review)
    sku_of_pair = np.array([pair.sku for pair in grid.pairs], dtype=np.int64)
    known = frozenset(sku_of_pair[line_pair].tolist()) if len(line_pair) else frozenset()
    totals = pool(lines.demand, sku_of_pair[line_pair], len(grid.skus)) if len(line_pair) else None
    classes = tuple(_class_of(total) for total in totals) if totals is not None else ("",) * len(grid.skus)
    adjusted = np.bincount(line_pair, weights=_adjustments(problem, used, cleaned), minlength=len(grid.pairs))
    return Outlooks(pairs, sites, classes, known, cleaned.adjustments, adjusted.astype(np.int64))


def demand_class(quantities: Floats) -> str:
    """Syntetos-Boylan-Croston: how often it sells (1.32) and how unevenly (0.49).

    >>> demand_class(np.array([5.0, 6, 5, 6])), demand_class(np.array([0.0, 0, 9, 0, 1, 0]))
    ('smooth', 'lumpy')
    """
    sold = quantities[quantities > 0]
    if not len(sold):
        return ""
    is_rare = len(quantities) / len(sold) > 1.32
    is_uneven = float(np.var(sold)) / float(np.mean(sold)) ** 2 > 0.49
    return CLASSES[2 * is_rare + is_uneven]


def confidence(weeks: int, nonzero: int, tracking: float) -> str:
    """How far a forecast can be trusted: A to C by the data behind it, D with none."""
    if weeks >= 52 and nonzero >= 12 and abs(tracking) <= 4:
        return "A"
    if weeks >= 26 and nonzero >= 5:
        return "B"
    return "C" if weeks else "D"


def _of(cleaned: Cleaned, lines: Ints) -> Cleaned:
    return Cleaned(cleaned.demand[lines], cleaned.censored[lines], ())


def _adjustments(problem: Problem, used: Ints, cleaned: Cleaned) -> Floats:
    """How many weeks of each used history line were changed."""
    count: dict[tuple[str, str], int] = defaultdict(int)
    for change in cleaned.adjustments:
        count[change.sku, change.location] += 1
    history = problem.history
    return np.array([count[history.skus[n], history.regions[n]] for n in used.tolist()], dtype=np.float64)


def _site_lead(supply: LeadTime, members: Sequence[int], pairs: Outlook) -> LeadTime:
    """The supply's lead time and then the mean way to the DCs that are fed, in whole weeks."""
    if not members:
        return supply
    weekly = pairs.weekly[list(members)]
    lead = pairs.lead_weeks[list(members)]
    mean = float((lead * weekly).sum() / weekly.sum()) if weekly.sum() > 0 else float(lead.mean())
    onward = int(np.floor(mean + 0.5))
    return LeadTime(tuple(week + onward for week in supply.weeks), supply.probs, supply.is_default)


def _outlook(problem: Problem, lines: Cleaned, group: Ints, leads: Sequence[LeadTime], review: int) -> Outlook:
    demand = pool(lines.demand, group, len(leads)) if len(leads) else np.zeros((0, lines.demand.shape[1]))
    known = ~np.isnan(demand)
    weeks = known.sum(axis=1).astype(np.int64)
    nonzero = (known & (demand > 0)).sum(axis=1).astype(np.int64)
    censored = np.bincount(group, weights=lines.censored, minlength=len(leads)).astype(np.int64)
    taken, protection, lead_weeks = _spreads(demand, leads, review, problem.params)
    dormant = _dormant(demand, nonzero, problem.params)
    taken = _silenced(taken, dormant)
    with np.errstate(divide="ignore", invalid="ignore"):
        weekly = np.where(protection > 0, taken.mean / protection, 0.0)
    tracking = _tracking(demand)
    outliers = _outlier_weeks(demand, problem.history.first_week)
    shifted = _shifted(demand, problem.params)
    marks: list[tuple[str, Callable[[int], bool]]] = [
        ("CENSORED>30%", lambda n: bool(censored[n] > 0.3 * max(weeks[n], 1))),
        ("DEFAULT_LT", lambda n: leads[n].is_default),
        ("DORMANT", lambda n: bool(dormant[n])),
        ("LEVEL_SHIFT", lambda n: bool(shifted[n])),
        ("OUTLIERS", lambda n: outliers[n] is not None),
        ("SHORT_HISTORY", lambda n: bool(taken.is_short[n])),
    ]
    flags = tuple(tuple(name for name, holds in marks if holds(n)) for n in range(len(leads)))
    letters = tuple(
        confidence(w, z, t) for w, z, t in zip(weeks.tolist(), nonzero.tolist(), tracking.tolist(), strict=True)
    )
    return Outlook(taken, protection, lead_weeks, weekly, weeks, nonzero, censored, letters, flags, outliers)


def _spreads(demand: Floats, leads: Sequence[LeadTime], review: int, params: Params) -> tuple[Spread, Floats, Floats]:
    """The distributions of all lines, taken together where the lead time is the same."""
    alike: dict[LeadTime, list[int]] = defaultdict(list)
    for n, lead in enumerate(leads):
        alike[lead].append(n)
    whole, part = np.zeros((len(leads), len(TAUS))), np.zeros((len(leads), len(TAUS)))
    is_short = np.zeros(len(leads), dtype=bool)
    protection, lead_weeks = np.zeros(len(leads)), np.zeros(len(leads))
    for lead, members in alike.items():
        found = spread(demand[members], lead, review, params.half_life_weeks)
        whole[members], part[members], is_short[members] = found.whole, found.lead, found.is_short
        protection[members], lead_weeks[members] = found.weeks, lead.mean
    return Spread(whole, part, 0.0, is_short), protection, lead_weeks


def _silenced(taken: Spread, dormant: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Spread:
    """Nothing is expected of what has not sold for a year."""
    whole, lead = np.where(dormant[:, None], 0.0, taken.whole), np.where(dormant[:, None], 0.0, taken.lead)
    return Spread(whole, lead, taken.weeks, taken.is_short)


def _dormant(demand: Floats, nonzero: Ints, params: Params) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    recent = demand[:, -params.dormant_weeks :]
    whole_year = recent.shape[1] >= params.dormant_weeks
    return np.asarray(whole_year & (nonzero > 0) & (np.nansum(recent, axis=1) == 0), dtype=np.bool_)


def _shifted(demand: Floats, params: Params) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """True where the last 8 weeks lie outside the 1-99 % range of the 8-week sums before them."""
    if demand.shape[1] < TRACKED_WEEKS + SHIFT_WEEKS:
        return np.zeros(len(demand), dtype=np.bool_)
    before, last = demand[:, :-SHIFT_WEEKS], demand[:, -SHIFT_WEEKS:]
    sums, counts = window_sums(before, SHIFT_WEEKS)
    age = np.arange(sums.shape[1])[::-1]
    weights = np.where(counts == SHIFT_WEEKS, 0.5 ** (age / params.half_life_weeks), 0.0)
    quantiles = weighted_quantiles(sums, weights)
    low = (quantiles[:, 0] + quantiles[:, 1]) / 2  # the 1 % quantile lies half way between those of 0 and 2 %
    high = np.array([np.interp(0.99, TAUS, line) for line in quantiles])
    total = last.sum(axis=1)  # unknown weeks make it unknown, and then nothing is said
    return np.asarray(((total < low) | (total > high)) & (weights.sum(axis=1) > 0), dtype=np.bool_)


def _tracking(demand: Floats) -> Floats:
    """The tracking signal: the sum of the errors of simple smoothing over the last 26 weeks, in mean absolute errors."""
    level = np.full(len(demand), np.nan)
    errors = np.zeros_like(demand)
    for n, week in enumerate(demand.T):
        errors[:, n] = np.nan_to_num(week - level)
        level = np.where(np.isnan(week), level, np.where(np.isnan(level), week, level + 0.3 * (week - level)))
    last = errors[:, -TRACKED_WEEKS:]
    size = np.abs(last).mean(axis=1) if last.shape[1] else np.zeros(len(demand))
    return np.asarray(np.where(size > 1e-12, last.sum(axis=1) / np.maximum(size, 1e-12), 0.0))


def _outlier_weeks(demand: Floats, first_week: date) -> tuple[date | None, ...]:
    """The week of the largest outlier of each line: beyond median⁺ + 3·(q95⁺ − median⁺) of its weeks with demand."""
    found: list[date | None] = []
    for line in demand:
        sold = line[line > 0]
        if len(sold) < SHIFT_WEEKS:
            found.append(None)
            continue
        median, high = np.quantile(sold, (0.5, 0.95))
        worst = int(np.nanargmax(line))
        is_beyond = line[worst] > median + 3 * (high - median) and high > median
        found.append(first_week + timedelta(weeks=worst) if is_beyond else None)
    return tuple(found)


def _class_of(total: Floats) -> str:
    return demand_class(total[~np.isnan(total)])
