"""Receiving a shipment at the distribution center: good, damaged, short, over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.audit import context as audit
from inventory.errors import InvalidInput, present
from inventory.findings import services as findings
from inventory.ledger import services as ledger
from inventory.ledger.models import Lot, Posting
from inventory.ledger.moves import Move
from inventory.parties.scope import Actor
from inventory.places.clock import local_date
from inventory.places.models import Location
from inventory.places.services import virtual_location
from warehouse.movements import services as movements
from warehouse.movements.models import MovementOrder
from warehouse.shipping.models import Delivery, DeliveryLine, Shipment, ShipmentLine
from warehouse.shipping.services.locking import locked

ABROAD = "EXD"


@dataclass(frozen=True)
class Received:
    """What came of one shipment line, in stock units, and where the good ones were put (None: the first storage)."""

    good: Decimal
    damaged: Decimal = Decimal(0)
    location: Location | None = None
    note: str = ""


@transaction.atomic
def receive(
    *,
    shipment: Shipment,
    received: Mapping[int, Received],
    received_at: datetime,
    at: datetime,
    actor: Actor,
    seal_found: str = "",
) -> Delivery:
    """Enter what arrived, by line number; every line of the shipment must be there. Received once, the same answer again.

    Goods leave their bonded lot's identity here and become stock out of Mexico (EXD). What is short stays in transit, in
    sight; what is damaged, and what is over, which no entry declared, go to quarantine. All three leave findings. Raises
    ShipmentState, InvalidInput.
    """
    done = Delivery.objects.filter(shipment=shipment).first()
    if done:
        return done
    shipment = locked(shipment, *Shipment.IN_TRANSIT)
    lines = list(shipment.lines.select_related("account__item", "lot").order_by("seq"))
    _refuse_input(shipment, lines, received, received_at, at)
    delivery = Delivery.objects.create(
        shipment=shipment, received_at=received_at, received_by=actor.label, seal_found=seal_found
    )
    named = all(one.location for one in received.values())
    shelf = None if named else place_for(shipment, Location.Kind.STORAGE, "ALMACEN-EXD")
    rows = [_line(delivery, line, received[line.seq], shelf) for line in lines]
    DeliveryLine.objects.bulk_create(rows)
    delivery.posting = _post(shipment, lines, rows, received_at, at, actor)
    shipment.state = Shipment.State.RECEIVED
    shipment.version += 1
    with audit.doing(_key(shipment)):
        delivery.save(update_fields=["posting"])
        shipment.save(update_fields=["state", "version"])
    if shipment.movement_order_id:
        movements.settle(order_id=shipment.movement_order_id, state=MovementOrder.State.DONE)
    _report(shipment, lines, rows, seal_found, at)
    return delivery


def _key(shipment: Shipment) -> str:
    """Under which the books know this delivery."""
    return f"shipment/{shipment.number}/delivery"


def _refuse_input(
    shipment: Shipment,
    lines: list[ShipmentLine],
    received: Mapping[int, Received],
    received_at: datetime,
    at: datetime,
) -> None:
    """Raise InvalidInput for a missing or unknown line, a negative quantity, a time before dispatch or in the future."""
    if set(received) != {line.seq for line in lines}:
        raise InvalidInput(
            _("Give every line of shipment %(shipment)s once: %(expected)s."),
            field="lines",
            value=sorted(received),
            rule="every_line",
            shipment=shipment.number,
            expected=[line.seq for line in lines],
        )
    for seq, one in received.items():
        for name in ("good", "damaged"):
            if getattr(one, name) < 0:
                raise InvalidInput(
                    _("%(field)s: %(value)s may not be negative."),
                    field=f"lines[{seq}].{name}",
                    value=getattr(one, name),
                    rule="not_negative",
                )
        if one.location and (one.location.site_id != shipment.destination_id or one.location.is_virtual):
            raise InvalidInput(
                _("%(field)s: %(value)s is no location of %(site)s."),
                field=f"lines[{seq}].location",
                value=one.location.code,
                rule="of_site",
                site=shipment.destination.code,
            )
    if received_at > at or (shipment.dispatched_at and received_at < shipment.dispatched_at):
        raise InvalidInput(
            _("%(field)s: %(value)s lies before dispatch or in the future."),
            field="received_at",
            value=received_at,
            rule="after_dispatch",
        )


def _line(delivery: Delivery, line: ShipmentLine, one: Received, shelf: Location | None) -> DeliveryLine:
    """The delivery line, not yet saved; what names no location goes to the shelf."""
    return DeliveryLine(
        delivery=delivery,
        shipment_line=line,
        good=one.good,
        damaged=one.damaged,
        missing=max(line.quantity - one.good - one.damaged, Decimal(0)),
        location=one.location or shelf,
        note=one.note,
    )


def place_for(shipment: Shipment, kind: str, code: str) -> Location:
    """The destination's first location of a kind for goods out of Mexico, opened where there was none."""
    rows = Location.objects.filter(site=shipment.destination, kind=kind, regime=ABROAD, is_active=True)
    return rows.order_by("code").first() or Location.objects.create(
        site=shipment.destination, kind=kind, regime=ABROAD, code=code
    )


