"""The numbers behind lots that are near the last day of their stay, or past it. Pure.

Source: placement.md §7.4 and §10 (docs/placement.md): what can become of them, priced per unit, cheapest first.
"""

from datetime import date
from typing import Any

from inventory.placement.engine.deploy import SiteStock
from inventory.placement.engine.economics import expiry_cost
from inventory.placement.engine.explain import Plan, lot_facts, number
from inventory.placement.engine.limits import LotView
from inventory.placement.engine.model import Lane, Sku
from inventory.placement.engine.transfers import renewed_limit


def lot_near(plan: Plan, stock: SiteStock, seen: LotView, premium: float) -> dict[str, Any]:
    """What can become of a lot that is near its limit."""
    sku = plan.grid.skus[stock.sku]
    members = plan.grid.site_pairs[plan.site_number[stock.sku, stock.site]].pairs
    weekly = float(plan.outlooks.pairs.weekly[list(members)].sum())
    wait = seen.at_risk / weekly if weekly else None
    stays = sum(view.left for view in stock.views[: stock.views.index(seen) + 1])
    expiry = expiry_cost(sku, plan.problem.params)
    options: list[dict[str, Any]] = [{"action": "expire", "cost": number(expiry, 6)}]
    if wait is not None:
        options.append({"action": "ship_early", "cost": number(premium * wait, 6)})
    options += [_transfer_option(plan, seen, sku, lane) for lane in plan.transfer_lanes.get(stock.site, ())]
    return {
        "kind": "limit_near",
        "node": stock.site,
        "value": number(seen.left),
        "at_risk": number(seen.at_risk),
        "weekly": number(weekly),
        "cover_weeks": number(stays / weekly, 1) if weekly else None,
        "weeks_until": number(max(0.0, seen.weeks_left - plan.problem.network.review_weeks), 1),
        "expiry_cost": number(expiry),
        **lot_facts(seen, plan.problem.state.as_of),
        "alternatives": sorted(options, key=lambda option: (option["cost"], option["action"])),
    }


def lot_passed(site: str, lot: str, quantity: float, limit: date, as_of: date) -> dict[str, Any]:
    """A lot whose stay has ended: it leaves by late return, change of regime or destruction, never by a move."""
    return {
        "kind": "limit_passed", "node": site, "lot": lot, "value": number(quantity),
        "limit_date": limit.isoformat(), "days_past": (as_of - limit).days,
    }  # fmt: skip


def _transfer_option(plan: Plan, seen: LotView, sku: Sku, lane: Lane) -> dict[str, Any]:
    """Bringing a unit of a lot to another bonded site: freight, capital on the way, and until when it may stay there."""
    way = plan.problem.network.capital_rate * sku.unit_value * lane.lead_time.mean
    limit = renewed_limit(lane, seen.lot.limit, plan.problem.state.as_of)
    cost = number(lane.freight(sku.volume_m3) + way, 6)
    until = limit.isoformat() if limit else None
    return {"action": "transfer", "cost": cost, "to_node": lane.destination, "limit_date": until}
