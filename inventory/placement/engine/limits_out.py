"""What shared limits came to, for the totals of a run. Pure.

Source: placement.md §6.6 (docs/placement.md).
"""

from typing import Any

from inventory.placement.engine.explain import Settled, number


def totals(settled: Settled) -> dict[str, Any]:
    """`limits` and `rooms` of the run's totals; nothing where no limit is stated."""
    found: dict[str, Any] = {}
    if settled.within:
        found["limits"] = [
            {
                "kind": limit.kind, "node": limit.node, "limit": number(limit.limit), "expected": number(limit.expected),
                "expected_without_limits": number(limit.free), "price": number(limit.price, 6),
                "is_kept": limit.is_kept,
            }
            for limit in settled.within.limits
        ]  # fmt: skip
    if settled.rooms:
        found["rooms"] = [
            {
                "node": room.node, "capacity_m3": number(room.capacity_m3), "taken_m3": number(room.taken_m3),
                "asked_m3": number(room.asked_m3), "price_per_m3": number(room.price_per_m3, 6),
            }
            for room in settled.rooms
        ]  # fmt: skip
    return found
