"""Reports as tables on pages: each column of a report drawn by what it holds."""

from typing import Any

import django_tables2 as tables

from inventory.reports.shapes import Column, Kind, Report, Row
from inventory.templatetags.trade import pedimento_no
from inventory.web.columns import RIGHT, DayColumn, MomentColumn, MoneyColumn, PercentColumn, QuantityColumn
from inventory.web.formatting import DASH
from inventory.web.units import unit_symbol

NOWRAP = {"td": {"class": "text-nowrap"}}


class FlagColumn(tables.BooleanColumn):
    """Yes or nothing, in words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(yesno="✓,", **kwargs)


class UnitColumn(tables.Column):
    """A unit by its symbol."""

    def render(self, value: str) -> str:
        """The symbol people know."""
        return unit_symbol(value)


class PedimentoColumn(tables.Column):
    """The number of a pedimento as papers show it."""

    def render(self, value: str) -> str:
        """The number with its blanks."""
        return pedimento_no(value)


# Texts no wider than this are codes: they stay on one line.
CODE_WIDTH = 19
NOWRAPPED = {"attrs": NOWRAP}
SPECIAL: dict[str, type[tables.Column]] = {
    "unit": UnitColumn,
    "tariff_unit": UnitColumn,
    "pedimento": PedimentoColumn,
    "entry": PedimentoColumn,
    "exit": PedimentoColumn,
}
COLUMNS: dict[Kind, tuple[type[tables.Column], dict[str, Any]]] = {
    Kind.TEXT: (tables.Column, {}),
    Kind.QUANTITY: (QuantityColumn, {}),
    Kind.MONEY: (MoneyColumn, {}),
    Kind.SHARE: (PercentColumn, {}),
    Kind.COUNT: (tables.Column, {"attrs": RIGHT}),
    Kind.DATE: (DayColumn, {"attrs": NOWRAP}),
    Kind.MOMENT: (MomentColumn, {"attrs": NOWRAP}),
    Kind.FLAG: (FlagColumn, {}),
}


def table_of(report: Report) -> type[tables.Table]:
    """The class of the table that draws this report."""
    columns = {column.name: _column(column) for column in report.columns}
    meta = type("Meta", (), {"order_by": None, "default": DASH})
    return type(f"{report.code.title().replace('_', '')}Table", (tables.Table,), {**columns, "Meta": meta})


def _column(column: Column) -> tables.Column:
    kind, options = COLUMNS[column.kind]
    if column.kind is Kind.TEXT:
        kind = SPECIAL.get(column.name, kind)
        options = NOWRAPPED if column.width <= CODE_WIDTH else {}
    drawn: tables.Column = kind(verbose_name=column.title, **options)
    return drawn


def as_dicts(report: Report, rows: list[Row]) -> list[dict[str, Any]]:
    """The rows under the names of their columns."""
    names = report.names
    return [dict(zip(names, row, strict=True)) for row in rows]


def matching(rows: list[dict[str, Any]], words: list[str]) -> list[dict[str, Any]]:
    """The rows in which every word is found in one of the texts, whatever its case."""
    wanted = [word.lower() for word in words]
    return [row for row in rows if all(any(word in text for text in _texts(row)) for word in wanted)]


def _texts(row: dict[str, Any]) -> list[str]:
    return [value.lower() for value in row.values() if isinstance(value, str)]
