"""Reading the road."""

from datetime import datetime

from django.db.models import Q, QuerySet

from inventory.parties.scope import ClientScope
from warehouse.shipping.models import Shipment
from warehouse.tracking.models import Milestone


def milestones(scope: ClientScope) -> QuerySet[Milestone]:
    """Milestones in scope, newest first."""
    rows = Milestone.objects.select_related("shipment", "site")
    return scope.filter(rows, "shipment__client").order_by("-occurred_at", "-pk")


def in_transit(scope: ClientScope) -> QuerySet[Shipment]:
    """Shipments on their way, soonest to arrive first."""
    rows = Shipment.objects.filter(state__in=Shipment.IN_TRANSIT)
    rows = rows.select_related("client", "origin", "destination", "crossing", "carrier")
    return scope.filter(rows).order_by("eta", "pk")


def late(scope: ClientScope, at: datetime) -> QuerySet[Shipment]:
    """Shipments on their way whose promise has passed, or whose ETA is past a due day."""
    return in_transit(scope).filter(Q(promised_at__lt=at) | Q(due_on__lt=at.date()))
