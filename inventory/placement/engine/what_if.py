"""What a DC would look like if it held more, or if its duty were another: answered from what its level stands on. Pure.

Source: placement.md §6.1 and §6.2 (docs/placement.md). Nothing is forecast anew: demand stays what the run counted on, and so do
the prices of room and money where they are scarce.
"""

from dataclasses import astuple, dataclass

import numpy as np

from inventory.placement.engine.costs import newly_short
from inventory.placement.engine.distribution import TAUS, Spread
from inventory.placement.engine.economics import Prices
from inventory.placement.engine.levels import Levels, cheapest, describe
from inventory.placement.engine.model import Floats, Network, Params, Sku


@dataclass(frozen=True)
class Costs:
    """What a unit costs at a DC: held a week in bond and forward, charged for being forward, lost; φ and the least fill.

    `duty_week` is what a week forward costs more where duty is higher by the unit's whole value; `floor` is the least premium as a
    share of h_D.
    """

    h_bond: float
    h_forward: float
    charge: float
    shortage: float
    phi: float
    duty_week: float
    step: float
    min_fill: float
    floor: float
    review_weeks: float


@dataclass(frozen=True, eq=False)
class Footing:
    """What the level of an item at a DC stands on: quantiles of demand (31 each, as in Spread) and costs."""

    whole: Floats
    lead: Floats
    costs: Costs


@dataclass(frozen=True)
class Expected:
    """So many units at a DC: the share of demand served at once, and the cost a week."""

    units: float
    fill: float
    weekly_cost: float


def footing(spread: Spread, prices: Prices, n: int, phi: float, sku: Sku, network: Network, params: Params) -> Footing:
    """What the level of a pair stands on, by its line."""
    rate = (network.capital_rate_per_year + sku.obsolescence_per_year) / network.period.per_year
    costs = Costs(
        h_bond=float(prices.h_bond[n]),
        h_forward=float(prices.h_forward[n]),
        charge=float(prices.charge[n]),
        shortage=float(prices.shortage[n]),
        phi=phi,
        duty_week=sku.unit_value * rate,
        step=float(prices.step[n]),
        min_fill=float(prices.min_fill[n]),
        floor=params.premium_floor,
        review_weeks=float(network.review_weeks),
    )
    return Footing(spread.whole[n], spread.lead[n], costs)


def held(known: Footing, units: float) -> Expected:
    """What is expected if the DC owns so many units, on hand and on the way."""
    at, costs = np.array([max(units, 0.0)]), known.costs
    found = describe(at, _spread(known), *_of(costs.charge, costs.shortage, costs.step))
    return _expected(known, found, costs.h_forward)


def level_under(known: Footing, points: float) -> Expected:
    """The cheapest level if duty were higher by a share (0.05: five points; below 0: lower), and what is expected at it."""
    costs = known.costs
    forward = costs.h_forward + points * costs.duty_week
    scarce = costs.charge - costs.phi * _premium(costs, costs.h_forward)
    charge = costs.phi * _premium(costs, forward) + scarce
    price, shortage, step, least = _of(charge, costs.shortage, costs.step, costs.min_fill)
    found = cheapest(_spread(known), charge=price, shortage=shortage, step=step, min_fill=least)
    return _expected(known, found, forward)


def packed(known: Footing) -> bytes:
    """As bytes: costs to the last bit, quantiles to seven digits."""
    quantiles = np.concatenate([known.whole, known.lead])
    return np.array(astuple(known.costs), dtype="<f8").tobytes() + quantiles.astype("<f4").tobytes()


def unpacked(content: bytes) -> Footing:
    """The footing of `packed`."""
    end = len(Costs.__dataclass_fields__) * 8
    quantiles = np.frombuffer(content[end:], dtype="<f4").astype(np.float64)
    costs = Costs(*np.frombuffer(content[:end], dtype="<f8").tolist())
    return Footing(quantiles[: len(TAUS)], quantiles[len(TAUS) :], costs)


def _premium(costs: Costs, forward: float) -> float:
    return max(forward - costs.h_bond, costs.floor * forward)


def _spread(known: Footing) -> Spread:
    return Spread(known.whole[None, :], known.lead[None, :], np.zeros(1), np.zeros(1, dtype=np.bool_))


def _of(*numbers: float) -> list[Floats]:
    return [np.array([number]) for number in numbers]


def _expected(known: Footing, found: Levels, forward: float) -> Expected:
    spread, costs = _spread(known), known.costs
    short = newly_short(found.level[:, None], spread.whole, spread.lead)[:, 0]
    hold, shortage = _of(forward, costs.shortage)
    cost = hold * found.left + shortage * short / costs.review_weeks
    return Expected(float(found.level[0]), float(found.fill[0]), float(cost[0]))
