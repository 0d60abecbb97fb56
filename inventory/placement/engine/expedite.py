"""Which units go over a faster lane: those that would be missed until the usual one arrives. Pure.

Source: placement.md §7.1 and §7.3 (docs/placement.md): modes are mixed only for urgent units. Earlier by the weeks between the two
lead times, they meet what is asked in those weeks beyond what is left of the DC's own stock; each unit short that they save is
worth p, and each costs the dearer lane's extra freight. Trucks of the faster lane, where it goes by truck, are paid whole.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from inventory.placement.engine.closures import closure_of, holiday_weeks
from inventory.placement.engine.deploy import Deployment
from inventory.placement.engine.distribution import WEIGHTS, Spread, expect, stretch
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.model import Flags, Floats, Ints, Lane, Problem
from inventory.placement.engine.trucks import TruckLoad, truck_count

TIGHT = 1e-9
# The chance that demand is at least each of its quantiles.
TAILS: Floats = np.cumsum(WEIGHTS[::-1])[::-1]

Ends = tuple[str, str]
Key = tuple[str, int]  # site, pair
Sent = tuple[int, int, int, int]  # item, pair, packs that are shipped, packs that wait


@dataclass(frozen=True)
class FasterWay:
    """A lane that is faster than the usual one between the same nodes; weeks count holidays on the way (`late`) in."""

    lane: Lane
    usual: Lane
    weeks: float
    usual_weeks: float
    late: int
    review: int


@dataclass(frozen=True)
class Expedited:
    """Packs that go over a faster lane, the units short and the money that saves, and what a unit costs more.

    `more` of the packs would else have waited for a truck; over the usual lane they would be there in `usual_weeks`.
    """

    way: FasterWay
    packs: int
    more: int
    usual_weeks: float
    short_saved: float
    saves: float
    extra_per_unit: float


@dataclass(frozen=True)
class Asked:
    """What may go over a lane that is faster than the usual one: packs, those of them that leave in any case, what they are worth.

    `later` are the weeks until the next usual departure, where nothing leaves now.
    """

    keys: list[Key]
    packs: Ints
    shipped: Ints
    later: Floats
    pack: Floats
    volume: Floats
    extra: Floats
    shortage: Floats
    position: Floats
    whole: Floats
    weeks: Floats

    def of(self, lines: Ints) -> "Asked":
        """Some of them."""
        rest = {name: value[lines] for name, value in vars(self).items() if name != "keys"}
        return Asked([self.keys[n] for n in lines.tolist()], **rest)


def expedite(
    problem: Problem, grid: Grid, spread: Spread, shortage: Floats, deployment: Deployment, aimed: Floats,
    *, closed: AbstractSet[Ends],
) -> dict[Key, Expedited]:  # fmt: skip
    """What goes over a faster lane, by site and pair; nothing where no lane has a faster one beside it.

    `shortage` is p per pair; units up to the level that was `aimed` at, which wait for a truck, may go too.
    """
    ways = faster_ways(problem, grid, closed)
    if not ways:
        return {}
    position, free = deployment.before.copy(), {}
    sent: dict[Ends, list[Sent]] = {}
    waiting = _waiting(grid, deployment.after, aimed)
    fed = {(site.sku, site.site): site.pairs for site in grid.site_pairs}
    from_here = {origin for origin, _destination in ways}
    for stock in deployment.stocks:
        if stock.site not in from_here:
            continue
        packs = {shipment.pair: shipment.total for shipment in stock.shipments}
        mine = fed.get((stock.sku, stock.site), ())
        spare = free[stock.sku, stock.site] = stock.free_packs(grid.skus[stock.sku].pack_size)
        waits = {n: waiting[n] for n in mine if waiting[n]} if spare > 0 else {}
        for n in packs.keys() | waits.keys():
            ends = (stock.site, grid.pairs[n].dc)
            if ends in ways:
                sent.setdefault(ends, []).append((stock.sku, n, packs.get(n, 0), waits.get(n, 0)))
    found: dict[Key, Expedited] = {}
    goods = (np.array([sku.pack_size for sku in grid.skus]), np.array([sku.volume_m3 for sku in grid.skus]))
    for ends, rows in sorted(sent.items(), key=lambda entry: entry[0]):
        rows.sort()
        # One faster lane for all of them, so that its trucks are paid by those who go.
        over = [_over(way, _asked(goods, way, rows, spread, shortage, position, free), problem) for way in ways[ends]]
        best: dict[Key, Expedited] = max(over, key=lambda entries: _net(entries, grid))
        for (site, n), entry in best.items():
            sku = grid.pairs[n].sku
            free[sku, site] -= entry.more
            position[n] += entry.packs * grid.skus[sku].pack_size
        found |= best
    return found


def _waiting(grid: Grid, after: Floats, aimed: Floats) -> list[int]:
    """Packs of each pair up to what was aimed at that do not leave now; of a DC whose room is limited none."""
    pack = np.array([grid.skus[pair.sku].pack_size for pair in grid.pairs])
    roomy = np.array([grid.roads.nodes[pair.dc].capacity_m3 is None for pair in grid.pairs], dtype=np.bool_)
    packs = np.where(roomy, np.floor(np.maximum(aimed - after, 0.0) / pack + TIGHT), 0.0)
    return [int(number) for number in packs.tolist()]


def faster_ways(problem: Problem, grid: Grid, closed: AbstractSet[Ends]) -> dict[Ends, tuple[FasterWay, ...]]:
    """Of every lane from bond to a DC that is open, the open lanes beside it that take fewer weeks on the mean."""
    roads, found = grid.roads, {}
    for ends, others in roads.others.items():
        origin, destination = (roads.nodes[end].type for end in ends)
        if (origin, destination) != ("bonded", "dc") or ends in closed:
            continue
        usual = roads.lanes[ends]
        usual_weeks = usual.lead_time.mean + holiday_weeks(usual, problem, roads)
        ways = []
        for lane in others:
            late = holiday_weeks(lane, problem, roads)
            weeks = lane.lead_time.mean + late
            shut = closure_of(lane, problem, roads)
            if weeks < usual_weeks - TIGHT and not (shut and shut.is_now):
                ways.append(FasterWay(lane, usual, weeks, usual_weeks, late, problem.network.review_weeks))
        if ways:
            found[ends] = tuple(ways)
    return found


def carried(loads: Sequence[TruckLoad], found: Mapping[Key, Expedited], grid: Grid) -> tuple[TruckLoad, ...]:
    """The usual lanes' loads less what goes over faster ones."""
    gone: dict[Ends, float] = {}
    for (site, n), entry in found.items():
        sku = grid.skus[grid.pairs[n].sku]
        ends = (site, grid.pairs[n].dc)
        gone[ends] = gone.get(ends, 0.0) + (entry.packs - entry.more) * sku.pack_size * sku.volume_m3

    def less(load: TruckLoad) -> TruckLoad:
        ends = (load.origin, load.destination)
        size = grid.roads.lanes[ends].truck_m3
        if ends not in gone or not size:
            return load
        left = max(load.loaded_m3 - gone[ends], 0.0)
        return replace(load, loaded_m3=left, trucks=truck_count(left, size))

    return tuple(map(less, loads))


