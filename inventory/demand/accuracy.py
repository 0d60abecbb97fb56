"""How well the past was foretold: forecasts made with what was known then, against what was asked. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory.demand.forecast import steady

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Accuracy:
    """Per series: units asked and foretold over the judged weeks, bias (share) and WAPE; NaN where nothing was asked."""

    asked: Floats
    foretold: Floats
    bias: Floats
    wape: Floats


def backtest(demand: Floats, *, judged_weeks: int = 12, ahead: int = 4, least_history: int = 8) -> Accuracy:
    """Foretell the sums of `ahead` weeks at every origin of the last `judged_weeks`, each with the weeks before it only.

    The sums do not overlap. WAPE = Σ|asked − foretold| / Σ asked; bias = Σ(foretold − asked) / Σ asked.
    """
    series, weeks = demand.shape
    asked, foretold, missed = np.zeros(series), np.zeros(series), np.zeros(series)
    for origin in range(weeks - judged_weeks, weeks - ahead + 1, ahead):
        if origin < least_history:
            continue
        known = np.nan_to_num(demand[:, origin : origin + ahead]).sum(axis=1)
        said = steady(demand[:, :origin])[:, -1] * ahead
        asked, foretold, missed = asked + known, foretold + said, missed + np.abs(known - said)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Accuracy(asked, foretold, (foretold - asked) / asked, missed / asked)
