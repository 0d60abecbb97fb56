"""What packs over every way from bond to the DCs cost, and the cheapest of them, as a mixed-integer program. Pure.

Source: placement.md §7.2 and §7.3 (docs/placement.md). What a DC costs is piecewise linear in what it has, with its kinks at the
quantiles of its demand; where it bends downwards, a binary keeps the order of its pieces. What leaves because of a limit goes in
any case, what goes ahead of a duty stays as it is, and nothing waits that is urgent. HiGHS gives the same packs for the same
program unless a time limit cuts it off; a limit of nodes does not change that.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from inventory.placement.engine.deploy import SiteStock, Work
from inventory.placement.engine.model import Floats, Ints, Lane
from inventory.placement.engine.trucks import URGENT, TruckLoad, truck_count

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FLAT, ALL_PACKS, ALIKE = 1e-9, 64, 0.01

Piece = tuple[int, float, float]
Bend = tuple[list[int], list[int]]
Entry = tuple[int, int, float]
Key = TypeVar("Key")


@dataclass(frozen=True)
class Way:
    """One stock to one pair over a lane: m³ of a pack, by what it is dearer than over the pair's own lane.

    `early` packs go because of a limit; `ahead` packs go before a duty rises, and are none of those that are decided on.
    """

    stock: int
    pair: int
    lane: Lane
    m3: float
    dearer: float
    early: int
    ahead: int

    @property
    def ends(self) -> tuple[str, str]:
        """Where it begins and ends."""
        return self.lane.origin, self.lane.destination

    @property
    def truck(self) -> tuple[float, float] | None:
        """m³ and price of a truck, where it goes by truck."""
        lane = self.lane
        return (lane.truck_m3, lane.truck_cost) if lane.truck_m3 and lane.truck_cost is not None else None


@dataclass(frozen=True)
class Answer:
    """Packs of every way (parts of packs, where only trucks are whole), trucks of every lane, and whether nothing is cheaper."""

    packs: Floats
    trucks: Floats
    is_proven: bool


class Program:
    """The ways of some stocks, and what packs over them cost beside all that is shipped from the others.

    `free` are the m³ of the DCs with a capacity before any shipment; nothing goes over lanes whose ends are `closed`.
    """

    def __init__(
        self, work: Work, stocks: Sequence[SiteStock], free: Mapping[str, float], closed: AbstractSet[tuple[str, str]],
        *, chosen: AbstractSet[int] | None = None,
    ) -> None:  # fmt: skip
        self.work, self.stocks, self.free = work, stocks, free
        self.ways = ways_of(work, stocks, closed, chosen)
        self.pack = np.array([self._pack(way) for way in self.ways])
        self.m3 = np.array([way.m3 for way in self.ways])
        self.pairs: Ints = np.unique(np.array([way.pair for way in self.ways], dtype=np.int64))
        self.place: Ints = np.searchsorted(self.pairs, [way.pair for way in self.ways]).astype(np.int64)
        self.of_lane = _grouped([way.ends for way in self.ways])
        self.lanes = sorted({way.ends for way in self.ways if way.truck})
        self.standing = np.array(
            [_shipped(stocks[way.stock], way.pair) - way.ahead for way in self.ways], dtype=np.int64
        )
        ahead = np.array([way.ahead for way in self.ways], dtype=np.int64)
        self.base = work.after[self.pairs] - self._units(self.standing + ahead)
        self.aside = self._aside()

    def cost(self, packs: Ints) -> float:
        """Of these packs: positions, trucks less what is shipped ahead of the next ones, and dearer ways."""
        total = float((packs * np.array([way.dearer for way in self.ways])).sum())
        total += float(self._at(self._units(packs)[:, None]).sum())
        for lane in self.lanes:
            size, price = self._truck(lane)
            volume = self.volume(lane, packs)
            total += price * (truck_count(volume, size) - volume / size)
        return total

    def volume(self, lane: tuple[str, str], packs: Ints) -> float:
        """m³ on a lane with these packs, and all else that goes over it."""
        mine = self.of_lane[lane]
        return self.aside.get(lane, 0.0) + float((packs[mine] * self.m3[mine]).sum())

    def put(self, packs: Ints) -> None:
        """Make these packs the plan: what goes beyond the level counts as filling."""
        after = self.work.after
        after[self.pairs] = self.base
        for n, (way, number) in enumerate(zip(self.ways, packs.tolist(), strict=True)):
            needed = int(self.work.wanted(np.array([way.pair]), float(self.pack[n]))[0])
            if number or self.standing[n]:
                shipment = self.stocks[way.stock].to(way.pair)
                shipment.packs = min(number - way.early, max(needed - way.early, 0))
                shipment.topup_packs = number - way.early - shipment.packs
            after[way.pair] += number * self.pack[n]
        for n, way in enumerate(self.ways):
            after[way.pair] += way.ahead * self.pack[n]

    def load(self, load: TruckLoad, packs: Ints) -> TruckLoad:
        """What a lane carries then."""
        lane = (load.origin, load.destination)
        if lane not in self.lanes:
            return load
        volume = self.volume(lane, packs)
        return TruckLoad(*lane, load.asked_m3, volume, truck_count(volume, self._truck(lane)[0]), load.price_per_m3)

    def solved(self, *, tolerance: float, nodes: int | None = None, seconds: float | None = None,
               within: Answer | None = None, near: int = 0, is_rough: bool = False) -> Answer | None:  # fmt: skip
        """The cheapest packs, within `tolerance` of the cost that stands; None where none were found within the limits.

        `within` an answer no lane has more trucks than there, and no way more than `near` packs more or less. Roughly, only
        trucks are whole, and costs bend upwards alone.
        """
        from scipy.optimize import LinearConstraint, milp  # noqa: PLC0415  slow to load, and not every run has trucks

        ways, pieces = len(self.ways), _hulled(self._pieces) if is_rough else self._pieces
        bends = _bends(pieces)
        t = ways + len(pieces)
        y = t + len(self.lanes)
        low, high = self._bounds(pieces, bends, within, near)
        price = np.concatenate(
            [self._prices(), [slope for _place, _width, slope in pieces], np.zeros(y - t + len(bends))]
        )
        price[t:y] = [self._truck(lane)[1] for lane in self.lanes]
        entries, limits = self._rows(pieces, bends)
        whole = np.ones(len(price))
        whole[ways:t] = 0
        whole[:ways] = not is_rough
        cost = self.cost(self.standing)
        changed = abs(cost - float(self._at(np.zeros((len(self.pairs), 1))).sum()))
        options: dict[str, float] = {"mip_rel_gap": tolerance * cost / max(changed, cost, FLAT)}
        options |= {} if nodes is None else {"node_limit": nodes}
        options |= {} if seconds is None else {"time_limit": seconds}
        rows = LinearConstraint(_matrix(entries, len(limits), len(price)), *zip(*limits, strict=True))
        found = milp(price, integrality=whole, bounds=(low, high), constraints=rows, options=options)
        if found.x is None:
            return None
        return Answer(found.x[:ways], np.round(found.x[t:y]), found.status == 0)

    def _prices(self) -> Floats:
        """What a pack of each way costs besides its position: a dearer way, less its share of a later truck."""
        shares = [way.truck[1] / way.truck[0] * way.m3 if way.truck else 0.0 for way in self.ways]
        return np.asarray(np.array([way.dearer for way in self.ways]) - np.array(shares), dtype=np.float64)

    def _bounds(
        self, pieces: Sequence[Piece], bends: Sequence[Bend], within: Answer | None, near: int
    ) -> tuple[Floats, Floats]:
        """Least and most of every column: packs of the ways, packs within the pieces, trucks of the lanes, bends."""
        wait = self.work.wait
        waits = np.zeros(len(self.ways), dtype=bool) if wait is None else wait[self.pairs[self.place]] > 0
        low, high = self._least.astype(np.float64), np.where(waits, self.standing, np.inf)
        most = [self.ways[self.of_lane[lane][0]].lane.max_trucks_per_week for lane in self.lanes]
        trucks = np.array([np.inf if number is None else np.floor(number) for number in most])
        if within is not None:
            low = np.maximum(low, np.floor(within.packs) - near)
            high = np.minimum(high, np.maximum(np.ceil(within.packs) + near, low))
            trucks = np.minimum(trucks, within.trucks)
        widths = np.array([width for _place, width, _slope in pieces])
        rest = len(pieces) + len(self.lanes) + len(bends)
        return np.concatenate([low, np.zeros(rest)]), np.concatenate([high, widths, trucks, np.ones(len(bends))])

    def _rows(self, pieces: Sequence[Piece], bends: Sequence[Bend]) -> tuple[list[Entry], list[tuple[float, float]]]:
        """Entries of the matrix and limits of its rows: pieces fill positions; stock, trucks and rooms suffice; order."""
        z, t = len(self.ways), len(self.ways) + len(pieces)
        y = t + len(self.lanes)
        limits: list[tuple[float, float]] = [(0.0, 0.0)] * len(self.pairs)
        entries = [(int(place), n, 1.0) for n, place in enumerate(self.place)]
        entries += [(place, z + n, -1.0) for n, (place, _width, _slope) in enumerate(pieces)]
        for mine in _grouped([way.stock for way in self.ways]).values():
            entries += [(len(limits), n, 1.0) for n in mine]
            limits.append((float(self._held(mine)), float(self._free(mine))))
        for n, lane in enumerate(self.lanes):
            entries += [(len(limits), m, self.ways[m].m3) for m in self.of_lane[lane]]
            entries.append((len(limits), t + n, -self._truck(lane)[0]))
            limits.append((-np.inf, -self.aside.get(lane, 0.0)))
        self._limit_rooms(entries, limits)
        for n, (full, later) in enumerate(bends):
            # What lies beyond a bend downwards is had only when all before it is.
            for piece in (*full, *later):
                entries += [(len(limits), z + piece, 1.0), (len(limits), y + n, -pieces[piece][1])]
                limits.append((0.0, np.inf) if piece in full else (-np.inf, 0.0))
        return entries, limits

    def _limit_rooms(self, entries: list[Entry], limits: list[tuple[float, float]]) -> None:
        """Add what the DCs have room for, or what stands where that is more already."""
        for dc, room in sorted(self.free.items()):
            mine = [n for n, way in enumerate(self.ways) if way.lane.destination == dc]
            if mine:
                entries += [(len(limits), n, self.ways[n].m3) for n in mine]
                stands = float((self.m3[mine] * self.standing[mine]).sum())
                limits.append((-np.inf, max(room - self.aside.get(dc, 0.0), stands)))

    def _aside(self) -> dict[tuple[str, str] | str, float]:
        """m³ of all other shipments, by lane and by DC."""
        found: dict[tuple[str, str] | str, float] = defaultdict(float)
        grid = self.work.grid
        for stock in self.stocks:
            sku = grid.skus[stock.sku]
            for shipment in stock.shipments:
                m3, dc = shipment.total * sku.pack_size * sku.volume_m3, grid.pairs[shipment.pair].dc
                found[stock.site, dc] += m3
                found[dc] += m3
        for way, packs in zip(self.ways, self.standing.tolist(), strict=True):
            found[way.ends] -= packs * way.m3
            found[way.lane.destination] -= packs * way.m3
        return {key: m3 if m3 > FLAT else 0.0 for key, m3 in found.items()}

    @cached_property
    def _pieces(self) -> list[Piece]:
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

    @cached_property
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

    def _held(self, ways: list[int]) -> int:
        """Packs that a stock sends at least: as many as stand, as far as they are of lots in the red."""
        stock, red = self.stocks[self.ways[ways[0]].stock], self.work.problem.params.red_weeks
        last = max((n for n, seen in enumerate(stock.views) if seen.weeks_left <= red), default=-1)
        units = sum(seen.lot.quantity for seen in stock.views[: last + 1])
        return min(int(self.standing[ways].sum()), int(np.ceil(units / float(self.pack[ways[0]]) - FLAT)))

    def _at(self, units: Floats, place: int | None = None) -> Floats:
        """What pairs cost with so many units more than their base."""
        places = slice(None) if place is None else slice(place, place + 1)
        pairs = self.pairs[places]
        return self.work.costs(pairs, units + (self.base[places] - self.work.after[pairs])[:, None])

    def _units(self, packs: Ints) -> Floats:
        return np.asarray(np.bincount(self.place, packs * self.pack, len(self.pairs)), dtype=np.float64)

    def _pack(self, way: Way) -> float:
        return self.work.grid.skus[self.stocks[way.stock].sku].pack_size

    def _free(self, ways: list[int]) -> int:
        """Packs that a stock has for these ways."""
        stock = self.stocks[self.ways[ways[0]].stock]
        sent = sum(shipment.total - shipment.ahead_packs for shipment in stock.shipments)
        return stock.free_packs(float(self.pack[ways[0]])) + sent

    def _truck(self, lane: tuple[str, str]) -> tuple[float, float]:
        return self.ways[self.of_lane[lane][0]].truck or (1.0, 0.0)


def _hulled(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces joined until the cost of each pair bends upwards alone: its lower hull.

    >>> _hulled([(0, 1.0, 0.0), (0, 3.0, -4.0), (0, 1.0, 1.0), (1, 1.0, -9.0)])
    [(0, 4.0, -3.0), (0, 1.0, 1.0), (1, 1.0, -9.0)]
    """
    found: list[Piece] = []
    for piece in pieces:
        joined = piece
        while found and found[-1][0] == joined[0] and found[-1][2] > joined[2]:
            _place, width, slope = found.pop()
            whole = width + joined[1]
            joined = (joined[0], whole, (slope * width + joined[2] * joined[1]) / whole)
        found.append(joined)
    return found


