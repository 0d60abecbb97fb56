"""Columns that several lists of operators share."""

from collections.abc import Callable, Iterable
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from inventory.templatetags.trade import pedimento_no
from inventory.web.columns import LinkColumn

# Columns that a phone can do without, a tablet cannot; and those that need a wide screen.
TABLET = {"td": {"class": "d-none d-md-table-cell"}, "th": {"class": "d-none d-md-table-cell"}}
WIDE = {"td": {"class": "d-none d-xxl-table-cell"}, "th": {"class": "d-none d-xxl-table-cell"}}
WHOLE = {"td": {"class": "text-nowrap"}}
TABLET_NUMBER = {
    "td": {"class": "d-none d-md-table-cell text-end text-nowrap number"},
    "th": {"class": "d-none d-md-table-cell text-end"},
}
TABLET_NUMBER_WRAPPED = {
    **TABLET_NUMBER,
    "th": {"class": "d-none d-md-table-cell text-end text-wrap"},
}  # a long heading
WIDE_NUMBER = {
    "td": {"class": "d-none d-xxl-table-cell text-end text-nowrap number"},
    "th": {"class": "d-none d-xxl-table-cell text-end"},
}


def of_row(record: Any, name: str) -> Any:
    """A value of a row, whether the row is a dictionary or a model."""
    return record[name] if isinstance(record, dict) else getattr(record, name)


class PedimentoColumn(LinkColumn):
    """The number of a pedimento as papers show it, opening what `url` says."""

    def render(self, value: Any, record: Any) -> SafeString:
        """The number as a link."""
        return format_html('<a class="row-link" href="{}">{}</a>', self.url(record), pedimento_no(value))


class PairColumn(tables.Column):
    """Two values in one cell, the second one below and smaller: `below` gets it from the row.

    `url` makes the first one a link, for those who have the `capability` where one is named.
    """

    def __init__(
        self,
        *args: Any,
        below: Callable[[Any], Any],
        url: Callable[[Any], str] | None = None,
        capability: str = "",
        **kwargs: Any,
    ) -> None:
        self.below, self.url, self.capability = below, url, capability
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """The first value, as a link where the row has a page that this person may open, over the second."""
        opens = self.url and (not self.capability or table.request.access.can(self.capability))
        first = format_html('<a class="row-link" href="{}">{}</a>', self.url(record), value) if opens else value
        return format_html(
            '<div class="text-start">{}<div class="text-secondary small">{}</div></div>',
            first,
            self.below(record) or "",
        )

    def value(self, value: Any) -> str:
        """The first value alone."""
        return str(value)


def joined(parts: Iterable[Any], separator: str = " · ") -> SafeString:
    """The parts that are not empty, in one line."""
    return format_html_join(separator, "{}", ((part,) for part in parts if part not in (None, "")))
