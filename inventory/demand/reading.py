"""Files of demand history turned into arrays, each distinct text parsed once. Pure.

Rows that cannot be read are set aside with row number, field, value and rule; whether they spoil the whole file is for the
caller to say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from inventory.demand import columns
from inventory.demand.tables import MAX_ERRORS, Progress, Texts, as_text, note_row, tables
from inventory.errors import InvalidInput

Ints = npt.NDArray[np.int64]
Code = Callable[[date], int]


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
        note_row(self.errors, error, row)

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
    layout: columns.Layout = columns.HISTORY,
) -> HistoryRows:
    """The rows of a file; bad ones are listed in `errors`. `max_bytes` is the limit for uploads, None for an operator's own file.

    `code` numbers the period of a date, 7 more for each next one; `layout` may call the columns of a history otherwise.

    Raises UnreadableFile or FileTooLarge, in which case nothing of it can be used.
    """
    rows = HistoryRows()
    parts = [
        _parse(texts, first_row, rows, not_after, code, layout)
        for first_row, texts in tables(source, layout, name=name, max_bytes=max_bytes, progress=progress)
    ]
    _join(rows, parts)
    return rows


def from_records(records: Iterable[Mapping[str, Any]], *, not_after: date | None = None) -> HistoryRows:
    """The same rows from JSON objects or dicts with the names of the columns; row 1 is the first."""
    listed = [
        {columns.HISTORY.aliases.get(str(k).lower(), str(k).lower()): as_text(v) for k, v in record.items()}
        for record in records
    ]
    texts = {
        name: np.array([record.get(name, "") for record in listed], dtype=object) for name in columns.HISTORY.names
    }
    rows = HistoryRows()
    _join(rows, [_parse(texts, 1, rows, not_after)] if listed else [])
    return rows


def _parse(
    texts: Texts,
    first_row: int,
    rows: HistoryRows,
    not_after: date | None,
    code: Code = columns.of_week,
    layout: columns.Layout = columns.HISTORY,
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
        parsed[name] = _column(layout.title(name), texts[name], parse, numbers, blank, bad, rows)
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
