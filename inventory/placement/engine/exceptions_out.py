"""What the moves do not settle: limits, stock without demand, items without a basis. Pure.

Source: placement.md §3, §7.4 and §18 (docs/placement.md).
"""

from datetime import date
from typing import Any

from inventory.placement.engine import events_out, explain, explain_lots, transfers_out
from inventory.placement.engine.deploy import SiteStock
from inventory.placement.engine.explain import Plan
from inventory.placement.engine.model import ExceptionRow, Floats


def exceptions(plan: Plan) -> list[ExceptionRow]:
    """What the moves do not settle."""
    found = [row for stock in plan.settled.deployment.stocks for row in _lot_exceptions(plan, stock)]
    for sku_id, dc in plan.grid.unreached:
        found.append(_plain(sku_id, dc, "NO_LANE", {"kind": "no_lane", "node": dc}))
    lying = {site.sku: site.site for site in reversed(plan.grid.site_pairs)}
    for n, sku in enumerate(plan.grid.skus):
        if n not in plan.known_skus:
            node = sku.sites[0] if sku.sites else lying.get(n, "")
            found.append(_plain(sku.id, node, "NO_BASIS", {"kind": "no_basis", "node": node}, ("NO_BASIS",)))
    for n, pair in enumerate(plan.grid.pairs):
        if plan.settled.levels.level[n] == 0 and plan.settled.deployment.before[n] > 0:
            facts = explain.pair_level(plan, n) | {
                "kind": "runout",
                "quantity": explain.number(plan.settled.deployment.before[n]),
            }
            found.append(
                _plain(
                    plan.grid.skus[pair.sku].id,
                    pair.dc,
                    "RUNOUT",
                    facts,
                    quantity=float(plan.settled.deployment.before[n]),
                )
            )
    found += transfers_out.advice(plan)
    return found + events_out.blocked_rows(plan) + _overstock(plan, plan.settled.owned + plan.transferred)


def _lot_exceptions(plan: Plan, stock: SiteStock) -> list[ExceptionRow]:
    as_of, sku = plan.problem.state.as_of, plan.grid.skus[stock.sku]
    found = []
    for lot in stock.passed:
        if lot.limit:
            facts = explain_lots.lot_passed(stock.site, lot.lot, lot.quantity, lot.limit, as_of)
            found.append(_plain(sku.id, stock.site, "LIMIT_PASSED", facts, (), lot.quantity, lot.lot, lot.limit))
    members = plan.grid.site_pairs[plan.site_number[stock.sku, stock.site]].pairs
    premium = min((float(plan.settled.prices.premium[n]) for n in members), default=0.0)
    for seen in stock.views:
        is_near = seen.weeks_left <= plan.problem.params.amber_weeks
        if seen.left > 1e-9 and (is_near or seen.at_risk > 1e-9):
            facts = explain_lots.lot_near(plan, stock, seen, premium)
            red = seen.weeks_left <= plan.problem.params.red_weeks or seen.at_risk > 0
            flags = ("RED" if red else "AMBER", *(("DEFAULT_COST",) if sku.expiry_cost is None else ()))
            found.append(
                _plain(
                    sku.id,
                    stock.site,
                    "LIMIT_NEAR",
                    facts,
                    tuple(sorted(flags)),
                    seen.left,
                    seen.lot.lot,
                    seen.lot.limit,
                )
            )
    return found


def _overstock(plan: Plan, positions: Floats) -> list[ExceptionRow]:
    """Items of which the network owns more than 13 weeks beyond its level."""
    found = []
    for n, site in enumerate(plan.grid.site_pairs):
        weekly, excess = float(plan.outlooks.sites.weekly[n]), float(positions[n] - plan.settled.bond_levels.level[n])
        if (
            site.sku not in plan.known_skus
            or excess <= 0
            or excess <= plan.problem.network.period.per_year / 4 * weekly
        ):
            continue
        facts = explain.site_level(plan, n, float(positions[n]), 0.0) | {
            "kind": "overstock",
            "quantity": explain.number(excess),
            "cover_weeks": explain.number(positions[n] / weekly, 1) if weekly else None,
        }
        found.append(_plain(plan.grid.skus[site.sku].id, site.site, "RUNOUT", facts, ("OVERSTOCK",), excess))
    return found


def _plain(
    sku: str, node: str, reason: str, facts: dict[str, Any], flags: tuple[str, ...] = (), quantity: float = 0.0,
    lot: str = "", limit: date | None = None,
) -> ExceptionRow:  # fmt: skip
    letter = str(facts.get("confidence", "D" if reason == "NO_BASIS" else ""))
    return ExceptionRow(sku, node, quantity, lot, limit, reason, letter, flags, facts)