def totals(found: Mapping[Key, Expedited], grid: Grid) -> dict[str, Any]:
    """`expedited` of the run's totals, by lane; nothing where nothing is."""
    sums: dict[Lane, list[float]] = {}
    for (_site, n), entry in found.items():
        sku = grid.skus[grid.pairs[n].sku]
        units = entry.packs * sku.pack_size
        one = (units * sku.volume_m3, entry.short_saved, entry.saves, entry.extra_per_unit * units)
        sums[entry.way.lane] = [a + b for a, b in zip(sums.get(entry.way.lane, [0.0] * 4), one, strict=True)]
    rows = [
        {
            "from_node": lane.origin, "to_node": lane.destination, "mode": lane.mode, "crossing": lane.crossing,
            "loaded_m3": round(m3, 4), "short_saved": round(short, 4), "saved": round(saved, 4), "extra_freight": round(extra, 4),
        }
        for lane, (m3, short, saved, extra) in sorted(
            sums.items(), key=lambda entry: (entry[0].origin, entry[0].destination)
        )
    ]  # fmt: skip
    return {"expedited": rows} if rows else {}


def missed(
    whole: Floats, weeks: Floats, way: FasterWay, later: Floats, position: Floats, *, is_lost: bool
) -> tuple[Floats, Floats]:
    """Between the faster lane's arrival and the usual one's: demand (as quantiles) and what is left for it, line by line.

    `whole` is demand over `weeks` weeks, `later` weeks that the usual lane's next departure is off. What is left is taken at its
    mean: E[(P − D)+] where unmet demand is lost, else P − E[D], as backorders come first.
    """
    until = stretch(whole, way.weeks / weeks)
    between = stretch(whole, (way.usual_weeks + later - way.weeks) / weeks)
    if is_lost:
        return between, expect(np.maximum(position[:, None] - until, 0.0))
    return between, position - expect(until)


def _over(way: FasterWay, asked: Asked, problem: Problem) -> dict[Key, Expedited]:
    """What goes over one faster lane, within its trucks."""
    is_lost = problem.network.unmet == "lost"
    between, left = missed(asked.whole, asked.weeks, way, asked.later, asked.position, is_lost=is_lost)
    # A unit saves at most p × the chance that it is asked for in these weeks.
    chance = expect((between > left[:, None]).astype(np.float64))
    mine = np.flatnonzero(chance * asked.shortage > asked.extra)
    if not len(mine):
        return {}
    asked, between, left = asked.of(mine), between[mine], left[mine]
    packs, saved = _best(asked, between, left)
    goes = _within_trucks(way, asked, packs, saved, is_shared=problem.params.are_trucks_shared)
    return {
        asked.keys[n]: Expedited(
            way, int(packs[n]), max(int(packs[n] - asked.shipped[n]), 0), float(way.usual_weeks + asked.later[n]),
            float(saved[n]), float(saved[n] * asked.shortage[n]), float(asked.extra[n]),
        )
        for n in np.flatnonzero(goes).tolist()
    }  # fmt: skip


