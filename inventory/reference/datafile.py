"""Read a data file: comment lines `# key: value` first, then a CSV with a header (pure).

A key that is also a column of the table is the value of every row that has no such column.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataFile:
    """What a data file says: about itself, and row by row, all as text."""

    checksum: str
    head: dict[str, str]
    columns: list[str]
    rows: list[list[str]]

    def records(self) -> Iterable[dict[str, str]]:
        """Yield the rows by column name."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


def checksum_of(path: Path, *extra: str) -> str:
    """Return the SHA-256 of a file and of whatever else decides its rows."""
    digest = hashlib.sha256(path.read_bytes())
    for part in extra:
        digest.update(part.encode())
    return digest.hexdigest()


def read_data_file(path: Path) -> DataFile:
    """Return the parsed file; `.gz` is unpacked. Blank lines are skipped."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    head, body = parse_head(text)
    reader = csv.reader(io.StringIO(body, newline=""))
    columns = next(reader)
    return DataFile(hashlib.sha256(raw).hexdigest(), head, columns, [row for row in reader if row])


def parse_head(text: str) -> tuple[dict[str, str], str]:
    r"""Return the leading comments as a mapping, and the rest.

    >>> parse_head("# source: SAT\n# valid_from: 2020-01-01\ncode,name\nA,b\n")
    ({'source': 'SAT', 'valid_from': '2020-01-01'}, 'code,name\nA,b\n')
    """
    head: dict[str, str] = {}
    while text.startswith("#"):
        line, _, text = text.partition("\n")
        key, _, value = line.lstrip("# ").partition(":")
        head[key.strip()] = value.strip()
    return head, text


def first_overlap(spans: Iterable[tuple[date, date | None]]) -> tuple[date, date] | None:
    """Return the first day two spans share and the last, or None; a span without an end goes on for ever.

    >>> first_overlap([(date(2020, 1, 1), date(2020, 12, 31)), (date(2021, 1, 1), None)])
    >>> first_overlap([(date(2020, 1, 1), None), (date(2021, 1, 1), None)])
    (datetime.date(2021, 1, 1), datetime.date(9999, 12, 31))
    """
    ordered = sorted(spans, key=lambda span: span[0])
    for (_, end), (start, other_end) in pairwise(ordered):
        if (end or date.max) >= start:
            return start, min(end or date.max, other_end or date.max)
    return None
