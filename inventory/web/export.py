"""A list as a file: CSV row by row, XLSX with numbers as numbers."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any

import django_tables2 as tables
import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.timezone import localtime

from inventory.spreadsheet import inert

FORMATS = ("csv", "xlsx")
# More rows than this are for a report, which a worker writes.
EXPORT_LIMIT = 50_000
CHUNK = 1000


def table_rows(table_class: type[tables.Table], rows: Iterable[Any], **options: Any) -> Iterator[list[Any]]:
    """The header and the plain values of every row, a thousand rows in memory at a time."""
    source, first = iter(rows), True
    while (chunk := list(islice(source, CHUNK))) or first:
        values = table_class(chunk, **options).as_values()
        header = next(values)
        if first:
            yield header
        first = False
        yield from values


def csv_response(name: str, rows: Iterable[list[Any]]) -> StreamingHttpResponse:
    """A CSV that Excel opens in the right encoding, sent while it is being written."""
    language = translation.get_language() or "en"

    def lines() -> Iterator[str]:
        with translation.override(language):
            yield "\ufeff"
            writer = csv.writer(_Echo())
            for row in rows:
                yield writer.writerow([_csv_cell(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_file(name: str, text: str) -> HttpResponse:
    """A CSV that is written already, as a download that Excel opens in the right encoding."""
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_response(name: str, rows: Iterable[list[Any]]) -> HttpResponse:
    """An XLSX with the header fixed and a filter over it; numbers and dates are numbers and dates."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, day, moment = (
        book.add_format(style)
        for style in ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm"})
    )
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    width = number = 0
    for number, row in enumerate(rows):
        width = max(width, len(row))
        for column, value in enumerate(row):
            if number == 0:
                sheet.write_string(number, column, str(value), bold)
            elif isinstance(value, datetime):
                sheet.write_datetime(number, column, localtime(value).replace(tzinfo=None), moment)
            elif isinstance(value, date):
                sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
            elif isinstance(value, Decimal | int) and not isinstance(value, bool):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, "" if value is None else str(value))
    sheet.autofilter(0, 0, number, max(width - 1, 0))
    book.close()
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(file.getvalue(), content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def _csv_cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return localtime(value).isoformat(timespec="minutes")
    return inert(value) if isinstance(value, str) else value


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
