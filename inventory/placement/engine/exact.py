"""The deployment that costs least, trucks and all, as one mixed-integer program. Pure.

Source: placement.md §7.3 (docs/placement.md). What a DC costs is piecewise linear in what it has, with its kinks at the
quantiles of its demand; where it bends downwards, a binary keeps the order of its pieces. Packs and trucks are whole. The plan
that stands is kept where no better one is found in time, or where too many items move. HiGHS gives the same plan for the same
problem, unless the time limit cuts it off.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from inventory.placement.engine.deploy import SiteStock, Work
from inventory.placement.engine.model import Floats, Ints, Lane
from inventory.placement.engine.trucks import URGENT, TruckLoad, truck_count

MOST_SKUS, SECONDS, GAP = 500, 20.0, 1e-5
FLAT, ALL_PACKS, ALIKE = 1e-9, 64, 0.01


@dataclass(frozen=True)
class Solved:
    """What came of it: how many items move, what the standing plan and the best one found cost, and whether that one is proven.

    A cost is that of the DCs' positions and of trucks, less what a m³ shipped ahead saves of later ones. None: nothing was solved.
    """

    skus: int
    standing: float
    best: float | None = None
    is_proven: bool = False


@dataclass(frozen=True)
class _Way:
    """One stock to one pair over a lane: m³ of a pack, by what it is dearer than over the pair's own lane, packs that must go."""

    stock: int
    pair: int
    lane: Lane
    m3: float
    dearer: float
    early: int

    @property
    def truck(self) -> tuple[float, float] | None:
        """m³ and price of a truck, where it goes by truck."""
        lane = self.lane
        return (lane.truck_m3, lane.truck_cost) if lane.truck_m3 and lane.truck_cost is not None else None


def improve(
    work: Work, stocks: tuple[SiteStock, ...], loads: Sequence[TruckLoad], *, free: Mapping[str, float],
    closed: AbstractSet[tuple[str, str]],
) -> tuple[list[TruckLoad], Solved]:  # fmt: skip
    """Put the cheapest plan in place of a dearer one that stands; the shipments of `stocks` and the positions of `work` change.

    Nothing goes over a lane whose ends are `closed`, and no DC gets more than the m³ it has `free`.
    """
    program = _Program(work, stocks, free, closed)
    standing = program.standing
    skus = len({stocks[way.stock].sku for way in program.ways})
    cost = program.cost(standing) if program.ways else 0.0
    if not program.ways or skus > MOST_SKUS:
        return list(loads), Solved(skus, cost)
    packs, is_proven = program.solved()
    if packs is None:
        return list(loads), Solved(skus, cost)
    best = program.cost(packs)
    if best < cost - FLAT:
        program.put(packs)
        loads = [program.load(load, packs) for load in loads]
    return list(loads), Solved(skus, cost, min(best, cost), is_proven)