def _best(asked: Asked, between: Floats, left: Floats) -> tuple[Ints, Floats]:
    """Packs that gain most, the fewest of equals, and the units short that they save.

    What is left covers the first of what is asked, so the next unit saves one with the chance that more is asked than that and
    what goes already: as many units gain as the quantile has at which this chance times p is the extra freight.
    """
    chance = np.where(asked.shortage > 0, asked.extra / np.maximum(asked.shortage, TIGHT), 1.0)
    last = np.maximum((chance[:, None] < TAILS).sum(axis=1) - 1, 0)
    lines = np.arange(len(left))
    best = np.maximum((between[lines, last] - left) / asked.pack, 0.0)
    points = np.stack([np.zeros(len(left)), np.floor(best + TIGHT), np.ceil(best - TIGHT)], axis=1)
    units = np.minimum(points, asked.packs[:, None]) * asked.pack[:, None]
    lacking = between[:, None, :] - (left[:, None] + units)[:, :, None]
    short = expect(np.clip(lacking, 0.0, between[:, None, :]))
    saved = short[:, :1] - short
    gain = asked.shortage[:, None] * saved - asked.extra[:, None] * units
    chosen = np.argmax(gain > gain.max(axis=1, keepdims=True) - TIGHT, axis=1)
    return np.round(units[lines, chosen] / asked.pack).astype(np.int64), saved[lines, chosen]


def _within_trucks(way: FasterWay, asked: Asked, packs: Ints, saved: Floats, *, is_shared: bool) -> Flags:
    """Which lines go: those of most gain a m³ in as many whole trucks of the faster lane as pay, and as it has."""
    lane, goes = way.lane, packs > 0
    if not lane.truck_m3 or lane.truck_cost is None:
        return goes
    size, price = lane.truck_m3, lane.truck_cost
    units = packs * asked.pack
    volume = units * asked.volume
    most = _trucks(lane)
    if is_shared and most == np.inf:
        return goes
    # At 85 % full a m³ was counted; what it comes to is counted here instead, where the trucks are ours alone.
    counted = units * (lane.freight(1.0) - lane.cost_per_unit - lane.cost_per_m3) * asked.volume
    gain = saved * asked.shortage - units * asked.extra
    if not is_shared:
        gain = gain + counted
    order = np.lexsort((np.arange(len(packs)), -gain / np.maximum(volume, TIGHT)))
    order = order[goes[order]]
    best, chosen = 0.0, np.zeros(0, dtype=np.int64)
    for trucks in range(1, int(min(most, max(truck_count(float(volume.sum()), size), 1))) + 1):
        fits = _fitting(volume[order], trucks * size)
        worth = float(gain[order][fits].sum()) - (0.0 if is_shared else trucks * price)
        if worth > best + TIGHT:
            best, chosen = worth, order[fits]
    found = np.zeros(len(packs), dtype=np.bool_)
    found[chosen] = True
    return found


def _trucks(lane: Lane) -> float:
    """How many whole trucks a lane has."""
    return np.inf if lane.max_trucks_per_week is None else float(np.floor(lane.max_trucks_per_week + TIGHT))


def _fitting(volume: Floats, room: float) -> Flags:
    """Which of these, in their order, fit beside those before them that do."""
    found, left = np.zeros(len(volume), dtype=np.bool_), room
    for n, m3 in enumerate(volume.tolist()):
        if m3 <= left + TIGHT:
            found[n], left = True, left - m3
    return found


def _asked(
    goods: tuple[Floats, Floats], way: FasterWay, sent: Sequence[Sent], spread: Spread, shortage: Floats, position: Floats,
    free: Mapping[tuple[int, str], int],
) -> Asked:  # fmt: skip
    site, review = way.lane.origin, way.review
    items, pairs, shipped, waits = (np.array(column, dtype=np.int64) for column in zip(*sent, strict=True))
    pack, volume = goods[0][items], goods[1][items]
    by_unit, by_m3 = (way.lane.freight(m3) - way.usual.freight(m3) for m3 in (0.0, 1.0))
    extra = by_unit + (by_m3 - by_unit) * volume
    packs = shipped + np.minimum(waits, [max(free[item, site], 0) for item in items.tolist()])
    if way.lane.truck_m3 and way.lane.max_trucks_per_week is not None:
        room = way.lane.truck_m3 * _trucks(way.lane)
        packs = np.minimum(packs, np.floor(room / np.maximum(pack * volume, TIGHT) + TIGHT)).astype(np.int64)
    later = np.where(shipped > 0, 0.0, float(review))
    return Asked(
        [(site, n) for n in pairs.tolist()], packs, shipped, later, pack, volume, np.maximum(extra, 0.0),
        shortage[pairs], position[pairs], spread.whole[pairs], spread.weeks[pairs],
    )  # fmt: skip


def _net(entries: Mapping[Key, Expedited], grid: Grid) -> float:
    """What they save beyond what they cost."""
    pack = {key: grid.skus[grid.pairs[key[1]].sku].pack_size for key in entries}
    return sum(entry.saves - entry.extra_per_unit * entry.packs * pack[key] for key, entry in entries.items())
