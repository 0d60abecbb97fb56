"""Re-add the customs books from nothing: bonded lots, PEPS order, shelf against law. It repairs nothing.

The checks are the invariants of mexico.md §9 whose numbers they carry in their names.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum

from inventory.customs.models import (
    BondedLot,
    ClockChange,
    Discharge,
    LotCorrection,
    Pedimento,
    PedimentoLine,
    PedimentoSubline,
    StockDifference,
)
from inventory.errors import present
from inventory.ledger.models import Account, Balance
from inventory.ledger.reconcile import Difference

MEASURES = ("quantity", "tariff_quantity", "value_mxn")
ZERO = Decimal(0)


def differences() -> Iterator[Difference]:
    """Every way in which declarations, bonded lots, discharges and shelves disagree; nothing when the books are right."""
    yield from _lots()
    yield from _declarations()
    yield from _exits()
    for account in Account.objects.filter(authorisation__isnull=False).order_by("pk").iterator():
        yield from _peps(account)
    yield from _shelf()


def _totals(rows: Any) -> dict[int, tuple[Decimal, ...]]:
    """Sums of the three measures by bonded lot."""
    sums = rows.order_by().values_list("bonded_lot_id").annotate(**{f"total_{m}": Sum(m) for m in MEASURES})
    return {pk: tuple(values) for pk, *values in sums.iterator()}


def _lots() -> Iterator[Difference]:
    """1 and 6: what remains is opening plus corrections less discharges, in quantity, tariff units and value."""
    nothing = (ZERO, ZERO, ZERO)
    corrected, discharged = _totals(LotCorrection.objects), _totals(Discharge.objects)
    for lot in BondedLot.objects.order_by("pk").iterator():
        opening = (lot.quantity, lot.tariff_quantity, lot.value_mxn)
        declared = tuple(o + c for o, c in zip(opening, corrected.get(lot.pk, nothing), strict=True))
        left = tuple(d - x for d, x in zip(declared, discharged.get(lot.pk, nothing), strict=True))
        carried = (lot.remaining, lot.remaining_tariff, lot.remaining_value_mxn)
        stated = (lot.declared, lot.declared_tariff, lot.declared_value_mxn)
        if stated != declared:
            yield Difference("declared_is_opening_plus_corrections", f"bonded lot {lot}", str(declared), str(stated))
        # An emptied lot that was corrected leaves its residue of tariff units and value with the correction.
        same = carried == left if lot.pk not in corrected else carried[0] == left[0]
        if not same:
            yield Difference("1_remaining_is_opening_less_discharges", f"bonded lot {lot}", str(left), str(carried))


def _declarations() -> Iterator[Difference]:
    """7: Σ sublines = line, Σ lines = header."""
    pairs = (("commercial_quantity",) * 2, ("tariff_quantity",) * 2, ("customs_value_mxn",) * 2)
    for of_line, of_subline in pairs:
        sums = PedimentoSubline.objects.order_by().values_list("line_id").annotate(total=Sum(of_subline))
        totals = dict(sums.iterator())
        for pk, value in PedimentoLine.objects.values_list("pk", of_line).iterator():
            if totals.get(pk, ZERO) != value:
                yield Difference("7_sublines_are_the_line", f"line {pk} {of_line}", str(value), str(totals.get(pk)))
    values = PedimentoLine.objects.order_by().values_list("pedimento_id").annotate(total=Sum("customs_value_mxn"))
    totals = dict(values.iterator())
    for pk, number, value in Pedimento.objects.values_list("pk", "number", "customs_value_mxn").iterator():
        if totals.get(pk, ZERO) != value:
            yield Difference("7_lines_are_the_header", f"pedimento {number}", str(value), str(totals.get(pk)))


def _exits() -> Iterator[Difference]:
    """4, 5 and 8: a discharge is in time, within its line, and of its lot's own account and client."""
    early = Discharge.objects.filter(legal_date__lt=F("bonded_lot__available_from"), reverses__isnull=True)
    for row in early.select_related("bonded_lot").iterator():
        yield Difference(
            "4_not_before_available", f"discharge {row.pk}", str(row.bonded_lot.available_from), str(row.legal_date)
        )
    crossed = Discharge.objects.exclude(account=F("bonded_lot__account"))
    for row in crossed.iterator():
        yield Difference("8_same_account", f"discharge {row.pk}", "account of the bonded lot", str(row.account_id))
    foreign = Discharge.objects.exclude(outbound_line__pedimento__client=F("account__client"))
    for row in foreign.iterator():
        yield Difference("8_same_client", f"discharge {row.pk}", "client of the exit", str(row.account_id))
    sums = (
        Discharge.objects.order_by().values_list("outbound_line_id", "account__item_id").annotate(total=Sum("quantity"))
    )
    declared = PedimentoSubline.objects.order_by().values_list("line_id", "item_id").annotate(total=Sum("quantity"))
    covered = {(line, item): total for line, item, total in declared.iterator()}
    for line, item, total in sums.iterator():
        if total > covered.get((line, item), ZERO):
            yield Difference(
                "5_exit_within_its_line", f"outbound line {line}", str(covered.get((line, item))), str(total)
            )


