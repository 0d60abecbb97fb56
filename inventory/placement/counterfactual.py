"""What if a DC held more of an item, or if the item's duty were another: what is expected now, and what would be. Pure."""

from decimal import Decimal

from inventory.placement.engine import what_if
from inventory.placement.engine.what_if import Expected, Footing

PERCENT = 100


def if_held(known: Footing, position: Decimal, more: Decimal) -> tuple[Expected, Expected]:
    """What is expected of what a DC owns, on hand and on the way, and of so many units more."""
    owned = float(position)
    return what_if.held(known, owned), what_if.held(known, owned + float(more))


def if_duty(known: Footing, points: Decimal) -> tuple[Expected, Expected]:
    """The cheapest level with what is expected at it, and the same if duty were so many points higher (below 0: lower)."""
    return what_if.level_under(known, 0.0), what_if.level_under(known, float(points) / PERCENT)
