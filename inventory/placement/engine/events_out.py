"""What known events came to: blocked moves as exceptions, closures and changes of duty in the totals of a run. Pure.

Source: placement.md §8 and §18 (docs/placement.md).
"""

from collections import defaultdict
from datetime import date
from typing import Any

from inventory.placement.engine import explain
from inventory.placement.engine.blocked import Blocked
from inventory.placement.engine.disruptions import Disruptions
from inventory.placement.engine.duties import DutyChanges
from inventory.placement.engine.explain import Plan, number
from inventory.placement.engine.model import ExceptionRow


def blocked_rows(plan: Plan) -> list[ExceptionRow]:
    """One row per move that a closed lane blocks, with the ways round and their prices."""
    seen = plan.settled.disruptions
    return [_blocked(plan, entry) for entry in seen.blocked] if seen else []


def totals(plan: Plan) -> dict[str, Any]:
    """`closures` and `duty_changes` of the run's totals; nothing where no event is known."""
    seen = plan.settled.disruptions
    found: dict[str, Any] = {}
    if seen is None:
        return found
    if seen.bridges and seen.bridges.closures:
        found["closures"] = [
            {
                "from_node": origin, "to_node": destination, "from": closure.begin.isoformat(), "to": closure.end.isoformat(),
                "weeks": number(closure.weeks, 2), "is_now": closure.is_now,
            }
            for (origin, destination), closure in sorted(seen.bridges.closures.items())
        ]  # fmt: skip
    if seen.foreseen:
        found["duty_changes"] = _duty_changes(plan, seen, seen.foreseen.changes)
    return found


def _blocked(plan: Plan, entry: Blocked) -> ExceptionRow:
    pair, seen = plan.grid.pairs[entry.pair], plan.settled.disruptions
    lane = plan.grid.roads.lanes[entry.site, pair.dc]
    sku = plan.grid.skus[pair.sku]
    options: list[dict[str, Any]] = [{"action": "wait", "cost": number(entry.saves)}]
    ways = [
        {
            "from_node": way.lane.origin, "mode": way.lane.mode, "crossing": way.lane.crossing, "quantity": number(way.quantity),
            "extra_per_unit": number(way.extra_per_unit, 6), "cost": number(way.extra_per_unit * way.quantity),
            "freight": number(way.lane.freight(sku.volume_m3) * way.quantity),
        }
        for way in entry.detours
    ]  # fmt: skip
    options += [{"action": "reroute", **way} for way in ways]
    closure = seen.bridges.closures.get((entry.site, pair.dc)) if seen and seen.bridges else None
    facts = explain.pair_level(plan, entry.pair) | {
        "kind": "blocked",
        "from_node": entry.site,
        "to_node": pair.dc,
        "crossing": lane.crossing or lane.mode,
        "quantity": number(entry.quantity),
        "closed_to": closure.end.isoformat() if closure else None,
        "wait_cost": number(entry.saves),
        "reroute": ways[0] if ways else None,
        "alternatives": sorted(options, key=lambda option: (option["cost"], option["action"])),
    }
    flags = explain.flags_of(
        plan, plan.outlooks.pairs, entry.pair, pair.sku, bool(plan.settled.prices.is_bond_dearer[entry.pair])
    )
    letter = plan.outlooks.pairs.confidence[entry.pair]
    return ExceptionRow(sku.id, pair.dc, entry.quantity, "", None, "BLOCKED", letter, flags, facts)


def _duty_changes(plan: Plan, seen: Disruptions, change: DutyChanges) -> list[dict[str, Any]]:
    """Per day and pair of rates: what is worth bringing forward, what is brought and what holds the rest; what waits for a fall."""
    settled = plan.settled
    groups: dict[tuple[date, float, float], list[int]] = defaultdict(list)
    for n, day in enumerate(change.dates):
        if day:
            groups[day, float(change.now[n]), float(change.new[n])].append(n)
    found = []
    for (day, now, new), members in sorted(groups.items()):
        brought = [seen.brought[n] for n in members if n in seen.brought]
        held = [float(settled.levels.level[n] - settled.deployment.after[n]) for n in members if seen.is_waiting(n)]
        found.append(
            {
                "on": day.isoformat(), "duty_now": number(now), "duty_new": number(new), "levels": len(members),
                "ahead_asked": number(sum(entry.asked for entry in brought)),
                "ahead": number(sum(entry.units for entry in brought)),
                "held_by": sorted({reason for entry in brought for reason in entry.held_by}),
                "held": number(sum(max(units, 0.0) for units in held)),
            }
        )  # fmt: skip
    return found
