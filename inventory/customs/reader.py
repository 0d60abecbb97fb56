"""Reads typed values out of what somebody sent, and keeps every error with its path, the value and the rule. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from inventory.errors import InvalidInput
from inventory.errors import gettext_noop as _
from inventory.units import to_base

YEARS = range(1990, 2200)  # the years that customs papers are about


@dataclass
class Reader:
    """Reads values out of a mapping and keeps every error, so that a person can mend them in one go."""

    data: Mapping[str, Any]
    path: str = ""
    errors: list[InvalidInput] = field(default_factory=list)

    def at(self, name: str) -> str:
        """The full path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, message: str, rule: str, **context: Any) -> None:
        """Note an error of a field."""
        self.errors.append(
            InvalidInput(message, field=self.at(name), value=_short(self.data.get(name)), rule=rule, **context)
        )

    def text(self, name: str, most: int, *, required: bool = False, upper: bool = False) -> str:
        """A text of at most so many characters, outer spaces gone."""
        value = self.data.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str | int) or isinstance(value, bool):
            self.refuse(name, _("%(field)s must be text."), "text")
            return ""
        text = str(value).strip()
        text = text.upper() if upper else text  # before it is measured: capitals can be longer (ß)
        if required and not text:
            self.refuse(name, _("%(field)s is required."), "required")
        elif len(text) > most:
            self.refuse(name, _("%(field)s may have at most %(most)s characters."), "max_length", most=most)
            return ""
        elif "\x00" in text:
            self.refuse(name, _("%(field)s holds a character that is not text."), "text")
            return ""
        return text

    def number(self, name: str, scale: int, *, required: bool = False, positive: bool = False) -> Decimal | None:
        """An exact number of at most `scale` decimals, not negative."""
        value = self.data.get(name)
        if value is None or value == "":
            if required:
                self.refuse(name, _("%(field)s is required."), "required")
            return None
        if isinstance(value, float | bool) or not isinstance(value, str | int | Decimal):
            self.refuse(name, _('%(field)s must be a decimal number written as text, such as "12.5".'), "decimal_text")
            return None
        try:
            number = Decimal(str(value).strip().replace(",", ""))
            to_base(number, scale)
        except (InvalidOperation, InvalidInput):
            self.refuse(
                name, _("%(field)s: %(value)s is not a number with at most %(scale)s decimals."), "number", scale=scale
            )
            return None
        if number < 0 or (positive and number == 0):
            rule = "positive" if positive else "not_negative"
            self.refuse(
                name,
                _("%(field)s: %(value)s must be more than zero.")
                if positive
                else _("%(field)s: %(value)s may not be negative."),
                rule,
            )
            return None
        return number

    def required_number(self, name: str, scale: int, *, positive: bool = False) -> Decimal:
        """A number that must be there; zero stands in while the error is reported."""
        return self.number(name, scale, required=True, positive=positive) or Decimal(0)

    def whole(self, name: str, most: int = 1_000_000, *, required: bool = False, positive: bool = False) -> int | None:
        """A whole number from 0 to `most`."""
        number = self.number(name, 0, required=required, positive=positive)
        if number is not None and number > most:
            self.refuse(name, _("%(field)s: %(value)s is more than %(most)s."), "max_value", most=most)
            return None
        return None if number is None else int(number)

    def day(self, name: str) -> date | None:
        """An ISO date, or None."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        try:
            day = value if type(value) is date else date.fromisoformat(str(value))
        except ValueError:
            day = None
        if day is None or day.year not in YEARS:
            self.refuse(name, _("%(field)s: %(value)s is not a date such as 2026-03-31."), "date")
            return None
        return day

    def required_day(self, name: str) -> date:
        """A date that must be there; a day of no year stands in while the error is reported."""
        if self.data.get(name) in (None, ""):
            self.refuse(name, _("%(field)s is required."), "required")
        return self.day(name) or date.min

    def moment(self, name: str) -> datetime | None:
        """An ISO moment with its offset, or None."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.refuse(name, _("%(field)s: %(value)s is not a moment such as 2026-03-31T09:00:00-06:00."), "moment")
            return None
        return moment

    def flag(self, name: str) -> bool:
        """True or false; absent is false."""
        value = self.data.get(name, False)
        if value in (True, "true", "True", "1", 1, "on"):
            return True
        if value not in (False, None, "", "false", "False", "0", 0, "off"):
            self.refuse(name, _("%(field)s must be true or false."), "boolean")
        return False

    def rows(self, name: str, most: int) -> "list[Reader]":
        """A reader for each row of a list."""
        value = self.data.get(name) or []
        if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(r, Mapping) for r in value):
            self.refuse(name, _("%(field)s must be a list of objects."), "list")
            return []
        if len(value) > most:
            self.refuse(name, _("%(field)s may have at most %(most)s rows."), "max_rows", most=most)
            return []
        return [Reader(row, f"{self.at(name)}[{index}]", self.errors) for index, row in enumerate(value)]


def _short(value: Any) -> Any:
    """A value as an error may repeat it: never more than 80 characters of somebody's garbage."""
    text = str(value)
    return value if value is None or len(text) <= 80 else text[:77] + "..."
