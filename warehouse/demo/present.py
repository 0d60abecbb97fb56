"""How things stand at the end: one shipment in every state, trucks at the gate, papers waiting, bins being counted."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from inventory.audit import services as audit
from inventory.findings import selectors as findings_read
from inventory.findings import services as findings
from inventory.parties.scope import ClientScope
from inventory.reports import watching
from warehouse.demo import planning, shelves
from warehouse.demo.agenda import Deed, moment
from warehouse.demo.inbound import Arrival, Entry
from warehouse.demo.outbound import Departure, Export, Truck
from warehouse.demo.road import Journey
from warehouse.demo.story import CENTERS, MONTHS
from warehouse.demo.world import World, in_packs

OFFICES = {"autopartes": ("240", "3456"), "motores": ("240", "3842"), "hogar": ("240", "1723")}
SETTLED = {
    "seal_mismatch": "Se revisó con la línea: error de captura en la carta porte.",
    "container_check_digit": "Se volvió a leer la caja y se corrigió el documento.",
    "receipt_damaged": "Fotografías enviadas al cliente y a la aseguradora.",
    "delivery_damaged": "Reclamación aceptada por el transportista.",
}


def tell(world: World) -> None:
    """Put the last days and the routine of the house on the agenda."""
    _trucks_under_way(world)
    _trucks_being_made_ready(world)
    _at_the_gate(world)
    _routine(world)
    planning.plan(world)


def _trucks_under_way(world: World) -> None:
    """Seven trucks at seven points of the road, and one that turned back; hours since they left."""
    trucks = (
        ("autopartes", "RFS", 3, Truck("dc-atlanta")),  # dispatched
        ("autopartes", "RFS", 12, Truck("dc-chicago", "x-colombia", Journey(is_examined_mx=True))),  # at the border
        ("motores", "RFS", 16, Truck("dc-dallas", "", Journey(is_examined_us=True))),  # crossed
        ("autopartes", "RFS", 27, Truck("dc-newark")),  # released
        ("hogar", "DFI", 24, Truck("dc-dallas")),  # arrived
        ("motores", "ITE", 168, Truck("dc-newark", "", Journey(is_examined_us=True, stays_held=True))),  # late
    )
    for client, regime, hours, truck in trucks:
        _depart(world, client, regime, hours, truck)
    _depart(world, "motores", "ITE", 205, Truck("dc-atlanta"), returns_after_hours=7)


def _trucks_being_made_ready(world: World) -> None:
    """Shipments that have not left: cleared, picked (its declaration unpaid), reserved, drafted, called off."""
    _depart(world, "autopartes", "RFS", 0, Truck("dc-losangeles"), until="cleared")
    _depart(world, "hogar", "DFI", -1, Truck("dc-chicago"), until="declared", is_paid=False)
    _depart(world, "motores", "ITE", -12, Truck("dc-chicago"), until="reserved")
    _depart(world, "hogar", "DFI", -18, Truck("dc-losangeles"), until="draft")
    _depart(world, "hogar", "DFI", 60, Truck("dc-atlanta"), until="reserved", is_cancelled=True)


def _depart(world: World, client: str, regime: str, hours: int, truck: Truck, **how: object) -> None:
    """Plan a departure so many hours before now."""
    section, patent = OFFICES[client]
    at = (world.now - timedelta(hours=hours, minutes=10)).astimezone(ZoneInfo(world.zone(regime).time_zone))
    Export(world, Departure(client, regime, section, patent, at, [truck], **how)).plan()  # type: ignore[arg-type]


def _at_the_gate(world: World) -> None:
    """Entries on their way in: unpaid, expected, at the dock, counted and waiting for its notice."""
    for days, client, regime, key, stage, skus in (
        (0, "motores", "ITE", "IN", "declared", ("MC-MOT-1F", "MC-ALA-COB")),
        (1, "autopartes", "RFS", "M3", "expected", ("AP-FIL-ACE", "AP-RIN-17", "AP-BAL-DEL")),
        (3, "motores", "ITE", "IN", "arrived", ("MC-MOT-075", "MC-ARR-MAG")),
        (2, "hogar", "DFI", "A4", "counted", ("HE-CAF-12", "HE-TEN-HOM", "HE-MOC-TEX")),
    ):
        goods = [world.good(sku) for sku in skus]
        lines = [(good, in_packs(world.demand.weekly(good) * 8, good)) for good in goods]
        day = world.today - timedelta(days=days)
        section, patent = OFFICES[client]
        Arrival(world, Entry(client, regime, key, section, patent, day, lines, until=stage)).plan()


def _routine(world: World) -> None:
    """Bin moves, counts, a seizure, the centers' sales, the daily watch over deadlines, settled findings, sealed days."""
    plan = world.agenda.plan
    for regime in ("RFS", "ITE", "DFI"):
        for days in (400, 310, 220, 130, 66, 31, 12):
            plan(moment(world.ago(days), 8, 30), shelves.change_bins(world, regime, 2))
    for days, regime, off in ((180, "RFS", 0), (33, "ITE", -3)):
        plan(moment(world.ago(days), 19), shelves.count(world, regime, ["A-01", "A-06", "B-05", "C-04"], Decimal(off)))
    plan(moment(world.ago(4), 19), shelves.count(world, "DFI", ["A-03", "B-02", "C-01"], Decimal(-1), "counted"))
    plan(moment(world.ago(1), 7), shelves.count(world, "RFS", ["B-01", "B-06", "D-05"], Decimal(0), "open"))
    plan(moment(world.ago(17), 11), shelves.embargo(world, "AP-BAL-DEL"))
    for week in range(0, 72, 4):
        for center in CENTERS:
            day = world.demand.last_week + timedelta(days=7 - 7 * week)
            plan(moment(day, 5, zone=world.sites[center].time_zone), shelves.sell(world, world.sites[center], 4))
    for days in (84, 56, 28, 14, 7, 3, 2, 1, 0):
        plan(_early(world, days), lambda at: watching.watch_deadlines(at=at))
    for days in (120, 60, 21):
        plan(_early(world, days), lambda at: _settle(world, at))
    _seals(world)


def _early(world: World, days: int) -> datetime:
    """Five in the morning so many days ago, or just before now."""
    return min(moment(world.today - timedelta(days=days), 5), world.now - timedelta(minutes=5))


def _settle(world: World, at: datetime) -> None:
    """Close the findings that somebody has dealt with since."""
    old = findings_read.open_findings(ClientScope.everyone()).filter(
        code__in=SETTLED, opened_at__lt=at - timedelta(days=14)
    )
    for finding in old.order_by("pk"):
        findings.close(finding=finding, at=at, actor=world.people["supervisora"], resolution=SETTLED[finding.code])


def _seals(world: World) -> None:
    """Seal the audit trail: the ends of the months, and each of the last fourteen days."""
    start = world.today - timedelta(days=30 * MONTHS + 20)
    days = [start + timedelta(days=number) for number in range((world.today - start).days)]
    for day in days:
        is_end_of_month = (day + timedelta(days=1)).month != day.month
        if is_end_of_month or day >= world.today - timedelta(days=14):
            at = min(moment(day + timedelta(days=1), 0, 20), world.now)
            world.agenda.plan(at, _seal(day))


def _seal(day: date) -> Deed:
    """Seal one day."""
    return lambda at: audit.seal(day=day, at=at)