class _Program:
    """The ways there are, and what packs over them cost."""

    def __init__(
        self, work: Work, stocks: tuple[SiteStock, ...], free: Mapping[str, float], closed: AbstractSet[tuple[str, str]]
    ) -> None:
        self.work, self.stocks, self.free = work, stocks, free
        self.ways = _ways(work, stocks, closed)
        self.pack = np.array([self._pack(way) for way in self.ways])
        self.pairs: Ints = np.unique(np.array([way.pair for way in self.ways], dtype=np.int64))
        self.place: Ints = np.searchsorted(self.pairs, [way.pair for way in self.ways]).astype(np.int64)
        self.lanes = sorted({(way.lane.origin, way.lane.destination) for way in self.ways if way.truck})
        self.standing = np.array([_shipped(stocks[way.stock], way.pair) for way in self.ways], dtype=np.int64)
        self.base = work.after[self.pairs] - self._units(self.standing)

    def cost(self, packs: Ints) -> float:
        """Of these packs: positions, trucks less what is shipped ahead of the next ones, and dearer ways."""
        total = float((packs * np.array([way.dearer for way in self.ways])).sum())
        total += float(self._at(self._units(packs)[:, None]).sum())
        for lane in self.lanes:
            size, price = self._truck(lane)
            volume = self._volume(lane, packs)
            total += price * (truck_count(volume, size) - volume / size)
        return total

    def solved(self) -> tuple[Ints | None, bool]:
        """The packs of the cheapest plan (None: none was found in time), and whether it is proven to be."""
        from scipy.optimize import LinearConstraint, milp  # noqa: PLC0415  slow to load, and few runs ask for it
        from scipy.sparse import coo_array  # noqa: PLC0415  as above

        ways, pieces, lanes = len(self.ways), self._pieces, len(self.lanes)
        z, t = ways, ways + len(pieces)
        bends = _bends(pieces)
        y = t + lanes
        columns = y + len(bends)
        price, low, high = np.zeros(columns), np.zeros(columns), np.full(columns, np.inf)
        price[:ways] = [way.dearer for way in self.ways]
        for n, way in enumerate(self.ways):
            if way.truck:
                price[n] -= way.truck[1] / way.truck[0] * way.m3
        low[:ways] = self._least()
        for n, (_place, width, slope) in enumerate(pieces):
            high[z + n], price[z + n] = width, slope
        entries: list[tuple[int, int, float]] = []
        limits: list[tuple[float, float]] = [(0.0, 0.0)] * len(self.pairs)
        entries += [(int(place), n, 1.0) for n, place in enumerate(self.place)]
        entries += [(place, z + n, -1.0) for n, (place, _width, _slope) in enumerate(pieces)]
        for mine in _grouped([way.stock for way in self.ways]).values():
            entries += [(len(limits), n, 1.0) for n in mine]
            limits.append((0.0, float(self._free(mine))))
        for n, lane in enumerate(self.lanes):
            size, price[t + n] = self._truck(lane)
            most = self._of(lane)[0].lane.max_trucks_per_week
            high[t + n] = np.inf if most is None else np.floor(most)
            over = [(m, way.m3) for m, way in enumerate(self.ways) if (way.lane.origin, way.lane.destination) == lane]
            entries += [(len(limits), m, m3) for m, m3 in over]
            entries.append((len(limits), t + n, -size))
            limits.append((-np.inf, 0.0))
        self._limit_rooms(entries, limits)
        for n, (full, later) in enumerate(bends):
            high[y + n] = 1.0
            # What lies beyond a bend downwards is had only when all before it is.
            for piece in full:
                entries += [(len(limits), z + piece, 1.0), (len(limits), y + n, -pieces[piece][1])]
                limits.append((0.0, np.inf))
            for piece in later:
                entries += [(len(limits), z + piece, 1.0), (len(limits), y + n, -pieces[piece][1])]
                limits.append((-np.inf, 0.0))
        row, column, value = (np.array(part) for part in zip(*entries, strict=True))
        matrix = coo_array((value, (row, column)), shape=(len(limits), columns)).tocsr()
        whole = np.zeros(columns)
        whole[:ways] = whole[t:] = 1
        found = milp(
            price, integrality=whole, bounds=(low, high), constraints=LinearConstraint(matrix, *zip(*limits, strict=True)),
            options={"time_limit": SECONDS, "mip_rel_gap": GAP},
        )  # fmt: skip
        if found.x is None:
            return None, False
        return np.round(found.x[:ways]).astype(np.int64), found.status == 0

    def _limit_rooms(self, entries: list[tuple[int, int, float]], limits: list[tuple[float, float]]) -> None:
        """Add what the DCs have room for, or what stands where that is more already."""
        for dc, room in sorted(self.free.items()):
            mine = [(n, way.m3) for n, way in enumerate(self.ways) if way.lane.destination == dc]
            if mine:
                entries += [(len(limits), n, m3) for n, m3 in mine]
                limits.append((-np.inf, max(room, sum(m3 * int(self.standing[n]) for n, m3 in mine))))

    def put(self, packs: Ints) -> None:
        """Make these packs the plan: what goes beyond the level counts as filling."""
        wanted = self.work.wanted
        for n, (way, number) in enumerate(zip(self.ways, packs.tolist(), strict=True)):
            self.work.after[way.pair] -= self.standing[n] * self.pack[n]
            needed = int(wanted(np.array([way.pair]), float(self.pack[n]))[0])
            if number or self.standing[n]:
                shipment = self.stocks[way.stock].to(way.pair)
                shipment.packs = min(number - way.early, max(needed - way.early, 0))
                shipment.topup_packs = number - way.early - shipment.packs
            self.work.after[way.pair] += number * self.pack[n]

    def load(self, load: TruckLoad, packs: Ints) -> TruckLoad:
        """What a lane carries then."""
        lane = (load.origin, load.destination)
        if lane not in self.lanes:
            return load
        volume = self._volume(lane, packs)
        return TruckLoad(*lane, load.asked_m3, volume, truck_count(volume, self._truck(lane)[0]), load.price_per_m3)

    @cached_property
    def _pieces(self) -> list[tuple[int, float, float]]:
        """Of each pair's cost, piece by piece: the pair's place, how many packs, what a pack changes; alike ones are one."""
        found = []
        for place, mine in sorted(_grouped(self.place.tolist()).items()):
            at = self._points(place, self.pack[mine[0]], sum(self._free([n]) for n in mine))
            cost = self._at(at[None, :] * self.pack[mine[0]], place)[0]
            slopes = np.diff(cost) / np.diff(at)
            alike = ALIKE * float(np.abs(slopes).max(initial=0.0))
            begin = 0
            for n in range(1, len(at)):
                if n == len(slopes) or abs(slopes[n] - slopes[begin]) > alike:
                    width = float(at[n] - at[begin])
                    found.append((place, width, float(cost[n] - cost[begin]) / width))
                    begin = n
        return found

    def _points(self, place: int, pack: float, most: int) -> Floats:
        """Numbers of packs at which the cost may bend: all, or those around the quantiles of demand."""
        spread, pair = self.work.outlook.spread, self.pairs[place]
        top = (float(spread.whole[pair].max()) + float(self.work.outlook.weekly[pair]) - self.base[place]) / pack
        last = max(min(most, int(np.ceil(max(top, 0.0)))), int(self.standing[self.place == place].sum()))
        if last <= ALL_PACKS:
            return np.arange(last + 1.0)
        bends = (np.concatenate([spread.whole[pair], spread.lead[pair]]) - self.base[place]) / pack
        around = np.concatenate([np.floor(bends), np.ceil(bends), [0.0, float(last)]])
        return np.unique(np.clip(around, 0.0, float(last)))

    def _least(self) -> Ints:
        """Packs that must go: early ones, and of the standing ones those of a stated service or worth four shares of a truck."""
        urgent, of_pair = np.zeros(len(self.ways)), _grouped([place for place, _width, _slope in self._pieces])
        for n, way in enumerate(self.ways):
            if way.truck:
                worth = URGENT * way.truck[1] / way.truck[0] * way.m3
                urgent[n] = sum(self._pieces[p][1] for p in of_pair[int(self.place[n])] if -self._pieces[p][2] > worth)
        urgent[self.work.prices.min_fill[self.pairs[self.place]] > 0] = np.inf
        early = np.array([way.early for way in self.ways], dtype=np.int64)
        return np.maximum(early, np.minimum(urgent, self.standing).astype(np.int64))

    def _at(self, units: Floats, place: int | None = None) -> Floats:
        """What pairs cost with so many units more than their base."""
        places = slice(None) if place is None else slice(place, place + 1)
        pairs = self.pairs[places]
        return self.work.costs(pairs, units + (self.base[places] - self.work.after[pairs])[:, None])

    def _units(self, packs: Ints) -> Floats:
        return np.asarray(np.bincount(self.place, packs * self.pack, len(self.pairs)), dtype=np.float64)

    def _pack(self, way: _Way) -> float:
        return self.work.grid.skus[self.stocks[way.stock].sku].pack_size

    def _free(self, ways: list[int]) -> int:
        """Packs that a stock has for these ways."""
        stock = self.stocks[self.ways[ways[0]].stock]
        pack = float(self.pack[ways[0]])
        return stock.free_packs(pack) + sum(shipment.total for shipment in stock.shipments)

    def _of(self, lane: tuple[str, str]) -> list[_Way]:
        return [way for way in self.ways if (way.lane.origin, way.lane.destination) == lane]

    def _truck(self, lane: tuple[str, str]) -> tuple[float, float]:
        return self._of(lane)[0].truck or (1.0, 0.0)

    def _volume(self, lane: tuple[str, str], packs: Ints) -> float:
        mine = [(way.lane.origin, way.lane.destination) == lane for way in self.ways]
        return float((packs * np.array([way.m3 for way in self.ways]))[np.array(mine)].sum())


