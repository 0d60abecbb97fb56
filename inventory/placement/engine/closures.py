"""Lanes that are closed or slow for a while: how many weeks more a DC or site must bridge, and what could go another way. Pure.

Source: placement.md §2.3 and §8 (docs/placement.md). A closure [a, z] known by a lane or crossing raises the weeks that a level
covers by those it lasts, from eight weeks before it on; a holiday lengthens the lead time of what is on the way in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from inventory.placement.engine.economics import pair_prices
from inventory.placement.engine.foretell import Spans
from inventory.placement.engine.grid import Grid, Roads
from inventory.placement.engine.model import Event, Floats, Ints, Lane, LeadTime, Problem
from inventory.placement.engine.periods import WEEK_DAYS

HORIZON_WEEKS = 8  # a known event is prepared for from here on: later costs nothing yet, earlier would only hold longer
LONGEST_WEEKS = 26  # a closure without an end, or a longer one, is bridged for so long


@dataclass(frozen=True)
class Closure:
    """A lane closed from one day to another, both included: the weeks still to bridge, and whether it has begun."""

    begin: date
    end: date
    weeks: float
    is_now: bool


@dataclass(frozen=True)
class Bridges:
    """Per pair and site pair: weeks that closures add to what is covered, and weeks that holidays add to the way.

    `reroutes` are pairs whose closure to come is better met by another lane when it comes; `closures` are by the lane's ends.
    """

    closed: Floats
    late: Floats
    site_closed: Floats
    site_late: Floats
    reroutes: dict[int, Lane]
    closures: dict[tuple[str, str], Closure]
    holidays: dict[tuple[str, str], int]

    @cached_property
    def now(self) -> frozenset[tuple[str, str]]:
        """Ends of the lanes that are closed today."""
        return frozenset(ends for ends, closure in self.closures.items() if closure.is_now)

    def pairs(self, spans: Spans, lines: Ints) -> Spans:
        """How far some pairs have to look ahead."""
        late = self.late[lines]
        return Spans(spans.whole + self.closed[lines] + late, spans.lead + late, spans.late)

    def supply(self, site_pair: int, lead: LeadTime) -> LeadTime:
        """The lead time from a supplier, longer by what its lane is closed or late."""
        more = int(np.ceil(self.site_closed[site_pair] + self.site_late[site_pair]))
        return replace(lead, weeks=tuple(week + more for week in lead.weeks)) if more else lead


def bridges(problem: Problem, grid: Grid, phi: Floats) -> Bridges | None:
    """What closures and holidays of lanes ask for; None without any that matters now. φ is per item."""
    if not any(event.kind in ("closure", "holiday") for event in problem.events):
        return None
    lanes = grid.roads.lanes
    closures = {ends: found for ends, lane in lanes.items() if (found := closure_of(lane, problem, grid.roads))}
    holidays = {ends: more for ends, lane in lanes.items() if (more := holiday_weeks(lane, problem, grid.roads))}
    if not closures and not any(holidays.values()):
        return None
    ends = [(pair.site, pair.dc) for pair in grid.pairs]
    closed = np.array([closures[e].weeks if e in closures else 0.0 for e in ends])
    late = np.array([float(holidays.get(e, 0)) for e in ends])
    reroutes = _reroutes(problem, grid, phi, ends, closures)
    for n, lane in reroutes.items():
        closed[n] = max(0.0, lane.lead_time.mean - grid.pairs[n].lane.lead_time.mean)
    supplies = [(site.supply.origin, site.site) if site.supply else ("", "") for site in grid.site_pairs]
    site_closed = np.array([closures[e].weeks if e in closures else 0.0 for e in supplies])
    site_late = np.array([float(holidays.get(e, 0)) for e in supplies])
    return Bridges(closed, late, site_closed, site_late, reroutes, closures, holidays)


def closure_of(lane: Lane, problem: Problem, roads: Roads) -> Closure | None:
    """The closure of a lane that is on, or the first to come within the horizon; closures that follow at once are one.

    Before it begins its weeks count by their probability (`value`, 1 unless given).
    """
    as_of = problem.state.as_of
    events = [e for e in problem.events if e.kind == "closure" and is_about(e, lane, roads) and e.end >= as_of]
    events.sort(key=lambda event: (event.begin, event.end))
    if not events or events[0].begin > as_of + timedelta(weeks=HORIZON_WEEKS):
        return None
    period = problem.network.period
    begin, end, chance = events[0].begin, events[0].end, _probability(events[0])
    for event in events[1:]:
        if (event.begin - end).days <= 1:
            end = max(end, event.end)
    is_now = begin <= as_of
    days = (end - max(begin, as_of)).days + 1
    weeks = min(float(np.ceil(days / period.days)), LONGEST_WEEKS * WEEK_DAYS / period.days)
    return Closure(begin, end, weeks if is_now else weeks * chance, is_now)


def holiday_weeks(lane: Lane, problem: Problem, roads: Roads) -> int:
    """Weeks that a holiday adds to what leaves over a lane this week: as many as it has, or its `value`."""
    as_of, period = problem.state.as_of, problem.network.period
    last = period.later(as_of, max(1, int(np.ceil(lane.lead_time.mean)))) - timedelta(days=1)
    found = 0
    for event in problem.events:
        if event.kind == "holiday" and event.begin <= last and event.end >= as_of and is_about(event, lane, roads):
            days = (min(event.end, last) - max(event.begin, as_of)).days + 1
            found = max(found, int(np.ceil(days / period.days)) if event.value is None else round(event.value))
    return found


def is_about(event: Event, lane: Lane, roads: Roads) -> bool:
    """True if an event names this lane ("from>to"), its crossing or none, and where it leads to, a region of that, or none."""
    is_meant = event.subject in ("", lane.crossing, f"{lane.origin}>{lane.destination}")
    return is_meant and is_at(event, lane.destination, roads)


def is_at(event: Event, node: str, roads: Roads) -> bool:
    """True if an event is about this node, or a region that it serves, or about all."""
    return event.location in ("", node) or roads.dc_of.get(event.location) == node


def open_ways(lane: Lane, problem: Problem, roads: Roads) -> list[Lane]:
    """Other lanes between the same nodes that are not closed while this one is, cheapest first."""
    ways = roads.others.get((lane.origin, lane.destination), ())
    return [way for way in ways if closure_of(way, problem, roads) is None]


def _probability(closure: Event) -> float:
    return 1.0 if closure.value is None else min(closure.value, 1.0)


def _reroutes(
    problem: Problem, grid: Grid, phi: Floats, ends: Sequence[tuple[str, str]], closures: dict[tuple[str, str], Closure]
) -> dict[int, Lane]:
    """Pairs for which another lane costs less, while theirs will be closed, than holding for it.

    A unit that is brought forward for w weeks of closure waits (w + 1) / 2 weeks on the mean, each at the premium.
    """
    to_come = {e for e, closure in closures.items() if not closure.is_now}
    mine = [n for n, e in enumerate(ends) if e in to_come]
    if not mine:
        return {}
    ways = {e: open_ways(grid.roads.lanes[e], problem, grid.roads) for e in to_come}
    if not any(ways.values()):
        return {}
    premium = pair_prices(problem, grid, phi).premium
    found = {}
    for n in mine:
        pair, closure = grid.pairs[n], closures[ends[n]]
        saved = float(premium[n]) * (closure.weeks + 1) / 2
        volume = grid.skus[pair.sku].volume_m3
        for way in ways[ends[n]][:1]:
            slower = max(0.0, way.lead_time.mean - pair.lane.lead_time.mean)
            extra = way.freight(volume) - pair.lane.freight(volume) + float(premium[n]) * slower
            if extra < saved:
                found[n] = way
    return found
