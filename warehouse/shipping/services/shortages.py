"""What a delivery was short of, explained later: it turned up after all, or it is lost and the claim says so."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.errors import InvalidInput, present
from inventory.findings import services as findings
from inventory.ledger import services as ledger
from inventory.ledger.models import Posting
from inventory.parties.scope import Actor
from inventory.places.clock import local_date
from inventory.places.models import Location
from inventory.places.services import virtual_location
from warehouse.shipping.models import DeliveryLine, Shipment
from warehouse.shipping.services.delivering import lots_abroad, moves_of, place_for
from warehouse.shipping.services.locking import locked


@transaction.atomic
def explain_short(
    *,
    shipment: Shipment,
    seq: int,
    outcome: str,
    quantity: Decimal,
    document: str,
    at: datetime,
    actor: Actor,
    location: Location | None = None,
) -> DeliveryLine:
    """Take what a line was short of out of transit, because it was found (put away) or is lost, citing a document.

    The same document for the same line and outcome again changes nothing. Explained in full, its finding is closed.
    Raises ShipmentState, InvalidInput, LocationClosed, RegimeMismatch.
    """
    shipment = locked(shipment, Shipment.State.RECEIVED)
    rows = DeliveryLine.objects.select_related("shipment_line__account__item", "shipment_line__lot")
    row = present(rows.filter(delivery__shipment=shipment, shipment_line__seq=seq).first())
    key = f"shipment/{shipment.number}/{seq}/{outcome}/{document}"
    if Posting.objects.filter(key=key).exists():
        return row
    _refuse_input(row, outcome, quantity, document, location, shipment)
    line, site = row.shipment_line, shipment.destination
    transit = virtual_location(site, Location.Kind.TRANSIT)
    lot_id = present(line.lot_id)
    if outcome == DeliveryLine.Outcome.LOST:
        moves = moves_of(lot_id, transit, virtual_location(site, Location.Kind.DIFFERENCE), quantity)
        row.lost += quantity
    else:
        status, abroad = virtual_location(site, Location.Kind.STATUS), lots_abroad([line])[line.pk]
        shelf = location or place_for(shipment, Location.Kind.STORAGE, "ALMACEN-EXD")
        moves = [*moves_of(lot_id, transit, status, quantity), *moves_of(abroad.pk, status, shelf, quantity)]
        row.found += quantity
    ledger.post(
        key=key,
        kind=Posting.Kind.DELIVERY,
        moves=moves,
        legal_date=local_date(at, site.time_zone),
        at=at,
        actor=actor,
        document=shipment.number,
        reason=document,
    )
    row.missing -= quantity
    row.save(update_fields=["found", "lost", "missing"])
    if row.missing == 0:
        findings.resolve(
            code="delivery_short", subject=f"shipment/{shipment.number}/{seq}", at=at, actor=actor, resolution=document
        )
    return row


def _refuse_input(
    row: DeliveryLine, outcome: str, quantity: Decimal, document: str, location: Location | None, shipment: Shipment
) -> None:
    """Raise InvalidInput for an unknown outcome, no document, or more than is missing; or a shelf of another site."""
    if outcome not in DeliveryLine.Outcome.values:
        raise InvalidInput(
            _("%(field)s: %(value)s is not one of %(known)s."),
            field="outcome", value=outcome, rule="known", known=list(DeliveryLine.Outcome.values),
        )  # fmt: skip
    if not document.strip():
        raise InvalidInput(_("%(field)s is required."), field="document", value=document, rule="required")
    if not 0 < quantity <= row.missing:
        raise InvalidInput(
            _("%(field)s: %(value)s is not above zero and at most %(missing)s, which is what is missing."),
            field="quantity", value=quantity, rule="within_missing", missing=row.missing,
        )  # fmt: skip
    if location and (location.site_id != shipment.destination_id or location.is_virtual):
        raise InvalidInput(
            _("%(field)s: %(value)s is no location of %(site)s."),
            field="location", value=location.code, rule="of_site", site=shipment.destination.code,
        )  # fmt: skip
