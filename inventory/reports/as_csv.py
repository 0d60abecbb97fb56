"""A report as CSV: the head as lines of two cells, an empty line, then the table."""

import csv
from collections.abc import Callable
from pathlib import Path

from inventory.reports.cells import plain_text
from inventory.reports.letterhead import Letterhead
from inventory.reports.shapes import Report, bilingual
from inventory.reports.spool import Spool
from inventory.spreadsheet import inert


def write(path: Path, report: Report, head: Letterhead, spool: Spool, tick: Callable[[int], None]) -> None:
    """Write the file, in the encoding that Excel takes for UTF-8."""
    kinds = [column.kind for column in report.columns]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerows((title, inert(value)) for title, value in head.block())
        writer.writerow([])
        writer.writerow([bilingual(column.title) for column in report.columns])
        for number, row in enumerate(spool.rows(), 1):
            writer.writerow([plain_text(value, kind) for value, kind in zip(row, kinds, strict=True)])
            if number % 500 == 0:
                tick(number)
