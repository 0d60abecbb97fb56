"""Sending a shipment on its way, and taking that back."""

from copy import copy
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.audit import context as audit
from inventory.audit.trail import save_known
from inventory.customs import services as customs
from inventory.customs.errors import NotCleared, NotInTime
from inventory.errors import present
from inventory.findings import services as findings
from inventory.ledger import services as ledger
from inventory.ledger.models import Lot, Posting
from inventory.ledger.moves import Move
from inventory.parties.scope import Actor
from inventory.placement import services as placement
from inventory.places.clock import local_date
from inventory.places.models import Lane, Location, Site
from inventory.places.services import virtual_location
from inventory.statements import Statement
from warehouse.movements import services as movements
from warehouse.movements.selectors import recommendations_of
from warehouse.shipping.models import Shipment, ShipmentLine
from warehouse.shipping.services.locking import locked

# What a dispatch and its discharge read of each line, its bin and its outbound pedimento, which are wide rows.
READ = (
    "shipment", "seq", "account", "quantity", "lot",
    *(f"location__{name}" for name in ("code", "regime", "is_virtual", "is_active")),
    *(f"outbound_line__{name}" for name in ("seq", "source_number", "source_seq")),
    *(f"outbound_line__pedimento__{name}" for name in
      ("number", "effect", "state", "client", "authorisation", "paid_on", "document_key", "operation", "regime")),
)  # fmt: skip

_LINES = Statement(
    lambda given: (
        ShipmentLine.objects.filter(shipment_id=given.number("shipment"))
        .select_related("location", "outbound_line__pedimento")
        .only(*READ)
        .order_by("seq")
    )
)
_LANES = Statement(
    lambda given: Lane.objects.filter(
        origin_id=given.number("origin"), destination_id=given.number("destination"), is_active=True
    ).order_by("pk")
)


@findings.atomic()
def dispatch(
    *,
    shipment: Shipment,
    at: datetime,
    actor: Actor,
    dispatched_at: datetime | None = None,
    seal: str = "",
    override_reason: str = "",
) -> Shipment:
    """Send a cleared shipment on its way (despacho del embarque).

    Discharges what leaves bond and moves the goods from the dock into transit, all or nothing. `dispatched_at` is when the
    truck left, `at` when that is recorded. With an `override_reason`, which only who may override gives, goods whose stay
    has ended leave too, oldest first, and a finding says so (mexico.md §3.4). Raises AlreadyDispatched, NotCleared,
    customs.NotEnoughBonded, which leaves a finding, or ledger.NotEnoughStock.
    """
    shipment = locked(shipment, Shipment.State.CLEARED)
    before = copy(shipment)
    left_at = dispatched_at or at
    if left_at > at:
        raise NotInTime(
            _("Shipment %(shipment)s cannot leave on %(on)s, at an hour still to come."),
            shipment=shipment.number,
            on=local_date(left_at, shipment.origin.time_zone),
        )
    lines = _LINES.rows(shipment=shipment.pk)
    if any(line.outbound_line is None for line in lines):
        raise NotCleared(_("Shipment %(shipment)s has lines without an outbound pedimento."), shipment=shipment.number)
    for line in lines:
        if line.outbound_line and line.outbound_line.pedimento_id == shipment.pedimento_id:
            shipment.pedimento = line.outbound_line.pedimento  # read already: who draws the shipment need not ask
    transit = virtual_location(shipment.destination, _kind_of(shipment.destination))
    shipment.state = _state_after(shipment.destination)
    shipment.dispatched_at, shipment.seal = left_at, seal or shipment.seal
    shipment.eta, shipment.promised_at = _arrival(shipment, left_at)
    shipment.version += 1
    # Here others begin to wait: all accounts at once, in their one order; the discharge and the posting find them locked.
    lots = ledger.lock_lots({present(line.lot_id) for line in lines})
    _discharge(shipment, lines, lots, at, actor, override_reason)
    shipment.posting = ledger.post(
        key=_key(shipment),
        kind=Posting.Kind.DISPATCH,
        moves=[Move(present(line.lot_id), present(line.location_id), transit.pk, line.quantity) for line in lines],
        legal_date=local_date(left_at, shipment.origin.time_zone),
        at=at,
        actor=actor,
        document=shipment.number,
        lots=lots,
        locations={location.pk: location for location in [transit, *(present(line.location) for line in lines)]},
    )
    ledger.release(document=shipment.number, at=at)
    placement.note_closed(recommendations=recommendations_of(shipment.movement_order_id), at=at)
    with audit.doing(_key(shipment)):
        save_known(shipment, before, ["posting", "state", "dispatched_at", "seal", "eta", "promised_at", "version"])
    return shipment


