"""Re-add the customs books from nothing: bonded lots, PEPS order, shelf against law. It repairs nothing.

The checks are the invariants of mexico.md §9 whose numbers they carry in their names.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum

from inventory.customs import replay
from inventory.customs.models import BondedLot, BondedLotHold, Discharge, LotCorrection, StockDifference
from inventory.customs.pedimento_models import Pedimento, PedimentoLine, PedimentoSubline
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
        yield from replay.differences(account)
    yield from _holds()
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
        if carried != left:
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


def _holds() -> Iterator[Difference]:
    """A lot carries the reason of its oldest open hold."""
    reasons: dict[int, str] = {}
    for hold in BondedLotHold.objects.filter(closed_at__isnull=True).order_by("opened_at", "pk"):
        reasons.setdefault(hold.bonded_lot_id, hold.reason)
    for lot in BondedLot.objects.filter(Q(pk__in=reasons) | ~Q(hold_reason="")).order_by("pk"):
        if lot.hold_reason != reasons.get(lot.pk, ""):
            yield Difference("hold_is_the_oldest_open", f"bonded lot {lot}", reasons.get(lot.pk, ""), lot.hold_reason)


def _shelf() -> Iterator[Difference]:
    """Shelf against law, for each client, site and item: what lies in bond is what is owed plus the open differences.

    An authorisation is for one site, so an account's law is the law of that site; what lies elsewhere lies there unlawfully.
    """
    lying = (
        Balance.objects.filter(is_virtual=False, account__authorisation__isnull=False).exclude(quantity=0).order_by()
    )
    physical: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for pk, site, total in lying.values_list("account_id", "location__site__code").annotate(total=Sum("quantity")):
        physical[pk][site] = total
    owed = dict(BondedLot.objects.order_by().values_list("account_id").annotate(total=Sum("remaining")).iterator())
    known = StockDifference.objects.filter(resolved_at__isnull=True).order_by()
    explained = dict(known.values_list("account_id").annotate(total=Sum("quantity")).iterator())
    for account in Account.objects.filter(authorisation__isnull=False).select_related(
        "client", "item", "authorisation__site_link__site"
    ):
        home = present(account.authorisation).site_link.site.code
        expected = {home: owed.get(account.pk, ZERO) + explained.get(account.pk, ZERO)}
        for site in sorted({home, *physical[account.pk]}):
            should, found = expected.get(site, ZERO), physical[account.pk].get(site, ZERO)
            if should != found:
                subject = f"{account.client.code}/{site}/{account.item.sku} ({account.regime})"
                yield Difference("shelf_is_law_plus_open_differences", subject, str(should), str(found))
