"""Clock ticks of the work, each turned into one service call."""

from celery import shared_task
from django.utils import timezone

from warehouse.tracking import watching


@shared_task(name="warehouse.tasks.watch_shipments_hourly")
def watch_shipments_hourly() -> int:
    """Leave a finding for each shipment that is late; returns how many are."""
    return watching.watch_shipments(at=timezone.now())
