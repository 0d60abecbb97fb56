"""Reading report files back as a stranger's program would, not as the one that wrote them."""

import base64
import csv
import re
import zlib

from python_calamine import CalamineWorkbook

ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)


def read_csv(path):
    """The head as a dictionary, and the rows below it, the header among them."""
    lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    gap = lines.index([])
    return dict(lines[:gap]), lines[gap + 1 :]


def read_xlsx(path):
    """The same of the first sheet of a workbook, numbers as numbers and days as days."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    gap = next(number for number, row in enumerate(rows) if not any(row))
    return {row[0]: row[1] for row in rows[:gap]}, rows[gap + 1 :]


def read_pdf(path):
    """The drawing commands of each page, as PDF spells them."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", path.read_bytes(), re.DOTALL)
    return [zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>"))) for stream in streams]


def texts_of_pdf(path):
    """Every text that is drawn, in the order of drawing."""
    drawn = re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", b"".join(read_pdf(path)), re.DOTALL)
    return [ESCAPED.sub(_unescaped, text).decode("cp1252") for text in drawn]


def _unescaped(match):
    code = match[1]
    return bytes([int(code, 8)]) if code.isdigit() else code