def _peps(account: Account) -> Iterator[Difference]:
    """1 and 9: replay an account in the order it was recorded; no balance below zero, no older entry left standing."""
    rows = BondedLot.objects.filter(account=account).select_related("subline__line__pedimento")
    lots = {lot.pk: lot for lot in rows}
    if not lots:
        return
    clocks = _clocks(lots)
    balance: dict[int, Decimal] = {}
    for _when, _rank, group in _replay(account, lots):
        for kind, row, lot_id, quantity in group:
            balance[lot_id] = balance.get(lot_id, ZERO) + quantity
            if balance[lot_id] < 0:
                yield Difference(
                    "1_never_below_zero", f"bonded lot {lots[lot_id]} at {kind} {row.pk}", ">= 0", str(balance[lot_id])
                )
        for kind, row, lot_id, _quantity in group:
            if kind == "discharge" and not row.flags:
                older = _passed_over(row, lots[lot_id], lots, balance, clocks)
                if older:
                    yield Difference(
                        "9_peps_order", f"discharge {row.pk} of {lots[lot_id]}", f"{older} first", str(row.key)
                    )


def _replay(account: Account, lots: dict[int, BondedLot]) -> Iterator[tuple[Any, int, list[tuple[Any, ...]]]]:
    """The account's events in recorded order, those of one exit together."""
    groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for lot in lots.values():
        groups[lot.recorded_at, 0, f"{lot.pk}"].append(("entry", lot, lot.pk, lot.quantity))
    for row in Discharge.objects.filter(account=account).order_by("pk"):
        kind, rank = ("reversal", 1) if row.reverses_id else ("discharge", 3)
        groups[row.recorded_at, rank, row.key].append((kind, row, row.bonded_lot_id, -row.quantity))
    for fix in LotCorrection.objects.filter(bonded_lot__account=account).order_by("pk"):
        groups[fix.recorded_at, 2, f"{fix.pk}"].append(("correction", fix, fix.bonded_lot_id, fix.quantity))
    for (when, rank, _key), group in sorted(groups.items(), key=lambda pair: pair[0]):
        yield when, rank, group


def _clocks(lots: dict[int, BondedLot]) -> dict[int, list[ClockChange]]:
    """The changes of each lot's clock, oldest first."""
    changes: dict[int, list[ClockChange]] = defaultdict(list)
    for change in ClockChange.objects.filter(bonded_lot__in=lots).order_by("recorded_at", "pk"):
        changes[change.bonded_lot_id].append(change)
    return changes


def _clock_then(lot: BondedLot, row: Discharge, clocks: dict[int, list[ClockChange]]) -> Any:
    """When a lot's stay began, as known when the discharge was recorded."""
    for change in clocks.get(lot.pk, ()):
        if change.recorded_at > row.recorded_at:
            return change.before
    return lot.clock_start


def _was_provisional(lot: BondedLot, row: Discharge) -> bool:
    """True if the lot's consolidated was still open as far as the books knew when the discharge was recorded."""
    pedimento = lot.subline.line.pedimento
    closed_at = pedimento.consolidated_closed_at
    return pedimento.is_consolidated and (closed_at is None or row.recorded_at < closed_at)


def _passed_over(
    row: Discharge,
    taken: BondedLot,
    lots: dict[int, BondedLot],
    balance: dict[int, Decimal],
    clocks: dict[int, list[ClockChange]],
) -> BondedLot | None:
    """An older lot the exit might have used and left standing; None when the order is right."""

    def order(lot: BondedLot) -> tuple[Any, ...]:
        return _clock_then(lot, row, clocks), lot.paid_on, lot.pedimento_number, lot.line_seq, lot.pk

    for pk, left in balance.items():
        lot = lots[pk]
        if (
            left > 0
            and lot.goods == taken.goods
            and lot.serial == taken.serial
            and not lot.hold_reason
            and not _was_provisional(lot, row)
            and lot.available_from <= row.legal_date
            and (lot.must_leave_by is None or row.legal_date <= lot.must_leave_by)
            and order(lot) < order(taken)
        ):
            return lot
    return None


def _shelf() -> Iterator[Difference]:
    """Shelf against law, for each client, site and item: what lies in bond is what is owed plus the open differences."""
    lying = Balance.objects.filter(is_virtual=False, account__authorisation__isnull=False).order_by()
    physical = dict(lying.values_list("account_id").annotate(total=Sum("quantity")).iterator())
    owed = dict(BondedLot.objects.order_by().values_list("account_id").annotate(total=Sum("remaining")).iterator())
    known = StockDifference.objects.filter(resolved_at__isnull=True).order_by()
    explained = dict(known.values_list("account_id").annotate(total=Sum("quantity")).iterator())
    for account in Account.objects.filter(authorisation__isnull=False).select_related(
        "client", "item", "authorisation__site_link__site"
    ):
        expected = owed.get(account.pk, ZERO) + explained.get(account.pk, ZERO)
        found = physical.get(account.pk, ZERO)
        if expected != found:
            site = present(account.authorisation).site_link.site.code
            subject = f"{account.client.code}/{site}/{account.item.sku} ({account.regime})"
            yield Difference("shelf_is_law_plus_open_differences", subject, str(expected), str(found))
