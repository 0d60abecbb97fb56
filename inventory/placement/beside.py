"""What was advised to move beside what left and what was received, by week and site. Pure.

Source: placement.md §11 (docs/placement.md).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

WEEKS = 12


@dataclass(frozen=True)
class Moved:
    """So many stock units for a site, on a day."""

    site: int
    day: date
    units: Decimal


@dataclass(frozen=True)
class WeekBeside:
    """A site in the week from a Monday. `advised` is None where no run was made in the week."""

    monday: date
    site: int
    advised: Decimal | None
    left: Decimal
    received: Decimal


def first_week(today: date) -> date:
    """The Monday from which weeks are shown: the current one and those before it are WEEKS in all.

    >>> first_week(date(2026, 3, 4)).isoformat()
    '2025-12-15'
    """
    return _monday(today) - timedelta(weeks=WEEKS - 1)


def by_week(
    advised: Iterable[Moved], left: Iterable[Moved], received: Iterable[Moved], *, runs: Collection[date]
) -> list[WeekBeside]:
    """One row per week and site with anything in it, the newest week first; `runs` are the days of the runs."""
    planned = {_monday(day) for day in runs}
    sums = [_sums(moved) for moved in (advised, left, received)]
    keys = sorted({key for found in sums for key in found}, key=lambda key: (-key[0].toordinal(), key[1]))
    return [
        WeekBeside(monday, site, sums[0][monday, site] if monday in planned else None, *(s[monday, site] for s in sums[1:]))
        for monday, site in keys
    ]  # fmt: skip


def _sums(moved: Iterable[Moved]) -> defaultdict[tuple[date, int], Decimal]:
    found: defaultdict[tuple[date, int], Decimal] = defaultdict(Decimal)
    for one in moved:
        found[_monday(one.day), one.site] += one.units
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
