"""Many weeks of demand written in few statements: one per portion, on SQLite and PostgreSQL alike.

Raw SQL because millions of model instances cost more than the database does: see docs/demand-data.md for the figures.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from inventory.demand.columns import NO_PRICE
from inventory.demand.models import DemandRecord
from inventory.demand.weeks import Weeks

PORTION = 20_000
COLUMNS = (
    "item_id", "market_id", "week", "quantity", "stockout_share", "is_promotion", "price_usd",
    "client_id", "source", "recorded_at",
)  # fmt: skip
_ARRAYS = ("bigint[]", "bigint[]", "date[]", "bigint[]", "bigint[]", "int[]", "bigint[]")
_KEPT = ("item_id", "market_id", "week")


def upsert(
    *, weeks: Weeks, item_ids: Sequence[int], market_ids: Sequence[int], client_id: int, source: str, at: datetime
) -> int:
    """Write the weeks, replacing what the books held for the same item, market and week; returns how many.

    `item_ids` and `market_ids` are the database's numbers of the codes that `weeks.sku` and `weeks.market` point to.
    """
    constants = (client_id, source, connection.ops.adapt_datetimefield_value(at))
    with connection.cursor() as cursor:
        for rows in _portions(weeks, item_ids, market_ids):
            if connection.vendor == "postgresql":
                cursor.execute(_postgres_sql(), [*constants, *(list(values) for values in zip(*rows, strict=True))])
            else:
                cursor.executemany(_plain_sql(), [(*row, *constants) for row in rows])
    return len(weeks)


def _portions(weeks: Weeks, item_ids: Sequence[int], market_ids: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in the order of COLUMNS, without the constants, a portion at a time."""
    days = {day: _day(day) for day in {int(w) for w in weeks.week}}
    for begin in range(0, len(weeks), PORTION):
        part = slice(begin, begin + PORTION)
        prices = (None if price == NO_PRICE else price for price in weeks.price[part].tolist())
        yield list(
            zip(
                (item_ids[i] for i in weeks.sku[part].tolist()),
                (market_ids[m] for m in weeks.market[part].tolist()),
                (days[w] for w in weeks.week[part].tolist()),
                weeks.quantity[part].tolist(),
                weeks.stockout[part].tolist(),
                weeks.promo[part].astype(int).tolist(),
                prices,
                strict=True,
            )
        )


def _day(ordinal: int) -> Any:
    return connection.ops.adapt_datefield_value(date.fromordinal(ordinal))


def _replace() -> str:
    changed = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in _KEPT)
    return f"ON CONFLICT ({', '.join(_KEPT)}) DO UPDATE SET {changed}"


def _plain_sql() -> str:
    table, marks = DemandRecord._meta.db_table, ", ".join(["%s"] * len(COLUMNS))
    return f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({marks}) {_replace()}"  # noqa: S608  names of our own


def _postgres_sql() -> str:
    arrays = ", ".join(f"%s::{kind}" for kind in _ARRAYS)
    given = ", ".join(COLUMNS[: len(_ARRAYS)])
    picked = given.replace("is_promotion", "is_promotion::boolean")
    return (
        f"INSERT INTO {DemandRecord._meta.db_table} ({', '.join(COLUMNS)}) "  # noqa: S608  names of our own
        f"SELECT {picked}, %s::bigint, %s::text, %s::timestamptz FROM unnest({arrays}) AS given({given}) {_replace()}"
    )
