"""The canonical bytes of rows and the chain over them. Pure.

A row is the JSON array of its column values: numbers as whole base units or plain text, moments in UTC, keys sorted;
so SQLite and PostgreSQL, and any later release, give the same bytes for the same row.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from inventory.errors import decimal_text


def row_bytes(values: Sequence[Any]) -> bytes:
    r"""One row as bytes, ended by a new line.

    >>> row_bytes([7, Decimal("5.250000"), date(2026, 3, 3), None, {"b": 1, "a": "ñ"}])
    b'[7,"5.25","2026-03-03",null,{"a":"\xc3\xb1","b":1}]\n'
    """
    return canonical([_plain(value) for value in values]) + b"\n"


def canonical(value: Any) -> bytes:
    """JSON in its one spelling: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def table_digest(rows: Iterable[Sequence[Any]]) -> tuple[str, int]:
    """The SHA-256 of rows in their order, and how many they were.

    >>> table_digest([[1, "a"], [2, "b"]])[1]
    2
    """
    digest, count = hashlib.sha256(), 0
    for values in rows:
        digest.update(row_bytes(values))
        count += 1
    return digest.hexdigest(), count


def chain(previous: str, day: date, tables: Mapping[str, Any]) -> str:
    """The seal of a day: SHA-256 over the seal before it, the day, and what each table held.

    >>> monday = chain("", date(2026, 3, 2), {"posting": {"digest": "aa"}})
    >>> monday == chain("", date(2026, 3, 2), {"posting": {"digest": "ab"}})
    False
    """
    return hashlib.sha256(canonical([previous, day.isoformat(), dict(tables)])).hexdigest()


def _plain(value: Any) -> Any:
    """A value as JSON can carry it, moments in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value
