"""Bare tables of the floor. They belong to no app: `tables.make` creates them in the database of a run."""

from typing import Any

from django.db import models


class Bare(models.Model):
    """A row and its id, nothing more."""

    class Meta:
        abstract = True
        app_label = "bench"
        managed = False

    def __str__(self) -> str:
        return f"#{self.pk}"


class Goods(Bare):
    """An item."""

    sku = models.CharField(max_length=64, unique=True)


class Entry(Bare):
    """A line that came in, with what remains of it."""

    goods = models.ForeignKey(Goods, models.PROTECT, db_index=False)
    entered_on = models.DateField()
    remaining = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta(Bare.Meta):
        indexes = [
            models.Index(fields=["goods", "entered_on", "id"], condition=models.Q(remaining__gt=0), name="bench_open")
        ]


class Stock(Bare):
    """The balance of an item."""

    goods = models.OneToOneField(Goods, models.PROTECT)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)


class Movement(Bare):
    """An exit."""

    document = models.CharField(max_length=64)
    legal_date = models.DateField()
    recorded_at = models.DateTimeField()


class Line(Bare):
    """What an exit takes."""

    movement = models.ForeignKey(Movement, models.PROTECT)
    goods = models.ForeignKey(Goods, models.PROTECT, db_index=False)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)


class Allocation(Bare):
    """How much of which entry a line takes."""

    line = models.ForeignKey(Line, models.PROTECT)
    entry = models.ForeignKey(Entry, models.PROTECT)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)


class LedgerRow(Bare):
    """One side of a movement."""

    movement = models.ForeignKey(Movement, models.PROTECT)
    goods = models.ForeignKey(Goods, models.PROTECT, db_index=False)
    place = models.CharField(max_length=16)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    legal_date = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta(Bare.Meta):
        indexes = [models.Index(fields=["goods", "legal_date"], name="bench_ledger_date")]


TABLES: list[type[Any]] = [Goods, Entry, Stock, Movement, Line, Allocation, LedgerRow]
