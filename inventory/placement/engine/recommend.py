"""The one entrance of the engine: from a problem to levels, moves and exceptions. Pure.

Source: placement.md §7.6 (docs/placement.md).
"""

from dataclasses import replace

from inventory.placement.engine import exceptions_out, levels_out, moves_out
from inventory.placement.engine.deploy import deploy
from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.economics import Prices, pair_prices, site_prices
from inventory.placement.engine.explain import Plan, number, standing
from inventory.placement.engine.grid import lay_out
from inventory.placement.engine.levels import Levels, cheapest
from inventory.placement.engine.model import Level, Move, Problem, Result
from inventory.placement.engine.orders import echelon_positions
from inventory.placement.engine.outlook import look_ahead


def recommend(problem: Problem) -> Result:
    """What to own where, what to move now, and what needs a person. The same problem always gives the same result."""
    grid = lay_out(problem)
    outlooks = look_ahead(problem, grid)
    prices = pair_prices(problem, grid)
    bond_prices = site_prices(problem, grid, prices, outlooks.pairs.weekly)
    levels = _cheapest(outlooks.pairs.spread, prices)
    bond_levels = _cheapest(outlooks.sites.spread, bond_prices)
    deployment = deploy(problem, grid, outlooks.pairs, prices, levels)
    stands = [standing(problem, outlooks.pairs, prices, at) for at in (deployment.before, deployment.after)]
    plan = Plan(problem, grid, outlooks, prices, bond_prices, levels, bond_levels, deployment, *stands)
    passed = {(grid.skus[s.sku].id, s.site): sum(lot.quantity for lot in s.passed) for s in deployment.stocks}
    owned = echelon_positions(problem, grid, deployment.before, passed)
    bolder = _cheapest(outlooks.pairs.spread, replace(prices, charge=prices.premium)).level
    at_sites, purchases = levels_out.site_levels(plan, owned, bolder)
    moves = moves_out.numbered(plan, moves_out.shipments(plan) + purchases)
    return Result(
        levels=tuple(sorted([*levels_out.pair_levels(plan), *at_sites], key=lambda level: (level.sku, level.node))),
        moves=tuple(sorted(moves, key=lambda move: (move.sku, move.from_node, move.to_node, move.lot))),
        exceptions=tuple(
            sorted(exceptions_out.exceptions(plan, owned), key=lambda e: (e.sku, e.node, e.reason_code, e.lot))
        ),
        adjustments=outlooks.adjustments,
        metrics=_metrics(plan, moves, at_sites),
    )


def _cheapest(spread: Spread, prices: Prices) -> Levels:
    return cheapest(spread, charge=prices.charge, shortage=prices.shortage, step=prices.step, min_fill=prices.min_fill)


def _metrics(plan: Plan, moves: list[Move], at_sites: list[Level]) -> dict[str, object]:
    """Totals of the run: expected fill and cost at the positions before and after, weighted by demand.

    Before includes what the units that move would cost in bond.
    """
    asked = plan.outlooks.pairs.spread.review_mean
    total = float(asked.sum())
    moved = plan.deployment.after - plan.deployment.before
    in_bond = float((plan.pair_prices.h_bond * moved).sum())
    return {
        "skus": len(plan.grid.skus),
        "levels": len(plan.grid.pairs) + len(at_sites),
        "moves": len(moves),
        "expected_fill_before": number((asked * plan.before.fill).sum() / total, 6) if total else None,
        "expected_fill_after": number((asked * plan.after.fill).sum() / total, 6) if total else None,
        "expected_weekly_cost_before": number(plan.before.cost.sum() + in_bond),
        "expected_weekly_cost_after": number(plan.after.cost.sum()),
    }
