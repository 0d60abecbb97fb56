"""What a known change of a duty rate does now: before a rise stock is brought forward, before a fall it waits. Pure.

Source: placement.md §8 (docs/placement.md). A unit brought forward before a rise δ saves v·δ and costs the premium Δ for each week
that it waits, so w* = v·δ/Δ weeks of demand beyond the level are worth bringing, less those that pass before the day: what they ask
can still come at the old rate. Before a fall a unit goes only if it gains more than v·|δ|.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.allocate import hand_out
from inventory.placement.engine.closures import HORIZON_WEEKS
from inventory.placement.engine.deploy import SiteStock, Work
from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.duties import DutyChanges, changes
from inventory.placement.engine.economics import Prices
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.levels import cost_at
from inventory.placement.engine.model import Floats, Ints, Problem
from inventory.placement.engine.outlook import Outlook

STOCK, CAPACITY, TRUCK = "stock", "capacity", "truck"


@dataclass(frozen=True)
class Foreseen:
    """What changes of duty to come mean, per pair.

    `saves` is what a unit saves by coming before a rise, `cover` the weeks of demand that are worth it (w*), `beyond` those of them
    to have beyond the level now; `wait` is what a unit saves by waiting for a fall, `until` the level until then.
    """

    changes: DutyChanges
    saves: Floats
    cover: Floats
    beyond: Floats
    wait: Floats
    until: Floats


@dataclass
class Brought:
    """Units of a pair that are worth bringing forward now, those that are, and what holds the rest back."""

    pair: int
    asked: float
    units: float
    held_by: tuple[str, ...]


def foresee(problem: Problem, grid: Grid, outlook: Outlook, prices: Prices, level: Floats) -> Foreseen | None:
    """What known duty rates to come mean for each pair; None where none comes within the horizon.

    A fall counts once it is near: when what is shipped now would not all be sold before it.
    """
    found = changes(problem, grid, HORIZON_WEEKS)
    if found is None:
        return None
    value = np.array([grid.skus[pair.sku].unit_value for pair in grid.pairs])
    worth = value * np.abs(found.new - found.now)
    rises, falls = found.new > found.now, found.new < found.now
    premium = np.maximum(prices.premium, 1e-12)
    cover = np.where(rises, worth / premium, 0.0)
    beyond = np.where(rises, np.maximum(cover - np.where(rises, found.weeks, 0.0), 0.0), 0.0)
    near = found.weeks <= np.ceil(outlook.protection) + problem.network.review_weeks
    wait = np.where(falls & near, worth, 0.0)
    until = _until(wait, outlook.spread, prices, level)
    return Foreseen(found, np.where(rises, worth, 0.0), cover, beyond, wait, until)


def _until(wait: Floats, spread: Spread, prices: Prices, level: Floats) -> Floats:
    """The levels until a fall: as far up as the last unit still gains more than it saves by waiting.

    Read from above: the first units of an empty DC gain nothing, as what is asked before they come is lost anyway.
    """
    found, mine = level.copy(), np.flatnonzero(wait > 0)
    if not len(mine):
        return found
    part = Spread(spread.whole[mine], spread.lead[mine], spread.weeks[mine], spread.is_short[mine])
    step = prices.step[mine, None]
    points = np.concatenate(
        [np.zeros((len(mine), 1)), np.minimum(np.floor(part.whole / step) * step, level[mine, None])], axis=1
    )
    cost = cost_at(points, part, prices.charge[mine], prices.shortage[mine])
    width = np.diff(points, axis=1)
    gains = -np.diff(cost, axis=1) > wait[mine, None] * width
    gains &= width > 0
    last = gains.shape[1] - np.argmax(gains[:, ::-1], axis=1)
    found[mine] = np.where(gains.any(axis=1), points[np.arange(len(mine)), last], 0.0)
    return found


def bring_forward(
    work: Work, stocks: Sequence[SiteStock], foreseen: Foreseen, *, room: Mapping[str, float],
    closed: frozenset[tuple[str, str]],
) -> tuple[Brought, ...]:  # fmt: skip
    """Ship what is worth bringing before duty rises, where most is saved a m³ first, as far as stock, room and trucks go."""
    grid, left = work.grid, dict(room)
    lane_left = _lane_room(work, stocks)
    fed = {(site.sku, site.site): site.pairs for site in grid.site_pairs}
    todo: list[tuple[float, int, str, SiteStock | None, list[int]]] = []
    of = {(stock.sku, stock.site): stock for stock in stocks}
    for (sku, site), pairs in fed.items():
        mine = [n for n in pairs if foreseen.beyond[n] > 0 and work.outlook.weekly[n] > 0]
        mine = [n for n in mine if (site, grid.pairs[n].dc) not in closed]
        if mine:
            saved = float(foreseen.saves[mine].max()) / max(grid.skus[sku].volume_m3, 1e-9)
            todo.append((-saved, sku, site, of.get((sku, site)), mine))
    found: list[Brought] = []
    for _saved, _sku, site, stock, mine in sorted(todo, key=lambda entry: entry[:3]):
        found += _bring(work, stock, np.array(mine), foreseen, left, lane_left, site)
    return tuple(sorted(found, key=lambda brought: brought.pair))


def _bring(
    work: Work, stock: SiteStock | None, pairs: Ints, foreseen: Foreseen, room: dict[str, float],
    lane_room: dict[tuple[str, str], float], site: str,
) -> list[Brought]:  # fmt: skip
    grid = work.grid
    sku = grid.skus[grid.pairs[int(pairs[0])].sku]
    pack, pack_m3 = sku.pack_size, sku.pack_size * sku.volume_m3
    weekly, level = work.outlook.weekly[pairs], work.level[pairs]
    position = work.after[pairs]
    asked = np.maximum(level + foreseen.beyond[pairs] * weekly - np.maximum(position, level), 0.0)
    asked_packs = np.floor(asked / pack + 1e-9).astype(np.int64)
    free = stock.free_packs(pack) if stock else 0
    most = np.array([_packs(room.get(grid.pairs[n].dc, np.inf), pack_m3) for n in pairs.tolist()])
    by_lane = np.array([_packs(lane_room.get((site, grid.pairs[n].dc), np.inf), pack_m3) for n in pairs.tolist()])
    wanted = np.minimum(asked_packs, np.minimum(most, by_lane)).astype(np.int64)
    given = wanted
    if wanted.sum() > free:
        given = np.zeros(len(pairs), dtype=np.int64)
        if free > 0:
            over = np.maximum(position - level, 0.0)
            gain, premium = foreseen.saves[pairs], work.prices.premium[pairs]

            def costs(extra: Floats) -> Floats:
                units = extra * pack
                waits = (2 * over[:, None] + units) / (2 * weekly[:, None])
                return np.asarray(units * (premium[:, None] * waits - gain[:, None]), dtype=np.float64)

            given = hand_out(costs, wanted, free).packs
    found = []
    for place, n in enumerate(pairs.tolist()):
        packs, dc = int(given[place]), grid.pairs[n].dc
        if packs and stock:
            stock.to(n).ahead_packs += packs
            work.after[n] += packs * pack
        for limits, key in ((room, dc), (lane_room, (site, dc))):
            if key in limits:
                limits[key] -= packs * pack_m3  # type: ignore[index]
        held = []
        if packs < asked_packs[place]:
            held += [CAPACITY] if most[place] < asked_packs[place] and most[place] <= by_lane[place] else []
            held += [TRUCK] if by_lane[place] < asked_packs[place] and by_lane[place] <= most[place] else []
            held += [STOCK] if packs < wanted[place] else []
        found.append(Brought(n, float(asked_packs[place] * pack), packs * pack, tuple(held)))
    return found


def _packs(room: float, pack_m3: float) -> float:
    return float(np.floor(room / pack_m3 + 1e-9)) if pack_m3 > 0 else np.inf


def _lane_room(work: Work, stocks: Sequence[SiteStock]) -> dict[tuple[str, str], float]:
    """m³ that the trucks of each lane with a limit can still take."""
    left = {
        ends: float(lane.truck_m3) * lane.max_trucks_per_week
        for ends, lane in work.grid.roads.lanes.items()
        if lane.truck_m3 and lane.max_trucks_per_week is not None
    }
    if left:
        for stock in stocks:
            sku = work.grid.skus[stock.sku]
            for shipment in stock.shipments:
                ends = (stock.site, work.grid.pairs[shipment.pair].dc)
                if ends in left:
                    left[ends] -= shipment.total * sku.pack_size * sku.volume_m3
    return {ends: max(room, 0.0) for ends, room in left.items()}
