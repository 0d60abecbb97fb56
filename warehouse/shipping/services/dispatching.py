"""Sending a shipment on its way, and taking that back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.customs import services as customs
from inventory.customs.errors import NotCleared, NotInTime
from inventory.errors import present
from inventory.ledger import services as ledger
from inventory.ledger.models import Posting
from inventory.ledger.moves import Move
from inventory.parties.scope import Actor
from inventory.placement import services as placement
from inventory.places.clock import local_date
from inventory.places.models import Lane, Location, Site
from inventory.places.services import virtual_location
from warehouse.movements.selectors import recommendations_of
from warehouse.shipping.models import Shipment, ShipmentLine
from warehouse.shipping.services.locking import locked


@transaction.atomic
def dispatch(
    *, shipment: Shipment, at: datetime, actor: Actor, dispatched_at: datetime | None = None, seal: str = ""
) -> Shipment:
    """Send a cleared shipment on its way (despacho del embarque).

    Discharges what leaves bond and moves the goods from the dock into transit, all or nothing. `dispatched_at` is when the
    truck left, `at` when that is recorded. Raises AlreadyDispatched, NotCleared, customs.NotEnoughBonded or
    ledger.NotEnoughStock.
    """
    shipment = locked(shipment, Shipment.State.CLEARED)
    left_at = dispatched_at or at
    if left_at > at:
        raise NotInTime(_("Shipment %(shipment)s cannot leave in the future."), shipment=shipment.number)
    legal_date = local_date(left_at, shipment.origin.time_zone)
    lines = list(
        shipment.lines.select_related("account", "lot", "outbound_line__pedimento").order_by("account_id", "seq")
    )
    if any(line.outbound_line is None for line in lines):
        raise NotCleared(_("Shipment %(shipment)s has lines without an outbound pedimento."), shipment=shipment.number)
    key = f"shipment/{shipment.number}/dispatch"
    if not all(line.account.is_bonded for line in lines):
        # The discharge locks bonded accounts only: take all of them first, in their one order.
        ledger.lock_accounts({line.account_id for line in lines})
    bonded = [
        customs.Withdrawal(present(line.outbound_line), line.account_id, line.quantity, _serial(line))
        for line in lines
        if line.account.is_bonded
    ]
    if bonded:
        today = local_date(at, shipment.origin.time_zone)
        customs.discharge(key=key, withdrawals=bonded, legal_date=legal_date, at=at, actor=actor, today=today)
    transit = virtual_location(shipment.destination, _kind_of(shipment.destination))
    shipment.posting = ledger.post(
        key=key,
        kind=Posting.Kind.DISPATCH,
        moves=[Move(present(line.lot_id), present(line.location_id), transit.pk, line.quantity) for line in lines],
        legal_date=legal_date,
        at=at,
        actor=actor,
        document=shipment.number,
    )
    ledger.release(document=shipment.number, at=at)
    placement.note_closed(recommendations=recommendations_of(shipment.movement_order_id), at=at)
    shipment.state = _state_after(shipment.destination)
    shipment.dispatched_at, shipment.seal = left_at, seal or shipment.seal
    shipment.eta, shipment.promised_at = _arrival(shipment, left_at)
    shipment.version += 1
    shipment.save()
    return shipment


@transaction.atomic
def reverse_dispatch(*, shipment: Shipment, at: datetime, actor: Actor, reason: str) -> Shipment:
    """Take a dispatch back: the goods are at the dock, the bonded lots as they were. Only before anything crossed.

    Raises ShipmentState once it crossed or was received.
    """
    shipment = locked(shipment, Shipment.State.DISPATCHED, Shipment.State.AT_BORDER)
    legal_date = local_date(at, shipment.origin.time_zone)
    key = f"shipment/{shipment.number}/reverse"
    customs.reverse_discharges(
        key=key,
        of=f"shipment/{shipment.number}/dispatch",
        legal_date=legal_date,
        at=at,
        actor=actor,
        reason=reason,
    )
    ledger.reverse(posting=present(shipment.posting), key=key, legal_date=legal_date, at=at, actor=actor, reason=reason)
    shipment.state = Shipment.State.RETURNED
    shipment.version += 1
    shipment.save(update_fields=["state", "version"])
    return shipment


def _serial(line: ShipmentLine) -> str:
    """The serial number of a serialised line, which names its bonded lot; empty for fungible goods."""
    return line.lot.serial if line.lot else ""


def _kind_of(destination: Site) -> str:
    """Where goods are while they are away: in transit to one of our sites, or handed to a consignee."""
    return Location.Kind.CONSIGNEE if destination.kind == Site.Kind.CONSIGNEE else Location.Kind.TRANSIT


def _state_after(destination: Site) -> str:
    """What is handed to a consignee in Mexico leaves our sight; anything else is on its way."""
    return Shipment.State.RECEIVED if destination.kind == Site.Kind.CONSIGNEE else Shipment.State.DISPATCHED


def _arrival(shipment: Shipment, left_at: datetime) -> tuple[datetime | None, datetime | None]:
    """When it should arrive: the lane's median as ETA, its 80 % as promise; nothing where no lane is known."""
    lanes = Lane.objects.filter(origin=shipment.origin_id, destination=shipment.destination_id, is_active=True)
    if shipment.crossing_id:
        lanes = lanes.filter(crossing=shipment.crossing_id)
    lane = lanes.order_by("pk").first()
    if lane is None:
        return None, None
    return left_at + timedelta(hours=lane.transit_hours_p50), left_at + timedelta(hours=lane.transit_hours_p80)