@transaction.atomic
def reverse_dispatch(*, shipment: Shipment, at: datetime, actor: Actor, reason: str) -> Shipment:
    """Take a dispatch back: the goods are at the dock, the bonded lots as they were. Only before anything crossed.

    A movement order behind it is open again, for a shipment to come. Raises ShipmentState once it crossed or was received.
    """
    shipment = locked(shipment, Shipment.State.DISPATCHED, Shipment.State.AT_BORDER)
    legal_date = local_date(at, shipment.origin.time_zone)
    key = f"shipment/{shipment.number}/reverse"
    customs.reverse_discharges(
        key=key,
        of=_key(shipment),
        legal_date=legal_date,
        at=at,
        actor=actor,
        reason=reason,
    )
    ledger.reverse(posting=present(shipment.posting), key=key, legal_date=legal_date, at=at, actor=actor, reason=reason)
    if shipment.movement_order_id:
        movements.reopen(order_id=shipment.movement_order_id)
    shipment.state, shipment.movement_order = Shipment.State.RETURNED, None
    shipment.version += 1
    with audit.doing(key):
        shipment.save(update_fields=["state", "movement_order", "version"])
    return shipment


def _key(shipment: Shipment) -> str:
    """Under which the books know this dispatch."""
    return f"shipment/{shipment.number}/dispatch"


def _discharge(
    shipment: Shipment,
    lines: list[ShipmentLine],
    lots: dict[int, Lot],
    at: datetime,
    actor: Actor,
    override_reason: str,
) -> None:
    """Write off what leaves bond, if anything does; the accounts of the lots are locked."""
    bonded = [
        customs.Withdrawal(present(line.outbound_line), lot.account_id, line.quantity, lot.serial)
        for line, lot in sorted(
            ((line, lots[present(line.lot_id)]) for line in lines), key=lambda pair: (pair[1].account_id, pair[0].seq)
        )
        if lot.account.is_bonded
    ]
    if bonded:
        zone = shipment.origin.time_zone
        customs.discharge(
            key=_key(shipment),
            withdrawals=bonded,
            legal_date=local_date(present(shipment.dispatched_at), zone),
            at=at,
            actor=actor,
            override_reason=override_reason,
            today=local_date(at, zone),
            accounts={lot.account_id: lot.account for lot in lots.values()},
        )


def _kind_of(destination: Site) -> str:
    """Where goods are while they are away: in transit to one of our sites, or handed to a consignee."""
    return Location.Kind.CONSIGNEE if destination.kind == Site.Kind.CONSIGNEE else Location.Kind.TRANSIT


def _state_after(destination: Site) -> str:
    """What is handed to a consignee in Mexico leaves our sight; anything else is on its way."""
    return Shipment.State.RECEIVED if destination.kind == Site.Kind.CONSIGNEE else Shipment.State.DISPATCHED


def _arrival(shipment: Shipment, left_at: datetime) -> tuple[datetime | None, datetime | None]:
    """When it should arrive: the lane's median as ETA, its 80 % as promise; nothing where no lane is known."""
    lanes = _LANES.rows(origin=shipment.origin_id, destination=shipment.destination_id)
    by_way = (lane for lane in lanes if shipment.crossing_id in (None, lane.crossing_id))
    lane = next(by_way, None)
    if lane is None:
        return None, None
    return left_at + timedelta(hours=lane.transit_hours_p50), left_at + timedelta(hours=lane.transit_hours_p80)
