"""Every step of a shipment begins by locking it in a state that allows the step."""

from django.utils.translation import gettext_lazy as _

from inventory.errors import present
from inventory.statements import Statement
from warehouse.shipping.errors import AlreadyDispatched, ShipmentState
from warehouse.shipping.models import Shipment

_LOCKED = Statement(
    lambda given: (
        Shipment.objects.select_related("origin", "destination")
        .select_for_update(of=("self",))
        .filter(pk=given.number("shipment"))
    )
)


def locked(shipment: Shipment, *states: str) -> Shipment:
    """The shipment, locked, with its sites; raises AlreadyDispatched or ShipmentState unless in one of these states."""
    shipment = present(_LOCKED.first(shipment=shipment.pk))
    if shipment.state in states:
        return shipment
    if shipment.dispatched_at and Shipment.State.CLEARED in states:
        raise AlreadyDispatched(
            _("Shipment %(shipment)s left at %(at)s."), shipment=shipment.number, at=shipment.dispatched_at
        )
    raise ShipmentState(
        _("Shipment %(shipment)s is %(state)s."),
        shipment=shipment.number,
        state=shipment.get_state_display(),
        expected=list(states),
    )
