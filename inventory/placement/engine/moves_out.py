"""One row per move: out of bond to a DC or to another bonded site, and from a supplier into bond. Pure.

Source: placement.md §3, §7.4 and §10 (docs/placement.md).
"""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np

from inventory.placement.engine import explain, transfers_out
from inventory.placement.engine.arrivals import when
from inventory.placement.engine.deploy import Shipment, SiteStock
from inventory.placement.engine.expedite import Expedited
from inventory.placement.engine.explain import Plan, flags_of
from inventory.placement.engine.limits import LotPart, names
from inventory.placement.engine.model import Lane, Move

Part = tuple[float, list[LotPart]]


def shipments(plan: Plan) -> list[Move]:
    """The moves out of bond; units of a lot near its limit stand in a row of their own that names it."""
    return [move for stock in plan.settled.deployment.stocks for move in _stock_moves(plan, stock)]


def numbered(plan: Plan, moves: list[Move]) -> list[Move]:
    """Moves with their rank: lots in the red first, by limit; then by value per m³."""
    red = plan.problem.network.period.later(plan.problem.state.as_of, plan.problem.params.red_weeks)

    def rank(move: Move) -> tuple[date, float, str, str, str, str]:
        must_go = move.limit_date is not None and (move.limit_date <= red or move.explanation["kind"] == "move_early")
        first = move.limit_date if must_go and move.limit_date else date.max
        return first, -move.value_per_m3, move.sku, move.from_node, move.to_node, move.lot

    return [replace(move, priority=n) for n, move in enumerate(sorted(moves, key=rank), start=1)]


def purchase(plan: Plan, n: int, lane: Lane, quantity: float, position: float, flags: tuple[str, ...]) -> Move:
    """The order that a bonded site's level asks of the supplier."""
    site, outlook = plan.grid.site_pairs[n], plan.outlooks.sites
    sku = plan.grid.skus[site.sku]
    weekly = float(outlook.weekly[n])
    covers = quantity / weekly if weekly else None
    is_long = quantity == sku.moq and (covers is None or covers > plan.problem.params.moq_cover_weeks)
    return Move(
        sku=sku.id,
        from_node=lane.origin,
        to_node=site.site,
        quantity=quantity,
        **when(plan, lane),
        expected_fill=float(plan.settled.bond_levels.fill[n]),
        expected_weekly_cost=float(plan.settled.bond_levels.cost[n]),
        expected_on_hand=float(plan.settled.bond_levels.left[n]),
        marginal_value=float(plan.settled.bond_levels.gain_last[n]),
        value_per_m3=float(plan.settled.bond_levels.gain_last[n]) / (sku.volume_m3 or 1e-6),
        priority=0,
        lots=(),
        lot="",
        limit_date=None,
        reason_code="MOQ_COVER" if is_long else "REPLENISH",
        confidence=outlook.confidence[n],
        flags=flags,
        explanation=explain.purchase(plan, n, quantity, position, covers),
    )


def _stock_moves(plan: Plan, stock: SiteStock) -> list[Move]:
    """FIFO over lots, the DCs that take early units first, each pack named by the near lots in it."""
    pack = plan.grid.skus[stock.sku].pack_size
    lots = [LotPart(seen, seen.lot.quantity) for seen in stock.views]
    moves: list[Move] = []
    for shipment in sorted(stock.shipments, key=lambda s: (-s.early_packs, plan.grid.pairs[s.pair].dc)):
        fast = plan.settled.expedited.get((stock.site, shipment.pair))
        ahead = fast.packs if fast else 0
        for packs, entry in ((ahead, fast), (shipment.total - ahead, None)):
            for quantity, near in _parts(plan, lots, packs * pack, pack) if packs else ():
                moves.append(_move(plan, stock, shipment, quantity, near, entry))
    for transfer in plan.transfers_from(stock):
        for quantity, near in _parts(plan, lots, transfer.packs * pack, pack):
            moves.append(transfers_out.move(plan, transfer, quantity, near))
    return moves


def _parts(plan: Plan, lots: list[LotPart], total: float, pack: float) -> list[Part]:
    """Cut a shipment into whole packs with units of a near lot, lot by lot, and the rest; each with what it has of near lots.

    What it takes is taken off `lots`.
    """
    near: list[tuple[LotPart, float, float]] = []  # a lot, and from where to where of the shipment it reaches
    edges, reached = {total}, 0.0
    for n, free in enumerate(lots):
        units = min(free.units, total - reached)
        if units <= 0:
            continue
        lots[n] = replace(free, units=free.units - units)
        if free.seen.weeks_left <= plan.problem.params.amber_weeks:
            near.append((free, reached, reached + units))
            edges.add(min(total, float(np.ceil((reached + units) / pack - 1e-9)) * pack))
        reached += units
    return [
        (end - begin, [
            LotPart(lot.seen, min(last, end) - max(first, begin))
            for lot, first, last in near if min(last, end) - max(first, begin) > 1e-9
        ])
        for begin, end in pairwise((0.0, *sorted(edges))) if end - begin > 1e-9
    ]  # fmt: skip


def _move(
    plan: Plan, stock: SiteStock, shipment: Shipment, quantity: float, near: list[LotPart], fast: Expedited | None
) -> Move:
    n = shipment.pair
    pair, sku = plan.grid.pairs[n], plan.grid.skus[stock.sku]
    lane = fast.way.lane if fast else plan.grid.roads.lanes[stock.site, pair.dc]
    facts = explain.move(plan, stock, shipment, quantity, near, lane)
    after = plan.after
    outlook = plan.outlooks.pairs
    flags = flags_of(plan, outlook, n, pair.sku, bool(plan.settled.prices.is_bond_dearer[n]))
    limits = [part.lot.limit for part in near if part.lot.limit]
    return Move(
        sku=sku.id,
        from_node=stock.site,
        to_node=pair.dc,
        quantity=quantity,
        **when(plan, lane, fast.way.late if fast else None),
        expected_fill=float(after.fill[n]),
        expected_weekly_cost=float(after.cost[n]),
        expected_on_hand=float(after.left[n]),
        marginal_value=shipment.value,
        value_per_m3=shipment.value / (sku.volume_m3 or 1e-6),
        priority=0,
        lots=tuple((part.lot.lot, part.units, part.lot.limit) for part in near),
        lot=names(near),
        limit_date=min(limits) if limits else None,
        reason_code="EXPEDITE"
        if fast
        else _reason(plan, shipment, near, is_set=(sku.id, pair.dc) in plan.problem.overrides),
        confidence=outlook.confidence[n],
        flags=flags,
        explanation=explain.expedited(facts, fast) if fast else facts,
    )


def _reason(plan: Plan, shipment: Shipment, near: list[LotPart], *, is_set: bool) -> str:
    """Why it leaves now; `is_set`: a planner set the level there."""
    if near:
        return "LIMIT_NEAR"
    if shipment.packs and is_set:
        return "OVERRIDE"
    seen = plan.settled.disruptions
    if seen and (shipment.ahead_packs or seen.is_raised(shipment.pair, plan.settled.deployment.after[shipment.pair])):
        return "PREPOSITION"
    return "REPLENISH" if shipment.packs else "TOPUP_TRUCK"
