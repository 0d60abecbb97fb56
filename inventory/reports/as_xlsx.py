"""A report as XLSX: numbers are numbers, dates are dates, text is never a formula. Row by row, in constant memory."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from inventory.reports.cells import local
from inventory.reports.letterhead import Letterhead
from inventory.reports.shapes import Column, Kind, Report, bilingual
from inventory.reports.spool import Spool

ROWS_PER_SHEET = 1_000_000
EXACT_DIGITS = 15  # beyond these a spreadsheet's number is rounded, so such a value is written as text
FORMATS = {
    Kind.QUANTITY: "#,##0.######",
    Kind.MONEY: "#,##0.00##",
    Kind.SHARE: "0.0%",
    Kind.COUNT: "0",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}


def write(path: Path, report: Report, head: Letterhead, spool: Spool, tick: Callable[[int], None]) -> None:
    """Write the workbook; beyond a million rows it goes on in another sheet."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": head.title, "company": head.company, "comments": head.digest})
        formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        sheet, first = _Sheet(book, report, head, 1), 0
        for number, row in enumerate(spool.rows(), 1):
            if number - first > ROWS_PER_SHEET:
                sheet.close()
                sheet, first = _Sheet(book, report, head, number // ROWS_PER_SHEET + 1), number - 1
            sheet.add(row, formats)
            if number % 500 == 0:
                tick(number)
        sheet.close()


class _Sheet:
    """One sheet: the head, the frozen header with filters, the rows."""

    def __init__(self, book: Any, report: Report, head: Letterhead, number: int) -> None:
        self.columns = report.columns
        self.sheet = book.add_worksheet(f"{_('Report')} {number}")
        bold = book.add_format({"bold": True})
        title = book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True})
        for place, column in enumerate(self.columns):
            self.sheet.set_column(place, place, max(column.width, 8) + 2)
        for line, (name, value) in enumerate(head.block()):
            self.sheet.write_string(line, 0, name, bold)
            self.sheet.write_string(line, 1, value)
        self.header = len(head.block()) + 1
        for place, column in enumerate(self.columns):
            self.sheet.write_string(self.header, place, bilingual(column.title), title)
        self.sheet.freeze_panes(self.header + 1, 0)
        self.line = self.header

    def add(self, row: tuple[Any, ...], formats: dict[Kind, Any]) -> None:
        """Append one row."""
        self.line += 1
        for place, (value, column) in enumerate(zip(row, self.columns, strict=True)):
            if value is not None:
                self._cell(place, value, column, formats.get(column.kind))

    def close(self) -> None:
        """Put the filters over what was written."""
        self.sheet.autofilter(self.header, 0, self.line, len(self.columns) - 1)

    def _cell(self, place: int, value: Any, column: Column, shape: Any) -> None:
        if column.kind is Kind.FLAG:
            self.sheet.write_string(self.line, place, _("Yes") if value else _("No"))
        elif isinstance(value, Decimal | int):
            self._number(place, Decimal(value), shape)
        elif isinstance(value, datetime):
            self.sheet.write_datetime(self.line, place, local(value).replace(tzinfo=None), shape)
        elif isinstance(value, date):
            self.sheet.write_datetime(self.line, place, datetime(value.year, value.month, value.day), shape)  # noqa: DTZ001
        else:
            self.sheet.write_string(self.line, place, str(value))

    def _number(self, place: int, value: Decimal, shape: Any) -> None:
        if len(value.normalize().as_tuple().digits) > EXACT_DIGITS:
            self.sheet.write_string(self.line, place, f"{value:f}")
        else:
            self.sheet.write_number(self.line, place, float(value), shape)
