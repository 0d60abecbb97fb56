"""How much to order at once when demand is known: the economic order quantity and the Wagner-Whitin plan. Pure.

`setup` is the cost of placing an order, `holding` and `shortage` what a unit costs per unit of time, `demand` units per
unit of time. Source: Snyder & Shen, Fundamentals of Supply Chain Theory, ch. 3; Harris 1913; Wagner & Whitin 1958;
placement.md §13.
"""

from collections.abc import Sequence
from math import sqrt


def lot_cost(quantity: float, setup: float, holding: float, demand: float) -> float:
    """What ordering `quantity` each time costs per unit of time.

    >>> lot_cost(100, setup=8, holding=0.5, demand=1000)
    105.0
    """
    return setup * demand / quantity + holding * quantity / 2


def economic_order_quantity(setup: float, holding: float, demand: float) -> tuple[float, float]:
    """The cheapest quantity where nothing may be short, and its cost per unit of time. Source: ex. 3.1.

    >>> economic_order_quantity(setup=50, holding=1, demand=100)
    (100.0, 100.0)
    """
    quantity = sqrt(2 * setup * demand / holding)
    return quantity, lot_cost(quantity, setup, holding, demand)


def backorder_cost(quantity: float, late: float, setup: float, holding: float, shortage: float, demand: float) -> float:
    """What ordering `quantity` each time costs per unit of time if a share `late` of demand waits for the next order.

    >>> backorder_cost(100, 0.5, setup=8, holding=1, shortage=3, demand=100)
    58.0
    """
    return setup * demand / quantity + quantity * (holding * (1 - late) ** 2 + shortage * late**2) / 2


def order_quantity_with_backorders(
    setup: float, holding: float, shortage: float, demand: float
) -> tuple[float, float, float]:
    """The cheapest quantity, the share of demand that waits, and the cost per unit of time. Source: ex. 3.8.

    >>> order_quantity_with_backorders(setup=37.5, holding=1, shortage=3, demand=100)
    (100.0, 0.25, 75.0)
    """
    quantity = sqrt(2 * setup * demand * (holding + shortage) / (holding * shortage))
    late = holding / (holding + shortage)
    return quantity, late, backorder_cost(quantity, late, setup, holding, shortage, demand)


def wagner_whitin(setup: float, holding: float, demand: Sequence[float]) -> tuple[list[float], float]:
    """The cheapest orders, one number per period, and their cost; stock is held from the end of one period to the next.

    Backwards over the periods: an order covers whole periods, and none is placed for a period without demand.
    Source: ex. 3.9.

    >>> wagner_whitin(500, 2, [90, 120, 80, 70])
    ([210.0, 0.0, 150.0, 0.0], 1380.0)
    """
    periods = len(demand)
    cheapest = [0.0] * (periods + 1)
    covered_to = list(range(1, periods + 1))
    for first in reversed(range(periods)):
        if demand[first] == 0:
            cheapest[first] = cheapest[first + 1]
            continue
        cost = float(setup)
        cheapest[first] = float("inf")
        for last in range(first, periods):
            cost += holding * (last - first) * demand[last]
            if cost + cheapest[last + 1] < cheapest[first]:
                cheapest[first], covered_to[first] = cost + cheapest[last + 1], last + 1
    orders = [0.0] * periods
    period = 0
    while period < periods:
        orders[period] = float(sum(demand[period : covered_to[period]]))
        period = covered_to[period]
    return orders, cheapest[0]
