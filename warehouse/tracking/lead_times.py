"""How long each lane takes: arrivals are gathered here, where shipments and receipts are known, and handed to the books.

A shipment counts from the zone's gate to its reception, for the lane of its origin, destination and crossing. A receipt counts from
the clearance of its pedimento at a port to the zone's gate, for the lane from that port. Whatever fits no lane, or more than one
(two modes share the way), counts for none. Orders to suppliers are not in our books, so their lanes keep what is stated of them.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.db.models import FilteredRelation, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.errors import InvalidInput, gettext_noop
from inventory.jobs import services as jobs
from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome, Report
from inventory.parties.scope import Actor
from inventory.placement import learning
from inventory.placement.engine.lead_times import WINDOW, Observation
from inventory.placement.models import LeadTimeStat
from inventory.places.clock import local_date
from inventory.places.models import Lane, Site
from warehouse.receiving.models import Receipt
from warehouse.shipping.models import Delivery
from warehouse.tracking.models import Milestone
from warehouse.tracking.projection import Fact, moments

KIND = "lead_times"
Arrivals = dict[int, list[Observation]]

GATE, BORDER, RELEASED = Milestone.Code.GATE_OUT_ZONE, Milestone.Code.ARR_MX_YARD, Milestone.Code.US_RELEASED
CHUNK = 2_000
HOUR = timedelta(hours=1)
WAY = ("shipment__origin", "shipment__destination", "shipment__crossing")
LOAD = (
    "shipment", *WAY, "shipment__origin__time_zone", "shipment__destination__time_zone", "shipment__dispatched_at",
    "received_at", "shipment__promised_at", "shipment__due_on",
)  # fmt: skip
FACT = ("fact__code", "fact__occurred_at", "fact__source", "fact__recorded_at")


def arrivals(*, as_of: date) -> Arrivals:
    """What arrived in the two years before a day, by the lane's id. Three statements, whatever the number of rows."""
    lanes = list(Lane.objects.filter(is_active=True).select_related("origin").order_by("pk"))
    ways = _only({lane.pk: (lane.origin_id, lane.destination_id, lane.crossing_id) for lane in lanes})
    ports = _only(
        {
            lane.pk: (lane.origin.customs_section, lane.destination_id)
            for lane in lanes
            if lane.origin.kind == Site.Kind.PORT and lane.origin.customs_section
        }
    )
    clocks = {lane.pk: lane.origin.time_zone for lane in lanes}
    found: Arrivals = defaultdict(list)
    for way, observation in _deliveries(as_of):
        if way in ways:
            found[ways[way]].append(observation)
    for from_port, row in _receipts(as_of):
        if from_port in ports:
            found[ports[from_port]].append(_from_port(row, clocks[ports[from_port]]))
    return dict(found)


def learn(*, as_of: date, at: datetime) -> list[LeadTimeStat]:
    """Learn the lead time of every lane from what arrived before a day. Raises InvalidInput for a day to come."""
    _refuse_day(as_of, at)
    return learning.learn_lead_times(observations=arrivals(as_of=as_of), as_of=as_of, at=at)


def ask(*, at: datetime, actor: Actor, as_of: date | None = None) -> Job:
    """Ask for the lead times of all lanes, as of a day (None: today). Raises InvalidInput for a day to come."""
    day = as_of or timezone.localdate(at)
    _refuse_day(day, at)
    parameters = {"as_of": day.isoformat()}
    return jobs.request(
        kind=KIND, title=_("Lead times of all lanes"), parameters=parameters, client=None, actor=actor, at=at
    )


