"""Building a shipment: what goes, from which bins, brought to the dock."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from inventory.audit import context as audit
from inventory.catalog.models import Item
from inventory.errors import InvalidInput, present
from inventory.ledger import selectors as stock
from inventory.ledger import services as ledger
from inventory.ledger.models import Account, Balance, Posting, Reservation
from inventory.ledger.moves import Move
from inventory.parties.models import Authorisation, Carrier, Client
from inventory.parties.scope import Actor, ClientScope
from inventory.placement import services as placement
from inventory.places.clock import local_date
from inventory.places.models import Location, Site
from warehouse.movements import services as movements
from warehouse.movements.models import MovementOrder
from warehouse.movements.selectors import recommendations_of
from warehouse.numbering import save_numbered
from warehouse.shipping.errors import NoStockToShip, ShipmentState
from warehouse.shipping.models import Shipment, ShipmentLine
from warehouse.shipping.services.locking import locked

State = Shipment.State


@dataclass(frozen=True)
class Wanted:
    """An item and how many of it to ship, in stock units; `authorisation` when the origin holds it under several."""

    item: Item
    quantity: Decimal
    authorisation: Authorisation | None = None


@transaction.atomic
def draft(
    *,
    client: Client,
    origin: Site,
    destination: Site,
    wanted: Sequence[Wanted],
    at: datetime,
    actor: Actor,
    crossing: Site | None = None,
    carrier: Carrier | None = None,
    trailer: str = "",
    plates: str = "",
    due_on: date | None = None,
    movement_order: MovementOrder | None = None,
) -> Shipment:
    """A new shipment with its lines; nothing is promised yet. Raises InvalidInput naming the line."""
    if origin == destination or not wanted:
        raise InvalidInput(
            _("A shipment goes from one site to another, with at least one line."),
            field="lines" if origin != destination else "destination",
            value=destination.code,
            rule="required",
        )
    held = _accounts_at(origin, client, [line.item for line in wanted])
    accounts = [_account(index, line, client, origin, held[line.item.pk]) for index, line in enumerate(wanted)]
    shipment = Shipment(
        client=client,
        origin=origin,
        destination=destination,
        crossing=crossing,
        carrier=carrier,
        trailer=trailer,
        plates=plates,
        due_on=due_on,
        movement_order=movement_order,
        created_at=at,
        created_by=actor.label,
    )
    save_numbered(shipment, "EMB")
    ShipmentLine.objects.bulk_create(
        [
            ShipmentLine(shipment=shipment, seq=seq, account=account, quantity=line.quantity)
            for seq, (account, line) in enumerate(zip(accounts, wanted, strict=True), start=1)
        ]
    )
    return shipment


@transaction.atomic
def draft_from_order(*, order: MovementOrder, at: datetime, actor: Actor) -> Shipment:
    """The shipment that carries out a movement order; asked again, the one drafted before."""
    order = MovementOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
    made = Shipment.objects.filter(movement_order=order).first()
    if made:
        return made
    if order.state != MovementOrder.State.OPEN:
        raise ShipmentState(
            _("Movement order %(order)s is %(state)s."), order=order.number, state=order.get_state_display()
        )
    lane = order.lane
    if lane is None:
        lane = order.origin.lanes_out.filter(destination=order.destination, is_active=True).order_by("pk").first()
    shipment = draft(
        client=order.client,
        origin=order.origin,
        destination=order.destination,
        wanted=[Wanted(line.item, line.quantity) for line in order.lines.select_related("item").order_by("pk")],
        crossing=lane.crossing if lane else None,
        at=at,
        actor=actor,
        movement_order=order,
    )
    order.state = MovementOrder.State.SHIPPING
    order.save(update_fields=["state"])
    return shipment


@transaction.atomic
def reserve(*, shipment: Shipment, at: datetime, actor: Actor) -> Shipment:
    """Promise free stock to every line, soonest to expire first; a line is split where one bin is not enough.

    Raises NoStockToShip with the numbers; then nothing is promised.
    """
    shipment = locked(shipment, State.DRAFT)
    lines = list(shipment.lines.select_related("account__item").order_by("seq"))
    ledger.lock_accounts({line.account_id for line in lines})
    bins = _free_bins(shipment, {line.account_id for line in lines})
    placed: list[ShipmentLine] = []
    for line in lines:
        placed += _place(line, bins[line.account_id])
    for seq, line in enumerate(placed, start=1):
        line.seq = seq
    shipment.lines.all().delete()
    ShipmentLine.objects.bulk_create(placed)
    ledger.reserve(
        document=shipment.number,
        wanted=[(present(line.lot), present(line.location), line.quantity) for line in placed],
        at=at,
    )
    recommended = recommendations_of(shipment.movement_order_id)
    placement.note_document(recommendations=recommended, document=shipment.number)
    return _advance(shipment, State.RESERVED)


@transaction.atomic
def pick(
    *,
    shipment: Shipment,
    dock: Location,
    at: datetime,
    actor: Actor,
    seqs: Iterable[int] | None = None,
) -> Shipment:
    """Carry reserved lines (all, or those named) from their bins to the dock; picked when the last one is there.

    Raises ShipmentState, InvalidInput for a dock of another site, and what the books refuse.
    """
    shipment = locked(shipment, State.RESERVED)
    if dock.site_id != shipment.origin_id or dock.kind != Location.Kind.DOCK:
        raise InvalidInput(
            _("%(field)s: %(value)s is no dock of this site."), field="dock", value=dock.code, rule="dock_of_site"
        )
    lines = shipment.lines.filter(is_picked=False).order_by("seq")
    chosen = list(lines if seqs is None else lines.filter(seq__in=list(seqs)))
    if not chosen:
        raise InvalidInput(_("Nothing is left to pick."), field="lines", value=None, rule="required")
    key = f"shipment/{shipment.number}/pick/{chosen[0].seq}-{len(chosen)}-{shipment.version}"
    to_carry = [line for line in chosen if line.location_id != dock.pk]
    if to_carry:
        ledger.post(
            key=key,
            kind=Posting.Kind.PICK,
            moves=[Move(present(line.lot_id), present(line.location_id), dock.pk, line.quantity) for line in to_carry],
            legal_date=local_date(at, shipment.origin.time_zone),
            at=at,
            actor=actor,
            document=shipment.number,
        )
    _carry_reservations(shipment, to_carry, dock, at)
    for line in chosen:
        line.location, line.is_picked = dock, True
    ShipmentLine.objects.bulk_update(chosen, ["location", "is_picked"])
    done = not shipment.lines.filter(is_picked=False).exists()
    with audit.doing(key):
        return _advance(shipment, State.PICKED if done else State.RESERVED)


@transaction.atomic
def cancel(*, shipment: Shipment, at: datetime, actor: Actor) -> Shipment:
    """Call a shipment off before it leaves: what was promised is free again, what was picked stays at the dock."""
    shipment = locked(shipment, State.DRAFT, State.RESERVED, State.PICKED, State.CLEARED)
    ledger.release(document=shipment.number, at=at)
    if shipment.movement_order_id:
        movements.settle(order_id=shipment.movement_order_id, state=MovementOrder.State.CANCELLED)
        placement.note_closed(recommendations=recommendations_of(shipment.movement_order_id), at=at)
    return _advance(shipment, State.CANCELLED)


def _accounts_at(site: Site, client: Client, items: Iterable[Item]) -> dict[int, list[Account]]:
    """The accounts of a client's items that hold or held something at a site, by item."""
    rows = Account.objects.filter(
        client=client, item__in={item.pk for item in items}, balances__location__site=site, balances__is_virtual=False
    )
    found = defaultdict(list)
    for account in rows.distinct().order_by("pk"):
        found[account.item_id].append(account)
    return found


