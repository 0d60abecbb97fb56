"""What happens in the eighteen months: 54 entries (one of them a rectification) and 66 exits, 120 declarations in all.

Days are counted back from today; quantities follow the demand of the items. The last days are told in `present`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle, islice

from inventory.customs.deadlines import add_months
from warehouse.demo import amendments
from warehouse.demo.agenda import moment, weekday_before
from warehouse.demo.catalogue import Good
from warehouse.demo.inbound import Arrival, Entry
from warehouse.demo.outbound import BY_HAND, Departure, Export, Truck
from warehouse.demo.road import Journey
from warehouse.demo.world import World, in_packs

CENTERS = ("dc-dallas", "dc-losangeles", "dc-chicago", "dc-newark", "dc-atlanta")
SECOND_WAY = {"dc-dallas": "x-colombia", "dc-losangeles": "x-otay", "dc-atlanta": "x-pharr"}
# Bought once for years: their first entries are what must leave in days, weeks and months.
OVERBOUGHT = {"MC-CAP-CER": 5, "MC-FUE-24V": 24, "MC-RED-HEL": 75}
# The law gives hours for the notice of arrival in fiscal deposit since 2025-05-30 (RGCE 4.5.33).
NOTICES_SINCE = date(2025, 6, 2)
# The deposit's clients need a year of entries, or their exits find nothing to ship.
EARLIEST = date(2026, 6, 2)
MONTHS = 18


@dataclass(frozen=True)
class Habit:
    """How a client works: how many entries and departures, from and to how many days ago, at which offices.

    Each truck brings a center up to so many weeks of its demand.
    """

    client: str
    regime: str
    key: str
    sections: tuple[str, ...]
    patent: str
    entries: int
    departures: int
    first: int
    last: int
    weeks: int
    way_out: tuple[str, ...] = ("240",)


HABITS = (
    Habit("autopartes", "RFS", "M3", ("160", "510", "240"), "3456", 16, 20, 543, 20, 15, ("240", "800")),
    Habit("motores", "ITE", "IN", ("240", "160"), "3842", 13, 15, 543, 22, 18),
    Habit("hogar", "DFI", "A4", ("160", "240"), "1723", 13, 14, 540, 25, 18),
)
# What goes wrong with which entry of a client: field of Entry, packs of its second line.
MISHAPS = {
    ("autopartes", 3): ("off", -4),
    ("autopartes", 9): ("off", 3),
    ("autopartes", 12): ("damaged", 2),
    ("motores", 5): ("damaged", 3),
    ("hogar", 6): ("off", -2),
    ("hogar", 11): ("damaged", 2),
}
RECTIFIED = ("autopartes", 3)


def tell(world: World) -> None:
    """Put the whole past on the agenda."""
    for habit in HABITS:
        _entries(world, habit)
        _departures(world, habit)
    _second_home(world)
    _passed_on(world)
    _consolidated(world)
    _inland(world)


def _entries(world: World, habit: Habit) -> None:
    """The client's regular entries, each with the next few of its items, for as long as it takes to come round again."""
    goods = [good for good in world.goods[habit.client] if good.sku not in BY_HAND and good.sku not in OVERBOUGHT]
    size = 5 if len(goods) > 9 else 4
    days = _days(world, habit)
    weeks = Decimal((days[-1] - days[0]).days) / 7 / (habit.entries - 1) * len(goods) / size
    order = cycle(goods)
    for number, day in enumerate(days, start=1):
        lines = [
            (good, in_packs(world.demand.weekly(good) * weeks * _about(world, 105, 130), good))
            for good in islice(order, size)
        ]
        if habit.regime == "ITE" and number <= len(OVERBOUGHT):
            sku = list(OVERBOUGHT)[number - 1]
            lines.append((world.good(sku), in_packs(world.demand.weekly(world.good(sku)) * 130, world.good(sku))))
        arrival = Arrival(world, _entry(world, habit, number, day, lines))
        arrival.plan()
        if (habit.client, number) == RECTIFIED:
            amendments.rectify(world, arrival, days_later=26)


def _days(world: World, habit: Habit) -> list[date]:
    """The days of clearance, evenly spread; the first IMMEX ones so that their eighteen months end soon."""
    step = (habit.first - habit.last) / (habit.entries - 1)
    days = [world.ago(round(habit.first - step * number)) for number in range(habit.entries)]
    if habit.regime == "ITE":
        start = add_months(world.today, -MONTHS)[0]
        days[: len(OVERBOUGHT)] = [weekday_before(start + timedelta(days=left)) for left in OVERBOUGHT.values()]
    if habit.regime == "DFI":
        days = [max(day, NOTICES_SINCE + timedelta(days=number)) for number, day in enumerate(days)]
    return sorted(days)


def _entry(world: World, habit: Habit, number: int, day: date, lines: list[tuple[Good, Decimal]]) -> Entry:
    """One regular entry with its mishap, if it has one."""
    section = habit.sections[number % len(habit.sections)]
    mishap, packs = MISHAPS.get((habit.client, number), ("", 0))
    good = lines[1][0]
    amount = {good.sku: good.item.pack_size * packs}
    return Entry(
        client=habit.client, regime=habit.regime, key=habit.key, section=section, patent=habit.patent,
        cleared_on=day, lines=lines, mode="1" if section in ("160", "510") else "7",
        off=amount if mishap == "off" else {}, damaged=amount if mishap == "damaged" else {},
        wrong_seal=(habit.client, number) == ("autopartes", 16),
        wrong_digit=(habit.client, number) == ("motores", 11),
        is_examined=world.chance.random() < 0.1,
        is_rebooked=(habit.client, number) == ("motores", 8),
        is_clearance_recorded=(habit.client, number) != ("autopartes", habit.entries),
    )  # fmt: skip


