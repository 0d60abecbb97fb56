"""Values as they cross the wire: exact numbers and moments as text, never as floats."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inventory.errors import InvalidInput, decimal_text
from inventory.units import MONEY_SCALE, QUANTITY_SCALE, RATE_SCALE, from_base, to_base

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)


def _number(scale: int, example: str) -> dict[str, Any]:
    """The schema of an exact number."""
    return {"type": "string", "pattern": rf"^-?[0-9]{{1,13}}(\.[0-9]{{1,{scale}}})?$", "example": example}


class ExactNumber(serializers.Field):
    """A decimal string, such as "12.5"; whole numbers may also be JSON integers, floats may not. Abstract."""

    scale: int

    def __init__(
        self, *, above: int | None = None, at_least: int | None = None, at_most: int | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.above, self.at_least, self.at_most = above, at_least, at_most

    def to_internal_value(self, data: Any) -> Decimal:
        """The number. Raises ValidationError with the rule that is broken."""
        if isinstance(data, float | bool) or not isinstance(data, str | int):
            raise serializers.ValidationError(
                _('Send numbers as strings, such as "12.5": floats are not exact.'), "exact_number"
            )
        if isinstance(data, str) and len(data) > 40:
            raise serializers.ValidationError(_("This is not a number."), "number")
        try:
            number = from_base(to_base(data, self.scale), self.scale)
        except InvalidInput as error:
            raise serializers.ValidationError(str(error), error.rule) from None
        if self.above is not None and number <= self.above:
            raise self._outside(_("%(value)s must be above %(limit)s."), number, self.above, "above")
        if self.at_least is not None and number < self.at_least:
            raise self._outside(_("%(value)s must be %(limit)s or more."), number, self.at_least, "at_least")
        if self.at_most is not None and number > self.at_most:
            raise self._outside(_("%(value)s must be %(limit)s or less."), number, self.at_most, "at_most")
        return number

    @staticmethod
    def _outside(message: Any, number: Decimal, limit: int, rule: str) -> serializers.ValidationError:
        """What a number beyond its limit is told."""
        return serializers.ValidationError(message % {"value": decimal_text(number), "limit": limit}, rule)

    def to_representation(self, value: Any) -> str:
        """Plain digits."""
        return decimal_text(value) if isinstance(value, Decimal) else decimal_text(Decimal(value))


@extend_schema_field(_number(QUANTITY_SCALE, "12.5"))
class QuantityText(ExactNumber):
    """A quantity of goods; six decimals."""

    scale = QUANTITY_SCALE


@extend_schema_field(_number(MONEY_SCALE, "18250.00"))
class MoneyText(ExactNumber):
    """An amount of money; four decimals."""

    scale = MONEY_SCALE


@extend_schema_field(_number(RATE_SCALE, "18.25"))
class RateText(ExactNumber):
    """A rate or a share; six decimals."""

    scale = RATE_SCALE


class Day(serializers.DateField):
    """A calendar day as YYYY-MM-DD, within the centuries customs law is about."""

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["iso-8601"], **options)

    def to_internal_value(self, value: Any) -> date:
        """The day. Raises ValidationError beyond the centuries that make sense."""
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise serializers.ValidationError(_("This day is out of range."), "range")
        return day


class Moment(serializers.DateTimeField):
    """A moment in UTC, as 2026-03-03T18:00:00Z; what comes in must say its offset."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, input_formats=["iso-8601"], **options)

    def to_internal_value(self, value: Any) -> datetime:
        """The moment, aware. Raises ValidationError without an offset, or out of range."""
        if isinstance(value, str) and not _says_offset(value):
            raise serializers.ValidationError(_("Say the offset, such as 2026-03-03T12:00:00-06:00 or …Z."), "offset")
        try:
            moment = super().to_internal_value(value)
        except OverflowError:
            raise serializers.ValidationError(_("This moment is out of range."), "range") from None
        if not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise serializers.ValidationError(_("This moment is out of range."), "range")
        return moment


class Choice(serializers.ChoiceField):
    """One of a few words."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices=getattr(choices, "choices", choices), **options)


def estimated(value: float) -> Decimal:
    """An estimate as an exact number of four decimals, which is what it is worth.

    >>> estimated(1 / 3)
    Decimal('0.3333')
    """
    return Decimal(f"{value:.4f}")


def _says_offset(text: str) -> bool:
    """True when an ISO 8601 moment carries its offset."""
    time = text.partition("T")[2] or text.partition(" ")[2]
    return text.endswith(("Z", "z")) or "+" in time or "-" in time
