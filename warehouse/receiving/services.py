"""From the expected truck to stock in the books: expect, arrive, count, close."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.audit import context as audit
from inventory.audit.trail import save_known
from inventory.customs import services as customs
from inventory.customs.models import BondedLot, LegalNotice, StockDifference
from inventory.customs.pedimento_models import Pedimento, PedimentoSubline
from inventory.customs.services.opening import inbound_authorisation
from inventory.errors import InvalidInput, decimal_text, present
from inventory.findings import services as findings
from inventory.ledger import services as ledger
from inventory.ledger.models import Lot, Posting
from inventory.ledger.moves import Move
from inventory.parties.identifiers import check_container, check_format
from inventory.parties.models import Carrier
from inventory.parties.scope import Actor
from inventory.places.clock import local_date
from inventory.places.models import Location
from inventory.places.services import virtual_location
from warehouse.numbering import save_numbered
from warehouse.receiving.errors import NothingToReceive, NoticeOpen, ReceiptState
from warehouse.receiving.models import Receipt, ReceiptLine, ReceiptSeal

FISCAL_DEPOSIT = "DFI"


@dataclass(frozen=True)
class Count:
    """What was counted of one line, in stock units, and where the good ones were put."""

    good: Decimal
    damaged: Decimal = Decimal(0)
    location: Location | None = None
    note: str = ""


@dataclass(frozen=True)
class SealCheck:
    """A seal as the papers declare it and as it was found."""

    expected: str
    found: str
    note: str = ""


@transaction.atomic
def expect(
    *,
    pedimento: Pedimento,
    at: datetime,
    actor: Actor,
    sublines: Iterable[PedimentoSubline] | None = None,
    expected_on: date | None = None,
) -> Receipt:
    """A receipt for the sublines of an inbound pedimento that have none yet, or for those named.

    Raises WrongEffect or NotCleared for a pedimento that lets nothing in, NothingToReceive.
    """
    pedimento = Pedimento.objects.select_for_update().get(pk=pedimento.pk)
    inbound_authorisation(pedimento)
    rows = PedimentoSubline.objects.filter(line__pedimento=pedimento).order_by("line__seq", "pk")
    rows = rows.exclude(receipt_lines__receipt__state__in=_live_states())
    if sublines is not None:
        rows = rows.filter(pk__in=[subline.pk for subline in sublines])
    waiting = list(rows)
    if not waiting:
        raise NothingToReceive(_("Everything of pedimento %(number)s has a receipt already."), number=pedimento.number)
    receipt = Receipt(
        client_id=pedimento.client_id, site_id=pedimento.site_id, pedimento=pedimento, expected_on=expected_on
    )
    save_numbered(receipt, "REC")
    ReceiptLine.objects.bulk_create(
        [ReceiptLine(receipt=receipt, subline=subline, declared=subline.quantity) for subline in waiting]
    )
    return receipt


@transaction.atomic
def arrive(
    *,
    receipt: Receipt,
    arrived_at: datetime,
    dock: Location,
    at: datetime,
    actor: Actor,
    container_number: str = "",
    plates: str = "",
    driver: str = "",
    carrier: Carrier | None = None,
    seals: Iterable[SealCheck] = (),
) -> Receipt:
    """Note the vehicle at the gate with its container and seals. A seal that differs leaves a finding.

    In fiscal deposit the notice of arrival falls due within the law's hours. Raises ReceiptState, InvalidInput.
    """
    receipt = _locked(receipt, Receipt.State.EXPECTED)
    if arrived_at > at:
        raise InvalidInput(
            _("%(field)s: %(value)s lies in the future."), field="arrived_at", value=arrived_at, rule="not_in_future"
        )
    _refuse_dock(receipt, dock)
    receipt.container_number = _container(receipt, container_number, at)
    receipt.plates = _plates(plates)
    receipt.arrived_at, receipt.dock, receipt.driver, receipt.carrier = arrived_at, dock, driver, carrier
    receipt.state = Receipt.State.ARRIVED
    receipt.version += 1
    receipt.save()
    for seal in seals:
        row = ReceiptSeal.objects.create(receipt=receipt, expected=seal.expected, found=seal.found, note=seal.note)
        if not row.matches:
            findings.raise_finding(
                code="seal_mismatch",
                subject=f"receipt/{receipt.number}/{row.pk}",
                client=receipt.client_id,
                site_code=receipt.site.code,
                context={"document": receipt.number, "expected": seal.expected, "found": seal.found},
                at=at,
            )
    if _regime(receipt) == FISCAL_DEPOSIT:
        customs.open_notice(
            pedimento=receipt.pedimento,
            kind=LegalNotice.Kind.ARRIVAL,
            document=receipt.number,
            arrived_at=arrived_at,
            details={"container": receipt.container_number},
            at=at,
        )
    return receipt


@transaction.atomic
def count(*, receipt: Receipt, counts: Mapping[int, Count], at: datetime, actor: Actor) -> Receipt:
    """Write down what was counted, by receipt line id. Counting again before closing replaces the count.

    In fiscal deposit a difference makes the notice of overage or shortage due. Raises ReceiptState, InvalidInput.
    """
    receipt = _locked(receipt, Receipt.State.ARRIVED, Receipt.State.COUNTED)
    lines = {line.pk: line for line in receipt.lines.select_related("subline__item", "subline__line")}
    for line_id, counted in counts.items():
        line = lines.get(line_id)
        if line is None:
            raise InvalidInput(
                _("Receipt %(receipt)s has no line %(value)s."),
                field="lines",
                value=line_id,
                rule="known",
                receipt=receipt.number,
            )
        _refuse_count(receipt, line, counted)
        before = copy(line)
        line.good, line.damaged, line.note = counted.good, counted.damaged, counted.note
        line.location = counted.location
        save_known(line, before, ["good", "damaged", "location", "note"])
    if all(line.good is not None for line in lines.values()):
        receipt.state = Receipt.State.COUNTED
    receipt.version += 1
    receipt.save(update_fields=["state", "version"])
    if receipt.state == Receipt.State.COUNTED and _regime(receipt) == FISCAL_DEPOSIT:
        _notify(receipt, list(lines.values()), at, actor)
    return receipt


@transaction.atomic
def close(*, receipt: Receipt, at: datetime, actor: Actor) -> Receipt:
    """Enter the goods in the books: stock as counted, bonded lots as declared, both or neither. Closing twice is closing once.

    What was over goes to quarantine, what was damaged too; what differs from the declaration stands as a difference.
    Raises ReceiptState, NoticeOpen, and what the books refuse.
    """
    receipt = Receipt.objects.select_for_update(of=("self",)).select_related("site", "dock").get(pk=receipt.pk)
    if receipt.state == Receipt.State.CLOSED:
        return receipt
    _refuse_state(receipt, Receipt.State.COUNTED)
    waiting = LegalNotice.objects.filter(document=receipt.number, closed_at__isnull=True)
    if waiting.exists():
        raise NoticeOpen(
            _("Receipt %(receipt)s waits for: %(notices)s."),
            receipt=receipt.number,
            notices=", ".join(str(notice.get_kind_display()) for notice in waiting),
        )
    lines = list(receipt.lines.select_related("subline__line", "subline__item", "location").order_by("pk"))
    arrived_on = local_date(present(receipt.arrived_at), receipt.site.time_zone)
    pedimento = Pedimento.objects.select_related("authorisation", "site").get(pk=receipt.pedimento_id)
    lots = customs.open_bonded_lots(
        pedimento=pedimento, sublines=[line.subline for line in lines], arrived_on=arrived_on, at=at, actor=actor
    )
    receipt.posting = _post(receipt, lines, lots, arrived_on, at, actor)
    receipt.state, receipt.closed_at, receipt.closed_by = Receipt.State.CLOSED, at, actor.label
    receipt.version += 1
    with audit.doing(_key(receipt)):
        receipt.save()
    _record_differences(receipt, lines, lots, arrived_on, at, actor)
    return receipt


@transaction.atomic
def cancel(*, receipt: Receipt, at: datetime, actor: Actor) -> Receipt:
    """Take back a receipt that entered nothing. Raises ReceiptState when it is closed."""
    receipt = _locked(receipt, Receipt.State.EXPECTED, Receipt.State.ARRIVED, Receipt.State.COUNTED)
    receipt.state = Receipt.State.CANCELLED
    receipt.version += 1
    receipt.save(update_fields=["state", "version"])
    return receipt


def _key(receipt: Receipt) -> str:
    """Under which the books know what this receipt brought."""
    return f"receipt/{receipt.number}"


def _live_states() -> list[str]:
    """The states in which a receipt takes up its sublines."""
    return [state for state in Receipt.State.values if state != Receipt.State.CANCELLED]


def _locked(receipt: Receipt, *states: str) -> Receipt:
    """The receipt, locked, in one of these states."""
    rows = Receipt.objects.select_related("site", "pedimento__authorisation", "pedimento__site")
    receipt = rows.select_for_update(of=("self",)).get(pk=receipt.pk)
    _refuse_state(receipt, *states)
    return receipt


def _refuse_state(receipt: Receipt, *states: str) -> None:
    """Raise ReceiptState unless the receipt is in one of these states."""
    if receipt.state not in states:
        raise ReceiptState(
            _("Receipt %(receipt)s is %(state)s."),
            receipt=receipt.number,
            state=receipt.get_state_display(),
            expected=list(states),
        )


def _regime(receipt: Receipt) -> str:
    """The regime the goods of a receipt enter."""
    return present(receipt.pedimento.authorisation).regime


def _refuse_dock(receipt: Receipt, dock: Location) -> None:
    """Raise unless the dock is one of the site's, kept for goods of the regime that arrives."""
    if dock.site_id != receipt.site_id or dock.is_virtual or dock.regime != _regime(receipt):
        raise InvalidInput(
            _("%(field)s: %(value)s is no location of this site for goods under %(regime)s."),
            field="dock",
            value=dock.code,
            rule="regime",
            regime=_regime(receipt),
        )


