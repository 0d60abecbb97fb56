"""Simulated time: deeds are done in the order of their moments, and what would come after now has not happened. Pure."""

import heapq
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

Deed = Callable[[datetime], object]
MEXICO = "America/Mexico_City"


class Agenda:
    """Deeds waiting for their moment. A deed may plan further ones, never into the past."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.reached = datetime.min.replace(tzinfo=UTC)
        self._waiting: list[tuple[datetime, int, Deed]] = []
        self._order = count()

    def plan(self, at: datetime, deed: Deed) -> None:
        """Note a deed. Raises ValueError for a moment that has passed in the simulation.

        >>> agenda, done = Agenda(datetime(2026, 3, 1, tzinfo=UTC)), []
        >>> for day in (2, 1):
        ...     agenda.plan(datetime(2026, 2, day, tzinfo=UTC), lambda at: done.append(at.day))
        >>> agenda.plan(datetime(2026, 4, 1, tzinfo=UTC), lambda at: done.append(at.day))
        >>> agenda.run(), done
        (2, [1, 2])
        """
        if at < self.reached:
            raise ValueError(f"{at} lies before {self.reached}, which the simulation has reached")
        heapq.heappush(self._waiting, (at, next(self._order), deed))

    def run(self, until: datetime | None = None) -> int:
        """Do every deed up to now, or up to an earlier moment, oldest first; returns how many."""
        done, last = 0, self.now if until is None else min(until, self.now)
        while self._waiting and self._waiting[0][0] <= last:
            self.reached, _order, deed = heapq.heappop(self._waiting)
            deed(self.reached)
            done += 1
        return done


def moment(day: date, hour: int, minute: int = 0, zone: str = MEXICO) -> datetime:
    """A time of day at a place."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(zone))


def weekday_before(day: date) -> date:
    """The day itself, or the Friday before a weekend.

    >>> weekday_before(date(2026, 3, 1)).isoformat()
    '2026-02-27'
    """
    return day - timedelta(days=max(0, day.weekday() - 4))
