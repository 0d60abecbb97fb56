"""When a stay under bond ends, twice: the careful day that drives alerts and PEPS, and the day of the law (pure).

The last day itself is still in time. Source: LA 108, RLA 173 and 177, CFF 12; mexico.md §1.5 (docs/sources.md).
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

ALERT_DAYS = (180, 90, 60, 30, 15, 7, 1)

LimitKind = Literal["months", "days", "programme", "unknown"]


class StayState(StrEnum):
    """Where a bonded lot stands against its deadline."""

    VALID = "VIGENTE"
    DUE_SOON = "POR_VENCER"
    EXPIRED = "VENCIDO"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The last days of a stay; None where the law sets no day (life of the programme)."""

    conservative: date | None
    legal: date | None


def close_by(opened_on: date, days: int) -> date:
    """Return the last day to transmit a consolidated opened on a day: so many `days` after the Monday of its week.

    Source: LA 37-A-IV, operations from Monday to Sunday, transmitted by Friday of the week after; mexico.md §2.6.

    >>> close_by(date(2026, 3, 3), 11)
    datetime.date(2026, 3, 13)
    """
    return opened_on - timedelta(days=opened_on.weekday()) + timedelta(days=days)


def add_months(start: date, months: int) -> tuple[date, bool]:
    """Return the same day number `months` later, and whether that month has it; if not, the month's last day.

    >>> add_months(date(2025, 8, 31), 18)
    (datetime.date(2027, 2, 28), False)
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)), start.day <= last


def conservative_deadline(start: date, months: int) -> date:
    """Return the same day, or the last of its month: never rolled forward.

    >>> conservative_deadline(date(2024, 2, 29), 24)
    datetime.date(2026, 2, 28)
    """
    return add_months(start, months)[0]


def legal_deadline(start: date, months: int, is_business_day: Callable[[date], bool]) -> date:
    """Return the same day; a day the month lacks becomes the first of the next; rolled to a business day (CFF 12).

    >>> weekdays = lambda day: day.weekday() < 5
    >>> legal_deadline(date(2024, 2, 29), 24, weekdays), legal_deadline(date(2026, 3, 1), 60, weekdays)
    (datetime.date(2026, 3, 2), datetime.date(2031, 3, 3))
    """
    day, exists = add_months(start, months)
    return next_business_day(day if exists else day + timedelta(days=1), is_business_day)


def next_business_day(day: date, is_business_day: Callable[[date], bool]) -> date:
    """Return the day itself if it is a business day, else the first one after it."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def deadlines(
    start: date, limit_kind: LimitKind | str, limit: int | None, is_business_day: Callable[[date], bool]
) -> Deadlines:
    """Return both last days of a stay that began on `start`, for a limit as the permanence rules state it.

    >>> deadlines(date(2026, 1, 15), "programme", None, lambda day: True)
    Deadlines(conservative=None, legal=None)
    >>> deadlines(date(2026, 1, 1), "days", 20, lambda day: True).conservative
    datetime.date(2026, 1, 21)
    """
    if limit is None or limit_kind not in ("months", "days"):
        return Deadlines(None, None)
    if limit_kind == "months":
        return Deadlines(conservative_deadline(start, limit), legal_deadline(start, limit, is_business_day))
    last = start + timedelta(days=limit)
    return Deadlines(last, next_business_day(last, is_business_day))


def days_left(deadline: date, on: date) -> int:
    """Return the days until the last day: 0 on it, negative after it."""
    return (deadline - on).days


def stay_state(deadline: date | None, on: date, warn_days: int = ALERT_DAYS[0]) -> StayState:
    """Return where a lot stands on a day: due soon from the first alert on, expired from the day after the last.

    >>> [str(stay_state(date(2027, 7, 15), day)) for day in (date(2026, 1, 15), date(2027, 7, 15), date(2027, 7, 16))]
    ['VIGENTE', 'POR_VENCER', 'VENCIDO']
    """
    if deadline is None:
        return StayState.VALID
    left = days_left(deadline, on)
    if left < 0:
        return StayState.EXPIRED
    return StayState.DUE_SOON if left <= warn_days else StayState.VALID


def is_expired(deadline: date | None, on: date) -> bool:
    """Return whether the stay is over on a day."""
    return deadline is not None and on > deadline


def alert_reached(deadline: date | None, on: date) -> int | None:
    """Return the alert that is due: the tightest threshold reached, or minus the days since the deadline.

    One finding per answer gives one alert at each threshold before the deadline, and one a day after it.

    >>> last = date(2027, 7, 15)
    >>> [alert_reached(last, last - timedelta(days=left)) for left in (181, 180, 100, 90, 7, 1, 0, -1, -2)]
    [None, 180, 180, 90, 7, 1, 1, -1, -2]
    """
    if deadline is None:
        return None
    left = days_left(deadline, on)
    if left < 0:
        return left
    return min((threshold for threshold in ALERT_DAYS if left <= threshold), default=None)