def _departures(world: World, habit: Habit) -> None:
    """The client's regular departures: two trucks each, the centers in turn."""
    first = min(habit.first, (world.today - NOTICES_SINCE).days) - 36
    step = (first - 10) / (habit.departures - 1)
    centers = cycle(CENTERS)
    for number in range(habit.departures):
        day = world.ago(round(first - step * number))
        leaves_at = moment(day, world.chance.randrange(13, 18), zone=world.zone(habit.regime).time_zone)
        trucks = [_truck(world, habit, number, center) for center in islice(centers, 2)]
        section = habit.way_out[number % len(habit.way_out)]
        departure = Departure(habit.client, habit.regime, section, habit.patent, leaves_at, trucks, weeks=habit.weeks)
        Export(world, departure).plan()


def _truck(world: World, habit: Habit, number: int, center: str) -> Truck:
    """A truck with a trip of its own; two of all of them arrive with something missing or broken."""
    chance = world.chance
    way = SECOND_WAY.get(center, "") if number % 3 == 2 and habit.regime == "RFS" else ""
    short = {1: Decimal(12)} if (habit.client, number, center) == ("hogar", 12, "dc-atlanta") else None
    journey = Journey(
        slower=chance.uniform(0.95, 1.25),
        is_examined_mx=chance.random() < 0.05,
        is_examined_us=chance.random() < 0.1,
        short=short,
        damaged={1: Decimal(4)} if (habit.client, number) == ("motores", 9) else None,
    )
    return Truck(center, way, journey)


def _second_home(world: World) -> None:
    """The maker of motors also keeps electronics in the strategic zone: three entries, two departures."""
    goods = [world.good(sku) for sku in ("MC-PLC-16", "MC-VAR-VFD", "MC-MCU-32")]
    for days in (396, 255, 118):
        lines = [(good, in_packs(world.demand.weekly(good) * 9, good)) for good in goods]
        Arrival(world, Entry("motores", "RFS", "M3", "160", "3842", world.ago(days), lines, mode="1")).plan()
    for days, centers in ((330, CENTERS[:2]), (160, CENTERS[2:4])):
        leaves_at = moment(world.ago(days), 15)
        trucks = [Truck(center) for center in centers]
        Export(world, Departure("motores", "RFS", "240", "3842", leaves_at, trucks)).plan()


def _passed_on(world: World) -> None:
    """Stators taken over by virtual transfer: six months, and the last of them stayed too long."""
    good = world.good("MC-ROT-EST")
    taken_over = weekday_before(add_months(world.today, -6)[0] - timedelta(days=9))
    Arrival(world, Entry("motores", "ITE", "V1", "240", "3842", taken_over, [(good, Decimal(600))], mode="98")).plan()
    Arrival(world, Entry("motores", "ITE", "IN", "160", "3842", world.ago(62), [(good, Decimal(400))], mode="1")).plan()
    for days, quantity in ((97, 352), (5, 100)):
        leaves_at = moment(world.ago(days), 16, zone=world.zone("ITE").time_zone)
        truck = Truck("dc-dallas", cargo=[(good, Decimal(quantity))])
        Export(world, Departure("motores", "ITE", "240", "3842", leaves_at, [truck])).plan()


def _consolidated(world: World) -> None:
    """Two consolidated declarations: one closed in its week, one still open, so that its goods stand provisionally."""
    goods = [world.good(sku) for sku in ("AP-BUJ-SUS", "AP-ROT-INF", "AP-DIS-280", "AP-AMO-TRA")]
    lines = _weeks_of(world, goods, 5)
    amendments.Consolidated(world, "autopartes", "240", "3456", world.ago(75)).plan(lines, (2, 2), closes_after=5)
    amendments.Consolidated(world, "autopartes", "240", "3456", world.ago(6)).plan(lines, (2, 1))


def _weeks_of(world: World, goods: Sequence[Good], weeks: int) -> list[tuple[Good, Decimal]]:
    """So many weeks of demand of each item."""
    return [(good, in_packs(world.demand.weekly(good) * weeks, good)) for good in goods]


def _inland(world: World) -> None:
    """Four definitive imports: goods that turned national and were handed over in Mexico."""
    for days, client, regime, consignee, sku in (
        (312, "hogar", "DFI", "c-tiendas", "HE-TOA-BAN"),
        (205, "autopartes", "RFS", "c-planta", "AP-TOR-M10"),
        (131, "motores", "ITE", "c-planta", "MC-CAP-CER"),
        (48, "hogar", "DFI", "c-tiendas", "HE-VAS-DOC"),
    ):
        good = world.good(sku)
        cargo = [(good, in_packs(world.demand.weekly(good) * 2, good))]
        leaves_at = moment(world.ago(days), 12, zone=world.zone(regime).time_zone)
        patent = next(habit.patent for habit in HABITS if habit.client == client)
        departure = Departure(client, regime, "240", patent, leaves_at, [Truck(consignee, cargo=cargo)], is_inland=True)
        Export(world, departure).plan()


def _about(world: World, least: int, most: int) -> Decimal:
    """A percentage by chance, as a share."""
    return Decimal(world.chance.randrange(least, most)) / 100
