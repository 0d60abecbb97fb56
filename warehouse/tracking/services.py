"""Writing milestones down."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.errors import InvalidInput
from inventory.parties.scope import Actor
from inventory.places.models import Site
from warehouse.shipping.errors import ShipmentState
from warehouse.shipping.models import Shipment
from warehouse.tracking.models import Milestone
from warehouse.tracking.projection import Fact, state

FUTURE_TOLERANCE = timedelta(minutes=15)
OLDEST = timedelta(days=90)


@transaction.atomic
def record(
    *,
    shipment: Shipment,
    code: str,
    occurred_at: datetime,
    at: datetime,
    actor: Actor,
    source: str = Milestone.Source.MANUAL,
    source_event_id: str = "",
    site: Site | None = None,
    references: dict[str, Any] | None = None,
) -> Milestone:
    """Store a fact about a shipment on its way and bring the shipment's state up to date; the same fact again is the same row.

    Raises InvalidInput for a moment in the future, before dispatch or older than 90 days; ShipmentState before dispatch.
    """
    shipment = Shipment.objects.select_for_update(of=("self",)).get(pk=shipment.pk)
    known = (
        Milestone.objects.filter(source=source, source_event_id=source_event_id).first() if source_event_id else None
    )
    if known:
        return known
    if shipment.dispatched_at is None or shipment.state == Shipment.State.RETURNED:
        raise ShipmentState(
            _("Shipment %(shipment)s is %(state)s: it is not on its way."),
            shipment=shipment.number,
            state=shipment.get_state_display(),
        )
    _refuse_moment(shipment, occurred_at, at)
    offset = occurred_at.utcoffset() or timedelta(0)
    milestone = Milestone.objects.create(
        shipment=shipment,
        code=code,
        occurred_at=occurred_at,
        offset_minutes=int(offset.total_seconds() // 60),
        recorded_at=at,
        source=source,
        source_event_id=source_event_id or uuid4().hex,
        site=site,
        references=references or {},
        actor_label=actor.label,
    )
    project(shipment)
    return milestone


def project(shipment: Shipment) -> Shipment:
    """Bring a shipment's state up to its milestones; one that was received or returned stays so."""
    if shipment.state not in Shipment.IN_TRANSIT:
        return shipment
    rows = Milestone.objects.filter(shipment=shipment).values_list("code", "occurred_at", "source", "recorded_at")
    reached = state(Fact(*row) for row in rows)
    if reached != shipment.state:
        shipment.state = reached
        shipment.version += 1
        shipment.save(update_fields=["state", "version"])
    return shipment


def _refuse_moment(shipment: Shipment, occurred_at: datetime, at: datetime) -> None:
    """Raise InvalidInput for a moment that cannot be true of this shipment."""
    problems = (
        (occurred_at > at + FUTURE_TOLERANCE, "not_in_future", _("%(field)s: %(value)s lies in the future.")),
        (occurred_at < at - OLDEST, "not_too_old", _("%(field)s: %(value)s is more than 90 days ago.")),
        (
            shipment.dispatched_at is not None and occurred_at < shipment.dispatched_at,
            "after_dispatch",
            _("%(field)s: %(value)s lies before dispatch."),
        ),
    )
    for is_wrong, rule, message in problems:
        if is_wrong:
            raise InvalidInput(message, field="occurred_at", value=occurred_at, rule=rule)
