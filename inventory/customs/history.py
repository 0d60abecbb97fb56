"""What happened to an account's bonded lots, in the order its books were written."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory.customs.models import BondedLot, Discharge, LotCorrection
from inventory.ledger.models import Account

# In this order at one moment, so that no balance on the way is below zero (mexico.md §3.8).
ENTRY, REVERSAL, CORRECTION, EXIT = range(4)


@dataclass(frozen=True)
class Event:
    """One row of the books of a lot, and what it added to the lot: quantity, tariff units, value."""

    rank: int
    row: Any
    lot: BondedLot
    quantity: Decimal
    tariff_quantity: Decimal
    value_mxn: Decimal


def moved_key(key: str, discharge_id: int) -> str:
    """Under which the books know what was written off anew for a discharge that `key` gave back, or gave back a part of."""
    return f"{key}/reallocate/{discharge_id}"


def events(account: Account) -> list[Event]:
    """Every entry, reversal, correction and exit of an account's lots, each with its papers. Three statements."""
    rows = BondedLot.objects.filter(account=account).select_related("subline__line__pedimento")
    lots = {lot.pk: lot for lot in rows.order_by("pk")}
    found = [((lot.recorded_at, ENTRY, lot.pk), _event(ENTRY, lot, lot, 1)) for lot in lots.values()]
    latest = None
    # By the lot's account, not by their own, which is a copy: where they differ the proof says so (8_same_account).
    written = Discharge.objects.filter(bonded_lot__account=account)
    for row in written.select_related("outbound_line__pedimento").order_by("pk"):
        # Written one after the other under the account's lock: who waited for it was told an earlier time.
        latest = max(latest or row.recorded_at, row.recorded_at)
        rank = REVERSAL if row.reverses_id else EXIT
        found.append(((latest, rank, row.pk), _event(rank, row, lots[row.bonded_lot_id], -1)))
    fixes = LotCorrection.objects.filter(bonded_lot__account=account).select_related("rectification")
    found += [
        ((fix.recorded_at, CORRECTION, fix.pk), _event(CORRECTION, fix, lots[fix.bonded_lot_id], 1)) for fix in fixes
    ]
    return [event for _order, event in sorted(found, key=lambda pair: pair[0])]


def _event(rank: int, row: Any, lot: BondedLot, sign: int) -> Event:
    return Event(rank, row, lot, sign * row.quantity, sign * row.tariff_quantity, sign * row.value_mxn)
