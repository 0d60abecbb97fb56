"""When to order and how much at one place under random demand, what cannot be served at once waiting. Pure.

`setup` is the cost of placing an order, `holding` and `shortage` what a unit costs per unit of time. A policy (r, Q) orders
Q units when stock and orders less backorders falls to r; (s, S) looks once a period and orders up to S when it is s or less.
Source: Snyder & Shen, Fundamentals of Supply Chain Theory, ch. 4 and 5; Hadley & Whitin 1963; Zheng 1992 (g(r) = g(r + Q));
Federgruen & Zheng 1992 (r, Q); Zheng & Federgruen 1991 (s, S); placement.md §13.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import erfc, exp, pi, sqrt
from statistics import NormalDist

from inventory.placement.engine.theory.lot_sizes import economic_order_quantity
from inventory.placement.engine.theory.newsvendor import (
    discrete_loss,
    discrete_newsvendor,
    normal_loss,
    normal_newsvendor,
    poisson,
)

HALVINGS = 60
TINY = 1e-10


@dataclass(frozen=True)
class NormalReorder:
    """A place with normal demand: `mean` and `sd` of demand per unit of time, `lead` units of time to be supplied.

    >>> place = NormalReorder(setup=8, holding=0.225, shortage=7.5, mean=1300, sd=150, lead=1 / 12)
    >>> round(place.cost(126.8, 328.5), 5)
    78.07116
    """

    setup: float
    holding: float
    shortage: float
    mean: float
    sd: float
    lead: float

    @property
    def due(self) -> float:
        """The expected demand of the lead time."""
        return self.mean * self.lead

    @property
    def due_sd(self) -> float:
        """Its standard deviation."""
        return self.sd * sqrt(self.lead)

    def cost(self, reorder_point: float, quantity: float) -> float:
        """The exact cost per unit of time: of the orders, and the newsvendor's mean over all positions r … r + Q."""
        r, top = reorder_point, reorder_point + quantity
        held = self.holding * quantity * ((r + top) / 2 - self.due)
        short = second_normal_loss(r, self.due, self.due_sd) - second_normal_loss(top, self.due, self.due_sd)
        return (self.setup * self.mean + held + (self.holding + self.shortage) * short) / quantity

    def newsvendor_cost(self, position: float) -> float:
        """The cost per unit of time of the stock that is left from a position when the lead time has passed."""
        short = normal_loss(position, self.due, self.due_sd)
        return self.holding * (position - self.due + short) + self.shortage * short

    def reorder_point(self, quantity: float) -> float:
        """The best reorder point for orders of `quantity`: where r and r + Q cost the same."""
        best, _cost = normal_newsvendor(self.holding, self.shortage, self.due, self.due_sd)
        return _root(lambda r: self.newsvendor_cost(r + quantity) - self.newsvendor_cost(r), best - quantity, best)

    def cheapest(self) -> tuple[float, float, float]:
        """The best reorder point, quantity and cost: an order grows until its last position costs what the mean does."""

        def beyond(quantity: float) -> float:
            r = self.reorder_point(quantity)
            return self.newsvendor_cost(r) - self.cost(r, quantity)

        most = economic_order_quantity(self.setup, self.holding, self.mean)[0]
        while beyond(most) < 0:
            most *= 2
        quantity = _root(beyond, 0, most)
        r = self.reorder_point(quantity)
        return r, quantity, self.cost(r, quantity)

    def expected_inventory_level(self) -> tuple[float, float, float]:
        """Reorder point, quantity and cost as Hadley and Whitin approximate them, by turns until both stand still.

        `shortage` is paid once per unit here, and the stock held is taken as r − E[D] + Q/2 although some may be short.
        Raises ValueError where holding a lot costs more than its shortages. Source: ex. 5.2.
        """
        lead = NormalDist(self.due, self.due_sd)
        quantity, reorder_point = economic_order_quantity(self.setup, self.holding, self.mean)[0], 0.0
        while True:
            late = quantity * self.holding / (self.shortage * self.mean)
            if late >= 1:
                raise ValueError("holding a lot costs more than all its shortages: the approximation has no level")
            before, reorder_point = (quantity, reorder_point), lead.inv_cdf(1 - late)
            short = self.shortage * normal_loss(reorder_point, self.due, self.due_sd)
            quantity = sqrt(2 * self.mean * (self.setup + short) / self.holding)
            if abs(quantity - before[0]) < TINY * quantity and abs(reorder_point - before[1]) < TINY * quantity:
                held = self.holding * (reorder_point - self.due + quantity / 2)
                return reorder_point, quantity, held + (self.setup + short) * self.mean / quantity


