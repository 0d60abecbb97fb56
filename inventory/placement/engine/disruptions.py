"""What known events did to a run: lanes closed or slow, moves blocked, stock brought forward or held for a duty. Pure.

Source: placement.md §8 and §18 (docs/placement.md).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from inventory.placement.engine.blocked import Blocked
from inventory.placement.engine.closures import Bridges
from inventory.placement.engine.distribution import Spread, stretch
from inventory.placement.engine.economics import Prices
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.levels import cheapest
from inventory.placement.engine.preposition import Brought, Foreseen


@dataclass(frozen=True)
class Disruptions:
    """`usual` is the level of each pair of a lane with a closure as it would be without; `brought` is by pair."""

    bridges: Bridges | None
    usual: dict[int, float]
    blocked: tuple[Blocked, ...]
    foreseen: Foreseen | None
    brought: dict[int, Brought]

    def weeks_more(self, ends: tuple[str, str]) -> int:
        """Weeks later than usual that what is sent over a lane now arrives."""
        if self.bridges is None:
            return 0
        closure = self.bridges.closures.get(ends)
        closed = int(np.ceil(closure.weeks)) if closure and closure.is_now else 0
        return self.bridges.holidays.get(ends, 0) + closed

    def is_raised(self, pair: int, units: float) -> bool:
        """True if so many units at a pair are more than its usual level, because of a closure."""
        return pair in self.usual and units > self.usual[pair] + 1e-9

    def is_waiting(self, pair: int) -> bool:
        """True if units of a pair wait for a fall of duty."""
        return self.foreseen is not None and float(self.foreseen.wait[pair]) > 0

    def facts(self, grid: Grid, n: int, level: float, after: float) -> dict[str, Any]:
        """The numbers of a pair that events explain; nothing where none is about it."""
        pair = grid.pairs[n]
        ends = (pair.site, pair.dc)
        found: dict[str, Any] = {}
        if self.bridges and ends in self.bridges.closures:
            closure = self.bridges.closures[ends]
            found |= {
                "closed_from": closure.begin.isoformat(), "closed_to": closure.end.isoformat(),
                "closed_weeks": closure.weeks, "level_without_closure": self.usual.get(n, level),
            }  # fmt: skip
            if n in self.bridges.reroutes:
                found["reroute_crossing"] = self.bridges.reroutes[n].crossing or self.bridges.reroutes[n].mode
        if self.bridges and ends in self.bridges.holidays:
            found["holiday_weeks"] = self.bridges.holidays[ends]
        if self.foreseen and self.foreseen.changes.dates[n]:
            found |= self._duty(self.foreseen, n, level, after)
        return found

    def _duty(self, seen: Foreseen, n: int, level: float, after: float) -> dict[str, Any]:
        day = seen.changes.dates[n]
        found: dict[str, Any] = {
            "duty_now": float(seen.changes.now[n]), "duty_new": float(seen.changes.new[n]),
            "duty_on": day.isoformat() if day else None, "duty_weeks": float(seen.changes.weeks[n]),
        }  # fmt: skip
        if seen.saves[n] > 0:
            brought = self.brought.get(n)
            found |= {"duty_saved": float(seen.saves[n]), "cover_weeks": float(seen.cover[n])}
            found |= {"ahead_asked": brought.asked if brought else 0.0, "ahead": brought.units if brought else 0.0}
            found["held_by"] = list(brought.held_by) if brought else []
        elif seen.wait[n] > 0:
            found |= {
                "duty_saved": float(seen.wait[n]),
                "held": max(level - after, 0.0),
                "level_until": float(seen.until[n]),
            }
        return found


def usual_levels(grid: Grid, found: Bridges | None, spread: Spread, prices: Prices) -> dict[int, float]:
    """The levels that pairs with a closure would have without it: of the same demand over as many weeks less."""
    if found is None or not found.closed.any():
        return {}
    mine = np.flatnonzero(found.closed > 0)
    ratio = (spread.weeks[mine] - found.closed[mine]) / spread.weeks[mine]
    usual = Spread(stretch(spread.whole[mine], ratio), spread.lead[mine], spread.weeks[mine], spread.is_short[mine])
    levels = cheapest(
        usual, charge=prices.charge[mine], shortage=prices.shortage[mine], step=prices.step[mine],
        min_fill=prices.min_fill[mine],
    )  # fmt: skip
    return dict(zip(mine.tolist(), levels.level.tolist(), strict=True))
