"""Making and filling the tables of the floor."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction

from warehouse.bench import bulk
from warehouse.bench.floor import raw
from warehouse.bench.floor.models import TABLES, Entry, Goods, LedgerRow, Movement, Stock

PLENTY = 1_000_000
OPEN_LINES = 4


def make(skus: int, ledger_rows: int, today: date) -> None:
    """Tables with so many items, each with a few open lines and a balance, and so many ledger rows behind them."""
    with connection.schema_editor() as editor:
        for model in TABLES:
            editor.create_model(model)
    goods = Goods.objects.bulk_create([Goods(sku=sku_of(number)) for number in range(skus)])
    Stock.objects.bulk_create([Stock(goods=one, quantity=Decimal(PLENTY)) for one in goods])
    Entry.objects.bulk_create(
        [
            Entry(goods=one, entered_on=today - timedelta(days=500 - day), remaining=Decimal(PLENTY))
            for one in goods
            for day in range(OPEN_LINES)
        ]
    )
    _fill([one.pk for one in goods], ledger_rows, today)
    bulk.settle(*TABLES[:3], Movement, LedgerRow)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(raw.FUNCTION)


def sku_of(number: int) -> str:
    """The SKU of an item of the floor."""
    return f"F-{number:05d}"


@transaction.atomic
def _fill(goods: list[int], rows: int, today: date) -> None:
    """Past movements of two rows each."""
    day = [str(today - timedelta(days=400 - back)) for back in range(400)]
    moment = [f"{one} 12:00:00+00:00" if connection.vendor == "postgresql" else f"{one} 12:00:00" for one in day]
    movements = rows // 2
    bulk.load(
        Movement,
        ("id", "document", "legal_date", "recorded_at"),
        ((pk, f"P-{pk}", day[pk * 400 // (movements + 1)], moment[pk * 400 // (movements + 1)])
         for pk in range(1, movements + 1)),
    )  # fmt: skip
    bulk.load(
        LedgerRow,
        ("id", "movement_id", "goods_id", "place", "quantity", "legal_date", "recorded_at"),
        ((2 * pk - 1 + side, pk, goods[pk % len(goods)], "dock" if side else "transit", 1 - 2 * side,
          day[pk * 400 // (movements + 1)], moment[pk * 400 // (movements + 1)])
         for pk in range(1, movements + 1) for side in (0, 1)),
    )  # fmt: skip
