"""What is known of the demand of each pair: its distribution, its class, how far it can be trusted, and what is odd about it. Pure.

Source: placement.md §4.2, §4.4 and §4.5 (docs/placement.md). Series are looked at in chunks, so that memory stays flat;
what all share (classes, laws of variance) is given, so that a chunk's result does not depend on the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from inventory.demand import forecast
from inventory.placement.engine.baseline import CAP_TIMES, Baseline, reach
from inventory.placement.engine.distribution import Spread, quantile, sold_quantiles, weighted_quantiles, window_sums
from inventory.placement.engine.families import Style
from inventory.placement.engine.foretell import Foreteller, Laws, Spans
from inventory.placement.engine.model import Flags, Floats, Ints, LeadTime, Params

CHUNK = 8_000
DayOf = Callable[[int], date]
SHIFT_WEEKS, TRACKED_WEEKS, LEAST_SOLD = 8, 26, 8


@dataclass(frozen=True)
class Outlook:
    """Per series: its distribution over the protection interval and what describes it."""

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
class Asked:
    """Series to look at: stripped and as asked, how far ahead, in which style, and what their history is marked with."""

    baseline: Baseline
    demand: Floats
    spans: Spans
    style: Ints
    analog: Floats | None
    censored: Ints
    is_default_lead: Flags

    def of(self, lines: Ints) -> "Asked":
        """Some of the series."""
        analog = None if self.analog is None else self.analog[lines]
        return Asked(
            self.baseline.of(lines), self.demand[lines], self.spans.of(lines), self.style[lines], analog,
            self.censored[lines], self.is_default_lead[lines],
        )  # fmt: skip


def look_ahead(asked: Asked, styles: Sequence[Style], laws: Laws, params: Params, day_of: DayOf) -> Outlook:
    """The outlook of every series, a chunk at a time; `day_of` gives the first day of a column."""
    number = len(asked.demand)
    parts = [
        _chunk(asked.of(np.arange(begin, min(begin + CHUNK, number))), styles, laws, params, day_of)
        for begin in range(0, number, CHUNK)
    ]
    return joined(parts) if parts else _chunk(asked, styles, laws, params, day_of)


def joined(parts: Sequence[Outlook]) -> Outlook:
    """Outlooks one after the other."""
    if len(parts) == 1:
        return parts[0]

    def one(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    def row(name: str) -> Any:
        return tuple(entry for part in parts for entry in getattr(part, name))

    spreads = [part.spread for part in parts]
    return Outlook(
        spread=Spread(
            np.concatenate([spread.whole for spread in spreads]), np.concatenate([spread.lead for spread in spreads]),
            np.concatenate([spread.weeks for spread in spreads]), np.concatenate([spread.is_short for spread in spreads]),
        ),
        protection=one("protection"), lead_weeks=one("lead_weeks"), weekly=one("weekly"), weeks=one("weeks"),
        nonzero=one("nonzero"), censored=one("censored"), confidence=row("confidence"), flags=row("flags"),
        outlier_week=row("outlier_week"),
    )  # fmt: skip


def confidence(weeks: int, nonzero: int, tracking: float) -> str:
    """How far a forecast can be trusted: A to C by the data behind it, D with none."""
    if weeks >= 52 and nonzero >= 12 and abs(tracking) <= 4:
        return "A"
    if weeks >= 26 and nonzero >= 5:
        return "B"
    return "C" if weeks else "D"


def dormant(demand: Floats, params: Params) -> Flags:
    """Which lines sold once, but not for a whole year."""
    recent = demand[:, -params.dormant_weeks :]
    whole_year = recent.shape[1] >= params.dormant_weeks
    return np.asarray(whole_year & (demand > 0).any(axis=1) & ~(recent > 0).any(axis=1), dtype=np.bool_)


def spans_of(leads: Sequence[LeadTime], review: int) -> Spans:
    """How far ahead each of these lead times asks to look."""
    known = {lead: (lead.mean, lead.variance) for lead in set(leads)}
    mean = np.array([known[lead][0] for lead in leads], dtype=np.float64)
    return Spans(mean + review, mean, np.array([known[lead][1] for lead in leads], dtype=np.float64))


def _chunk(asked: Asked, styles: Sequence[Style], laws: Laws, params: Params, day_of: DayOf) -> Outlook:
    demand = asked.demand
    known = ~np.isnan(demand)
    weeks = known.sum(axis=1).astype(np.int64)
    nonzero = (demand > 0).sum(axis=1).astype(np.int64)
    teller = Foreteller(asked.baseline, asked.spans, styles, asked.style, asked.analog)
    spread, _laws = teller.at(demand.shape[1], laws)
    is_dormant = dormant(demand, params)
    spread = _silenced(spread, is_dormant)
    with np.errstate(divide="ignore", invalid="ignore"):
        weekly = np.where(asked.spans.whole > 0, spread.mean / asked.spans.whole, 0.0)
    tracking = _tracking(demand)
    outliers, worst = _outliers(demand)
    no_basis = (weeks == 0) & (spread.mean <= 0)
    marks = {
        "CENSORED>30%": asked.censored > 0.3 * np.maximum(weeks, 1),
        "DEFAULT_LT": asked.is_default_lead,
        "DORMANT": is_dormant,
        "LEVEL_SHIFT": _shifted(demand, params),
        "NO_BASIS": no_basis,
        "OUTLIERS": outliers,
        "SHORT_HISTORY": spread.is_short & ~no_basis,
    }
    return Outlook(
        spread, asked.spans.whole, asked.spans.lead, weekly, weeks, nonzero, asked.censored,
        tuple(map(confidence, weeks.tolist(), nonzero.tolist(), tracking.tolist())), _named(marks),
        tuple(
            day_of(week) if odd else None
            for odd, week in zip(outliers.tolist(), worst.tolist(), strict=True)
        ),
    )  # fmt: skip


def _named(marks: Mapping[str, Flags]) -> tuple[tuple[str, ...], ...]:
    """The names of the marks that hold, line by line; equal lines share one tuple."""
    names = list(marks)
    code = sum(marks[name].astype(np.int64) << n for n, name in enumerate(names))
    known = {
        number: tuple(name for n, name in enumerate(names) if number >> n & 1) for number in np.unique(code).tolist()
    }
    return tuple(known[number] for number in np.asarray(code).tolist())


def _silenced(taken: Spread, is_dormant: Flags) -> Spread:
    """Nothing is expected of what has not sold for a year."""
    if not is_dormant.any():
        return taken
    whole, lead = np.where(is_dormant[:, None], 0.0, taken.whole), np.where(is_dormant[:, None], 0.0, taken.lead)
    return Spread(whole, lead, taken.weeks, taken.is_short)


def _shifted(demand: Floats, params: Params) -> Flags:
    """True where the last 8 weeks lie outside the 1-99 % range of the 8-week sums before them."""
    if demand.shape[1] < TRACKED_WEEKS + SHIFT_WEEKS:
        return np.zeros(len(demand), dtype=np.bool_)
    before, last = demand[:, :-SHIFT_WEEKS], demand[:, -SHIFT_WEEKS:]
    sums, counts = window_sums(before, SHIFT_WEEKS)
    age = np.arange(sums.shape[1])[::-1]
    weights = np.where(counts == SHIFT_WEEKS, 0.5 ** (age / params.half_life_weeks), 0.0)
    quantiles = weighted_quantiles(sums, weights)
    total = last.sum(axis=1)  # unknown weeks make it unknown, and then nothing is said
    is_out = (total < quantile(quantiles, 0.01)) | (total > quantile(quantiles, 0.99))
    return np.asarray(is_out & (weights.sum(axis=1) > 0), dtype=np.bool_)


def _tracking(demand: Floats) -> Floats:
    """The tracking signal: the sum of the errors of simple smoothing over the last 26 weeks, in mean absolute errors."""
    said = forecast.ses(demand, 0.3)[:, :-1]
    errors = (demand[:, 1:] - said)[:, -TRACKED_WEEKS:]
    known = ~np.isnan(errors)
    errors = np.where(known, errors, 0.0)
    size = np.abs(errors).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.where(size > 1e-12, errors.sum(axis=1) / np.maximum(size, 1e-12), 0.0))


def _outliers(demand: Floats) -> tuple[Flags, Ints]:
    """Which lines have a week beyond the cap of their weeks with demand (`baseline.capped`), and their largest week."""
    if not demand.shape[1]:
        return np.zeros(len(demand), dtype=np.bool_), np.zeros(len(demand), dtype=np.int64)
    worst = np.argmax(np.where(demand > 0, demand, -1.0), axis=1)
    number, (median, high) = sold_quantiles(demand, (0.5, 0.95))
    largest = demand[np.arange(len(demand)), worst]
    beyond = (number >= LEAST_SOLD) & (largest > median + CAP_TIMES * reach(median, high))
    return np.asarray(beyond, dtype=np.bool_), worst.astype(np.int64)
