"""Rows gathered in a temporary file, so that their number, totals and fingerprint are known before the first is printed.

Memory stays the same for ten rows and for a million. The fingerprint is over the columns' names and the rows alone: the
same books give the same one, whenever it is asked, in whichever format.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from inventory.audit.digest import canonical, row_bytes
from inventory.reports.shapes import Column, Kind, Row


class Spool:
    """Rows on disk, to be read back as often as needed. A context manager: the file goes when it ends."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.count = 0
        self.totals: dict[str, Decimal] = {}
        self._file: IO[bytes] = TemporaryFile(prefix="recinto-report-")  # noqa: SIM115  closed by __exit__
        self._digest = hashlib.sha256(canonical([column.name for column in columns]))

    def fill(self, rows: Iterable[Row], tick: Callable[[int], None]) -> None:
        """Gather the rows; `tick` hears how many there are, now and then."""
        summed = [(place, column.name) for place, column in enumerate(self.columns) if column.is_summed]
        for row in rows:
            line = row_bytes([_text_of(value) for value in row])
            self._file.write(line)
            self._digest.update(line)
            self.count += 1
            for place, name in summed:
                self.totals[name] = self.totals.get(name, Decimal(0)) + (row[place] or 0)
            if self.count % 500 == 0:
                tick(self.count)

    @property
    def digest(self) -> str:
        """The fingerprint of the content."""
        return self._digest.hexdigest()

    def rows(self) -> Iterator[Row]:
        """The rows again, their values as they were."""
        self._file.seek(0)
        kinds = [column.kind for column in self.columns]
        for line in self._file:
            yield tuple(_read(value, kind) for value, kind in zip(json.loads(line), kinds, strict=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()


def _text_of(value: Any) -> Any:
    """What JSON keeps of a value: lazy texts are read now, in the language of the one who asked."""
    known = value is None or isinstance(value, bool | int | str | Decimal | date)
    return value if known else str(value)


def _read(value: Any, kind: Kind) -> Any:
    """A value of a column as it was before it was written down."""
    if value is None or value == "":
        return None
    if kind in (Kind.QUANTITY, Kind.MONEY, Kind.SHARE):
        return Decimal(value)
    if kind is Kind.DATE:
        return date.fromisoformat(value)
    if kind is Kind.MOMENT:
        return datetime.fromisoformat(value)
    return value
