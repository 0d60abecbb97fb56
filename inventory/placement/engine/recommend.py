"""The one entrance of the engine: from a problem to levels, moves and exceptions. Pure.

Source: placement.md §7.6 (docs/placement.md).
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from inventory.placement.engine import (
    categories_out,
    events_out,
    exceptions_out,
    expedite,
    levels_out,
    limits_out,
    moves_out,
    transfers_out,
)
from inventory.placement.engine.deploy import put_values, view_lots
from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.economics import Prices, pair_prices, site_prices
from inventory.placement.engine.exact import Solved
from inventory.placement.engine.expediting import expedited
from inventory.placement.engine.explain import Plan, Settled, number, standing
from inventory.placement.engine.groundwork import Groundwork, lay_ground
from inventory.placement.engine.levels import Levels, at_quantile, cheapest
from inventory.placement.engine.model import Level, Move, Problem, Result
from inventory.placement.engine.orders import echelon_positions, order_quantities
from inventory.placement.engine.outlook import Outlook
from inventory.placement.engine.over import ONE_BY_ONE, Over
from inventory.placement.engine.overrides import overridden
from inventory.placement.engine.parts import looked
from inventory.placement.engine.prepare import CLASSES
from inventory.placement.engine.shadow_prices import Unlimited, is_limited, within_limits
from inventory.placement.engine.share import Outlooks
from inventory.placement.engine.shipping import ship
from inventory.placement.engine.transferring import transferred
from inventory.placement.engine.tuning import Tuning


def recommend(
    problem: Problem, *, tuning: Tuning | None = None, is_tuned: bool = False, seed: int = 0,
    progress: Callable[[int, int], None] | None = None, over: Over = ONE_BY_ONE,
) -> Result:  # fmt: skip
    """What to own where, what to move now, and what needs a person. The same problem and tuning always give the same result.

    Without a tuning its numbers are found by rehearsing the past (`is_tuned`) or by theory. What pieces may be done `over` by other
    hands changes nothing.
    """
    ground = lay_ground(problem, tuning=tuning, is_tuned=is_tuned, seed=seed, progress=progress, over=over)
    return decide(ground, looked(ground, over))


def decide(ground: Groundwork, found: Outlooks) -> Result:
    """The recommendations that follow from what is known of demand, each with its reasons."""
    found = _trusted(ground, found)
    settled = expedited(ground, found, transferred(ground, found, settle(ground, found)))
    prices, deployment = settled.prices, settled.deployment
    problem = ground.prepared.problem
    stands = [standing(problem, found.pairs, prices, at) for at in (deployment.before, deployment.after)]
    plan = Plan(ground, found, settled, *stands)
    bolder = _cheapest(found.pairs.spread, replace(prices, charge=prices.premium)).level
    at_sites, purchases = levels_out.site_levels(plan, bolder)
    moves = moves_out.numbered(plan, moves_out.shipments(plan) + purchases)
    return Result(
        levels=tuple(sorted([*levels_out.pair_levels(plan), *at_sites], key=lambda level: (level.sku, level.node))),
        moves=tuple(sorted(moves, key=lambda move: (move.sku, move.from_node, move.to_node, move.lot))),
        exceptions=tuple(sorted(exceptions_out.exceptions(plan), key=lambda e: (e.sku, e.node, e.reason_code, e.lot))),
        adjustments=ground.prepared.adjustments,
        metrics=_metrics(plan, moves, at_sites),
        tuning=ground.tuning,
    )


def _trusted(ground: Groundwork, found: Outlooks) -> Outlooks:
    """With no confidence of A in a class whose 95 % quantiles did not hold in the rehearsal as often as they say."""
    doubted = {n for n in range(len(CLASSES)) if not ground.tuning.of(n).is_trusted}
    if not doubted:
        return found
    grid, style = ground.prepared.grid, ground.style.tolist()

    def told(outlook: Outlook, items: list[int]) -> Outlook:
        letters = zip(outlook.confidence, items, strict=True)
        return replace(outlook, confidence=tuple("B" if at == "A" and style[n] in doubted else at for at, n in letters))

    return Outlooks(
        told(found.pairs, [pair.sku for pair in grid.pairs]), told(found.sites, [site.sku for site in grid.site_pairs])
    )


def settle(ground: Groundwork, found: Outlooks) -> Settled:
    """Levels, shipments and orders as numbers."""
    problem, grid = ground.prepared.problem, ground.prepared.grid
    prices = pair_prices(problem, grid, ground.phi)
    bond_prices = site_prices(problem, grid, prices, found.pairs.weekly)
    levels = _cheapest(found.pairs.spread, prices)
    items = np.array([site.sku for site in grid.site_pairs], dtype=np.int64)
    bond_levels = at_quantile(
        found.sites.spread, ground.beta[items], charge=bond_prices.charge, shortage=bond_prices.shortage,
        step=bond_prices.step,
    )  # fmt: skip
    within = None
    if is_limited(problem.network):
        phi = ground.phi[ground.prepared.pair_sku]
        spreads = (found.pairs.spread, found.sites.spread)
        within = within_limits(Unlimited(problem, grid, *spreads, prices, bond_prices, levels, bond_levels, phi))
        prices, levels, bond_levels = within.prices, within.levels, within.bond_levels
    computed, bond_computed = levels.level, bond_levels.level
    if problem.overrides:
        prices, levels, bond_levels = _overridden(ground, found, prices, bond_prices, levels, bond_levels)
    shipped = ship(ground, found.pairs, prices, levels)
    deployment = shipped.deployment
    fed = {(site.sku, site.site): list(site.pairs) for site in grid.site_pairs}
    for stock in deployment.stocks:
        stock.shipments[:] = [shipment for shipment in stock.shipments if shipment.total > 0]
        own = float(found.pairs.weekly[fed.get((stock.sku, stock.site), [])].sum())
        view_lots(stock, grid.skus[stock.sku].pack_size, own, problem)
    put_values(deployment, found.pairs.spread, prices, np.array([grid.skus[pair.sku].pack_size for pair in grid.pairs]))
    passed = {(grid.skus[s.sku].id, s.site): sum(lot.quantity for lot in s.passed) for s in deployment.stocks}
    owned = echelon_positions(problem, grid, deployment.before, passed)
    orders = order_quantities(problem, grid, owned, found.sites, bond_prices, bond_levels)
    return Settled(
        prices, bond_prices, levels, bond_levels, deployment, owned, orders, shipped.loads, computed, bond_computed,
        shipped.aimed, shipped.solved, within, shipped.rooms, shipped.disruptions,
    )  # fmt: skip


def _overridden(
    ground: Groundwork, found: Outlooks, prices: Prices, bond_prices: Prices, levels: Levels, bond_levels: Levels
) -> tuple[Prices, Levels, Levels]:
    """The levels with those that a planner set in their places; the service that these give is asked for to the last pack."""
    grid, wanted = ground.prepared.grid, ground.prepared.problem.overrides
    at_dcs = [(grid.skus[pair.sku].id, pair.dc) for pair in grid.pairs]
    at_sites = [(grid.skus[site.sku].id, site.site) for site in grid.site_pairs]
    set_levels = overridden(levels, at_dcs, wanted, spread=found.pairs.spread, prices=prices)
    is_set = np.array([key in wanted for key in at_dcs], dtype=np.bool_)
    return (
        replace(prices, min_fill=np.where(is_set, set_levels.fill, prices.min_fill)),
        set_levels,
        overridden(bond_levels, at_sites, wanted, spread=found.sites.spread, prices=bond_prices),
    )


def _cheapest(spread: Spread, prices: Prices) -> Levels:
    return cheapest(spread, charge=prices.charge, shortage=prices.shortage, step=prices.step, min_fill=prices.min_fill)


def _metrics(plan: Plan, moves: list[Move], at_sites: list[Level]) -> dict[str, object]:
    """Totals of the run: expected fill and cost at the positions before and after, weighted by demand.

    Before includes what the units that move would cost in bond.
    """
    asked = plan.outlooks.pairs.spread.review_mean
    total = float(asked.sum())
    moved = plan.settled.deployment.after - plan.settled.deployment.before
    in_bond = float((plan.settled.prices.h_bond * moved).sum())
    return {
        "skus": len(plan.grid.skus),
        "levels": len(plan.grid.pairs) + len(at_sites),
        "moves": len(moves),
        "expected_fill_before": number((asked * plan.before.fill).sum() / total, 6) if total else None,
        "expected_fill_after": number((asked * plan.after.fill).sum() / total, 6) if total else None,
        "expected_weekly_cost_before": number(plan.before.cost.sum() + in_bond),
        "expected_weekly_cost_after": number(plan.after.cost.sum()),
        "trucks": [
            {
                "from_node": load.origin, "to_node": load.destination, "asked_m3": number(load.asked_m3),
                "loaded_m3": number(load.loaded_m3), "trucks": load.trucks, "price_per_m3": number(load.price_per_m3),
            }
            for load in plan.settled.loads
        ],
        **_solved(plan.settled.solved),
        **categories_out.totals(plan.ground.prepared),
        **limits_out.totals(plan.settled),
        **events_out.totals(plan),
        **expedite.totals(plan.settled.expedited, plan.grid),
        **transfers_out.totals(plan),
    }  # fmt: skip


def _solved(solved: Solved | None) -> dict[str, object]:
    """What came of asking for the cheapest deployment, where that was asked for."""
    if solved is None:
        return {}
    best = None if solved.best is None else number(solved.best)
    cost = {"standing_cost": number(solved.standing), "best_cost": best, "is_proven": solved.is_proven}
    return {"exact": {"skus": solved.skus, **cost}}
