"""What a DC may be asked of an item in the coming weeks: the distribution that its level counts on, week by week. Pure.

Source: placement.md §4.4 (docs/placement.md). A level counts on the sum of the weeks it has to cover; that distribution is
shortened to one week, or lengthened to several, by `stretch`'s rule, and multiplied by the season and promotions of those weeks.
"""

from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.baseline import Baseline
from inventory.placement.engine.distribution import Spread, quantile
from inventory.placement.engine.model import Floats, Ints

WEEKS_AHEAD = 13
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Fan:
    """The mean and the quantiles at SHARES of the sum of `weeks` weeks, as if no season or promotion were in them.

    `factors` says by what they multiply each of the coming weeks.
    """

    weeks: float
    mean: float
    quantiles: tuple[float, ...]
    factors: tuple[float, ...]

    def week(self, ahead: int) -> tuple[float, tuple[float, ...]]:
        """The mean and quantiles of one week, the first being 0.

        >>> Fan(4.0, 40.0, (20.0, 40.0, 60.0), (1.0, 2.0)).week(1)
        (20.0, (0.0, 20.0, 40.0))
        """
        return self._stretched(1, self.factors[ahead])

    def sum_of(self, weeks: int) -> tuple[float, tuple[float, ...]]:
        """The mean and quantiles of the first so many weeks together.

        >>> Fan(1.0, 10.0, (6.0, 10.0, 14.0), (1.0, 1.0, 1.0, 1.0)).sum_of(4)
        (40.0, (32.0, 40.0, 48.0))
        """
        return self._stretched(weeks, sum(self.factors[:weeks]) / weeks)

    def _stretched(self, weeks: int, factor: float) -> tuple[float, tuple[float, ...]]:
        ratio = weeks / self.weeks
        mean = self.mean * ratio
        return mean * factor, tuple(max(0.0, mean + (q - self.mean) * ratio**0.5) * factor for q in self.quantiles)


def fans(spread: Spread, baseline: Baseline) -> list[Fan]:
    """The fan of every series of the baseline; `spread` is what is known of the same series now."""
    now = baseline.demand.shape[1]
    weekly = np.stack([baseline.factor(now + ahead, 1) for ahead in range(WEEKS_AHEAD)], axis=1)
    covered = np.maximum(np.floor(spread.weeks + 0.5), 1).astype(np.int64)
    inside = _means(baseline, now, covered)
    plain = np.divide(spread.whole, inside[:, None], out=np.zeros_like(spread.whole), where=inside[:, None] > 0)
    found = np.stack([quantile(plain, share) for share in SHARES], axis=1)
    means = np.divide(spread.mean, inside, out=np.zeros(len(inside)), where=inside > 0)
    # Without season or promotion all share one row of factors.
    shared: dict[tuple[float, ...], tuple[float, ...]] = {}
    rows = [shared.setdefault(row, row) for row in map(tuple, weekly.tolist())]
    return [
        Fan(weeks, mean, tuple(quantiles), row)
        for weeks, mean, quantiles, row in zip(spread.weeks.tolist(), means.tolist(), found.tolist(), rows, strict=True)
    ]


def _means(baseline: Baseline, now: int, covered: Ints) -> Floats:
    """By what season and promotions multiply the weeks that each series' own distribution covers."""
    found = np.ones(len(covered))
    for weeks in np.unique(covered).tolist():
        lines = np.flatnonzero(covered == weeks)
        found[lines] = baseline.of(lines).factor(now, weeks)
    return found
