"""One row per level: how much each node ought to own, and what is expected of it. Pure.

Source: placement.md §3 and §6 (docs/placement.md).
"""

from inventory.placement.engine import explain
from inventory.placement.engine.costs import newly_short
from inventory.placement.engine.explain import Plan, flags_of, weekly_cost
from inventory.placement.engine.fans import fans
from inventory.placement.engine.model import Floats, Level, Move
from inventory.placement.engine.moves_out import purchase
from inventory.placement.engine.what_if import footing


def pair_levels(plan: Plan) -> list[Level]:
    """One level per item and DC."""
    outlook, levels, prices = plan.outlooks.pairs, plan.settled.levels, plan.settled.prices
    short = newly_short(levels.level[:, None], outlook.spread.whole, outlook.spread.lead)[:, 0]
    review = outlook.spread.review_mean
    cost = weekly_cost(prices.h_forward, levels.left, prices.shortage, short, plan.problem.network.review_weeks)
    ahead = fans(outlook.spread, plan.ground.prepared.pairs)
    found = []
    for n, pair in enumerate(plan.grid.pairs):
        sku = plan.grid.skus[pair.sku]
        if pair.sku not in plan.known_skus and not plan.settled.deployment.before[n]:
            continue
        position = float(plan.settled.deployment.before[n])
        level = float(levels.level[n])
        found.append(
            Level(
                sku=sku.id,
                node=pair.dc,
                source_node=pair.site,
                order_up_to=level,
                reorder_point=max(0.0, level - max(float(review[n]), sku.pack_size)),
                safety_stock=level - float(levels.expected[n]),
                expected_demand=float(levels.expected[n]),
                protection_weeks=float(outlook.protection[n]),
                expected_fill=float(levels.fill[n]),
                expected_weekly_cost=float(cost[n]),
                expected_on_hand=float(levels.left[n]),
                marginal_value=float(levels.gain_last[n]),
                position=position,
                reason_code=_dc_reason(plan, n, level, position),
                confidence=outlook.confidence[n],
                flags=flags_of(plan, outlook, n, pair.sku, bool(prices.is_bond_dearer[n])),
                explanation=explain.pair_level(plan, n),
                fan=ahead[n],
                footing=footing(
                    outlook.spread,
                    prices,
                    n,
                    float(plan.ground.phi[pair.sku]),
                    sku,
                    plan.problem.network,
                    plan.problem.params,
                ),
            )
        )
    return found


def site_levels(plan: Plan, bolder: Floats) -> tuple[list[Level], list[Move]]:
    """One level per item and bonded site, and what to order there; `bolder` are the DCs' levels without holding back."""
    positions = plan.settled.owned
    outlook, levels, prices = plan.outlooks.sites, plan.settled.bond_levels, plan.settled.bond_prices
    short = newly_short(levels.level[:, None], outlook.spread.whole, outlook.spread.lead)[:, 0]
    review = outlook.spread.review_mean
    cost = weekly_cost(prices.charge, levels.left, prices.shortage, short, plan.problem.network.review_weeks)
    found: list[Level] = []
    moves: list[Move] = []
    for n, site in enumerate(plan.grid.site_pairs):
        if site.sku not in plan.known_skus:
            continue
        sku = plan.grid.skus[site.sku]
        order = float(plan.settled.orders[n])
        flags = flags_of(plan, outlook, n, site.sku, dearer=False)
        level = float(levels.level[n])
        found.append(
            Level(
                sku=sku.id,
                node=site.site,
                source_node="",
                order_up_to=level,
                reorder_point=max(0.0, level - max(float(review[n]), sku.pack_size, sku.moq)),
                safety_stock=level - float(levels.expected[n]),
                expected_demand=float(levels.expected[n]),
                protection_weeks=float(outlook.protection[n]),
                expected_fill=float(levels.fill[n]),
                expected_weekly_cost=float(cost[n]),
                expected_on_hand=float(levels.left[n]),
                marginal_value=float(levels.gain_last[n]),
                position=float(positions[n]),
                reason_code="OVERRIDE"
                if (sku.id, site.site) in plan.problem.overrides
                else _bond_reason(plan, n, bolder),
                confidence=outlook.confidence[n],
                flags=flags,
                explanation=explain.site_level(plan, n, float(positions[n]), order),
            )
        )
        if order and site.supply:
            position = float(positions[n] + plan.transferred[n])
            moves.append(purchase(plan, n, site.supply, order, position, flags))
    return found, moves


def _dc_reason(plan: Plan, n: int, level: float, position: float) -> str:
    """Why a DC has its level: a planner set it, nothing is asked of what lies there, a closure raises it, or demand alone."""
    pair = plan.grid.pairs[n]
    if (plan.grid.skus[pair.sku].id, pair.dc) in plan.problem.overrides:
        return "OVERRIDE"
    if level == 0 and position > 0:
        return "RUNOUT"
    seen = plan.settled.disruptions
    return "PREPOSITION" if seen and seen.is_raised(n, level) else "REPLENISH"


def _bond_reason(plan: Plan, n: int, bolder: Floats) -> str:
    """Why stock stays in bond: a fall of duty, pooling, when a hold-back factor of 1 would send more; else deferral of duty."""
    site = plan.grid.site_pairs[n]
    stock = plan.stock_of.get((site.sku, site.site))
    left = sum(seen.left for seen in stock.views) if stock else 0.0
    if left <= 0:
        return "REPLENISH"
    pack = plan.grid.skus[site.sku].pack_size
    seen, settled = plan.settled.disruptions, plan.settled
    if seen and any(
        seen.is_waiting(m) and settled.levels.level[m] - settled.deployment.after[m] >= pack for m in site.pairs
    ):
        return "HOLD_TARIFF"
    more = sum(max(0.0, bolder[m] - plan.settled.deployment.after[m]) for m in site.pairs)
    return "HOLD_POOL" if more >= pack else "HOLD_DEFERRAL"
