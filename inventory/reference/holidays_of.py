"""The days on which the authorities of Mexico and the United States do not work, year by year (pure).

Statutory days come from the `holidays` package; the data file adds what it lacks (5 May: CFF 12).
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import import_module
from importlib.metadata import version

FIRST_YEAR, LAST_YEAR = 2015, 2050
EDITION = f"holidays {version('holidays')} {FIRST_YEAR}-{LAST_YEAR}"


@cache
def statutory_days(calendar: str) -> dict[date, str]:
    """Return the statutory days of `MX` or `US` with their names.

    >>> statutory_days("MX")[date(2026, 11, 16)]
    'Día de la Revolución'
    """
    holidays = import_module("holidays")  # a third of a second that only the loading of calendars has to pay
    language = {"MX": "es", "US": "en_US"}[calendar]
    return dict(holidays.country_holidays(calendar, years=range(FIRST_YEAR, LAST_YEAR + 1), language=language))


def calendar_rows(yearly: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Return every row of the calendars: the statutory days and the `yearly` ones (calendar, month, day, name)."""
    extra = list(yearly)
    rows = []
    for calendar in ("MX", "US"):
        days = {
            date(year, int(day["month"]), int(day["day"])): day["name"]
            for day in extra
            if day["calendar"] == calendar
            for year in range(FIRST_YEAR, LAST_YEAR + 1)
        } | statutory_days(calendar)
        rows += [{"calendar": calendar, "day": day.isoformat(), "name": name} for day, name in sorted(days.items())]
    return rows
