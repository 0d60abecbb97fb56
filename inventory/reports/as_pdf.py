"""A report as PDF: landscape, the head on the first page, the header on every one, page x of y.

Drawn straight onto the canvas: the heights are measured once to know the number of pages, then each row is drawn.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A3, landscape, letter
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from inventory.errors import DomainError
from inventory.reports.cells import printed
from inventory.reports.letterhead import Letterhead
from inventory.reports.shapes import Report, bilingual
from inventory.reports.spool import Spool

LONGEST = 20_000
MARGIN, PADDING, GAP = 28.0, 2.5, 4.0
BODY, HEADER, LEADING = 6.5, 6.5, 8.0
FONT, BOLD = "Helvetica", "Helvetica-Bold"
MOST_LINES = 6
WIDE = 180  # columns' characters beyond which letter paper would be too narrow


class TooLong(DomainError):
    """More rows than anyone reads on paper."""

    code = "report_too_long"


@dataclass(frozen=True)
class Cell:
    """Text broken into the lines that fit its column."""

    lines: tuple[str, ...]


def write(path: Path, report: Report, head: Letterhead, spool: Spool, tick: Callable[[int], None]) -> None:
    """Write the file. Raises TooLong beyond 20,000 rows."""
    if spool.count > LONGEST:
        message = _("%(rows)s rows are too many for paper (at most %(limit)s): narrow the report, or take XLSX or CSV.")
        raise TooLong(message, rows=spool.count, limit=LONGEST)
    page = _Page(report, head)
    pages = page.count_pages(spool.rows())
    page.draw(path, spool.rows(), pages, tick)


class _Page:
    """The geometry of one report on paper, and the pen."""

    def __init__(self, report: Report, head: Letterhead) -> None:
        self.report, self.head = report, head
        self.columns = report.columns
        titles = [bilingual(column.title) for column in self.columns]
        shares = [
            max(column.width, _longest_word(title) + 2) for column, title in zip(self.columns, titles, strict=True)
        ]
        characters = sum(shares)
        self.width, self.height = landscape(A3 if characters > WIDE else letter)
        self.widths = [share * (self.width - 2 * MARGIN) / characters for share in shares]
        self.header = self._cells(titles, BOLD, HEADER)
        self.header_height = _height(self.header)
        self.bottom = MARGIN + 16

    def count_pages(self, rows: Iterator[tuple[Any, ...]]) -> int:
        """How many pages the rows will fill."""
        pages, room = 1, self._room(first=True)
        for row in rows:
            height = _height(self._row(row))
            if height > room:
                pages, room = pages + 1, self._room(first=False)
            room -= height
        return pages

    def draw(self, path: Path, rows: Iterator[tuple[Any, ...]], pages: int, tick: Callable[[int], None]) -> None:
        """Draw every page."""
        pen = Canvas(str(path), pagesize=(self.width, self.height), pageCompression=1)
        pen.setTitle(_latin(self.head.title))
        pen.setAuthor(_latin(self.head.company))
        pen.setSubject(self.head.digest)
        number, room = 1, self._room(first=True)
        y = self._start(pen, number, pages)
        for count, row in enumerate(rows, 1):
            cells = self._row(row)
            height = _height(cells)
            if height > room:
                pen.showPage()
                number, room = number + 1, self._room(first=False)
                y = self._start(pen, number, pages)
            y = self._line(pen, cells, y, height, shaded=count % 2 == 0)
            room -= height
            if count % 500 == 0:
                tick(count)
        pen.save()

    def _room(self, *, first: bool) -> float:
        """Points left for rows on a page."""
        return self._top(first=first) - self.header_height - self.bottom

    def _top(self, *, first: bool) -> float:
        """Where the table begins."""
        lines = (len(self.head.block()) + 1) // 2 + 2 if first else 2
        return float(self.height - MARGIN - lines * 11)

    def _start(self, pen: Canvas, number: int, pages: int) -> float:
        """Head, header and foot of a page; returns where its rows begin."""
        first = number == 1
        y = self.height - MARGIN
        pen.setFont(BOLD, 12 if first else 9)
        pen.drawString(MARGIN, y - 10, _latin(self.head.title))
        pen.setFont(FONT, 7.5)
        pen.drawRightString(self.width - MARGIN, y - 10, _latin(f"{self.head.company}   RFC {self.head.rfc}"))
        if first:
            self._block(pen, y - 26)
        self._foot(pen, number, pages)
        top = self._top(first=first)
        pen.setFillColorRGB(0.12, 0.23, 0.37)
        pen.rect(MARGIN, top - self.header_height, self.width - 2 * MARGIN, self.header_height, stroke=0, fill=1)
        pen.setFillColorRGB(1, 1, 1)
        self._texts(pen, self.header, top, BOLD, HEADER)
        pen.setFillColorRGB(0, 0, 0)
        return top - self.header_height

    def _block(self, pen: Canvas, y: float) -> None:
        """The head's lines in two columns."""
        block = self.head.block()
        half = (len(block) + 1) // 2
        for place, (title, value) in enumerate(block):
            x = MARGIN + (self.width / 2 - MARGIN) * (place // half)
            line = y - (place % half) * 11
            pen.setFont(BOLD, 7)
            label = _latin(f"{title}: ")
            pen.drawString(x, line, label)
            pen.setFont(FONT, 7)
            pen.drawString(x + stringWidth(label, BOLD, 7), line, _latin(value))

    def _foot(self, pen: Canvas, number: int, pages: int) -> None:
        """Company, fingerprint and page x of y."""
        pen.setFont(FONT, 6.5)
        pen.setFillColorRGB(0.35, 0.35, 0.35)
        made = _latin(f"{self.head.generated_at}   SHA-256 {self.head.digest}")
        pen.drawString(MARGIN, MARGIN, made)
        of = _("Page %(number)s of %(pages)s") % {"number": number, "pages": pages}
        pen.drawRightString(self.width - MARGIN, MARGIN, _latin(of))
        pen.setFillColorRGB(0, 0, 0)

    def _line(self, pen: Canvas, cells: list[Cell], y: float, height: float, *, shaded: bool) -> float:
        """One row; returns where the next begins."""
        if shaded:
            pen.setFillColorRGB(0.95, 0.96, 0.98)
            pen.rect(MARGIN, y - height, self.width - 2 * MARGIN, height, stroke=0, fill=1)
            pen.setFillColorRGB(0, 0, 0)
        self._texts(pen, cells, y, FONT, BODY)
        return y - height

    def _texts(self, pen: Canvas, cells: list[Cell], y: float, font: str, size: float) -> None:
        """The texts of one row; numbers stand on the right."""
        pen.setFont(font, size)
        x = MARGIN
        for cell, column, width in zip(cells, self.columns, self.widths, strict=True):
            for line, text in enumerate(cell.lines):
                base = y - PADDING - size - line * LEADING + 1
                if column.kind.is_number:
                    pen.drawRightString(x + width - GAP, base, text)
                else:
                    pen.drawString(x + GAP, base, text)
            x += width

    def _row(self, row: tuple[Any, ...]) -> list[Cell]:
        texts = [printed(value, column.kind) for value, column in zip(row, self.columns, strict=True)]
        return self._cells(texts, FONT, BODY)

    def _cells(self, texts: list[str], font: str, size: float) -> list[Cell]:
        fitted = zip(texts, self.widths, strict=True)
        return [_cell(text, width - 2 * GAP, font, size) for text, width in fitted]


@lru_cache(maxsize=20_000)
def _cell(text: str, width: float, font: str, size: float) -> Cell:
    """A text as it fits a column. Reports repeat themselves: measuring each text once halves the work."""
    return Cell(_broken(_latin(text), width, font, size))


def _longest_word(text: str) -> int:
    """The characters of the longest word: a column is never so narrow that its title breaks inside one."""
    return max(map(len, text.split()), default=1)


def _height(cells: list[Cell]) -> float:
    """How tall a row is: its tallest cell."""
    return max(len(cell.lines) for cell in cells) * LEADING + 2 * PADDING


def _broken(text: str, width: float, font: str, size: float) -> tuple[str, ...]:
    """Text in lines of a width, broken between words where it can be and inside them where it must."""
    if stringWidth(text, font, size) <= width:
        return (text,)
    lines, line = [], ""
    for word in text.split():
        joined = f"{line} {word}".strip()
        if stringWidth(joined, font, size) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while stringWidth(line, font, size) > width and len(line) > 1:
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or stringWidth(line[:n], font, size) <= width)
            lines.append(line[:fits])
            line = line[fits:]
    lines.append(line)
    return tuple(lines[:MOST_LINES])


def _latin(text: str) -> str:
    """Text in the characters that the built-in fonts have: all of Spanish; arrows become ASCII, others a question mark."""
    for mark, plain in (("→", "->"), ("≤", "<="), ("≥", ">="), ("\u2212", "-")):
        text = text.replace(mark, plain)
    return text.encode("cp1252", "replace").decode("cp1252")
