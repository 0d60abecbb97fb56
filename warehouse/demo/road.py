"""The road from a zone to a distribution center: what happens when, told by milestones, until the center receives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from inventory.errors import present
from inventory.models import Lane, Site
from inventory.parties.scope import Actor
from warehouse.demo.world import World
from warehouse.shipping import services as shipping
from warehouse.shipping.models import Shipment
from warehouse.tracking import services as tracking
from warehouse.tracking.models import Milestone

Code, Source = Milestone.Code, Milestone.Source
# The Mexican side of a crossing keeps another clock than the US side in some places (tzdata).
MEXICAN_CLOCK = {
    "x-laredo-wtb": "America/Matamoros",
    "x-colombia": "America/Matamoros",
    "x-pharr": "America/Matamoros",
    "x-ysleta": "America/Ciudad_Juarez",
    "x-otay": "America/Tijuana",
}
TO_YARD = {
    ("slp", "x-laredo-wtb"): 10, ("slp", "x-colombia"): 10, ("slp", "x-pharr"): 11, ("slp", "x-ysleta"): 21,
    ("slp", "x-otay"): 38, ("nld", "x-laredo-wtb"): 1, ("nld", "x-colombia"): 2, ("nld", "x-pharr"): 5,
}  # fmt: skip
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Stop:
    """One thing that happens on the road: what, how long after departure, who says so, whose clock."""

    code: str
    after: timedelta
    source: str
    site: Site
    zone: str


@dataclass(frozen=True)
class Journey:
    """How a trip goes: how much slower than usual, an examination on a side, what the center finds by line number."""

    slower: float = 1.0
    is_examined_mx: bool = False
    is_examined_us: bool = False
    short: Mapping[int, Decimal] | None = None
    damaged: Mapping[int, Decimal] | None = None
    stays_held: bool = False


def stops(shipment: Shipment, lane: Lane, journey: Journey) -> list[Stop]:
    """The milestones of a trip over its lane's crossing, in order."""
    crossing, center, origin = shipment.crossing or shipment.destination, shipment.destination, shipment.origin
    mexican, american = MEXICAN_CLOCK[crossing.code], crossing.time_zone
    yard = TO_YARD[origin.code, crossing.code] * journey.slower
    whole = lane.transit_hours_p50 * journey.slower
    held = 3.5 if journey.is_examined_us else 0.0
    red = 2.0 if journey.is_examined_mx else 0.0
    plan = [
        (Code.GATE_OUT_ZONE, 0.25, Source.GATE, origin, origin.time_zone),
        (Code.ARR_MX_YARD, yard, Source.TELEMATICS, crossing, mexican),
        *([(Code.MX_MODULE_RED, yard + 4, Source.CUSTOMS, crossing, mexican)] if red else []),
        (Code.MX_MODULE_GREEN, yard + 4 + red, Source.CUSTOMS, crossing, mexican),
        (Code.US_PRIMARY_ARRIVAL, yard + 4.75 + red, Source.CUSTOMS, crossing, american),
        *([(Code.US_SECONDARY_REFERRED, yard + 5.25 + red, Source.CUSTOMS, crossing, american)] if held else []),
    ]
    if not journey.stays_held:
        released = yard + 6.5 + red + held
        plan += [
            (Code.US_RELEASED, released, Source.CUSTOMS, crossing, american),
            (Code.DEP_US_YARD, released + 2, Source.CARRIER, crossing, american),
            (Code.ARR_DC, max(whole, released + 6), Source.GATE, center, center.time_zone),
        ]
    return [Stop(code, timedelta(hours=hours), source, site, zone) for code, hours, source, site, zone in plan]


def travel(world: World, shipment: Shipment, journey: Journey) -> None:
    """Put the trip of a dispatched shipment on the agenda, its reception included."""
    lane = Lane.objects.get(
        origin=shipment.origin_id, destination=shipment.destination_id, crossing=shipment.crossing_id
    )
    left = present(shipment.dispatched_at).astimezone(UTC)
    plan = stops(shipment, lane, journey)
    for stop in plan:
        _plan_milestone(world, shipment, stop, left)
    if plan[-1].code == Code.ARR_DC:
        world.agenda.plan(left + plan[-1].after + timedelta(hours=4), lambda at: _receive(shipment, journey, at))


def _plan_milestone(world: World, shipment: Shipment, stop: Stop, left: datetime) -> None:
    """A milestone, recorded some minutes after it happened, by the clock of the place."""
    happened = (left + stop.after).astimezone(ZoneInfo(stop.zone))

    def record(at: datetime) -> None:
        tracking.record(
            shipment=shipment, code=stop.code, occurred_at=happened, source=stop.source, site=stop.site,
            source_event_id=f"{shipment.number}/{stop.code}", references={"lane": f"{shipment.origin.code}"},
            at=at, actor=Actor(label=f"edi:{stop.source}"),
        )  # fmt: skip

    world.agenda.plan(happened + QUARTER, record)


def _receive(shipment: Shipment, journey: Journey, at: datetime) -> None:
    """The center counts what came; what is short stays in transit."""
    short, damaged = journey.short or {}, journey.damaged or {}
    received = {
        line.seq: shipping.Received(
            good=line.quantity - short.get(line.seq, Decimal(0)) - damaged.get(line.seq, Decimal(0)),
            damaged=damaged.get(line.seq, Decimal(0)),
            note="Faltante en la entrega" if line.seq in short else "",
        )
        for line in shipment.lines.order_by("seq")
    }
    actor = Actor(label=f"edi:{shipment.destination.code}")
    shipping.receive(shipment=shipment, received=received, received_at=at, seal_found=shipment.seal, at=at, actor=actor)
    tracking.record(
        shipment=shipment, code=Code.RECEIPT_POSTED, occurred_at=at.astimezone(ZoneInfo(shipment.destination.time_zone)),
        source=Source.GATE, site=shipment.destination, source_event_id=f"{shipment.number}/RECEIPT_POSTED",
        at=at, actor=actor,
    )  # fmt: skip
