"""Lines of customers' orders, as a client states them and as files hold them: CSV (UTF-8, also gzipped) and XLSX. Pure.

Source of the rules: docs/demand-data.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, BinaryIO

from inventory.demand import columns
from inventory.demand.tables import Progress, note_row, tables
from inventory.errors import InvalidInput
from inventory.errors import gettext_noop as _
from inventory.units import QUANTITY_SCALE, from_base

MAX_REFERENCE, MAX_LINE = 40, 2**31 - 1
OUT_OF_STOCK, BY_CUSTOMER = "out_of_stock", "customer"
_CANCELLED = {
    "": "",
    OUT_OF_STOCK: OUT_OF_STOCK,
    "agotado": OUT_OF_STOCK,
    BY_CUSTOMER: BY_CUSTOMER,
    "cliente": BY_CUSTOMER,
}
_Parsers = dict[str, Callable[[str], Any]]


@dataclass(frozen=True)
class Line:
    """One line of an order as the client states it; quantities in stock units."""

    reference: str
    line: int
    sku: str
    market: str
    requested_on: date
    quantity: Decimal
    shipped: Decimal | None = None
    cancelled: str = ""


@dataclass
class OrderRows:
    """The lines of a file, each with its row number; `errors` holds the first of what is wrong with `bad_rows` others."""

    lines: list[Line] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    errors: list[InvalidInput] = field(default_factory=list)
    bad_rows: int = 0
    rows_read: int = 0


def read_orders(
    source: BinaryIO, *, name: str = "", max_bytes: int | None = None, progress: Progress | None = None
) -> OrderRows:
    """The order lines of a file. `max_bytes` is the limit for uploads, None for an operator's own file.

    Raises UnreadableFile or FileTooLarge, in which case nothing of it can be used.
    """
    rows = OrderRows()
    for first_row, texts in tables(source, columns.ORDERS, name=name, max_bytes=max_bytes, progress=progress):
        cells = [texts[column] if column in texts else [""] * len(texts["sku"]) for column in columns.ORDERS.names]
        for number, values in enumerate(zip(*cells, strict=True), start=first_row):
            if any(values):
                _take(rows, number, dict(zip(columns.ORDERS.names, values, strict=True)))
    return rows


def _take(rows: OrderRows, number: int, texts: dict[str, str]) -> None:
    """Put a row among the lines, or what is wrong with it among the errors."""
    found, wrong = {}, []
    for column, parse in _PARSERS.items():
        try:
            found[column] = parse(texts[column])
        except InvalidInput as error:
            wrong.append(error.at(column))
    rows.rows_read += 1
    if wrong:
        rows.bad_rows += 1
        for fault in wrong:
            note_row(rows.errors, fault, number)
        return
    rows.lines.append(Line(reference=found.pop("order"), **found))
    rows.numbers.append(number)


def reference(text: str) -> str:
    """The number of an order, as it was given. Raises InvalidInput when empty or longer than 40."""
    text = columns.code_text(text)
    if len(text) > MAX_REFERENCE:
        said = _("%(value)s is longer than %(most)s characters.")
        raise InvalidInput(said, value=text[:80], rule="max_length", most=MAX_REFERENCE)
    return text


def line_number(text: str) -> int:
    """The number of a line within its order: a whole number from 1.

    >>> line_number(" 12 ")
    12
    """
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= MAX_LINE):
        raise InvalidInput(_("%(value)s is not a whole number from 1."), value=text[:40], rule="whole")
    return int(text)


def quantity(text: str, *, least: str = "above") -> Decimal | None:
    """Stock units; None when blank. Raises InvalidInput below zero, and at zero too where `least` is "above".

    >>> quantity("2.5"), quantity(""), quantity("0", least="at_least")
    (Decimal('2.5'), None, Decimal('0'))
    """
    base = columns.quantity(text)
    if base == columns.UNKNOWN_WEEK:
        return None
    if base < 0 or (base == 0 and least == "above"):
        said = _("%(value)s must be above 0.") if least == "above" else _("%(value)s must be 0 or more.")
        raise InvalidInput(said, value=text[:40], rule=least)
    return from_base(base, QUANTITY_SCALE)


def requested(text: str) -> Decimal:
    """What was asked for: above zero. Raises InvalidInput."""
    found = quantity(text)
    if found is None:
        raise InvalidInput(_("A value is needed."), value="", rule="required")
    return found


def day(text: str) -> date:
    """The day of an ISO date. Raises InvalidInput."""
    return date.fromordinal(columns.period(text, code=date.toordinal))


def cancelled(text: str) -> str:
    """Why a line is cancelled, in English or Spanish; nothing where it is not.

    >>> cancelled("Agotado"), cancelled("")
    ('out_of_stock', '')
    """
    word = text.strip().lower()
    if word not in _CANCELLED:
        said = _("%(value)s is neither blank, out_of_stock nor customer.")
        raise InvalidInput(said, value=text[:40], rule="choice")
    return _CANCELLED[word]


_PARSERS: _Parsers = {
    "order": reference,
    "line": line_number,
    "sku": columns.code_text,
    "market": columns.code_text,
    "requested_on": day,
    "quantity": requested,
    "shipped": partial(quantity, least="at_least"),
    "cancelled": cancelled,
}