def _bends(pieces: list[tuple[int, float, float]]) -> list[tuple[list[int], list[int]]]:
    """Where curves bend downwards: the pieces before each such bend, back to the one before it, and those after it."""
    found = []
    for mine in _grouped([place for place, _width, _slope in pieces]).values():
        runs = [mine[:1]]
        for piece in mine[1:]:
            slope, before = pieces[piece][2], pieces[piece - 1][2]
            if slope < before - FLAT * max(1.0, abs(before)):
                runs.append([])
            runs[-1].append(piece)
        found += list(pairwise(runs))
    return found


def _grouped(keys: Sequence[int]) -> dict[int, list[int]]:
    """The places of each key."""
    found: dict[int, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        found[key].append(place)
    return found


def _ways(work: Work, stocks: tuple[SiteStock, ...], closed: AbstractSet[tuple[str, str]]) -> list[_Way]:
    """Every way that stock may go, in order: to the pairs its site feeds, and to those that it reaches besides."""
    grid = work.grid
    by_sku = _grouped([pair.sku for pair in grid.pairs])
    found = []
    for number, stock in enumerate(stocks):
        sku = grid.skus[stock.sku]
        if stock.on_hand < sku.pack_size or (sku.sites and stock.site not in sku.sites):
            continue
        for n in by_sku.get(stock.sku, ()):
            pair = grid.pairs[n]
            lane = grid.roads.lanes.get((stock.site, pair.dc))
            if lane is None or (stock.site, pair.dc) in closed:
                continue
            dearer = max(lane.freight(sku.volume_m3) - pair.lane.freight(sku.volume_m3), 0.0) * sku.pack_size
            early = next((shipment.early_packs for shipment in stock.shipments if shipment.pair == n), 0)
            found.append(_Way(number, n, lane, sku.volume_m3 * sku.pack_size, dearer, early))
    return found


def _shipped(stock: SiteStock, pair: int) -> int:
    return next((shipment.total for shipment in stock.shipments if shipment.pair == pair), 0)
