"""The hourly look at the road: a finding for each shipment that is late, and an end to it once it arrived or has time again."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from inventory.findings import selectors as findings_read
from inventory.findings import services as findings
from inventory.parties.scope import Actor, ClientScope
from inventory.places.clock import local_date
from warehouse.shipping.models import Shipment
from warehouse.tracking import selectors

LATE = "shipment_late"
WATCH = Actor.system("watch_shipments")


def watch_shipments(*, at: datetime) -> int:
    """Raise what is late and close what no longer is; returns how many shipments are late.

    A shipment that stands at its destination is late no more, though nobody received it yet.
    """
    late = selectors.late(ClientScope.everyone(), at).exclude(state=Shipment.State.ARRIVED)
    standing = set()
    for shipment in late.annotate(last_seen=Max("milestones__occurred_at")).iterator(chunk_size=1_000):
        standing.add(_raise(shipment, at))
    open_ = findings_read.open_findings(ClientScope.everyone()).filter(code=LATE)
    for subject in open_.exclude(subject__in=standing).values_list("subject", flat=True):
        findings.resolve(code=LATE, subject=subject, at=at, actor=WATCH, resolution=_("It arrived, or has time again."))
    return len(standing)


def _raise(shipment: Shipment, at: datetime) -> str:
    """Leave the finding, at the site that sent the shipment and can call its carrier; returns what it is about."""
    subject = f"shipment/{shipment.number}"
    due = shipment.due_on or local_date(shipment.promised_at or at, shipment.destination.time_zone)
    findings.raise_finding(
        code=LATE,
        subject=subject,
        client=shipment.client_id,
        site_code=shipment.origin.code,
        context={
            "shipment": shipment.number,
            "eta": shipment.eta or shipment.promised_at or due,
            "last_seen": getattr(shipment, "last_seen", None) or shipment.dispatched_at,
        },
        due_on=due,
        at=at,
    )
    return subject
