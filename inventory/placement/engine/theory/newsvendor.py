"""The single-item newsvendor in closed form: normal and any discrete demand. Pure.

The engine plans with empirical quantiles (`costs`); these are the textbook results it is checked against, and the losses
they rest on.
Source: Snyder & Shen, Fundamentals of Supply Chain Theory, ch. 4; placement.md §13.
"""

from collections.abc import Sequence
from math import erfc, exp, pi, sqrt
from statistics import NormalDist

import numpy as np

from inventory.placement.engine.model import Floats


def standard_normal_loss(z: float) -> float:
    """E[(Z − z)+] of a standard normal Z.

    >>> round(standard_normal_loss(1.0), 8)
    0.08331547
    """
    return exp(-z * z / 2) / sqrt(2 * pi) - z * erfc(z / sqrt(2)) / 2


def normal_loss(level: float, mean: float, sd: float) -> float:
    """E[(D − level)+] of normal demand.

    >>> round(normal_loss(18, 15, 3), 7)
    0.2499464
    """
    return sd * standard_normal_loss((level - mean) / sd)


def discrete_loss(level: int, probs: Sequence[float]) -> float:
    """E[(D − level)+] of demand that is n with probability probs[n].

    >>> discrete_loss(1, [0.25, 0.5, 0.25])
    0.25
    """
    return float(sum((n - level) * prob for n, prob in enumerate(probs) if n > level))


def poisson(mean: float, most: int) -> Floats:
    """Probabilities of 0 … `most` events; what lies beyond is left out."""
    probs = np.empty(most + 1)
    probs[0] = exp(-mean)
    for n in range(1, most + 1):
        probs[n] = probs[n - 1] * mean / n
    return probs


def normal_newsvendor(holding: float, shortage: float, mean: float, sd: float) -> tuple[float, float]:
    """The cheapest level for normal demand, and its expected cost.

    >>> level, cost = normal_newsvendor(0.18, 0.70, 50, 8)
    >>> round(level, 4), round(cost, 6)
    (56.604, 1.997605)
    """
    level = NormalDist(mean, sd).inv_cdf(shortage / (shortage + holding))
    short = normal_loss(level, mean, sd)
    return level, holding * (level - mean + short) + shortage * short


def discrete_newsvendor(holding: float, shortage: float, probs: Sequence[float]) -> tuple[int, float]:
    """The cheapest whole level for discrete demand, and its expected cost.

    >>> level, cost = discrete_newsvendor(0.18, 0.70, poisson(50, 200).tolist())
    >>> level, round(cost, 6)
    (56, 1.797235)
    """
    mean = sum(n * prob for n, prob in enumerate(probs))

    def cost(level: int) -> float:
        short = discrete_loss(level, probs)
        return holding * (level - mean + short) + shortage * short

    best = min(range(len(probs)), key=cost)
    return best, cost(best)
