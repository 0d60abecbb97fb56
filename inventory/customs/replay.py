"""Replay an account in the order its books were written: no balance below zero, no older entry left standing.

Proves invariants 1 and 9 of mexico.md §9 from the rows alone, with what was known when each was recorded.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from inventory.customs.history import ENTRY, EXIT, REVERSAL, Event, events, moved_key
from inventory.customs.models import BondedLot, BondedLotHold, ClockChange, Discharge, LotCorrection
from inventory.ledger.models import Account
from inventory.ledger.reconcile import Difference

ZERO = Decimal(0)
Order = tuple[date, date, str, int, int]


@dataclass(frozen=True)
class Past:
    """The lots of an account, and what was known of them when: the changes of their clocks, and their holds."""

    lots: dict[int, BondedLot]
    clocks: dict[int, list[ClockChange]]
    holds: dict[int, list[BondedLotHold]]
    corrected_at: set[tuple[int, datetime]]

    def order(self, lot: BondedLot, at: datetime) -> Order:
        """Where the lot stood in the queue, as known then."""
        return self._clock(lot, at) or lot.clock_start, lot.paid_on, lot.pedimento_number, lot.line_seq, lot.pk

    def might_serve(self, lot: BondedLot, taken: BondedLot, row: Discharge) -> bool:
        """True if the exit that took `taken` might as well have used `lot`, balance and order aside."""
        at, flags, line = row.recorded_at, set(row.flags), row.outbound_line
        return (
            lot.goods == taken.goods
            and lot.serial == taken.serial
            and lot.available_from <= row.legal_date
            and not self._was_held(lot, at)
            and not self._was_provisional(lot, at)
            and (Discharge.Flag.EXPIRED in flags or self._was_in_time(lot, row))
            and (
                Discharge.Flag.DECLARED_SOURCE not in flags
                or (lot.pedimento_number == line.source_number and line.source_seq in (None, lot.line_seq))
            )
            # Of one rectification that raises one lot and lowers another, the rows do not tell which came first.
            and not (Discharge.Flag.REALLOCATED in flags and (lot.pk, at) in self.corrected_at)
        )

    def _clock(self, lot: BondedLot, at: datetime) -> date | None:
        """When the stay began as known then, if that was changed since."""
        return next((change.before for change in self.clocks.get(lot.pk, ()) if change.recorded_at > at), None)

    def _was_held(self, lot: BondedLot, at: datetime) -> bool:
        return any(
            hold.opened_at <= at and (hold.closed_at is None or at < hold.closed_at)
            for hold in self.holds.get(lot.pk, ())
        )

    def _was_provisional(self, lot: BondedLot, at: datetime) -> bool:
        """True if its consolidated was still open as far as the books knew."""
        pedimento = lot.subline.line.pedimento
        closed_at = pedimento.consolidated_closed_at
        return pedimento.is_consolidated and (closed_at is None or at < closed_at)

    def _was_in_time(self, lot: BondedLot, row: Discharge) -> bool:
        """True if its stay had not ended; a clock set later since may have ended then, where the exit passed such lots by."""
        if Discharge.Flag.EXPIRED_SKIPPED in row.flags and self._clock(lot, row.recorded_at):
            return False
        return lot.must_leave_by is None or row.legal_date <= lot.must_leave_by


def differences(account: Account) -> Iterator[Difference]:
    """Every row that took a lot below zero, or that left standing an older lot it might have used."""
    written = events(account)
    past = _past(account, {event.lot.pk: event.lot for event in written if event.rank == ENTRY})
    # What a rectification revalued stands where the row stood that it gave back, which had its own turn.
    revalued = {
        (moved_key(event.row.key, event.row.reverses_id), event.lot.pk): event.quantity
        for event in written
        if event.rank == REVERSAL
    }
    balance: dict[int, Decimal] = {}
    for _one, rows in groupby(written, key=_exit_of):
        group = list(rows)
        for event in group:
            lot = event.lot
            balance[lot.pk] = balance.get(lot.pk, ZERO) + event.quantity
            if balance[lot.pk] < 0:
                subject = f"bonded lot {lot} at row {event.row.pk}"
                yield Difference("1_never_below_zero", subject, ">= 0", str(balance[lot.pk]))
        for event in group:
            if event.rank != EXIT or revalued.get((event.row.key, event.lot.pk)) == event.row.quantity:
                continue
            older = _passed_over(event.row, event.lot, past, balance)
            if older:
                subject = f"discharge {event.row.pk} of {event.lot}"
                yield Difference("9_peps_order", subject, f"{older} first", str(event.row.key))


def _exit_of(event: Event) -> tuple[int, object]:
    """What groups the rows of one exit: its key; any other row stands alone."""
    return event.rank, event.row.key if event.rank == EXIT else event.row.pk


def _passed_over(row: Discharge, taken: BondedLot, past: Past, balance: dict[int, Decimal]) -> BondedLot | None:
    """An older lot the exit might have used and left standing; None when the order is right."""
    turn = past.order(taken, row.recorded_at)
    for pk, left in balance.items():
        lot = past.lots[pk]
        if left > 0 and past.order(lot, row.recorded_at) < turn and past.might_serve(lot, taken, row):
            return lot
    return None


def _past(account: Account, lots: dict[int, BondedLot]) -> Past:
    """What is known of the account's lots."""
    clocks: dict[int, list[ClockChange]] = defaultdict(list)
    for change in ClockChange.objects.filter(bonded_lot__account=account).order_by("recorded_at", "pk"):
        clocks[change.bonded_lot_id].append(change)
    holds: dict[int, list[BondedLotHold]] = defaultdict(list)
    for hold in BondedLotHold.objects.filter(bonded_lot__account=account):
        holds[hold.bonded_lot_id].append(hold)
    corrections = LotCorrection.objects.filter(bonded_lot__account=account)
    return Past(lots, clocks, holds, set(corrections.values_list("bonded_lot_id", "recorded_at")))
