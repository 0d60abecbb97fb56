"""A rate that changed for good: told from chance by how far the last weeks are from what was foretold before them. Pure.

Source: placement.md §4.5 and §18 (docs/placement.md): what is flagged `LEVEL_SHIFT` is acted on where it is beyond doubt.
"""

import numpy as np

from inventory.demand.forecast import moving_mean
from inventory.placement.engine.model import Floats

WEEKS, LEAST_PAST = 8, 26
UP, DOWN = (
    4.5,
    3.5,
)  # deviations; up is doubted longer, because a few large orders reach that far and stock cannot be sent back
ALLOWANCE = 1.5  # neighbouring weeks are alike: a sum of them varies more than if they were not


def followed(demand: Floats, path: Floats) -> Floats:
    """A path of weekly rates, with the mean of the last 8 weeks where it was left for good.

    Left is a path whose last 8 weeks, half of them known, are too many deviations of its own past errors from what it foretold
    before them. What comes
    later changes nothing.

    >>> line = np.array([[9.0, 11.0] * 20 + [2.0] * 8])
    >>> followed(line, np.full((1, 48), 10.0))[0, [30, 47]].tolist()
    [10.0, 2.0]
    """
    if demand.shape[1] <= WEEKS + LEAST_PAST:
        return path
    known = ~np.isnan(demand)
    missed = np.where(known[:, 1:], np.nan_to_num(demand[:, 1:]) - path[:, :-1], 0.0)
    seen = np.cumsum(known, axis=1)[:, :-WEEKS]
    squares = np.cumsum(np.pad(missed**2, ((0, 0), (1, 0))), axis=1)[:, :-WEEKS]
    deviation = np.sqrt(ALLOWANCE * squares / np.maximum(seen, 1) / WEEKS)
    before, now = path[:, :-WEEKS], moving_mean(demand, WEEKS)[:, WEEKS:]
    is_left = (now - before > UP * deviation) | (before - now > DOWN * deviation)
    of_the_last = np.cumsum(known, axis=1)[:, WEEKS:] - seen
    is_left &= (before > 0) & (seen >= LEAST_PAST) & (of_the_last * 2 >= WEEKS)
    if not is_left.any():
        return path
    return np.concatenate([path[:, :WEEKS], np.where(is_left, now, path[:, WEEKS:])], axis=1)
