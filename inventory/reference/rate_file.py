"""Read a file of exchange rates as an operator feeds it, in the layout of `data/exchange_rates.csv`. Pure.

Every row that cannot be taken is reported with its number, the value and the rule, all at once.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from inventory.errors import InvalidInput, InvalidInputs
from inventory.errors import gettext_noop as _
from inventory.reference.datafile import parse_head
from inventory.units import RATE_SCALE, from_base, to_base

COLUMNS = ("determined_on", "published_on", "mxn_per_unit")
LONGEST_GAP_DAYS = 5  # the longest pause of the DOF between two rates is five days (Easter, end of year)


@dataclass(frozen=True, slots=True)
class Rate:
    """Pesos per dollar, determined on one bank day and published on the next; `row` is its line in the file."""

    row: int
    determined_on: date
    published_on: date
    mxn_per_unit: Decimal


def read_rates(text: str, *, today: date) -> list[Rate]:
    r"""The rates of a file. Raises InvalidInputs, naming row, field, value and rule of each fault.

    >>> (rate,) = read_rates("determined_on,published_on,mxn_per_unit\n2026-03-04,2026-03-05,17.5445\n", today=date(2026, 3, 5))
    >>> rate.row, rate.published_on.isoformat(), rate.mxn_per_unit
    (2, '2026-03-05', Decimal('17.5445'))
    """
    head, body = parse_head(text)
    before = text[: len(text) - len(body)].count("\n")
    reader = csv.DictReader(io.StringIO(body, newline=""))
    _refuse_another_kind_of_file(head, reader.fieldnames or ())
    rates: list[Rate] = []
    errors: list[InvalidInput] = []
    seen: dict[date, int] = {}
    for cells in reader:
        row = before + reader.line_num
        try:
            rate = _rate(cells, row, today)
            if rate.published_on in seen:
                raise _fault(
                    _("%(field)s: %(value)s stands in row %(first)s already."),
                    row, "published_on", rate.published_on, "once", first=seen[rate.published_on],
                )  # fmt: skip
        except InvalidInput as error:
            errors.append(error)
        else:
            seen[rate.published_on] = row
            rates.append(rate)
    if not rates and not errors:
        errors.append(_fault(_("The file has no rates."), before + 1, "file", "", "no_rows"))
    if errors:
        raise InvalidInputs(errors)
    return rates


def _refuse_another_kind_of_file(head: dict[str, str], columns: Sequence[str]) -> None:
    """Raise unless the file is about dollars and has the columns."""
    currency = head.get("currency", "USD")
    if currency != "USD":
        raise InvalidInputs([_fault(_("%(field)s: %(value)s is not USD."), 1, "currency", currency, "usd")])
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        message = _("%(field)s: the first line names no column %(value)s.")
        raise InvalidInputs([_fault(message, 1, "file", ", ".join(missing), "columns")])


def _rate(cells: dict[str, str], row: int, today: date) -> Rate:
    """One row. Raises InvalidInput."""
    determined, published = (_day(cells, row, name) for name in ("determined_on", "published_on"))
    if determined > today:
        message = _("%(field)s: %(value)s lies in the future.")
        raise _fault(message, row, "determined_on", determined, "not_in_future")
    if not determined < published <= determined + timedelta(days=LONGEST_GAP_DAYS):
        message = _("%(field)s: %(value)s is none of the five days after %(determined)s, when the rate was determined.")
        raise _fault(message, row, "published_on", published, "next_bank_day", determined=determined)
    return Rate(row, determined, published, _number(cells, row))


def _day(cells: dict[str, str], row: int, name: str) -> date:
    value = (cells.get(name) or "").strip()
    try:
        return date.fromisoformat(value)
    except ValueError:
        message = _("%(field)s: %(value)s is no date like 2026-03-05.")
        raise _fault(message, row, name, value, "iso_date") from None


def _number(cells: dict[str, str], row: int) -> Decimal:
    value = (cells.get("mxn_per_unit") or "").strip()
    try:
        number = from_base(to_base(value, RATE_SCALE), RATE_SCALE)
    except InvalidInput as error:
        more = {key: what for key, what in error.context.items() if key not in {"field", "value", "rule"}}
        raise _fault(error.message, row, "mxn_per_unit", value, error.rule, **more) from None
    if number <= 0:
        raise _fault(_("%(field)s: %(value)s is not positive."), row, "mxn_per_unit", value, "positive")
    return number


def _fault(message: Any, row: int, field: str, value: object, rule: str, **context: Any) -> InvalidInput:
    return InvalidInput(message, field=field, value=value, rule=rule, row=row, **context)
