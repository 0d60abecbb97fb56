"""Legal dates: what day it is at a site. Pure."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from inventory.errors import InvalidInput
from inventory.errors import gettext_noop as _


def local_date(moment: datetime, time_zone: str) -> date:
    """The calendar day at a place when something happened.

    >>> from datetime import UTC
    >>> local_date(datetime(2026, 10, 28, 1, 45, tzinfo=UTC), "America/Matamoros")
    datetime.date(2026, 10, 27)
    >>> local_date(datetime.max.replace(tzinfo=UTC), "Asia/Shanghai")
    datetime.date(9999, 12, 31)
    """
    if moment.tzinfo is None:
        raise InvalidInput(_("%(field)s: %(value)s names no time zone."), field="moment", value=moment, rule="aware")
    try:
        return moment.astimezone(ZoneInfo(time_zone)).date()
    except OverflowError:  # the first and the last day of the calendar have no neighbour to fall on
        return moment.date()


def noon_at(day: date, time_zone: str) -> datetime:
    """Noon of a day at a place: a moment that falls on that day there, for work that knows only the date."""
    return datetime.combine(day, time(12), tzinfo=ZoneInfo(time_zone))
