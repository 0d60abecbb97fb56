"""The numbers behind each level, move and exception, as JSON can carry them. The sentence is made of these alone. Pure.

Source: placement.md §10 (docs/placement.md). They are estimates, so they are rounded numbers and not exact decimals.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from inventory.placement.engine.costs import newly_short
from inventory.placement.engine.deploy import Deployment, Shipment, SiteStock
from inventory.placement.engine.disruptions import Disruptions
from inventory.placement.engine.economics import Prices, expiry_cost, stockout_cost
from inventory.placement.engine.exact import Solved
from inventory.placement.engine.expedite import Expedited
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.groundwork import Groundwork
from inventory.placement.engine.levels import Levels, describe
from inventory.placement.engine.limits import LotPart, LotView
from inventory.placement.engine.model import Adjustment, Floats, Lane, Problem, Sku
from inventory.placement.engine.outlook import Outlook
from inventory.placement.engine.room import Room
from inventory.placement.engine.shadow_prices import Within
from inventory.placement.engine.share import Outlooks
from inventory.placement.engine.transfers import Transfer, transfer_lanes
from inventory.placement.engine.trucks import TruckLoad


@dataclass(frozen=True)
class Standing:
    """Per pair, at some position: fill, cost a week, what is left over, and what the next unit would gain."""

    fill: Floats
    cost: Floats
    left: Floats
    gain_next: Floats


@dataclass(frozen=True)
class Settled:
    """What was decided, as numbers: prices, levels, shipments and orders. `owned` and `orders` are per site pair.

    `computed` and `bond_computed` are the levels as they were before planners' overrides, `aimed` those up to which was shipped,
    `within` and `rooms` tell of shared limits, `disruptions` of known events (None and empty where none is stated); `expedited` is
    what goes over faster lanes, by site and pair, `transfers` what goes, or had better go, from bond to bond.
    """

    prices: Prices
    bond_prices: Prices
    levels: Levels
    bond_levels: Levels
    deployment: Deployment
    owned: Floats
    orders: Floats
    loads: tuple[TruckLoad, ...]
    computed: Floats
    bond_computed: Floats
    aimed: Floats
    solved: Solved | None = None
    within: Within | None = None
    rooms: tuple[Room, ...] = ()
    disruptions: Disruptions | None = None
    expedited: Mapping[tuple[str, int], Expedited] = field(default_factory=dict)
    transfers: tuple[Transfer, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything a row is explained by; `before` and `after` are how the pairs stand without and with the moves."""

    ground: Groundwork
    outlooks: Outlooks
    settled: Settled
    before: Standing
    after: Standing

    @property
    def problem(self) -> Problem:
        """What the run was given."""
        return self.ground.prepared.problem

    @property
    def grid(self) -> Grid:
        """Its pairs."""
        return self.ground.prepared.grid

    @property
    def known_skus(self) -> frozenset[int]:
        """Items with a history, or a rate to begin with."""
        return self.ground.prepared.known_skus

    @cached_property
    def site_number(self) -> dict[tuple[int, str], int]:
        """The place of an item and site among the site pairs."""
        return {(site.sku, site.site): n for n, site in enumerate(self.grid.site_pairs)}

    @cached_property
    def transfer_lanes(self) -> dict[str, list[Lane]]:
        """The open lanes from bond to bond, by the site that they lead from."""
        bridges, found = self.ground.bridges, defaultdict(list)
        for lane in transfer_lanes(self.grid, bridges.now if bridges else frozenset()):
            found[lane.origin].append(lane)
        return dict(found)

    @cached_property
    def transferred(self) -> Floats:
        """Units that each site pair gets from other bonded sites, less what it gives them; of advice nothing."""
        found = np.zeros(len(self.grid.site_pairs))
        for entry in () if self.problem.params.are_transfers_advised else self.settled.transfers:
            units = entry.packs * self.grid.skus[entry.sku].pack_size
            found[entry.origin] -= units
            found[entry.target] += units
        return found

    def transfers_from(self, stock: SiteStock) -> list[Transfer]:
        """The moves to other bonded sites of an item at a site, in order of their names."""
        if not stock.leaving_packs:
            return []
        origin = self.site_number[stock.sku, stock.site]
        return [entry for entry in self.settled.transfers if entry.origin == origin]

    @cached_property
    def stock_of(self) -> dict[tuple[int, str], SiteStock]:
        """What lies in bond, by item and site."""
        return {(stock.sku, stock.site): stock for stock in self.settled.deployment.stocks}


