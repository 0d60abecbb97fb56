"""What goes from bond to bond as rows: moves, or exceptions with advice where a move could not be carried out as such. Pure.

Source: placement.md §3, §7.4 and §10 (docs/placement.md).
"""

from typing import Any

import numpy as np

from inventory.placement.engine import explain
from inventory.placement.engine.arrivals import when
from inventory.placement.engine.costs import fill
from inventory.placement.engine.explain import Plan, flags_of, number
from inventory.placement.engine.limits import LotPart, names
from inventory.placement.engine.model import ExceptionRow, Move
from inventory.placement.engine.transfers import Transfer


def move(plan: Plan, entry: Transfer, quantity: float, near: list[LotPart]) -> Move:
    """One row; `near` are the units of lots near their limit that are in it."""
    sku, n = plan.grid.skus[entry.sku], entry.target
    facts = _facts(plan, entry, quantity, near)
    limits = [part.lot.limit for part in near if part.lot.limit]
    levels = plan.settled.bond_levels
    return Move(
        sku=sku.id,
        from_node=entry.lane.origin,
        to_node=entry.lane.destination,
        quantity=quantity,
        **when(plan, entry.lane),
        expected_fill=facts["fill_after"],
        expected_weekly_cost=float(levels.cost[n]),
        expected_on_hand=float(levels.left[n]),
        marginal_value=entry.last,
        value_per_m3=entry.last / (sku.volume_m3 or 1e-6),
        priority=0,
        lots=tuple((part.lot.lot, part.units, part.lot.limit) for part in near),
        lot=names(near),
        limit_date=min(limits) if limits else None,
        reason_code="LIMIT_NEAR" if near and entry.worth["expiry"] + entry.worth["early"] > 0 else "TRANSFER",
        confidence=plan.outlooks.sites.confidence[n],
        flags=flags_of(plan, plan.outlooks.sites, n, entry.sku, dearer=False),
        explanation=facts,
    )


def advice(plan: Plan) -> list[ExceptionRow]:
    """One row for each transfer that is worth it, where such are only advised."""
    if not plan.problem.params.are_transfers_advised:
        return []
    return [_advice(plan, entry) for entry in plan.settled.transfers]


def totals(plan: Plan) -> dict[str, Any]:
    """`transfers` of the run's totals, by lane; nothing where nothing goes from bond to bond."""
    sums: dict[tuple[str, str], list[float]] = {}
    for entry in plan.settled.transfers:
        sku = plan.grid.skus[entry.sku]
        one = (1.0, entry.packs * sku.pack_size * sku.volume_m3, entry.worth["freight"], entry.saving)
        ends = (entry.lane.origin, entry.lane.destination)
        sums[ends] = [a + b for a, b in zip(sums.get(ends, [0.0] * 4), one, strict=True)]
    rows = [
        {
            "from_node": origin, "to_node": destination, "items": int(items), "loaded_m3": number(m3), "freight": number(freight),
            "saving": number(saving), "is_advice": plan.problem.params.are_transfers_advised,
        }
        for (origin, destination), (items, m3, freight, saving) in sorted(sums.items())
    ]  # fmt: skip
    return {"transfers": rows} if rows else {}


def _advice(plan: Plan, entry: Transfer) -> ExceptionRow:
    stock = plan.stock_of[entry.sku, entry.lane.origin]
    sku = plan.grid.skus[entry.sku]
    units = entry.packs * sku.pack_size
    near, left = [], units
    for seen in stock.views:
        if left > 0 and seen.left > 0 and seen.weeks_left <= plan.problem.params.amber_weeks:
            near.append(LotPart(seen, min(seen.left, left)))
        left -= seen.left
    facts = _facts(plan, entry, units, near) | {"kind": "transfer_advice"}
    limits = [part.lot.limit for part in near if part.lot.limit]
    lot, limit = names(near), min(limits) if limits else None
    flags = flags_of(plan, plan.outlooks.sites, entry.target, entry.sku, dearer=False)
    letter = plan.outlooks.sites.confidence[entry.target]
    return ExceptionRow(sku.id, entry.lane.origin, units, lot, limit, "TRANSFER", letter, flags, facts)


def _facts(plan: Plan, entry: Transfer, quantity: float, near: list[LotPart]) -> dict[str, Any]:
    """Why it is worth it: what both sites own, and every part of what it saves and costs."""
    x, y, settled = entry.origin, entry.target, plan.settled
    sku, worth, spread = plan.grid.skus[entry.sku], entry.worth, plan.outlooks.sites.spread
    units = entry.packs * sku.pack_size
    own = np.array([[settled.owned[y], settled.owned[y] + units]])
    before, after = fill(np.maximum(own, 0.0), spread.whole[[y]], spread.lead[[y]])[0].tolist()
    saved = {name: worth[name] for name in ("short", "order", "expiry", "early")} | {
        "holding": max(worth["holding"], 0.0)
    }
    cost = {name: worth[name] for name in ("freight", "way", "missed", "refill")}
    cost["more_holding"] = max(-worth["holding"], 0.0)
    saves, costs = sum(saved.values()), sum(cost.values())
    return {
        "kind": "transfer",
        "node": entry.lane.destination,
        "from_node": entry.lane.origin,
        "to_node": entry.lane.destination,
        "quantity": number(quantity),
        "transferred": number(units),
        "called_back": number(entry.back * sku.pack_size),
        "value": number(settled.bond_levels.level[y]),
        "position": number(settled.owned[y]),
        "origin_value": number(settled.bond_levels.level[x]),
        "origin_position": number(settled.owned[x]),
        "lead_weeks": number(entry.lane.lead_time.mean, 2),
        "p": number(settled.bond_prices.shortage[y]),
        "h_B": number(settled.bond_prices.h_bond[x], 6),
        "short_saved": number(worth["short_saved"]),
        **{f"saved_{name}": number(value) for name, value in saved.items()},
        "saves": number(saves),
        **{f"cost_{name}": number(value) for name, value in cost.items()},
        "costs": number(costs),
        "saving": number(saves - costs),
        "value_last_unit": number(entry.last, 6),
        "fill_before": number(before, 6),
        "fill_after": number(after, 6),
        "limit_renewed": entry.renewed.isoformat() if entry.renewed else None,
        "lots": [explain.lot_part(part, plan.problem.state.as_of) for part in near],
        **explain.basis(plan, plan.outlooks.sites, y, entry.sku),
        "alternatives": sorted(
            [{"action": "transfer", "cost": number(costs)}, {"action": "stay", "cost": number(saves)}],
            key=lambda option: (option["cost"], option["action"]),
        ),
    }
