"""Clock ticks of the work, each turned into one service call."""

from celery import shared_task
from django.utils import timezone

from inventory.jobs import messages
from inventory.parties.scope import Actor
from warehouse.tracking import lead_times, watching


@shared_task(name="warehouse.tasks.watch_shipments_hourly")
def watch_shipments_hourly() -> int:
    """Leave a finding for each shipment that is late; returns how many are."""
    return watching.watch_shipments(at=timezone.now())


@shared_task(name="warehouse.tasks.learn_lead_times_nightly")
def learn_lead_times_nightly() -> int:
    """Ask for the lead times of all lanes as of today; returns the job that does it."""
    job = lead_times.ask(at=timezone.now(), actor=Actor.system("learn_lead_times"))
    messages.start(job)
    return job.pk