def number(value: float, places: int = 4) -> float | int:
    """A rounded number: whole ones without a point, never a negative zero, so that equal results are equal text.

    >>> number(12.0), number(-0.00001), number(0.123456)
    (12, 0, 0.1235)
    """
    rounded = round(float(value), places)
    return int(rounded) if rounded == int(rounded) else rounded


def pair_level(plan: Plan, n: int) -> dict[str, Any]:
    """Why a DC should have its level."""
    pair, levels, prices, deployment = (
        plan.grid.pairs[n],
        plan.settled.levels,
        plan.settled.prices,
        plan.settled.deployment,
    )
    sku, foreseen = plan.grid.skus[pair.sku], _foreseen(plan, n)
    own = ["min_fill"] if sku.min_fill and levels.gain_last[n] < 0 else []
    return {
        "kind": "level_dc",
        "node": pair.dc,
        "source_node": pair.site,
        **_level(levels, n),
        **_override(plan, (sku.id, pair.dc), plan.settled.computed[n]),
        **basis(plan, plan.outlooks.pairs, n, pair.sku),
        "lead_weeks": number(plan.outlooks.pairs.lead_weeks[n], 2),
        "p": number(stockout_cost(sku, plan.problem.params)),
        "h_B": number(prices.h_bond[n], 6),
        "h_D": number(prices.h_forward[n], 6),
        "delta": number(prices.premium[n], 6),
        "phi": number(plan.ground.phi[pair.sku]),
        "position": number(deployment.before[n]),
        "position_after": number(deployment.after[n]),
        **_bound(plan, pair.dc, n, own + foreseen.get("held_by", [])),
        **foreseen,
    }


def site_level(plan: Plan, n: int, position: float, order: float) -> dict[str, Any]:
    """Why a bonded site and its DCs should own their level."""
    site, levels, prices = plan.grid.site_pairs[n], plan.settled.bond_levels, plan.settled.bond_prices
    sku = plan.grid.skus[site.sku]
    return {
        "kind": "level_bonded",
        "node": site.site,
        "feeds": sorted(plan.grid.pairs[m].dc for m in site.pairs),
        **_level(levels, n),
        **_override(plan, (sku.id, site.site), plan.settled.bond_computed[n]),
        **basis(plan, plan.outlooks.sites, n, site.sku),
        "lead_weeks": number(plan.outlooks.sites.lead_weeks[n], 2),
        "p": number(stockout_cost(sku, plan.problem.params)),
        "h_B": number(prices.h_bond[n], 6),
        "h_D": number(prices.h_forward[n], 6),
        "position": number(position),
        **_transferred(float(plan.transferred[n])),
        "order_quantity": number(order),
        **_bound(plan, site.site, n, ["pack"] if order and order % 1 == 0 and sku.pack_size > 1 else []),
    }


def move(
    plan: Plan, stock: SiteStock, shipment: Shipment, quantity: float, lots: list[LotPart], lane: Lane
) -> dict[str, Any]:
    """Why to send so much from bond to a DC over a lane now, and what is expected before and after."""
    n = shipment.pair
    pair, sku = plan.grid.pairs[n], plan.grid.skus[stock.sku]
    before, after = plan.before, plan.after
    shipped = shipment.total * sku.pack_size
    freight = lane.freight(sku.volume_m3)
    # Waiting leaves the same units in bond, where they cost something too.
    kept = plan.settled.prices.h_bond[n] * (plan.settled.deployment.after[n] - plan.settled.deployment.before[n])
    cost_before, cost_after = before.cost[n] + kept, after.cost[n]
    is_early = bool(lots and shipment.early_packs)
    return {
        **pair_level(plan, n),
        "kind": "move_early" if is_early else "move",
        "from_node": stock.site,
        "to_node": pair.dc,
        "quantity": number(quantity),
        "shipped_to_node": number(shipped),
        "topup": number(shipment.topup_packs * sku.pack_size),
        "pack_size": number(sku.pack_size),
        "in_bond": number(stock.on_hand),
        "stays_in_bond": number(sum(seen.left for seen in stock.views)),
        "fill_before": number(before.fill[n], 6),
        "fill_after": number(after.fill[n], 6),
        "cost_before": number(cost_before),
        "cost_after": number(cost_after),
        "freight": number(freight * quantity),
        "value_last_unit": number(shipment.value, 6),
        "marginal_before": number(before.gain_next[n], 6),
        "marginal_after": number(after.gain_next[n], 6),
        "lots": [lot_part(part, plan.problem.state.as_of) for part in lots],
        "alternatives": [
            {"action": "wait", "cost": number(cost_before)},
            {"action": "ship", "cost": number(cost_after)},
        ],
        **(_waiting(plan, n, sku) if is_early else {}),
    }


