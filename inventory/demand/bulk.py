"""Many weeks of demand written in few statements: so many for each portion, on SQLite and PostgreSQL alike.

Raw SQL because millions of model instances cost more than the database does: see docs/demand-data.md for the figures.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import IntegrityError, connection

from inventory.catalog.models import Item
from inventory.demand.columns import NO_PRICE
from inventory.demand.models import DemandRecord
from inventory.demand.weeks import Weeks
from inventory.places.models import Market

PORTION = 100_000
GIVEN = ("item_id", "market_id", "week", "quantity", "stockout_share", "is_promotion", "price_usd")
CONSTANT = ("client_id", "source", "recorded_at", "is_from_orders")
_TABLE = DemandRecord._meta.db_table
_NAMES = ", ".join((*GIVEN, *CONSTANT))
_STAGE = f"{_TABLE}_stage"
# A row of PostgreSQL's binary COPY: the number of its fields, then the size and the value of each (its manual, COPY).
_KINDS = (">i8", ">i8", ">i4", ">i8", ">i8", "?", ">i8")
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        *(part for name, kind in zip(GIVEN, _KINDS, strict=True) for part in ((f"{name} size", ">i4"), (name, kind))),
    ]
)
_HEAD, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_DAY_ZERO = date(2000, 1, 1).toordinal()

Columns = dict[str, npt.NDArray[Any]]


def upsert(
    *, weeks: Weeks, item_ids: Sequence[int], market_ids: Sequence[int], client_id: int, source: str, at: datetime
) -> int:
    """Write the weeks, replacing what the books held for the same item, market and week; returns how many.

    `item_ids` and `market_ids` are the database's numbers of the codes that `weeks.sku` and `weeks.market` point to.
    """
    constants = (client_id, source, connection.ops.adapt_datetimefield_value(at), False)
    portions = _portions(weeks, item_ids, market_ids)
    if connection.vendor == "postgresql":
        _keep_parents(item_ids, market_ids)
        _write_staged(portions, constants)
    else:
        _write_plain(portions, constants)
    return len(weeks)


def _keep_parents(item_ids: Sequence[int], market_ids: Sequence[int]) -> None:
    """Keep items and markets from being deleted until the transaction ends, as a foreign key's look-up of each row would.

    Zeros stand for unknown codes, whose rows were left out. Raises IntegrityError where one is gone since it was looked up.
    """
    with connection.cursor() as cursor:
        for model, ids in ((Item, {*item_ids} - {0}), (Market, {*market_ids} - {0})):
            table = model._meta.db_table
            cursor.execute(f"SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [list(ids)])  # noqa: S608
            if len(cursor.fetchall()) < len(ids):
                raise IntegrityError(f"{table}: deleted while its demand was being imported")


def _portions(weeks: Weeks, item_ids: Sequence[int], market_ids: Sequence[int]) -> Iterator[Columns]:
    """The columns of GIVEN, a portion at a time, in the order of the index that every row is looked up in."""
    items, markets = (np.asarray(ids, dtype=np.int64) for ids in (item_ids, market_ids))
    order = np.lexsort((weeks.week, markets[weeks.market], items[weeks.sku]))
    for begin in range(0, len(weeks), PORTION):
        part = order[begin : begin + PORTION]
        given = (
            items[weeks.sku[part]], markets[weeks.market[part]], weeks.week[part], weeks.quantity[part],
            weeks.stockout[part], weeks.promo[part], weeks.price[part],
        )  # fmt: skip
        yield dict(zip(GIVEN, given, strict=True))


def _write_plain(portions: Iterator[Columns], constants: tuple[Any, ...]) -> None:
    """A row at a time, within one call of the driver for each portion."""
    marks = ", ".join(["%s"] * len(GIVEN + CONSTANT))
    statement = f"INSERT INTO {_TABLE} ({_NAMES}) VALUES ({marks}) {_replace()}"  # noqa: S608  names of our own
    with connection.cursor() as cursor:
        for columns in portions:
            days = {day: date.fromordinal(day).isoformat() for day in np.unique(columns["week"]).tolist()}
            values = {name: column.tolist() for name, column in columns.items()}
            values["week"] = [days[day] for day in values["week"]]
            values["price_usd"] = [None if price == NO_PRICE else price for price in values["price_usd"]]
            cursor.executemany(statement, [(*row, *constants) for row in zip(*values.values(), strict=True)])


def _write_staged(portions: Iterator[Columns], constants: tuple[Any, ...]) -> None:
    """Into a table of this transaction's own by COPY, and from there to where they belong: two statements a portion."""
    chosen = ", ".join(GIVEN).replace("price_usd", f"nullif(price_usd, {NO_PRICE})")
    statement = (
        f"INSERT INTO {_TABLE} ({_NAMES}) SELECT {chosen}, %s::bigint, %s::text, %s::timestamptz, %s::boolean "  # noqa: S608
        f"FROM {_STAGE} {_replace()}"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_STAGE} (item_id bigint, market_id bigint, week date, quantity bigint, "
            "stockout_share bigint, is_promotion boolean, price_usd bigint) ON COMMIT DROP"
        )
        for columns in portions:
            with cursor.copy(f"COPY {_STAGE} FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(_HEAD + _rows(columns) + _END)
            cursor.execute(statement, constants)
            cursor.execute(f"TRUNCATE {_STAGE}")
        cursor.execute(f"DROP TABLE {_STAGE}")


def _rows(columns: Columns) -> bytes:
    """A portion as the rows of a binary COPY."""
    rows = np.empty(len(columns["week"]), dtype=_ROW)
    rows["fields"] = len(GIVEN)
    for name in GIVEN:
        rows[f"{name} size"] = _ROW[name].itemsize
        rows[name] = columns[name] - _DAY_ZERO if name == "week" else columns[name]
    return rows.tobytes()


def _replace() -> str:
    """What happens to a week that the books hold already; whose item it is stays as it is."""
    changed = ("quantity", "stockout_share", "is_promotion", "price_usd", "source", "recorded_at", "is_from_orders")
    values = ", ".join(f"{name} = excluded.{name}" for name in changed)
    return f"ON CONFLICT (item_id, market_id, week) DO UPDATE SET {values}"
