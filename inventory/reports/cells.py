"""Values as text: plain for machines, grouped for people; never a formula."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from inventory.errors import decimal_text
from inventory.reports.shapes import Kind
from inventory.spreadsheet import inert
from inventory.units import round_half_up


def plain_text(value: Any, kind: Kind) -> str:
    """A value for machines and spreadsheets: full precision, ISO dates, text that is no formula."""
    if value is None:
        return ""
    if kind is Kind.FLAG:
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return decimal_text(value)
    return inert(str(value)) if kind is Kind.TEXT else str(value)


def printed(value: Any, kind: Kind) -> str:
    """A value for paper: thousands parted, money with two decimals, shares in per cent."""
    if value is None:
        return ""
    if kind in _PRINTERS:
        return _PRINTERS[kind](value)
    return str(value) if kind is Kind.TEXT else plain_text(value, kind)


def local(moment: datetime) -> datetime:
    """A moment on the company's clock."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))


def _grouped(value: Decimal) -> str:
    """Every digit, with thousands parted."""
    whole, dot, decimals = decimal_text(Decimal(value)).partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{abs(int(whole)):,}{dot}{decimals}"


_PRINTERS: dict[Kind, Callable[[Any], str]] = {
    Kind.MONEY: lambda value: f"{round_half_up(value, 2):,.2f}",
    Kind.SHARE: lambda value: f"{decimal_text(round_half_up(value * 100, 1))} %",
    Kind.QUANTITY: _grouped,
    Kind.COUNT: lambda value: f"{value:,}",
    Kind.MOMENT: lambda value: f"{local(value):%Y-%m-%d %H:%M}",
}
