"""Levels at many prices: what each whole step that can be the cheapest leaves over and lacks, worked out once. Pure.

Source: placement.md §6.2 and §6.6 (docs/placement.md).
"""

from functools import cached_property

import numpy as np

from inventory.placement.engine.costs import left_over, newly_short
from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.levels import TIE, WHOLE
from inventory.placement.engine.model import Floats, Ints

CHUNK_LINES = 8_000


class Curve:
    """What a level leaves over and lacks, at every whole step among which the cheapest must be: (line, candidate).

    Between two quantiles of the whole the cost is concave, so the cheapest whole step is next to one of them.
    """

    def __init__(self, spread: Spread, step: Floats, shortage: Floats, min_fill: Floats) -> None:
        steps = spread.whole / step[:, None]
        near = np.round(steps)
        steps = np.where(np.abs(steps - near) < WHOLE, near, steps)
        sides = np.stack([np.floor(steps), np.ceil(steps)], axis=2).reshape(len(steps), -1)
        self.level = np.concatenate([np.zeros((len(steps), 1)), sides], axis=1) * step[:, None]
        self.left = left_over(self.level, spread.whole)
        short = newly_short(self.level, spread.whole, spread.lead)
        self.lost = shortage[:, None] * short
        most = np.where(min_fill > 0, (1.0 - min_fill) * spread.review_mean + TIE, np.inf)
        self.is_enough = short <= most[:, None] if min_fill.any() else None
        self.lead = spread.lead

    @cached_property
    def on_way(self) -> Floats:
        """Units on the way at each candidate: S − E[(S − D_L)+]."""
        return np.asarray(self.level - left_over(self.level, self.lead), dtype=np.float64)

    def cheapest(self, lines: Ints, charge: Floats, on_way: Floats | None = None) -> Ints:
        """The candidate of each of these lines at these charges (and charges for a unit on the way), the smallest of equals."""
        chosen = np.empty(len(lines), dtype=np.int64)
        for begin in range(0, len(lines), CHUNK_LINES):
            some = lines[begin : begin + CHUNK_LINES]
            cost = charge[begin : begin + CHUNK_LINES, None] * self.left[some] + self.lost[some]
            if on_way is not None:
                cost = cost + on_way[begin : begin + CHUNK_LINES, None] * self.on_way[some]
            least = cost.min(axis=1, keepdims=True)
            best = np.argmax(cost <= least + TIE * (1.0 + np.abs(least)), axis=1)
            if self.is_enough is not None:
                enough = self.is_enough[some]
                last = enough.shape[1] - 1
                best = np.maximum(best, np.where(enough.any(axis=1), np.argmax(enough, axis=1), last))
            chosen[begin : begin + CHUNK_LINES] = best
        return chosen
