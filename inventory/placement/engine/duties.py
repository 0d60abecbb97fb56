"""Duty rates by day, and the next known change of each pair's. Pure.

Source: placement.md §2.3 and §8 (docs/placement.md). The rate of a day is that of the last tariff event that is on, else
the item's own; after an event's last day the rate is again what it was without it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from inventory.placement.engine.grid import Grid
from inventory.placement.engine.model import Event, Flags, Floats, Problem, Sku

ORIGIN = "origin:"


@dataclass(frozen=True)
class DutyChanges:
    """Per pair: the rate now, the rate after the next known change, and the weeks until it (infinite: none is known)."""

    now: Floats
    new: Floats
    weeks: Floats
    dates: tuple[date | None, ...]


def rates(problem: Problem, grid: Grid) -> Floats:
    """The duty rate of every pair on the day."""
    return _on(problem.state.as_of, _meant(problem, grid), _own(grid))


def changes(problem: Problem, grid: Grid, horizon_weeks: int) -> DutyChanges | None:
    """The next known change of every pair's rate within so many weeks; None where there is none at all."""
    meant = _meant(problem, grid)
    as_of = problem.state.as_of
    last = as_of + timedelta(weeks=horizon_weeks)
    days = {event.begin for event, _pairs in meant} | {
        event.end + timedelta(days=1) for event, _pairs in meant if event.end < date.max
    }
    own = _own(grid)
    now = _on(as_of, meant, own)
    new, weeks = now.copy(), np.full(len(now), np.inf)
    dates = np.full(len(now), None, dtype=object)
    for day in sorted(day for day in days if as_of < day <= last):
        rate = _on(day, meant, own)
        first = (rate != now) & np.isinf(weeks)
        new[first], weeks[first], dates[first] = rate[first], problem.network.period.between(as_of, day), day
    return DutyChanges(now, new, weeks, tuple(dates.tolist())) if np.isfinite(weeks).any() else None


def _own(grid: Grid) -> Floats:
    return np.array([grid.skus[pair.sku].duty_rate for pair in grid.pairs], dtype=np.float64)


def _origin(sku: Sku) -> str:
    """How a tariff names the country an item is from; an item with a USMCA claim pays no rate of its country."""
    has_claim = sku.full_duty_rate is not None and sku.duty_rate < sku.full_duty_rate
    return "" if has_claim or not sku.origin else f"{ORIGIN}{sku.origin}"


def _on(day: date, meant: list[tuple[Event, Flags]], own: Floats) -> Floats:
    found = own
    for event, pairs in meant:
        if event.begin <= day <= event.end:
            found = np.where(pairs, float(event.value or 0.0), found)
    return found


def _meant(problem: Problem, grid: Grid) -> list[tuple[Event, Flags]]:
    """Tariff events by their first day, each with the pairs it is about: by what they name, and DC or region."""
    events = sorted(
        (e for e in problem.events if e.kind == "tariff" and e.value is not None), key=lambda e: (e.begin, e.end)
    )
    if not events:
        return []
    skus = [grid.skus[pair.sku] for pair in grid.pairs]
    names = [
        np.array([sku.id for sku in skus], dtype=object), np.array([sku.category for sku in skus], dtype=object),
        np.array([f"{pair.site}>{pair.dc}" for pair in grid.pairs], dtype=object),
        np.array([pair.lane.crossing for pair in grid.pairs], dtype=object),
        np.array([_origin(sku) for sku in skus], dtype=object),
    ]  # fmt: skip
    dcs = np.array([pair.dc for pair in grid.pairs], dtype=object)
    found = []
    for event in events:
        pairs = np.ones(len(skus), dtype=np.bool_)
        if event.subject:
            pairs = np.any([np.asarray(name == event.subject, dtype=np.bool_) for name in names], axis=0)
        if event.location:
            place = grid.roads.dc_of.get(event.location, event.location)
            pairs = pairs & np.asarray(dcs == place, dtype=np.bool_)
        found.append((event, pairs))
    return found