def _account(index: int, line: Wanted, client: Client, origin: Site, held: list[Account]) -> Account:
    """The account a line leaves: of those that hold its item at the origin the one of its authorisation, if it names one."""
    if line.item.client_id != client.pk:
        raise InvalidInput(
            _("%(field)s: this client has no item %(value)s."),
            field=f"lines[{index}].sku",
            value=line.item.sku,
            rule="known",
        )
    if line.quantity <= 0:
        raise InvalidInput(
            _("%(field)s: %(value)s must be more than zero."),
            field=f"lines[{index}].quantity",
            value=line.quantity,
            rule="positive",
        )
    named = line.authorisation
    found = [account for account in held if named is None or account.authorisation_id == named.pk]
    if len(found) > 1:
        raise InvalidInput(
            _("%(field)s: %(value)s is held here under several authorisations; name one."),
            field=f"lines[{index}].authorisation",
            value=line.item.sku,
            rule="unambiguous",
        )
    if not found:
        raise NoStockToShip(
            _("%(sku)s: %(asked)s asked for, %(free)s free at %(site)s."),
            sku=line.item.sku,
            asked=line.quantity,
            free=Decimal(0),
            site=origin.code,
        )
    return found[0]


def _free_bins(shipment: Shipment, account_ids: set[int]) -> dict[int, list[tuple[Balance, Decimal]]]:
    """Free stock of accounts at the origin, quarantine aside: what expires first, then bin by bin."""
    rows = stock.stock(ClientScope.of(shipment.client_id)).filter(
        account__in=account_ids, location__site=shipment.origin, lot__hold_reason=""
    )
    rows = rows.exclude(location__kind=Location.Kind.QUARANTINE).filter(free__gt=0)
    bins: dict[int, list[tuple[Balance, Decimal]]] = defaultdict(list)
    for row in rows.order_by(F("lot__expires_on").asc(nulls_last=True), "location__code", "pk"):
        bins[row.account_id].append((row, row.free))
    return bins


