"""Columns of lists: each draws a value for people and exports it plain, with numbers as numbers."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2.utils import Accessor

from inventory.templatetags import recinto as tags
from inventory.web import formatting

RIGHT = {"td": {"class": "text-end text-nowrap number"}, "th": {"class": "text-end"}}


def _value_at(record: Any, path: str | None) -> Any:
    return Accessor(path).resolve(record, quiet=True) if path else None


class _Plain(tables.Column):
    """A column whose export is the value itself."""

    def value(self, value: Any) -> Any:
        """What a CSV or XLSX gets."""
        return value


class QuantityColumn(_Plain):
    """A quantity of goods; `unit` is the path from the row to the name of its unit."""

    def __init__(self, *args: Any, unit: str | None = None, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(*args, **{"attrs": RIGHT, **kwargs})

    def render(self, value: Decimal, record: Any) -> str:
        """The quantity and its unit."""
        return formatting.quantity_text(value, str(_value_at(record, self.unit) or ""))


class MoneyColumn(_Plain):
    """An amount; `currency` is its three letters, told once for the column."""

    def __init__(self, *args: Any, currency: str = "", **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(*args, **{"attrs": RIGHT, **kwargs})

    def render(self, value: Decimal) -> str:
        """The amount, and the currency when it was told."""
        return formatting.money_text(value, self.currency)


class PercentColumn(_Plain):
    """A share, drawn as per cent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": RIGHT, **kwargs})

    def render(self, value: Decimal) -> str:
        """The share as per cent."""
        return formatting.percent_text(value)


class DayColumn(_Plain):
    """A calendar day."""

    def render(self, value: date) -> SafeString | str:
        """The day in the language of the page."""
        return tags.day(value)


class MomentColumn(_Plain):
    """A moment; `zone` is the path from the row to the time zone it is told in."""

    def __init__(self, *args: Any, zone: str | None = None, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)

    def render(self, value: datetime, record: Any) -> SafeString | str:
        """The moment on the clock of its place."""
        return tags.moment(value, _value_at(record, self.zone))


class DeadlineColumn(_Plain):
    """The day something must have happened by, louder as it comes near."""

    def render(self, value: date) -> SafeString | str:
        """The day, with how far away it is."""
        return tags.deadline(value)


class StatusColumn(tables.Column):
    """A state with choices, as a badge in its tone."""

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        """The badge: the stored value gives the tone, the choice its words."""
        raw = bound_column.accessor.resolve(record, quiet=True)
        return tags.status(raw, value)

    def value(self, value: Any) -> str:
        """The state in words."""
        return str(value)


class LinkColumn(tables.Column):
    """The column that opens the row: `url=lambda record: reverse("inventory:item", args=[record.pk])`."""

    def __init__(self, *args: Any, url: Callable[[Any], str], **kwargs: Any) -> None:
        self.url = url
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any) -> SafeString:
        """The link."""
        return format_html('<a class="row-link" href="{}">{}</a>', self.url(record), value)

    def value(self, value: Any) -> str:
        """The text of the link."""
        return str(value)
