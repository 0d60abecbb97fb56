"""From bond to bond: what one site holds beyond what its DCs will want, or would not get out in time, to one that lacks it. Pure.

Source: placement.md §3 and §7.4 (docs/placement.md). After shipments and before orders, item by item and lane by lane, as many
packs go as save most beyond what they cost. The limit of a lot goes along, unless the network states that a lane's transfer
renews it.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np

from inventory.placement.engine import limits
from inventory.placement.engine.closures import holiday_weeks
from inventory.placement.engine.deploy import SiteStock
from inventory.placement.engine.economics import expiry_cost
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.limits import LotView
from inventory.placement.engine.model import Floats, Ints, Lane, Sku
from inventory.placement.engine.periods import add_months
from inventory.placement.engine.transfer_worth import Standing, Ways, order_left, worth_of

POINTS = 33
TIGHT = 1e-9

Ends = tuple[str, str]


@dataclass(frozen=True)
class Transfer:
    """Packs of an item from one bonded site to another: the site pairs, the lane, and what they save and cost in all.

    `last` is what the last pack gains per unit, `renewed` the limit that the lots have there as the lane states (None: their own).
    `back` packs of them were to be shipped early because of a limit.
    """

    sku: int
    origin: int
    target: int
    lane: Lane
    packs: int
    worth: Mapping[str, float]
    saving: float
    last: float
    renewed: date | None
    back: int


def transfers(known: Standing) -> tuple[Transfer, ...]:
    """What goes from bond to bond now, in order of item and sites; nothing where no lane leads from bond to bond."""
    lanes = transfer_lanes(known.grid, known.closed)
    if not lanes or not known.problem.state.is_given:
        return ()
    ways = ways_of(known, lanes)
    own, order, room = _owned(known), known.orders.copy(), _room(known, lanes)
    found: list[Transfer] = []
    lines = np.arange(len(ways.lanes))
    while len(lines):
        chosen, packs = _chosen(ways, lines, *_best(known, ways, own, order, lines), room)
        worth = worth_of(known, ways, own, order, chosen, np.stack([packs, packs - 1.0], axis=1))
        gain = worth.saves - worth.costs
        # Of fewer packs than were best, for want of room, each is worth no less.
        now = [
            _transfer(known, ways, int(chosen[n]), int(packs[n]), worth.at(n, 0), gain[n])
            for n in np.flatnonzero(gain[:, 0] > TIGHT).tolist()
        ]
        for entry in now:
            _commit(known, ways, own, order, entry)
        found += now
        # Items of which something goes are looked at again, but for the way back.
        again, taken = {entry.sku for entry in now}, {(entry.sku, entry.origin, entry.target) for entry in found}
        left = [n for n in lines.tolist() if int(ways.skus[n]) in again and not _both_ways(ways, n) & taken]
        lines = np.array(left, dtype=np.int64)
    return tuple(sorted(found, key=lambda entry: (entry.sku, entry.origin, entry.target)))


def transfer_lanes(grid: Grid, closed: AbstractSet[Ends]) -> list[Lane]:
    """The open lanes from bond to bond, the best of each two sites, in order of their ends."""
    nodes = grid.roads.nodes
    return [
        lane
        for ends, lane in sorted(grid.roads.lanes.items(), key=lambda entry: entry[0])
        if ends not in closed and ends[0] != ends[1] and all(nodes[end].type == "bonded" for end in ends)
    ]


def renewed_limit(lane: Lane, limit: date | None, as_of: date) -> date | None:
    """The limit that a lot has after a transfer today: its own, or what the lane states that the transfer gives it."""
    if limit is None or lane.renews_limit_months is None:
        return limit
    return add_months(as_of, lane.renews_limit_months)


def ways_of(known: Standing, lanes: Sequence[Lane]) -> Ways:
    """The lines on which anything could be worth moving: free packs here, and a gap there or a lot at risk here."""
    problem, grid = known.problem, known.grid
    number = {(site.sku, site.site): n for n, site in enumerate(grid.site_pairs)}
    stock_at = {(stock.sku, stock.site): stock for stock in known.deployment.stocks}
    gap = known.levels.level - known.owned
    from_site: dict[str, list[Lane]] = {}
    for lane in lanes:
        from_site.setdefault(lane.origin, []).append(lane)
    late = {(lane.origin, lane.destination): holiday_weeks(lane, problem, grid.roads) for lane in lanes}
    rows: list[dict[str, Any]] = []
    for stock in known.deployment.stocks:
        sku, x = grid.skus[stock.sku], number[stock.sku, stock.site]
        early = _early(known, stock)
        free = stock.free_packs(sku.pack_size) + int(early["early"] / sku.pack_size + TIGHT)
        risk = min(_risk(known, stock, x), stock.free_packs(sku.pack_size) * sku.pack_size)
        for lane in from_site.get(stock.site, ()) if free > 0 else ():
            y = number.get((stock.sku, lane.destination))
            if y is None or (sku.sites and lane.destination not in sku.sites) or known.weekly[y] <= 0:
                continue
            wanted = max(float(np.round(gap[y] / sku.pack_size)), 0.0)
            wanted += float(np.ceil((risk + early["early"]) / sku.pack_size - TIGHT))
            weeks = lane.lead_time.mean + late[lane.origin, lane.destination]
            there = stock_at.get((stock.sku, lane.destination))
            in_time = _in_time(known, stock, there, y, lane, weeks) if wanted >= 1 else 0.0
            most = int(min(wanted, np.floor(in_time / sku.pack_size + TIGHT)))
            if most > 0:
                rows.append(
                    {
                        "lanes": lane, "skus": stock.sku, "origin": x, "target": y, "weeks": float(weeks), "pack": sku.pack_size,
                        "volume": sku.volume_m3, "value": sku.unit_value, "expiry": expiry_cost(sku, problem.params),
                        "freight": lane.freight(sku.volume_m3), "least": _least(sku), "free": free, "most": most, "risk": risk,
                        **early,
                    }
                )  # fmt: skip
    columns: dict[str, Any] = {field.name: [row[field.name] for row in rows] for field in fields(Ways)}
    whole = ("skus", "origin", "target", "free", "most")
    for name in columns.keys() - {"lanes"}:
        columns[name] = np.array(columns[name], dtype=np.int64 if name in whole else np.float64)
    return Ways(**columns)


def _least(sku: Sku) -> float:
    """The least order in whole packs."""
    return float(np.ceil(sku.moq / sku.pack_size - TIGHT)) * sku.pack_size


def _early(known: Standing, stock: SiteStock) -> dict[str, float]:
    """Units to be shipped early from a stock, what their DCs then have and ask a week, and what a week of waiting there costs."""
    sent = [] if known.problem.params.are_transfers_advised else [s for s in stock.shipments if s.early_packs]
    packs = sum(shipment.early_packs for shipment in sent)
    if not packs:
        return dict.fromkeys(("early", "ahead", "pace", "wait"), 0.0)
    pairs = [shipment.pair for shipment in sent]
    shares = [shipment.early_packs / packs for shipment in sent]
    return {
        "early": packs * known.grid.skus[stock.sku].pack_size,
        "ahead": float(known.deployment.after[pairs].sum()),
        "pace": float(known.pair_weekly[pairs].sum()),
        "wait": float((known.premium[pairs] * shares).sum()),
    }


def _risk(known: Standing, stock: SiteStock, x: int) -> float:
    """Units of lots near their limit that would not leave the site in time by themselves."""
    weekly = float(known.weekly[x])
    review = known.problem.network.review_weeks
    return max(limits.early_need(stock.views, known.problem.params, weekly=weekly, review=review), 0.0)


def _in_time(known: Standing, stock: SiteStock, there: SiteStock | None, y: int, lane: Lane, weeks: float) -> float:
    """Units, first in, first out, that would leave the other site before their limit, behind all that lies there."""
    problem = known.problem
    as_of, network, weekly = problem.state.as_of, problem.network, float(known.weekly[y])
    ahead = sum(seen.left for seen in there.views) if there else 0.0
    total, most = 0.0, float("inf")
    for seen in _queue(known, stock):
        limit = renewed_limit(lane, seen.lot.limit, as_of)
        if limit is not None and seen.left > 0:
            left = network.period.between(as_of, limit) - weeks - network.review_weeks
            most = min(most, max(weekly * max(left, 0.0) - ahead, total))
        total += seen.left
        if total >= most:
            break
    return min(total, most)


def _queue(known: Standing, stock: SiteStock) -> list[LotView]:
    """The lots of a stock after its shipments, but for those that may be called back."""
    early = 0 if known.problem.params.are_transfers_advised else sum(s.early_packs for s in stock.shipments)
    if not early:
        return stock.views
    units = (stock.sent_packs - early) * known.grid.skus[stock.sku].pack_size
    return limits.view(stock.lots, units, weekly=0.0, review=0, as_of=known.problem.state.as_of)


def _owned(known: Standing) -> Floats:
    """What each site pair owns, as the shipments from one site to a DC that another feeds leave it."""
    own, grid = known.owned.copy(), known.grid
    number = {(site.sku, site.site): n for n, site in enumerate(grid.site_pairs)}
    for stock in known.deployment.stocks:
        for shipment in stock.shipments:
            pair = grid.pairs[shipment.pair]
            if pair.site != stock.site:
                units = shipment.total * grid.skus[stock.sku].pack_size
                own[number[stock.sku, stock.site]] -= units
                own[number[stock.sku, pair.site]] += units
    return own


def _room(known: Standing, lanes: Sequence[Lane]) -> dict[Ends | str, float]:
    """m³ that the trucks of a lane with a limit take, and that are free at a bonded site with a capacity."""
    grid = known.grid
    room: dict[Ends | str, float] = {}
    for lane in lanes:
        if lane.truck_m3 and lane.max_trucks_per_week is not None:
            room[lane.origin, lane.destination] = lane.truck_m3 * float(np.floor(lane.max_trucks_per_week + TIGHT))
        capacity = grid.roads.nodes[lane.destination].capacity_m3
        if capacity is not None:
            room[lane.destination] = capacity
    volume = {sku.id: sku.volume_m3 for sku in grid.skus}
    state = known.problem.state
    for (sku, node), lots in state.lots.items():
        if node in room and sku in volume:
            room[node] -= volume[sku] * sum(lot.quantity for lot in lots)
    for (sku, node), units in state.on_order.items():
        if node in room and sku in volume:
            room[node] -= volume[sku] * units
    return room


def _best(known: Standing, ways: Ways, own: Floats, order: Floats, lines: Ints) -> tuple[Floats, Floats]:
    """Of each line the packs that gain most, the fewest of equals, and what they gain."""
    rows, low = np.arange(len(lines)), np.zeros(len(lines))
    high = np.maximum(np.minimum(ways.free[lines], ways.most[lines]), 0).astype(np.float64)
    # First over the whole, then around the best: exact for few packs, and for many as near as a 500th of them.
    for _step in range(2):
        points = np.round(low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, POINTS))
        worth = worth_of(known, ways, own, order, lines, points)
        gain = worth.saves - worth.costs
        top = np.argmax(gain > gain.max(axis=1, keepdims=True) - TIGHT, axis=1)
        best, most = points[rows, top], gain[rows, top]
        low, high = points[rows, np.maximum(top - 1, 0)], points[rows, np.minimum(top + 1, POINTS - 1)]
    return best, most


def _chosen(ways: Ways, lines: Ints, packs: Floats, gain: Floats, room: dict[Ends | str, float]) -> tuple[Ints, Floats]:
    """The line of each item that gains most, with as many packs as there is room for; those first that gain most a m³.

    Room is what trucks and the sites that they go to have left.
    """
    best: dict[int, int] = {}
    for place in np.flatnonzero((packs > 0) & (gain > TIGHT)).tolist():
        item = int(ways.skus[lines[place]])
        if item not in best or gain[place] > gain[best[item]] + TIGHT:
            best[item] = place
    m3 = np.maximum(ways.pack[lines] * ways.volume[lines], TIGHT)
    places = sorted(best.values(), key=lambda place: (-gain[place] / (packs[place] * m3[place]), place))
    chosen, given = [], []
    for place in places:
        lane, number = ways.lanes[int(lines[place])], float(packs[place])
        keys = [key for key in ((lane.origin, lane.destination), lane.destination) if key in room]
        for key in keys:
            number = min(number, float(np.floor(max(room[key], 0.0) / m3[place] + TIGHT)))
        for key in keys:
            room[key] -= number * m3[place]
        if number > 0:
            chosen.append(int(lines[place]))
            given.append(number)
    return np.array(chosen, dtype=np.int64), np.array(given, dtype=np.float64)


def _transfer(known: Standing, ways: Ways, line: int, packs: int, worth: Mapping[str, float], gain: Floats) -> Transfer:
    lane, pack = ways.lanes[line], float(ways.pack[line])
    back = int(np.ceil(min(max(packs * pack - ways.risk[line], 0.0), ways.early[line]) / pack - TIGHT))
    months, as_of = lane.renews_limit_months, known.problem.state.as_of
    return Transfer(
        int(ways.skus[line]), int(ways.origin[line]), int(ways.target[line]), lane, packs, worth, float(gain[0]),
        float(gain[0] - gain[1]) / pack, add_months(as_of, months) if months else None, back,
    )  # fmt: skip


def _commit(known: Standing, ways: Ways, own: Floats, order: Floats, entry: Transfer) -> None:
    """Count a transfer in: in what sites own and order, and in what is free and at risk there."""
    sku = known.grid.skus[entry.sku]
    units = entry.packs * sku.pack_size
    gap = known.levels.level[entry.target] - own[entry.target]
    values = (order[entry.target], gap, units, sku.pack_size, _least(sku))
    order[entry.target] = order_left(*(np.array([value]) for value in values))[0]
    own[entry.origin] -= units
    own[entry.target] += units
    # A site pair is of one item.
    here, there = ways.origin == entry.origin, ways.target == entry.target
    back = entry.back * sku.pack_size
    ways.free[here] -= entry.packs
    ways.risk[here] = np.maximum(ways.risk[here] - units, 0.0)
    ways.early[here] -= back
    ways.ahead[here] -= back
    ways.most[here | there] = np.maximum(ways.most[here | there] - entry.packs, 0)


def _both_ways(ways: Ways, line: int) -> set[tuple[int, int, int]]:
    """A line and the way back, as transfers name them."""
    sku, x, y = int(ways.skus[line]), int(ways.origin[line]), int(ways.target[line])
    return {(sku, x, y), (sku, y, x)}
