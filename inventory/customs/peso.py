"""Whole pesos, as the tax laws round them (pure). Source: CFF 20 and LFD 6 (docs/sources.md)."""

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal

from inventory.units import round_half_up

_CENT = Decimal("0.01")
_PESO = Decimal(1)
_EXACT = Context(prec=60)


def to_pay(amount: Decimal) -> Decimal:
    """Return the whole pesos to pay: first cents half up, then 1 to 50 cents go down and 51 to 99 go up.

    >>> [int(to_pay(Decimal(text))) for text in ("100.50", "100.51", "100.504", "100.505", "99.49")]
    [100, 101, 100, 101, 99]
    """
    cents = amount.quantize(_CENT, ROUND_HALF_UP, _EXACT)
    return cents.quantize(_PESO, ROUND_HALF_DOWN, _EXACT)


def whole(amount: Decimal) -> Decimal:
    """Return a value in whole pesos, half up: for declared values, not for taxes.

    >>> whole(Decimal("100.50"))
    Decimal('101')
    """
    return round_half_up(amount, 0)