def _post(
    shipment: Shipment,
    lines: list[ShipmentLine],
    rows: list[DeliveryLine],
    received_at: datetime,
    at: datetime,
    actor: Actor,
) -> Posting | None:
    """Take what came out of transit, change its status, put it away; nothing to post when nothing came."""
    site = shipment.destination
    transit = virtual_location(site, Location.Kind.TRANSIT)
    status = virtual_location(site, Location.Kind.STATUS)
    unknown = virtual_location(site, Location.Kind.DIFFERENCE)
    quarantine = place_for(shipment, Location.Kind.QUARANTINE, "CUARENTENA-EXD")
    abroad = lots_abroad(lines)
    moves: list[Move] = []
    for line, row in zip(lines, rows, strict=True):
        lot = abroad[line.pk]
        came = row.good + row.damaged
        shipped = min(came, line.quantity)
        moves += moves_of(present(line.lot_id), transit, status, shipped)
        # What came beyond what was shipped has no lot in transit to come out of.
        moves += moves_of(lot.pk, unknown, status, came - shipped)
        over = min(row.good, came - shipped)
        moves += moves_of(lot.pk, status, present(row.location), row.good - over)
        moves += moves_of(lot.pk, status, quarantine, row.damaged + over)
    if not moves:
        return None
    return ledger.post(
        key=_key(shipment),
        kind=Posting.Kind.DELIVERY,
        moves=moves,
        legal_date=local_date(received_at, site.time_zone),
        at=at,
        actor=actor,
        document=shipment.number,
    )


def lots_abroad(lines: list[ShipmentLine]) -> dict[int, Lot]:
    """The lot each line's goods belong to once they are out of Mexico, by line id."""
    accounts = ledger.open_accounts(items=[line.account.item for line in lines], regime=ABROAD)
    keys = {
        line.pk: (accounts[line.account.item_id], present(line.lot).batch, present(line.lot).serial) for line in lines
    }
    lots = ledger.open_lots(keys=keys.values())
    return {pk: lots[account.pk, batch, serial] for pk, (account, batch, serial) in keys.items()}


def moves_of(lot_id: int, origin: Location, destination: Location, quantity: Decimal) -> list[Move]:
    """One move, or none of nothing."""
    return [Move(lot_id, origin.pk, destination.pk, quantity)] if quantity > 0 else []


def _report(
    shipment: Shipment, lines: list[ShipmentLine], rows: list[DeliveryLine], seal_found: str, at: datetime
) -> None:
    """Findings for what is short, over or damaged, and for a seal that differs."""
    for line, row in zip(lines, rows, strict=True):
        short = line.quantity - row.good - row.damaged
        facts = {"shipment": shipment.number, "sku": line.account.item.sku}
        for code, quantity in (
            ("delivery_short", short),
            ("delivery_over", -short),
            ("delivery_damaged", row.damaged),
        ):
            if quantity > 0:
                findings.raise_finding(
                    code=code,
                    subject=f"shipment/{shipment.number}/{line.seq}",
                    client=shipment.client_id,
                    site_code=shipment.destination.code,
                    context={**facts, "quantity": quantity},
                    at=at,
                )
    if seal_found and shipment.seal and seal_found != shipment.seal:
        findings.raise_finding(
            code="seal_mismatch",
            subject=f"shipment/{shipment.number}",
            client=shipment.client_id,
            site_code=shipment.destination.code,
            context={"document": shipment.number, "expected": shipment.seal, "found": seal_found},
            at=at,
        )
