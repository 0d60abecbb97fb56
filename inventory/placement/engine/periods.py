"""The period of a problem: the week from Monday, or the calendar month. Pure.

Source: placement.md §2.1 (docs/placement.md): of a monthly history, weeks become months in every formula, and rates are
per year / 12.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

WEEK_DAYS, MONTH_DAYS = 7.0, 365.25 / 12


@dataclass(frozen=True)
class Period:
    """A length of time that a year holds a whole number of."""

    name: str
    per_year: int
    days: float

    def code(self, day: date) -> int:
        """A number for the period of a day, 7 more for each next one.

        >>> WEEK.code(date(2026, 3, 5)) == date(2026, 3, 2).toordinal(), MONTH.code(date(2026, 3, 5)) // 7
        (True, 24314)
        """
        if self == WEEK:
            return day.toordinal() - day.weekday()
        return 7 * (12 * day.year + day.month - 1)

    def day(self, code: int) -> date:
        """The first day of the period of a code."""
        return date.fromordinal(code) if self == WEEK else date(code // 84, code // 7 % 12 + 1, 1)

    def begin(self, first: date, number: int) -> date:
        """The first day of the period so many after that of `first`.

        >>> WEEK.begin(date(2026, 3, 2), 2), MONTH.begin(date(2026, 11, 1), 3)
        (datetime.date(2026, 3, 16), datetime.date(2027, 2, 1))
        """
        return self.day(self.code(first) + 7 * number)

    def number(self, first: date, day: date) -> int:
        """How many periods that of `day` is after that of `first`."""
        return (self.code(day) - self.code(first)) // 7

    def later(self, day: date, periods: float) -> date:
        """The day so many periods after another one."""
        return day + timedelta(days=round(periods * self.days))

    def between(self, day: date, other: date) -> float:
        """How many periods lie between two days."""
        return (other - day).days / self.days

    def of_year(self, day: date) -> int:
        """The place of the period that begins on a day in its year, from 0.

        >>> WEEK.of_year(date(2026, 12, 31)), MONTH.of_year(date(2026, 12, 1))
        (51, 11)
        """
        return day.month - 1 if self == MONTH else int((day.timetuple().tm_yday - 1) / 365.25 * self.per_year)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month.

    >>> add_months(date(2026, 8, 31), 6).isoformat()
    '2027-02-28'
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


WEEK, MONTH = Period("week", 52, WEEK_DAYS), Period("month", 12, MONTH_DAYS)
PERIODS = {period.name: period for period in (WEEK, MONTH)}
