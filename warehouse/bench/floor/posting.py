"""One exit by FIFO through the ORM: nine statements and one commit, and nothing else."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from warehouse.bench.floor.models import Allocation, Entry, Goods, LedgerRow, Line, Movement, Stock

LOOK_AT = 10  # open lines read at once; the exits of a run never need more


@transaction.atomic
def post(sku: str, quantity: Decimal, document: str, day: date, at: datetime) -> Movement:
    """Take a quantity out, oldest entry first."""
    goods = Goods.objects.get(sku=sku)
    stock = Stock.objects.select_for_update().get(goods=goods)
    if stock.quantity < quantity:
        raise ValueError(sku)
    entries = list(Entry.objects.filter(goods=goods, remaining__gt=0).order_by("entered_on", "id")[:LOOK_AT])
    movement = Movement.objects.create(document=document, legal_date=day, recorded_at=at)
    line = Line.objects.create(movement=movement, goods=goods, quantity=quantity)
    taken: list[Allocation] = []
    left = quantity
    for entry in entries:
        if not left:
            break
        part = min(left, entry.remaining)
        entry.remaining -= part
        left -= part
        taken.append(Allocation(line=line, entry=entry, quantity=part))
    Entry.objects.bulk_update([one.entry for one in taken], ["remaining"])
    Allocation.objects.bulk_create(taken)
    sides = (("dock", -quantity), ("transit", quantity))
    LedgerRow.objects.bulk_create(
        [
            LedgerRow(movement=movement, goods=goods, place=place, quantity=moved, legal_date=day, recorded_at=at)
            for place, moved in sides
        ]
    )
    stock.quantity -= quantity
    stock.save(update_fields=["quantity"])
    return movement