def _waiting(plan: Plan, n: int, sku: Sku) -> dict[str, Any]:
    """How long the last of what goes ahead of its limit waits at the DC, and what that costs beside leaving by force (§7.4)."""
    weekly = float(plan.outlooks.pairs.weekly[n])
    weeks = float(plan.settled.deployment.after[n]) / weekly if weekly else None
    return {
        "covers_weeks": None if weeks is None else number(weeks, 1),
        "waiting_cost": None if weeks is None else number(plan.settled.prices.premium[n] * weeks),
        "expiry_cost": number(expiry_cost(sku, plan.problem.params)),
    }


def expedited(facts: dict[str, Any], entry: Expedited) -> dict[str, Any]:
    """Why units of a move go over a faster lane; `facts` are those of the move over the usual one."""
    way, units = entry.way, entry.packs * facts["pack_size"]
    extra = entry.extra_per_unit * units
    return {
        **facts,
        "kind": "move_expedite",
        "expedited": number(units),
        "way": way.lane.crossing or way.lane.mode,
        "usual_way": way.usual.crossing or way.usual.mode,
        "weeks": number(way.weeks, 2),
        "usual_weeks": number(entry.usual_weeks, 2),
        "weeks_earlier": number(entry.usual_weeks - way.weeks, 2),
        "waiting": number(entry.more * facts["pack_size"]),
        "short_saved": number(entry.short_saved),
        "saved": number(entry.saves),
        "extra_per_unit": number(entry.extra_per_unit, 6),
        "extra_freight": number(extra),
        "alternatives": [
            {"action": "expedite", "cost": number(extra)},
            {"action": "usual_lane", "cost": number(entry.saves)},
        ],
    }


def purchase(plan: Plan, n: int, quantity: float, position: float, covers: float | None) -> dict[str, Any]:
    """Why to order so much from the supplier now; it covers so many weeks (None: nothing is asked)."""
    site = plan.grid.site_pairs[n]
    supplier = site.supply.origin if site.supply else ""
    return {
        **site_level(plan, n, position, quantity),
        "kind": "purchase",
        "from_node": supplier,
        "to_node": site.site,
        "quantity": number(quantity),
        "covers_weeks": None if covers is None else number(covers, 1),
        "freight": number(plan.settled.bond_prices.freight[n] * quantity),
    }


def _transferred(units: float) -> dict[str, Any]:
    """What comes from other bonded sites, or goes to them, where any does."""
    return {"from_bond" if units > 0 else "to_bond": number(abs(units))} if units else {}


def lot_facts(seen: LotView, as_of: date) -> dict[str, Any]:
    """A lot by name, with its limit."""
    limit = seen.lot.limit
    return {
        "lot": seen.lot.lot,
        "quantity_in_bond": number(seen.lot.quantity),
        "left": number(seen.left),
        "limit_date": limit.isoformat() if limit else None,
        "days_left": (limit - as_of).days if limit else None,
    }


def lot_part(part: LotPart, as_of: date) -> dict[str, Any]:
    """What a move takes of a lot."""
    return {**lot_facts(part.seen, as_of), "quantity": number(part.units)}


def _bound(plan: Plan, node: str, n: int, own: list[str]) -> dict[str, Any]:
    """What keeps a level or a shipment lower than it would be; where a shared limit does, its price and the level without it."""
    settled, within = plan.settled, plan.settled.within
    is_dc = plan.grid.roads.nodes[node].type == "dc"
    found: dict[str, Any] = {"binding": own}
    if within:
        level = float((settled.levels if is_dc else settled.bond_levels).level[n])
        free = float((within.free if is_dc else within.bond_free)[n])
        for limit in within.limits:
            if level < free and limit.price > 0 and limit.node in (node, ""):
                found["binding"] = [*found["binding"], limit.kind]
                if limit.is_kept:
                    found |= {f"{limit.kind}_price": number(limit.price), "value_without_limits": number(free)}
    if is_dc and "capacity" not in found["binding"]:
        is_crowded = any(room.node == node and room.price_per_m3 > 0 for room in settled.rooms)
        if is_crowded and settled.deployment.after[n] < settled.levels.level[n]:
            found["binding"] = [*found["binding"], "capacity"]
    return found