def _container(receipt: Receipt, text: str, at: datetime) -> str:
    """The container number as stored; a wrong check digit leaves a finding, a wrong form is refused."""
    if not text.strip():
        return ""
    checked = check_container(text)
    if not checked.is_usable:
        raise InvalidInput(str(checked.faults[0]), field="container_number", value=text, rule="iso_6346")
    for fault in checked.faults:
        findings.raise_finding(
            code="container_check_digit",
            subject=f"receipt/{receipt.number}/container",
            client=receipt.client_id,
            site_code=receipt.site.code,
            context={"document": receipt.number, **fault.context},
            at=at,
        )
    return checked.value


def _plates(text: str) -> str:
    """The plates as stored, without spaces and hyphens."""
    if not text.strip():
        return ""
    checked = check_format("plate", text)
    if not checked.is_usable:
        raise InvalidInput(str(checked.faults[0]), field="plates", value=text, rule="plate")
    return checked.value


def _notify(receipt: Receipt, lines: list[ReceiptLine], at: datetime, actor: Actor) -> None:
    """Make the notice of overage or shortage due, by item; or none, when a recount finds what was declared."""
    off: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        off[line.subline.item.sku] += line.difference
    details = {sku: decimal_text(difference) for sku, difference in off.items() if difference}
    kind = LegalNotice.Kind.DISCREPANCY
    if not details:
        reason = _("Counted again: nothing over, nothing short.")
        customs.withdraw_notice(document=receipt.number, kind=kind, reason=str(reason), at=at, actor=actor)
        return
    customs.open_notice(
        pedimento=receipt.pedimento,
        kind=kind,
        document=receipt.number,
        arrived_at=present(receipt.arrived_at),
        details=details,
        at=at,
    )


