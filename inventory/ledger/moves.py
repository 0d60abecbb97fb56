"""What a posting is made of: moves, and the legs they come to. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory.errors import InvalidInput
from inventory.errors import gettext_noop as _
from inventory.units import plain


@dataclass(frozen=True)
class Move:
    """So much of one lot, from one location to another, in stock units."""

    lot_id: int
    origin_id: int
    destination_id: int
    quantity: Decimal

    def __post_init__(self) -> None:
        if self.quantity <= 0:
            raise InvalidInput(
                _("%(field)s: %(value)s must be more than zero."),
                field="quantity",
                value=plain(self.quantity),
                rule="positive",
            )
        if self.origin_id == self.destination_id:
            raise InvalidInput(
                _("%(field)s: a move goes to another location than the one it leaves."),
                field="destination",
                value=self.destination_id,
                rule="elsewhere",
            )


def changes(moves: Iterable[Move]) -> dict[tuple[int, int], Decimal]:
    """The net change of each (lot, location), in the order rows are locked; nothing where moves cancel out.

    >>> changes([Move(1, 10, 20, Decimal(5)), Move(1, 20, 30, Decimal(2))])
    {(1, 10): Decimal('-5'), (1, 20): Decimal('3'), (1, 30): Decimal('2')}
    """
    net: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for move in moves:
        net[move.lot_id, move.origin_id] -= move.quantity
        net[move.lot_id, move.destination_id] += move.quantity
    return {place: net[place] for place in sorted(net) if net[place]}


def fingerprint(kind: str, moves: Sequence[Move]) -> str:
    """A SHA-256 that is the same for the same kind and moves in any order, so a retry can be told from another request."""
    lines = sorted(f"{m.lot_id}:{m.origin_id}>{m.destination_id}={plain(m.quantity)}" for m in moves)
    return hashlib.sha256("\n".join([kind, *lines]).encode()).hexdigest()