def _foreseen(plan: Plan, n: int) -> dict[str, Any]:
    """What known events have to do with a pair."""
    seen, settled = plan.settled.disruptions, plan.settled
    if seen is None:
        return {}
    facts = seen.facts(plan.grid, n, float(settled.levels.level[n]), float(settled.deployment.after[n]))
    return {name: number(value) if isinstance(value, float) else value for name, value in facts.items()}


def _override(plan: Plan, key: tuple[str, str], computed: float) -> dict[str, Any]:
    """Beside a level that a planner set, the one that was computed."""
    return {"computed": number(computed)} if key in plan.problem.overrides else {}


def _level(levels: Levels, n: int) -> dict[str, Any]:
    level, expected = float(levels.level[n]), float(levels.expected[n])
    return {
        "value": number(level),
        "expected_demand": number(expected),
        "safety_stock": number(number(level) - number(expected)),
        "fill": number(levels.fill[n], 6),
        "on_hand": number(levels.left[n]),
        "marginal_before": number(levels.gain_last[n], 6),
        "marginal_after": number(levels.gain_next[n], 6),
    }


def basis(plan: Plan, outlook: Outlook, n: int, sku_no: int) -> dict[str, Any]:
    """What a line of an outlook stands on: demand, its class, how it is foretold, and the data behind it."""
    adjusted, tuned = plan.ground.prepared.adjusted, plan.ground.tuning.of(int(plan.ground.style[sku_no]))
    members = [n] if outlook is plan.outlooks.pairs else list(plan.grid.site_pairs[n].pairs)
    week = outlook.outlier_week[n]
    return {
        "protection_weeks": number(outlook.protection[n], 2),
        "weekly_demand": number(outlook.weekly[n]),
        "class": plan.ground.prepared.class_name(sku_no),
        "family": tuned.family,
        "lambda": number(tuned.share, 2),
        "beta": number(plan.ground.beta[sku_no], 4),
        "tuned_weeks": tuned.weeks,
        "confidence": outlook.confidence[n],
        "covered": None if tuned.covered is None else number(tuned.covered),
        "data": {
            "weeks": int(outlook.weeks[n]),
            "nonzero": int(outlook.nonzero[n]),
            "censored": int(outlook.censored[n]),
            "adjustments": int(adjusted[members].sum()) if members else 0,
            "outlier_week": week.isoformat() if week else None,
        },
    }


def standing(problem: Problem, outlook: Outlook, prices: Prices, position: Floats) -> Standing:
    """What is expected of every pair at a position."""
    spread, at = outlook.spread, np.maximum(position, 0.0)
    found = describe(at, spread, prices.charge, prices.shortage, prices.step)
    short = newly_short(at[:, None], spread.whole, spread.lead)[:, 0]
    cost = weekly_cost(prices.h_forward, found.left, prices.shortage, short, problem.network.review_weeks)
    return Standing(found.fill, cost, found.left, found.gain_next)


def weekly_cost(hold: Floats, left: Floats, shortage: Floats, short: Floats, review: int) -> Floats:
    """Holding of what is left over, and the units newly short, per week."""
    return np.asarray(hold * left + shortage * short / review, dtype=np.float64)


def flags_of(plan: Plan, outlook: Outlook, n: int, sku_no: int, dearer: bool) -> tuple[str, ...]:
    """What is odd about a row, in alphabetical order."""
    sku = plan.grid.skus[sku_no]
    extra = [("DEFAULT_COST", sku.stockout_cost is None), ("BOND_DEARER", dearer)]
    return tuple(sorted({*outlook.flags[n], *(name for name, holds in extra if holds)}))


def adjustment(change: Adjustment) -> dict[str, Any]:
    """A changed week as JSON can carry it."""
    return {
        "sku": change.sku, "location": change.location, "week": change.week.isoformat(), "reason": change.reason,
        "old": None if change.old is None else number(change.old), "new": None if change.new is None else number(change.new),
    }  # fmt: skip