def _refuse_count(receipt: Receipt, line: ReceiptLine, counted: Count) -> None:
    """Raise when a count is negative or its put-away location is not of this site and regime."""
    for name in ("good", "damaged"):
        if getattr(counted, name) < 0:
            raise InvalidInput(
                _("%(field)s: %(value)s may not be negative."),
                field=f"lines.{line.subline.item.sku}.{name}",
                value=getattr(counted, name),
                rule="not_negative",
            )
    if counted.location is not None:
        _refuse_dock(receipt, counted.location)


def _post(
    receipt: Receipt, lines: list[ReceiptLine], lots: dict[int, BondedLot], arrived_on: date, at: datetime, actor: Actor
) -> Posting:
    """Bring what was counted from the vendor to the shelf, over and damaged to quarantine."""
    vendor = virtual_location(receipt.site, Location.Kind.VENDOR)
    quarantine = _quarantine(receipt)
    keys = {line.pk: (lots[line.subline_id].account, line.subline.batch, line.subline.serial) for line in lines}
    stock_lots = ledger.open_lots(keys=keys.values())
    moves = []
    # Lines of one account may make up for each other: in law only their sum is over, as it is recorded.
    over_of = _by_account(lines, lots)
    for line in lines:
        account, batch, serial = keys[line.pk]
        lot: Lot = stock_lots[account.pk, batch, serial]
        good, shelf = present(line.good), line.location or present(receipt.dock)
        over = max(Decimal(0), min(good, line.difference, over_of[account.pk]))
        over_of[account.pk] -= over
        set_aside = line.damaged + over
        moves += _moves(lot, vendor, shelf, good - over)
        moves += _moves(lot, vendor, quarantine, set_aside)
    return ledger.post(
        key=_key(receipt),
        kind=Posting.Kind.RECEIPT,
        moves=moves,
        legal_date=arrived_on,
        at=at,
        actor=actor,
        document=receipt.number,
    )


