"""Reading the customs books. What a client may see takes the scope first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.customs import history
from inventory.customs.models import BondedLot, BondedLotHold, Discharge, LegalNotice, LotCorrection, StockDifference
from inventory.customs.pedimento_models import Pedimento, PedimentoLine, PedimentoSubline
from inventory.fields import money, quantity
from inventory.ledger.models import Account
from inventory.parties.scope import ClientScope

# What goes with a pedimento or its lines and has any number of rows.
PAPERS = (
    "waybills", "containers", "seals", "vehicles", "payments", "consignees", "remesa_notices", "customs_accounts",
    "offsets", "payment_documents", "lines__permits", "lines__serials",
)  # fmt: skip


def pedimentos(scope: ClientScope) -> QuerySet[Pedimento]:
    """Declarations in scope, newest first."""
    rows = Pedimento.objects.select_related("client", "site", "authorisation", "broker")
    return scope.filter(rows).order_by("-recorded_at", "-pk")


def pedimento(scope: ClientScope, number: str) -> Pedimento | None:
    """One declaration with its lines, sublines, taxes, identifiers and invoices; None when out of scope."""
    sublines = PedimentoSubline.objects.select_related("item", "bonded_lot")
    rows = pedimentos(scope).prefetch_related(
        Prefetch("lines", PedimentoLine.objects.order_by("seq")),
        Prefetch("lines__sublines", sublines.order_by("pk")),
        "contributions",
        "identifiers",
        "invoices",
        *PAPERS,
    )
    return rows.filter(number=number).first()


def open_consolidated(scope: ClientScope) -> QuerySet[Pedimento]:
    """Consolidated declarations that still collect remesas, oldest first."""
    rows = Pedimento.objects.filter(is_consolidated=True, consolidated_closed_on__isnull=True)
    rows = rows.exclude(state=Pedimento.State.CANCELLED).select_related("site")
    return scope.filter(rows).order_by("consolidated_opened_on", "pk")


def first_of_chain(pedimento: Pedimento) -> Pedimento:
    """The first of a chain of rectifications: the one whose sublines opened the lots."""
    seen = {pedimento.pk}
    while pedimento.rectifies is not None and pedimento.rectifies_id not in seen:
        pedimento = pedimento.rectifies
        seen.add(pedimento.pk)
    return pedimento


@dataclass(frozen=True)
class ExitLine:
    """What a line of an exit declares of an item, and what was written off by it, in stock units."""

    pedimento: Pedimento
    seq: int
    sku: str
    declared: Decimal
    discharged: Decimal


def exits_left_open() -> Iterator[ExitLine]:
    """The lines not written off in full of exits of which something left (mexico.md §9-5), which may go in several loads.

    One that was rectified owes no more than its newest image. Exits taken back whole are as if they had not begun.
    """
    begun = _exits().filter(discharged__gt=0, discharged__lt=F("declared")).select_related("site")
    for exit_ in begun.order_by("number"):
        gone = _by_line(
            Discharge.objects.filter(outbound_line__pedimento=exit_), "outbound_line__seq", "account__item__sku"
        )
        image = PedimentoSubline.objects.filter(line__pedimento=_newest_image(exit_))
        for (seq, sku), declared in sorted(_by_line(image, "line__seq", "item__sku").items()):
            discharged = gone.get((seq, sku), Decimal(0))
            if discharged < declared:
                yield ExitLine(exit_, seq, sku, declared, discharged)


def exits_settled(numbers: Iterable[str]) -> set[str]:
    """Which of these exits were written off in full, or withdrawn."""
    done = Q(discharged__gte=F("declared")) | Q(state=Pedimento.State.CANCELLED)
    return set(_exits().filter(done, number__in=list(numbers)).values_list("number", flat=True))


def _exits() -> QuerySet[Any]:
    """Exits, with all that each declares and all that was written off by it: what tells those that are open from the rest."""
    declared = PedimentoSubline.objects.filter(line__pedimento=OuterRef("pk")).order_by().values("line__pedimento")
    gone = (
        Discharge.objects.filter(outbound_line__pedimento=OuterRef("pk")).order_by().values("outbound_line__pedimento")
    )
    return Pedimento.objects.filter(effect=Pedimento.Effect.OUTBOUND).annotate(
        declared=Coalesce(Subquery(declared.annotate(total=Sum("quantity")).values("total")), quantity(0)),
        discharged=Coalesce(Subquery(gone.annotate(total=Sum("quantity")).values("total")), quantity(0)),
    )


def _by_line(rows: QuerySet[Any], *keys: str) -> dict[tuple[int, str], Decimal]:
    """Total quantity by line and item."""
    totals = rows.order_by().values_list(*keys).annotate(total=Sum("quantity"))
    return {(seq, sku): total for seq, sku, total in totals}


def _newest_image(pedimento: Pedimento) -> Pedimento:
    """The newest rectification of a pedimento that was applied, or itself."""
    later = Pedimento.objects.filter(rectifies=pedimento, state=Pedimento.State.APPLIED).first()
    return _newest_image(later) if later else pedimento


def bonded_lots(scope: ClientScope) -> QuerySet[BondedLot]:
    """Bonded lots in scope, open and closed, in PEPS order within their account."""
    rows = BondedLot.objects.select_related(
        "account__client", "account__item", "account__authorisation", "subline__line"
    )
    return scope.filter(rows, "account__client").order_by(
        "account_id", "clock_start", "paid_on", "pedimento_number", "line_seq", "pk"
    )


def open_bonded_lots(scope: ClientScope) -> QuerySet[BondedLot]:
    """Bonded lots that still owe something."""
    return bonded_lots(scope).filter(remaining__gt=0)


def bonded_lot_holds(scope: ClientScope) -> QuerySet[BondedLotHold]:
    """Holds on bonded lots in scope, open and lifted, newest first."""
    rows = BondedLotHold.objects.select_related("bonded_lot")
    return scope.filter(rows, "bonded_lot__account__client").order_by("-opened_at", "-pk")


def lots_by_deadline(scope: ClientScope, until: date | None = None) -> QuerySet[BondedLot]:
    """Open lots that must leave by a day, nearest first; `until` keeps those due on or before it."""
    rows = open_bonded_lots(scope).filter(must_leave_by__isnull=False)
    if until is not None:
        rows = rows.filter(must_leave_by__lte=until)
    return rows.order_by("must_leave_by", "pk")


def discharges(scope: ClientScope) -> QuerySet[Discharge]:
    """Discharges and their reversals in scope, newest first: each knows its entry and its exit."""
    rows = Discharge.objects.select_related(
        "account__item", "account__client", "bonded_lot", "outbound_line__pedimento", "reverses"
    )
    return scope.filter(rows, "account__client").order_by("-pk")


def differences(scope: ClientScope) -> QuerySet[StockDifference]:
    """Differences between shelf and books that no document of law has explained yet, oldest first."""
    rows = StockDifference.objects.filter(resolved_at__isnull=True).select_related("account__item", "account__client")
    return scope.filter(rows, "account__client").order_by("found_on", "pk")


def open_notices(scope: ClientScope) -> QuerySet[LegalNotice]:
    """Notices not yet sent, most urgent first."""
    rows = LegalNotice.objects.filter(closed_at__isnull=True).select_related("pedimento__client", "pedimento__site")
    return scope.filter(rows, "pedimento__client").order_by("due_at", "pk")


@dataclass(frozen=True)
class BondedAsOf:
    """What one bonded lot owed at the end of a legal date, as known at a moment."""

    bonded_lot_id: int
    quantity: Decimal
    tariff_quantity: Decimal
    value_mxn: Decimal


def bonded_as_of(
    scope: ClientScope, on: date, known_at: datetime | None = None, account: Account | None = None
) -> list[BondedAsOf]:
    """What every bonded lot owed at the end of a legal date, as known at a moment (None: now); nothing is left out but zeros.

    Opening plus corrections less discharges, each counted when its legal date had come and it had been recorded. Three
    statements, whatever the history of other accounts.
    """
    openings = BondedLot.objects.filter(legal_date__lte=on)
    corrections = LotCorrection.objects.filter(legal_date__lte=on)
    exits = Discharge.objects.filter(legal_date__lte=on)
    if known_at is not None:
        openings = openings.filter(recorded_at__lte=known_at)
        corrections = corrections.filter(recorded_at__lte=known_at)
        exits = exits.filter(recorded_at__lte=known_at)
    if account is not None:
        openings, exits = openings.filter(account=account), exits.filter(account=account)
        corrections = corrections.filter(bonded_lot__account=account)
    sums: dict[int, list[Decimal]] = {}
    names = ("quantity", "tariff_quantity", "value_mxn")
    for pk, *opening in scope.filter(openings, "account__client").values_list("pk", *names):
        sums[pk] = opening
    _add(sums, scope.filter(corrections, "bonded_lot__account__client"), sign=1)
    _add(sums, scope.filter(exits, "account__client"), sign=-1)
    return [BondedAsOf(pk, *values) for pk, values in sorted(sums.items()) if any(values)]


def _add(sums: dict[int, list[Decimal]], rows: QuerySet[Any], sign: int) -> None:
    """Add (or take away) the totals of rows to the sums of their lots."""
    totals = (
        rows.order_by()
        .values_list("bonded_lot_id")
        .annotate(
            q=Coalesce(Sum("quantity"), quantity(0)),
            t=Coalesce(Sum("tariff_quantity"), quantity(0)),
            v=Coalesce(Sum("value_mxn"), money(0)),
        )
    )
    for pk, *values in totals:
        for index, value in enumerate(values):
            sums[pk][index] += sign * value


KINDS = {
    history.ENTRY: "entry",
    history.REVERSAL: "reversal",
    history.CORRECTION: "correction",
    history.EXIT: "discharge",
}


@dataclass(frozen=True)
class KardexRow:
    """One event of an account, with what it left: signs as the balance moves."""

    legal_date: date
    recorded_at: datetime
    kind: str
    document: str
    bonded_lot_id: int
    source: str
    quantity: Decimal
    tariff_quantity: Decimal
    value_mxn: Decimal
    lot_balance: Decimal
    account_balance: Decimal
    flags: tuple[str, ...]
    actor: str


def kardex(scope: ClientScope, account: Account) -> Iterator[KardexRow]:
    """Every event of an account in the order it was recorded, with the running balance of its lot and of the account.

    Kinds: entry, discharge, reversal, correction. Source names the entry's pedimento and line.
    """
    if not scope.allows(account.client_id):
        return
    lot_balance: dict[int, Decimal] = {}
    total = Decimal(0)
    for event in history.events(account):
        row, lot = event.row, event.lot
        total += event.quantity
        lot_balance[lot.pk] = lot_balance.get(lot.pk, Decimal(0)) + event.quantity
        yield KardexRow(
            legal_date=row.legal_date,
            recorded_at=row.recorded_at,
            kind=KINDS[event.rank],
            document=_document(event),
            bonded_lot_id=lot.pk,
            source=f"{lot.pedimento_number}-{lot.line_seq}",
            quantity=event.quantity,
            tariff_quantity=event.tariff_quantity,
            value_mxn=event.value_mxn,
            lot_balance=lot_balance[lot.pk],
            account_balance=total,
            flags=tuple(getattr(row, "flags", ())),
            actor=getattr(row, "actor_label", ""),
        )


def _document(event: history.Event) -> str:
    """The number of the declaration an event was written for."""
    if event.rank == history.ENTRY:
        return event.lot.pedimento_number
    paper = event.row.rectification if event.rank == history.CORRECTION else event.row.outbound_line.pedimento
    return str(paper.number)


def entries_of_exit(scope: ClientScope, number: str) -> QuerySet[Discharge]:
    """Which entries an exit used: the discharges of an outbound pedimento, in the order they were written."""
    return discharges(scope).filter(outbound_line__pedimento__number=number).order_by("pk")


def exits_of_entry(scope: ClientScope, number: str) -> QuerySet[Discharge]:
    """Which exits used an entry: the discharges of an inbound pedimento's lots, in the order they were written."""
    return discharges(scope).filter(bonded_lot__pedimento_number=number).order_by("pk")
