"""Files turned into tables of texts by column: CSV (UTF-8, also gzipped) and the first sheet of an XLSX workbook. Pure.

Garbage is refused in one sentence, and never read whole.
"""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import count, islice
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt
from python_calamine import CalamineError, CalamineWorkbook

from inventory.demand.columns import Layout
from inventory.demand.errors import FileTooLarge, UnreadableFile
from inventory.errors import InvalidInput
from inventory.errors import gettext_noop as _

Texts = dict[str, npt.NDArray[np.object_]]
Progress = Callable[[int, int, str], None]
CHUNK_ROWS = 200_000
MAX_ERRORS = 200
UNPACKED_TIMES = 20  # an archive that unpacks to more than this many times the limit is a bomb, not a table


def tables(
    source: BinaryIO, layout: Layout, *, name: str = "", max_bytes: int | None = None, progress: Progress | None = None
) -> Iterator[tuple[int, Texts]]:
    """Tables of texts by column, each with the file's row number of its first row.

    `max_bytes` is the limit for uploads, None for an operator's own file. Raises UnreadableFile or FileTooLarge.
    """
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    if max_bytes is not None and size > max_bytes:
        raise FileTooLarge(
            _("The file has %(size)s bytes; at most %(limit)s are taken at a time."),
            field="file", value=name, rule="max_bytes", size=size, limit=max_bytes,
        )  # fmt: skip
    unpacked = None if max_bytes is None else max_bytes * UNPACKED_TIMES
    for first_row, texts in _read(source, layout, name, unpacked):
        yield first_row, texts
        if progress:
            progress(min(source.tell(), size), size, _("Reading the file"))


def note_row(errors: list[InvalidInput], error: InvalidInput, row: int) -> None:
    """Keep what is wrong with a row, with its number in the file, while there are fewer than MAX_ERRORS."""
    if len(errors) < MAX_ERRORS:
        error.context["row"] = row
        error.context["code"] = error.code
        errors.append(error)


def _read(source: BinaryIO, layout: Layout, name: str, unpacked: int | None) -> Iterator[tuple[int, Texts]]:
    """The tables, by whatever kind of file it is."""
    start = source.read(65_536)
    source.seek(0)
    if start[:4] == b"PK\x03\x04":
        return _xlsx(source, layout, name, unpacked)
    if start[:2] == b"\x1f\x8b":
        return _gzipped(source, layout, name, unpacked)
    if not start.strip():
        raise UnreadableFile(_("The file %(value)s is empty."), field="file", value=name, rule="empty")
    return _csv(source, layout, start, name)


def _gzipped(source: BinaryIO, layout: Layout, name: str, unpacked: int | None) -> Iterator[tuple[int, Texts]]:
    try:
        with gzip.open(source) as stream:
            if unpacked is None:
                start = stream.read(65_536)
                stream.seek(0)
                yield from _csv(cast(BinaryIO, stream), layout, start, name)
                return
            data = stream.read(unpacked + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(name) from error
    if len(data) > unpacked:
        raise FileTooLarge(_("The file %(value)s unpacks to too much."), field="file", value=name, rule="max_unpacked")
    yield from _csv(io.BytesIO(data), layout, data[:65_536], name)


def _csv(source: BinaryIO, layout: Layout, start: bytes, name: str) -> Iterator[tuple[int, Texts]]:
    """Chunks of a CSV, told apart by comma, semicolon or tab."""
    import pandas as pd  # noqa: PLC0415  takes most of a second to load, and few processes read a file

    if b"\x00" in start:
        raise _unreadable(name)
    line = start.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    separator = max(",;\t", key=line.count)
    where = layout.positions(next(csv.reader([line.rstrip("\r")], delimiter=separator)))
    try:
        frames = pd.read_csv(
            source, sep=separator, header=None, skiprows=1, names=list(range(line.count(separator) + 1)), dtype=object,
            usecols=sorted(where.values()), keep_default_na=False, na_filter=False, skip_blank_lines=False,
            encoding="utf-8-sig", chunksize=CHUNK_ROWS, index_col=False,
        )  # fmt: skip
        first = 2
        with frames:
            for frame in frames:
                yield first, {column: frame[index].to_numpy(dtype=object) for column, index in where.items()}
                first += len(frame)
    except (UnicodeDecodeError, pd.errors.ParserError, csv.Error) as error:
        raise _unreadable(name) from error


def _xlsx(source: BinaryIO, layout: Layout, name: str, unpacked: int | None) -> Iterator[tuple[int, Texts]]:
    """The first sheet of a workbook."""
    try:
        with zipfile.ZipFile(source) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
        if unpacked is not None and total > unpacked:
            raise FileTooLarge(
                _("The file %(value)s unpacks to too much."), field="file", value=name, rule="max_unpacked"
            )
        source.seek(0)
        sheet = CalamineWorkbook.from_filelike(source).get_sheet_by_index(0)
        lines = sheet.iter_rows()
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as error:
        raise _unreadable(name) from error
    header = next(lines, None)
    if header is None:
        raise UnreadableFile(_("The file %(value)s is empty."), field="file", value=name, rule="empty")
    where = layout.positions([str(cell) for cell in header])
    for begin in count(2, CHUNK_ROWS):
        part = list(islice(lines, CHUNK_ROWS))
        if not part:
            return
        yield begin, {c: np.array([as_text(line[i]) for line in part], dtype=object) for c, i in where.items()}


def _unreadable(name: str) -> UnreadableFile:
    said = _("The file %(value)s is not a CSV in UTF-8 or an XLSX workbook.")
    return UnreadableFile(said, field="file", value=name, rule="csv_or_xlsx")


def as_text(value: Any) -> str:
    """A spreadsheet's or JSON's value as the text a CSV would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