def learn_job(job: Job, report: Report) -> Outcome:
    """Do a job of kind `lead_times`, `{"as_of": ISO date}`: read outside any transaction, write in the one that ends the job."""
    as_of, at = date.fromisoformat(job.parameters["as_of"]), job.started_at or job.requested_at
    report(0, 2, _("Reading what arrived"))
    found = arrivals(as_of=as_of)
    report(1, 2, _("Writing lead times"))

    def effect() -> dict[str, Any]:
        rows = learning.learn_lead_times(observations=found, as_of=as_of, at=at)
        return {"lanes": len(rows), "learned": sum(not row.is_prior_only for row in rows)}

    return Outcome(effect=effect)


def _refuse_day(as_of: date, at: datetime) -> None:
    """Raise InvalidInput for a day to come."""
    if as_of > timezone.localdate(at):
        raise InvalidInput(
            gettext_noop("%(field)s: %(value)s lies in the future."), field="as_of", value=as_of, rule="not_in_future"
        )


def _only(keys: dict[int, Any]) -> dict[Any, int]:
    """Lanes by their key, without those that share it with another."""
    lanes = defaultdict(list)
    for lane, key in keys.items():
        lanes[key].append(lane)
    return {key: found[0] for key, found in lanes.items() if len(found) == 1}


def _span(as_of: date) -> tuple[datetime, datetime]:
    """Between which moments an arrival may lie; wide enough for every clock, for the days decide later."""
    day = timedelta(days=1)
    first, last = (datetime.combine(on, time(), tzinfo=UTC) for on in (as_of - WINDOW - day, as_of + day))
    return first, last


def _deliveries(as_of: date) -> Iterator[tuple[tuple[int, int, int | None], Observation]]:
    """Each way with what a distribution center received over it."""
    first, last = _span(as_of)
    told = Q(shipment__milestones__code__in=(GATE, BORDER, RELEASED))
    rows = Delivery.objects.filter(received_at__gte=first, received_at__lt=last)
    rows = rows.annotate(fact=FilteredRelation("shipment__milestones", condition=told)).order_by("shipment")
    read = rows.values_list(*LOAD, *FACT).iterator(chunk_size=CHUNK)
    for load, facts in groupby(read, key=lambda row: row[: len(LOAD)]):
        at = moments(Fact(*row[len(LOAD) :]) for row in facts if row[len(LOAD)])
        _shipment, origin, destination, crossing, *rest = load
        yield (origin, destination, crossing), _delivered(*rest, at=at)


def _delivered(
    zone_clock: str,
    center_clock: str,
    dispatched_at: datetime,
    received_at: datetime,
    promised_at: datetime | None,
    due_on: date | None,
    *,
    at: dict[str, datetime],
) -> Observation:
    """One shipment, from the gate (its dispatch, where no gate told) to its reception; in time by its promise, else its due day."""
    border, released = at.get(BORDER), at.get(RELEASED)
    return Observation(
        started=local_date(at.get(GATE, dispatched_at), zone_clock),
        ended=local_date(received_at, center_clock),
        promised=local_date(promised_at, center_clock) if promised_at else due_on,
        border_hours=(released - border) / HOUR if border and released else None,
    )


def _receipts(as_of: date) -> Iterator[tuple[tuple[str, int], Any]]:
    """Each customs section and zone with what came from the one to the other: arrived, its clock, cleared, expected.

    A consolidated pedimento is cleared when its week ends, after its goods came.
    """
    first, last = _span(as_of)
    rows = Receipt.objects.filter(arrived_at__gte=first, arrived_at__lt=last, pedimento__cleared_at__isnull=False)
    rows = rows.filter(pedimento__is_consolidated=False).exclude(state=Receipt.State.CANCELLED).order_by("pk")
    columns = ("arrived_at", "site__time_zone", "pedimento__cleared_at", "expected_on")
    for section, site, *row in rows.values_list("pedimento__customs_section", "site", *columns).iterator(CHUNK):
        yield (section, site), row


def _from_port(row: Any, port_clock: str) -> Observation:
    arrived_at, zone_clock, cleared_at, expected_on = row
    return Observation(local_date(cleared_at, port_clock), local_date(arrived_at, zone_clock), expected_on)