def _matrix(entries: Sequence[Entry], rows: int, columns: int) -> "csr_array":
    """The matrix of these entries."""
    from scipy.sparse import coo_array  # noqa: PLC0415  slow to load, and not every run has trucks

    row, column, value = (np.array(part) for part in zip(*entries, strict=True))
    return coo_array((value, (row, column)), shape=(rows, columns)).tocsr()


def _bends(pieces: Sequence[Piece]) -> list[Bend]:
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


def _grouped(keys: Sequence[Key]) -> dict[Key, list[int]]:
    """The places of each key."""
    found: dict[Key, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        found[key].append(place)
    return found


def ways_of(
    work: Work, stocks: Sequence[SiteStock], closed: AbstractSet[tuple[str, str]], chosen: AbstractSet[int] | None
) -> list[Way]:
    """Every way that stock of the chosen items may go, in order: to the pairs its site feeds, and to others that it reaches."""
    grid = work.grid
    by_sku = _grouped([pair.sku for pair in grid.pairs])
    found = []
    for number, stock in enumerate(stocks):
        sku = grid.skus[stock.sku]
        if chosen is not None and stock.sku not in chosen:
            continue
        if stock.on_hand < sku.pack_size or (sku.sites and stock.site not in sku.sites):
            continue
        for n in by_sku.get(stock.sku, ()):
            pair = grid.pairs[n]
            lane = grid.roads.lanes.get((stock.site, pair.dc))
            if lane is None or (stock.site, pair.dc) in closed:
                continue
            dearer = max(lane.freight(sku.volume_m3) - pair.lane.freight(sku.volume_m3), 0.0) * sku.pack_size
            sent = next((shipment for shipment in stock.shipments if shipment.pair == n), None)
            early, ahead = (sent.early_packs, sent.ahead_packs) if sent else (0, 0)
            found.append(Way(number, n, lane, sku.volume_m3 * sku.pack_size, dearer, early, ahead))
    return found


def _shipped(stock: SiteStock, pair: int) -> int:
    return next((shipment.total for shipment in stock.shipments if shipment.pair == pair), 0)
