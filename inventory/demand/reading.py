"""Files of demand history turned into arrays: CSV (UTF-8, also gzipped) and XLSX, each distinct text parsed once. Pure.

Rows that cannot be read are set aside with row number, field, value and rule; whether they spoil the whole file is for the
caller to say. Garbage is refused in one sentence, and never read whole.
"""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import count, islice
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt
from python_calamine import CalamineError, CalamineWorkbook

from inventory.demand import columns
from inventory.demand.errors import FileTooLarge, UnreadableFile
from inventory.errors import InvalidInput
from inventory.errors import gettext_noop as _

Ints = npt.NDArray[np.int64]
Texts = dict[str, npt.NDArray[np.object_]]
Progress = Callable[[int, int, str], None]
Code = Callable[[date], int]
CHUNK_ROWS = 200_000
MAX_ERRORS = 200
UNPACKED_TIMES = 20  # an archive that unpacks to more than this many times the limit is a bomb, not a history
NOT_A_HISTORY = _("The file %(value)s is not a CSV in UTF-8 or an XLSX workbook.")


@dataclass
class HistoryRows:
    """Readable rows, one array per column in base units; `sku` and `market` point into `skus` and `markets`."""

    skus: list[str] = field(default_factory=list)
    markets: list[str] = field(default_factory=list)
    columns: dict[str, Ints] = field(default_factory=dict)
    errors: list[InvalidInput] = field(default_factory=list)
    bad_rows: int = 0
    rows_read: int = 0

    def __len__(self) -> int:
        return len(self.columns["row"]) if self.columns else 0

    def refuse(self, error: InvalidInput, row: int) -> None:
        """Keep what is wrong with a row, up to MAX_ERRORS of them, with its number in the file."""
        if len(self.errors) < MAX_ERRORS:
            error.context["row"] = row
            error.context["code"] = error.code
            self.errors.append(error)

    def without(self, bad: npt.NDArray[np.bool_]) -> "HistoryRows":
        """The same rows less the marked ones, which count as bad from here on."""
        kept = {name: values[~bad] for name, values in self.columns.items()}
        return HistoryRows(self.skus, self.markets, kept, self.errors, self.bad_rows + int(bad.sum()), self.rows_read)


def read_file(
    source: BinaryIO,
    *,
    name: str = "",
    max_bytes: int | None = None,
    not_after: date | None = None,
    progress: Progress | None = None,
    code: Code = columns.of_week,
) -> HistoryRows:
    """The rows of a file; bad ones are listed in `errors`. `max_bytes` is the limit for uploads, None for an operator's own file.

    `code` numbers the period of a date, 7 more for each next one.

    Raises UnreadableFile or FileTooLarge, in which case nothing of it can be used.
    """
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    if max_bytes is not None and size > max_bytes:
        raise FileTooLarge(
            _("The file has %(size)s bytes; at most %(limit)s are taken at a time."),
            field="file", value=name, rule="max_bytes", size=size, limit=max_bytes,
        )  # fmt: skip
    unpacked = None if max_bytes is None else max_bytes * UNPACKED_TIMES
    report = progress or (lambda _done, _total, _stage: None)
    rows = HistoryRows()
    parts: list[dict[str, Ints]] = []
    for first_row, texts in _tables(source, name, unpacked):
        parts.append(_parse(texts, first_row, rows, not_after, code))
        report(min(source.tell(), size), size, _("Reading the file"))
    _join(rows, parts)
    return rows


def from_records(records: Iterable[Mapping[str, Any]], *, not_after: date | None = None) -> HistoryRows:
    """The same rows from JSON objects or dicts with the names of the columns; row 1 is the first."""
    listed = [
        {columns.ALIASES.get(str(k).lower(), str(k).lower()): _cell(v) for k, v in record.items()} for record in records
    ]
    names = columns.REQUIRED + columns.OPTIONAL
    texts = {name: np.array([record.get(name, "") for record in listed], dtype=object) for name in names}
    rows = HistoryRows()
    _join(rows, [_parse(texts, 1, rows, not_after)] if listed else [])
    return rows


def _tables(source: BinaryIO, name: str, unpacked: int | None) -> Iterator[tuple[int, Texts]]:
    """Tables of texts by column, each with the file's row number of its first row."""
    start = source.read(65_536)
    source.seek(0)
    if start[:4] == b"PK\x03\x04":
        return _xlsx(source, name, unpacked)
    if start[:2] == b"\x1f\x8b":
        return _gzipped(source, name, unpacked)
    if not start.strip():
        raise UnreadableFile(_("The file %(value)s is empty."), field="file", value=name, rule="empty")
    return _csv(source, start, name)