def second_normal_loss(level: float, mean: float, sd: float) -> float:
    """E[((D − level)+)²] / 2 of normal demand: what the loss adds up to above the level.

    >>> second_normal_loss(0, 0, 1)
    0.25
    """
    z = (level - mean) / sd
    return sd * sd * ((z * z + 1) * erfc(z / sqrt(2)) / 2 - z * exp(-z * z / 2) / sqrt(2 * pi)) / 2


def poisson_reorder(setup: float, holding: float, shortage: float, mean: float, lead: float) -> tuple[int, int, float]:
    """The best reorder point and quantity for Poisson demand of `mean` per unit of time, and the exact cost.

    From the best single position outwards, the cheaper side first, until the next would raise the mean. Source: ex. 5.8.

    >>> r, quantity, cost = poisson_reorder(setup=100, holding=20, shortage=150, mean=1.5, lead=2)
    >>> r, quantity, round(cost, 5)
    (3, 5, 107.92358)
    """
    due = mean * lead
    probs = poisson(due, int(due + 12 * sqrt(due)) + 30).tolist()
    stock_cost = _stock_cost(holding, shortage, probs)
    first = last = discrete_newsvendor(holding, shortage, probs)[0]
    total = setup * mean + stock_cost(first)
    while True:
        below, above = stock_cost(first - 1), stock_cost(last + 1)
        cost = total / (last - first + 1)
        if min(below, above) >= cost:
            return first - 1, last - first + 1, cost
        total += min(below, above)
        if below <= above:
            first -= 1
        else:
            last += 1


def periodic_cost(low: int, high: int, setup: float, holding: float, shortage: float, probs: Sequence[float]) -> float:
    """What (s, S) = (low, high) costs per period, when an order is there at once and a period's demand is n with probs[n].

    A cycle begins at S and ends at s or below; `visits[n]` is how often its periods begin n units below S.

    >>> periodic_cost(0, 1, setup=5, holding=1, shortage=4, probs=[0.5, 0.5])
    3.0
    """
    stock_cost = _stock_cost(holding, shortage, probs)
    visits = _visits(high - low, probs)
    spent = sum(often * stock_cost(high - n) for n, often in enumerate(visits))
    return (setup + spent) / sum(visits)


def periodic_reorder(setup: float, holding: float, shortage: float, probs: Sequence[float]) -> tuple[int, int, float]:
    """The best (s, S) of all, and its cost per period. Source: ex. 4.7; Zheng & Federgruen's search.

    Both levels start at the best single one: s goes down to where ordering pays, then S up for as long as a period there
    costs less than the best mean found, s following.

    >>> low, high, cost = periodic_reorder(setup=5, holding=1, shortage=4, probs=poisson(6, 60).tolist())
    >>> low, high, round(cost, 6)
    (4, 10, 8.034112)
    """
    stock_cost = _stock_cost(holding, shortage, probs)

    def mean_cost(low: int, high: int) -> float:
        return periodic_cost(low, high, setup, holding, shortage, probs)

    best = discrete_newsvendor(holding, shortage, probs)[0]
    low = best - 1
    while mean_cost(low, best) > stock_cost(low):
        low -= 1
    cost = mean_cost(low, best)
    high = best + 1
    while stock_cost(high) <= cost:
        if mean_cost(low, high) < cost:
            best = high
            while mean_cost(low, best) <= stock_cost(low + 1):
                low += 1
            cost = mean_cost(low, best)
        high += 1
    return low, best, cost


def _stock_cost(holding: float, shortage: float, probs: Sequence[float]) -> Callable[[int], float]:
    """The expected cost of a period that begins with so many units, or so many owed."""
    mean = sum(n * prob for n, prob in enumerate(probs))

    @cache
    def cost(position: int) -> float:
        short = discrete_loss(position, probs)
        return holding * (position - mean + short) + shortage * short

    return cost


def _visits(width: int, probs: Sequence[float]) -> list[float]:
    """How many periods of a cycle are expected to begin 0 … width − 1 units below its start (the renewal equation)."""
    visits = [1 / (1 - probs[0])]
    for n in range(1, width):
        come = sum(probs[k] * visits[n - k] for k in range(1, min(n, len(probs) - 1) + 1))
        visits.append(come / (1 - probs[0]))
    return visits


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that is below zero at `low` and not at `high` crosses it, by halving."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