def _place(line: ShipmentLine, bins: list[tuple[Balance, Decimal]]) -> list[ShipmentLine]:
    """The line, placed in one bin or split over several; takes what it uses out of `bins`."""
    need, placed = line.quantity, []
    while need > 0 and bins:
        balance, free = bins.pop(0)
        take = min(need, free)
        if free > take:
            bins.insert(0, (balance, free - take))
        placed.append(
            ShipmentLine(
                shipment_id=line.shipment_id,
                seq=line.seq,
                account=line.account,
                quantity=take,
                lot=balance.lot,
                location=balance.location,
                outbound_line_id=line.outbound_line_id,
                sscc=line.sscc,
            )
        )
        need -= take
    if need > 0:
        raise NoStockToShip(
            _("%(sku)s: %(asked)s asked for, %(free)s free at %(site)s."),
            sku=line.account.item.sku,
            asked=line.quantity,
            free=line.quantity - need,
            site=line.shipment.origin.code,
        )
    return placed


def _carry_reservations(shipment: Shipment, lines: list[ShipmentLine], dock: Location, at: datetime) -> None:
    """Move the promise along with the goods: release it at the bin, make it at the dock."""
    leaving: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for line in lines:
        leaving[present(line.lot_id), present(line.location_id)] += line.quantity
    rows = Reservation.objects.filter(document=shipment.number, released_at__isnull=True)
    kept: list[Reservation] = []
    released = []
    for row in rows.filter(lot__in={lot for lot, _l in leaving}, location__in={loc for _lot, loc in leaving}):
        gone = min(row.quantity, leaving.get((row.lot_id, row.location_id), Decimal(0)))
        if gone:
            released.append(row.pk)
            if row.quantity > gone:
                kept.append(_promise(row, row.location_id, row.quantity - gone, at))
            kept.append(_promise(row, dock.pk, gone, at))
            leaving[row.lot_id, row.location_id] -= gone
    Reservation.objects.filter(pk__in=released).update(released_at=at)
    Reservation.objects.bulk_create(kept)


def _promise(row: Reservation, location_id: int, quantity: Decimal, at: datetime) -> Reservation:
    """A reservation like another, elsewhere; not yet saved."""
    return Reservation(
        account_id=row.account_id,
        lot_id=row.lot_id,
        location_id=location_id,
        quantity=quantity,
        document=row.document,
        reserved_at=at,
    )


def _advance(shipment: Shipment, state: str) -> Shipment:
    """Store the new state."""
    shipment.state = state
    shipment.version += 1
    shipment.save(update_fields=["state", "version"])
    return shipment
