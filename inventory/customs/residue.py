"""What a rectification leaves over or lacking of tariff units and value, and which discharges take it upon them. Pure.

The last to take of a lot takes its residue (mexico.md §3.4, §3.5). Once a rectification changes what the lot declared, the
newest discharges bear what the lot itself cannot, so that in all three measures opening, corrections and discharges make up
what remains (mexico.md §9-6).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory.customs.fifo import CENTS, THOUSANDTHS
from inventory.units import round_half_up

ZERO = Decimal(0)


@dataclass(frozen=True)
class Measures:
    """A quantity with its tariff units and value."""

    quantity: Decimal
    tariff_quantity: Decimal
    value: Decimal

    def __add__(self, other: "Measures") -> "Measures":
        return Measures(
            self.quantity + other.quantity, self.tariff_quantity + other.tariff_quantity, self.value + other.value
        )

    def __sub__(self, other: "Measures") -> "Measures":
        return Measures(
            self.quantity - other.quantity, self.tariff_quantity - other.tariff_quantity, self.value - other.value
        )


NOTHING = Measures(ZERO, ZERO, ZERO)


def residue(left: Measures, declared: Measures) -> Measures:
    """What of `left` a lot that now declares `declared` cannot keep: above zero where nothing is left, or below zero.

    A lot with pieces left, whose tariff units or value would fall below zero, keeps its proportion of what it declares.

    >>> declared = Measures(Decimal(100), Decimal("33.333"), Decimal(9000))
    >>> residue(Measures(Decimal(0), Decimal(0), Decimal(-1000)), declared).value
    Decimal('-1000')
    >>> residue(Measures(Decimal(40), Decimal(1), Decimal(-400)), declared).value  # it keeps 3,600
    Decimal('-4000.00')
    """
    return Measures(
        ZERO,
        left.tariff_quantity
        - _kept(left.quantity, left.tariff_quantity, declared.quantity, declared.tariff_quantity, THOUSANDTHS),
        left.value - _kept(left.quantity, left.value, declared.quantity, declared.value, CENTS),
    )


def _kept(quantity: Decimal, amount: Decimal, of_quantity: Decimal, of_amount: Decimal, places: int) -> Decimal:
    """How much of its tariff units or value a lot keeps with so many pieces left."""
    if not quantity:
        return ZERO
    return amount if amount >= 0 else round_half_up(of_amount * quantity / of_quantity, places)


def bear(rows: Iterable[tuple[Any, Measures]], over: Measures) -> list[tuple[Any, Measures]]:
    """The discharges, newest first, that take a residue upon them, each with what it is then of; none falls below zero.

    >>> newest, older = Measures(Decimal(30), Decimal(10), Decimal(3000)), Measures(Decimal(40), Decimal(13), Decimal(4000))
    >>> taken = bear([("X3", newest), ("X2", older)], Measures(Decimal(0), Decimal(0), Decimal(-3500)))
    >>> [(name, int(now.value)) for name, now in taken]
    [('X3', 0), ('X2', 3500)]
    """
    borne: list[tuple[Any, Measures]] = []
    for row, was in rows:
        if not (over.tariff_quantity or over.value):
            break
        now = Measures(
            was.quantity, max(ZERO, was.tariff_quantity + over.tariff_quantity), max(ZERO, was.value + over.value)
        )
        over -= now - was
        if now != was:
            borne.append((row, now))
    return borne
