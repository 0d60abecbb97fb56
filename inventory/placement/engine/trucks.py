"""Whole trucks: fill one that is begun, let units wait for the next, or let it go as it is, whichever costs least. Pure.

Source: placement.md §7.3 (docs/placement.md). A price per m³ on a lane moves the levels of all its items alike: a subsidy fills, a
charge thins out; each is found by bisection. The three loads are compared by what the DCs then cost and the trucks, where a m³
shipped ahead is worth its share of a later truck; nothing waits that is urgent, or that leaves because of its lot's limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.costs import left_over, newly_short
from inventory.placement.engine.deploy import SiteStock, Work
from inventory.placement.engine.model import Floats, Ints, Lane

SLIGHT = 0.02  # share of a truck that is squeezed into the others
URGENT = 4.0  # a unit waits for no truck when it is worth so many times its share of one
STEPS = 30
TIGHT = 1e-9


@dataclass(frozen=True)
class TruckLoad:
    """What a lane carries: m³ before and after rounding, trucks, and what one m³ more would have to be worth (0: not bound)."""

    origin: str
    destination: str
    asked_m3: float
    loaded_m3: float
    trucks: int
    price_per_m3: float


@dataclass(frozen=True)
class OnLane:
    """The items of one lane: pair, stock, pack, volume of a pack, units' position without the truck's packs, and their curves."""

    pairs: Ints
    stocks: list[SiteStock]
    pack: Floats
    pack_m3: Floats
    position: Floats
    need: Ints
    fixed: Ints
    grid: Floats
    cost: Floats
    volume: Floats

    def packs(self, price: float) -> Ints:
        """Packs up to the level that is cheapest when a m³ costs so much more."""
        best = np.argmin(self.cost + price * self.volume[:, None] * self.grid, axis=1)
        level = self.grid[np.arange(len(best)), best]
        gap = np.ceil((level - self.position) / self.pack - 1e-9)
        return np.asarray(np.maximum(gap, self.fixed), dtype=np.int64)


def round_trucks(work: Work, stocks: tuple[SiteStock, ...], room: Mapping[str, float]) -> list[TruckLoad]:
    """See to the trucks of every lane, in order of its ends. The shipments of `stocks` and the positions of `work` are changed.

    `room` is what m³ are still free at the DCs with a capacity: no truck is filled beyond it.
    """
    loads, free = [], dict(room)
    by_site: dict[str, list[SiteStock]] = {}
    for stock in stocks:
        by_site.setdefault(stock.site, []).append(stock)
    place = {(pair.sku, pair.dc): n for n, pair in enumerate(work.grid.pairs)}
    for (origin, destination), lane in sorted(work.grid.roads.lanes.items()):
        if lane.truck_m3 and lane.truck_cost is not None and origin in by_site:
            mine = on_lane(work, by_site[origin], place, destination)
            if len(mine.pairs):
                load = _lane(work, lane, mine, free.get(destination, np.inf))
                loads.append(load)
                if destination in free:
                    free[destination] -= load.loaded_m3 - load.asked_m3
    return loads


def _lane(work: Work, lane: Lane, mine: OnLane, room: float) -> TruckLoad:
    size, cost = float(lane.truck_m3 or 0.0), float(lane.truck_cost or 0.0)
    now = mine.need + mine.fixed
    asked = float((now * mine.pack_m3).sum())
    most = lane.max_trucks_per_week
    whole = float(np.floor(asked / size + TIGHT))
    packs, price = now, 0.0
    if most is not None and asked > most * size:
        packs, price = thinned(mine, most * size)
        packs = cut(mine, packs, most * size)
    elif asked / size - whole > (SLIGHT if whole else TIGHT):
        options = [(now, 0.0)]
        fewer = thinned(mine, whole * size)
        if not _is_urgent(work, mine, fewer[0], cost / size):
            options.append(fewer)
        if most is None or whole + 1 <= most:
            options.append(_filled(work, mine, min((whole + 1) * size, asked + room)))
        packs, price = min(options, key=lambda option: _worth(work, mine, option[0], size, cost))
    for n, (pair, stock) in enumerate(zip(mine.pairs.tolist(), mine.stocks, strict=True)):
        change = int(packs[n] - now[n])
        if change:
            shipment = stock.to(pair)
            shipment.withdraw(max(-change, 0))
            shipment.topup_packs += max(change, 0)
            work.after[pair] += change * mine.pack[n]
    loaded = float((packs * mine.pack_m3).sum())
    return TruckLoad(lane.origin, lane.destination, asked, loaded, truck_count(loaded, size), price)


def truck_count(volume: float, size: float) -> int:
    """Whole trucks for so many m³, a slight rest squeezed in."""
    return max(int(np.ceil(volume / size - SLIGHT)), int(volume > TIGHT))


def on_lane(work: Work, stocks: list[SiteStock], place: Mapping[tuple[int, str], int], destination: str) -> OnLane:
    """What these stocks send, or may send, to a DC."""
    found = [(place[stock.sku, destination], stock) for stock in stocks if (stock.sku, destination) in place]
    found = [
        (n, stock)
        for n, stock in found
        if work.grid.pairs[n].site == stock.site or any(shipment.pair == n for shipment in stock.shipments)
    ]
    pairs = np.array([n for n, _stock in found], dtype=np.int64)
    sent = [next((s for s in stock.shipments if s.pair == n), None) for n, stock in found]
    need = np.array([s.packs if s else 0 for s in sent], dtype=np.int64)
    fixed = np.array([s.early_packs + s.ahead_packs if s else 0 for s in sent], dtype=np.int64)
    pack = np.array([work.grid.skus[stock.sku].pack_size for _n, stock in found])
    volume = np.array([work.grid.skus[stock.sku].volume_m3 for _n, stock in found])
    whole, lead = work.outlook.spread.whole[pairs], work.outlook.spread.lead[pairs]
    grid = np.concatenate([np.zeros((len(pairs), 1)), whole], axis=1)
    cost = work.prices.charge[pairs, None] * left_over(grid, whole)
    cost = cost + work.prices.shortage[pairs, None] * newly_short(grid, whole, lead)
    position = work.after[pairs] - (need + fixed) * pack
    return OnLane(pairs, [stock for _n, stock in found], pack, pack * volume, position, need, fixed, grid, cost, volume)


def thinned(mine: OnLane, most_m3: float) -> tuple[Ints, float]:
    """No more than so many m³, and the charge per m³ at which the rest waits."""

    def at(price: float) -> Ints:
        return np.asarray(np.minimum(mine.packs(price), mine.need + mine.fixed))

    high = 1.0
    while (at(high) * mine.pack_m3).sum() > most_m3 + TIGHT and high < 1e12:
        high *= 4
    low = 0.0
    for _step in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if (at(middle) * mine.pack_m3).sum() > most_m3 + TIGHT else (low, middle)
    packs = at(high)
    return _added(mine, packs, mine.need + mine.fixed, most_m3), high


def cut(mine: OnLane, packs: Ints, room: float) -> Ints:
    """What must leave bond because of a limit is thinned last, and only where it alone has no room."""
    packs = packs.copy()
    over = float((packs * mine.pack_m3).sum()) - room
    for n in np.flatnonzero(packs > 0)[::-1].tolist():
        if over <= TIGHT:
            break
        if mine.pack_m3[n] > 0:
            back = min(int(packs[n]), int(np.ceil(over / mine.pack_m3[n] - TIGHT)))
            packs[n] -= back
            over -= back * float(mine.pack_m3[n])
    return packs


def _filled(work: Work, mine: OnLane, most_m3: float) -> tuple[Ints, float]:
    """As much of so many m³ as stock in bond and need allow: the subsidy per m³ that fills, then the next week's demand.

    Where a DC has no room for what it asks for, the price is a charge.
    """
    now = mine.need + mine.fixed
    free = np.array([stock.free_packs(p) for stock, p in zip(mine.stocks, mine.pack.tolist(), strict=True)])
    most = now + np.maximum(free, 0)
    if work.wait is not None:
        most = np.where(work.wait[mine.pairs] > 0, now, most)

    def at(price: float) -> Ints:
        return np.asarray(np.minimum(np.maximum(mine.packs(price), now), most))

    low = -1.0
    while (at(low) * mine.pack_m3).sum() < most_m3 and low > -1e9:
        low *= 4
    high = 0.0
    while (at(high) * mine.pack_m3).sum() > most_m3 + TIGHT and high < 1e12:
        high = max(1.0, 4 * high)
    for _step in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if (at(middle) * mine.pack_m3).sum() > most_m3 + TIGHT else (low, middle)
    is_enough = (at(low) * mine.pack_m3).sum() > most_m3 + TIGHT
    packs, price = (at(high), high) if is_enough else (at(low), 0.0)
    room = most_m3 - float((packs * mine.pack_m3).sum())
    weekly = np.floor(work.outlook.weekly[mine.pairs] / mine.pack)
    if room > 0 and weekly.sum() > 0:
        share = min(1.0, room / max(float((weekly * mine.pack_m3).sum()), TIGHT))
        packs = np.minimum(packs + np.floor(weekly * share).astype(np.int64), most)
    return packs, price


def _added(mine: OnLane, packs: Ints, most: Ints, most_m3: float) -> Ints:
    """Put back, in the lane's order, what bisection left out though it fits."""
    packs = packs.copy()
    room = most_m3 - float((packs * mine.pack_m3).sum())
    for n in np.flatnonzero(packs < most).tolist():
        more = (
            min(int(most[n] - packs[n]), int(room / mine.pack_m3[n] + TIGHT))
            if mine.pack_m3[n] > 0
            else int(most[n] - packs[n])
        )
        packs[n] += more
        room -= more * mine.pack_m3[n]
    return packs


def _worth(work: Work, mine: OnLane, packs: Ints, size: float, truck_cost: float) -> float:
    """What the lane costs with so many packs: the DCs' positions and its trucks, less what is shipped ahead of the next ones."""
    extra = (mine.position + packs * mine.pack - work.after[mine.pairs])[:, None]
    volume = float((packs * mine.pack_m3).sum())
    return float(work.costs(mine.pairs, extra).sum()) + truck_cost * (truck_count(volume, size) - volume / size)


def _is_urgent(work: Work, mine: OnLane, packs: Ints, truck_per_m3: float) -> bool:
    """True if one of the units that would wait is worth more than four times its share of a truck: the loss would go on."""
    waiting = np.flatnonzero(packs < mine.need + mine.fixed)
    pairs = mine.pairs[waiting]
    position = mine.position[waiting] + packs[waiting] * mine.pack[waiting]
    extra = np.stack([position, position + mine.pack[waiting]], axis=1) - work.after[pairs, None]
    cost = work.costs(pairs, extra)
    return bool((cost[:, 0] - cost[:, 1] > URGENT * truck_per_m3 * mine.pack_m3[waiting]).any())
