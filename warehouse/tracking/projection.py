"""Where a shipment is, worked out from its milestones. Pure.

The fold goes by when things happened, not by when we heard: a late fact never moves a shipment backwards
(us-and-movements.md §4.2, §4.5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

RANK = {
    "dispatched": 0,
    "at_border": 1,
    "crossed": 2,
    "released": 3,
    "arrived": 4,
}
STATE_OF = {
    "GATE_OUT_ZONE": "dispatched",
    "ARR_MX_YARD": "at_border",
    "MX_MODULE_RED": "at_border",
    "MX_MODULE_GREEN": "crossed",
    "US_PRIMARY_ARRIVAL": "crossed",
    "US_SECONDARY_REFERRED": "crossed",
    "US_RELEASED": "released",
    "DEP_US_YARD": "released",
    "ARR_DC": "arrived",
}
HOLDS = {"MX_MODULE_RED": "MX_MODULE_GREEN", "US_SECONDARY_REFERRED": "US_RELEASED"}
TRUST = ("customs", "gate", "telematics", "carrier", "manual")


@dataclass(frozen=True)
class Fact:
    """One milestone, as far as the projection cares."""

    code: str
    occurred_at: datetime
    source: str
    recorded_at: datetime


@dataclass(frozen=True)
class Hold:
    """A stretch of time under examination; `closed_at` None while it lasts."""

    code: str
    opened_at: datetime
    closed_at: datetime | None


def state(facts: Iterable[Fact]) -> str:
    """The furthest state the facts have reached; `dispatched` when there are none.

    >>> from datetime import UTC
    >>> noon, one = datetime(2026, 10, 28, 12, tzinfo=UTC), datetime(2026, 10, 28, 13, tzinfo=UTC)
    >>> released = Fact("US_RELEASED", one, "customs", one)
    >>> referred = Fact("US_SECONDARY_REFERRED", noon, "customs", one)
    >>> state([released, referred]) == state([referred, released]) == "released"
    True
    """
    reached = [STATE_OF[fact.code] for fact in facts if fact.code in STATE_OF]
    return max(reached, key=RANK.__getitem__, default="dispatched")


def moments(facts: Iterable[Fact]) -> dict[str, datetime]:
    """When each milestone happened: of several reports the most trusted source's, then the earliest."""
    best: dict[str, Fact] = {}
    for fact in facts:
        known = best.get(fact.code)
        if known is None or _order(fact) < _order(known):
            best[fact.code] = fact
    return {code: fact.occurred_at for code, fact in best.items()}


def holds(facts: Iterable[Fact]) -> list[Hold]:
    """Examinations, each with when it began and ended, in order of beginning."""
    at = moments(facts)
    found = [Hold(code, at[code], at.get(end)) for code, end in HOLDS.items() if code in at]
    return sorted(found, key=lambda hold: hold.opened_at)


def _order(fact: Fact) -> tuple[int, datetime, datetime]:
    """Most trusted first, then earliest, then first heard."""
    return TRUST.index(fact.source), fact.occurred_at, fact.recorded_at