def _gzipped(source: BinaryIO, name: str, unpacked: int | None) -> Iterator[tuple[int, Texts]]:
    try:
        with gzip.open(source) as stream:
            if unpacked is None:
                start = stream.read(65_536)
                stream.seek(0)
                yield from _csv(cast(BinaryIO, stream), start, name)
                return
            data = stream.read(unpacked + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(name) from error
    if len(data) > unpacked:
        raise FileTooLarge(_("The file %(value)s unpacks to too much."), field="file", value=name, rule="max_unpacked")
    yield from _csv(io.BytesIO(data), data[:65_536], name)


def _csv(source: BinaryIO, start: bytes, name: str) -> Iterator[tuple[int, Texts]]:
    """Chunks of a CSV, told apart by comma, semicolon or tab."""
    import pandas as pd  # noqa: PLC0415  takes most of a second to load, and few processes read a file

    if b"\x00" in start:
        raise _unreadable(name)
    line = start.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    separator = max(",;\t", key=line.count)
    where = columns.positions(next(csv.reader([line.rstrip("\r")], delimiter=separator)))
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


def _xlsx(source: BinaryIO, name: str, unpacked: int | None) -> Iterator[tuple[int, Texts]]:
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
    where = columns.positions([str(cell) for cell in header])
    for begin in count(2, CHUNK_ROWS):
        part = list(islice(lines, CHUNK_ROWS))
        if not part:
            return
        yield begin, {c: np.array([_cell(line[i]) for line in part], dtype=object) for c, i in where.items()}


def _cell(value: Any) -> str:
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


def _parse(
    texts: Texts, first_row: int, rows: HistoryRows, not_after: date | None, code: Code = columns.of_week
) -> dict[str, Ints]:
    """The good rows of one table as numbers; the bad ones go to `rows.errors`."""
    count = len(texts["sku"])
    blank = np.ones(count, dtype=bool)
    for values in texts.values():
        blank &= values == ""
    numbers = np.arange(first_row, first_row + count, dtype=np.int64)
    bad = np.zeros(count, dtype=bool)
    parsed: dict[str, Ints] = {"row": numbers}
    for name, parse in _parsers(rows, not_after, code).items():
        if name not in texts:
            parsed[name] = np.full(count, columns.NO_PRICE if name == "price" else 0, dtype=np.int64)
            continue
        parsed[name] = _column(name, texts[name], parse, numbers, blank, bad, rows)
    rows.rows_read += count - int(blank.sum())
    rows.bad_rows += int(bad.sum())
    kept = ~(bad | blank)
    return {name: values[kept] for name, values in parsed.items()}


def _parsers(rows: HistoryRows, not_after: date | None, code: Code) -> dict[str, Callable[[str], int]]:
    return {
        "sku": partial(_index, rows.skus, {text: i for i, text in enumerate(rows.skus)}),
        "market": partial(_index, rows.markets, {text: i for i, text in enumerate(rows.markets)}),
        "date": partial(columns.period, not_after=not_after, code=code),
        "quantity": columns.quantity,
        "stockout": columns.share,
        "promo": columns.is_promoted,
        "price": columns.price,
    }


def _index(listed: list[str], known: dict[str, int], text: str) -> int:
    """The place of an identifier in the list, added where it is new."""
    text = columns.code_text(text)
    if text not in known:
        known[text] = len(listed)
        listed.append(text)
    return known[text]


def _column(
    name: str,
    values: npt.NDArray[np.object_],
    parse: Callable[[str], int],
    numbers: Ints,
    blank: npt.NDArray[np.bool_],
    bad: npt.NDArray[np.bool_],
    rows: HistoryRows,
) -> Ints:
    """One column's numbers; marks in `bad` the rows whose text says nothing."""
    import pandas as pd  # noqa: PLC0415  as above

    codes, distinct = pd.factorize(values)
    found = np.zeros(len(distinct), dtype=np.int64)
    wrong: dict[int, InvalidInput] = {}
    for code, text in enumerate(distinct):
        try:
            found[code] = parse(text)
        except InvalidInput as error:
            wrong[code] = error
    if wrong:
        for place in np.flatnonzero(np.isin(codes, list(wrong)) & ~blank):
            bad[place] = True
            if len(rows.errors) < MAX_ERRORS:
                rows.refuse(wrong[int(codes[place])].at(name), int(numbers[place]))
    return found[codes]


def _join(rows: HistoryRows, parts: list[dict[str, Ints]]) -> None:
    """Put the tables together, and the errors in the order of the file."""
    names = ("row", "sku", "market", "date", "quantity", "stockout", "promo", "price")
    empty = np.zeros(0, dtype=np.int64)
    rows.columns = {name: np.concatenate([part[name] for part in parts]) if parts else empty for name in names}
    rows.errors.sort(key=lambda error: int(error.context["row"]))


def _unreadable(name: str) -> UnreadableFile:
    return UnreadableFile(NOT_A_HISTORY, field="file", value=name, rule="csv_or_xlsx")