def _by_account(lines: list[ReceiptLine], lots: dict[int, BondedLot]) -> dict[int, Decimal]:
    """How much more (+) or less (−) was counted than declared of each account."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[lots[line.subline_id].account_id] += line.difference
    return sums


def _moves(lot: Lot, origin: Location, destination: Location, quantity: Decimal) -> list[Move]:
    """One move, or none of nothing."""
    return [Move(lot.pk, origin.pk, destination.pk, quantity)] if quantity > 0 else []


def _quarantine(receipt: Receipt) -> Location:
    """The site's quarantine for goods of this regime, opened where there was none."""
    regime = _regime(receipt)
    location = Location.objects.filter(
        site=receipt.site, kind=Location.Kind.QUARANTINE, regime=regime, is_active=True
    ).first()
    return location or Location.objects.create(
        site=receipt.site, kind=Location.Kind.QUARANTINE, regime=regime, code=f"CUARENTENA-{regime}"
    )


def _record_differences(
    receipt: Receipt, lines: list[ReceiptLine], lots: dict[int, BondedLot], found_on: date, at: datetime, actor: Actor
) -> None:
    """Leave what was over, short or damaged where compliance sees it."""
    for line in lines:
        if line.damaged:
            findings.raise_finding(
                code="receipt_damaged",
                subject=f"receipt/{receipt.number}/{line.pk}",
                client=receipt.client_id,
                site_code=receipt.site.code,
                context={"document": receipt.number, "sku": line.subline.item.sku, "quantity": line.damaged},
                at=at,
            )
    accounts = {lots[line.subline_id].account_id: lots[line.subline_id].account for line in lines}
    for account_id, quantity in sorted(_by_account(lines, lots).items()):
        customs.record_difference(
            account=accounts[account_id],
            quantity=quantity,
            origin=StockDifference.Origin.RECEIPT,
            document=receipt.number,
            found_on=found_on,
            at=at,
            actor=actor,
        )
