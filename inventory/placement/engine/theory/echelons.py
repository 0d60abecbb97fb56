"""Stock at several places: the serial system of Clark and Scarf, and guaranteed service on trees. Pure.

Source: Clark & Scarf 1960 with Chen & Zheng's recursion (1994), Snyder & Shen, Fundamentals of Supply Chain Theory, ex. 6.1;
Graves & Willems 2000 (guaranteed service), ex. 6.5 and fig. 6.14; placement.md §13.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import erf, sqrt

import numpy as np

from inventory.placement.engine.model import Floats

# Demand of a lead time is cut beyond so many standard deviations.
DEVIATIONS = 8.0


def serial_levels(
    echelon_holding: Sequence[float], lead: Sequence[float], shortage: float, mean: float, sd: float, step: float = 0.01
) -> tuple[list[float], float]:
    """The best echelon base-stock levels of stages in a row, and the cost per period.

    The stage nearest to the customer comes first, in the arguments and in what comes back. `echelon_holding[n]` is what a
    stage adds to the holding cost of the one before it, `lead[n]` the periods to be supplied from there; demand of a period is
    normal, and what cannot be served waits at `shortage` a period. Levels are multiples of `step`.
    """
    due, due_sd = mean * sum(lead), sd * sqrt(sum(lead))
    top = int((due + DEVIATIONS * due_sd) / step) + 1
    position = step * np.arange(-top, top + 1)
    passed_on = (shortage + sum(echelon_holding)) * np.maximum(-position, 0)
    levels = []
    for holding, periods in zip(echelon_holding, lead, strict=True):
        demand, probs = _normal_grid(mean * periods, sd * sqrt(periods), step)
        cost = _after_demand(holding * position + passed_on, demand, probs)
        best = int(cost.argmin())
        levels.append(float(position[best]))
        # Above its level a stage holds nothing back: what is more stays upstream.
        passed_on = np.where(np.arange(len(cost)) > best, cost[best], cost)
    return levels, float(passed_on[-1])


def _normal_grid(mean: float, sd: float, step: float) -> tuple[int, Floats]:
    """Normal demand on multiples of `step`: the least of them, in steps, and the probabilities from there on."""
    first, last = int(np.floor((mean - DEVIATIONS * sd) / step)), int(np.ceil((mean + DEVIATIONS * sd) / step))
    edges = (step * (np.arange(first, last + 2) - 0.5) - mean) / (sd * sqrt(2))
    below = np.array([erf(edge) / 2 for edge in edges])
    probs = np.diff(below)
    return first, probs / probs.sum()


def _after_demand(cost: Floats, first: int, probs: Floats) -> Floats:
    """The expected cost when demand of `first` steps or more has passed.

    Off its grid a cost is taken as at the grid's end, which all demand of all lead times does not reach from a level.
    """
    place = np.arange(1 - first - len(probs), len(cost) - first)
    return np.convolve(cost[place.clip(0, len(cost) - 1)], probs, mode="valid")


@dataclass(frozen=True)
class Stage:
    """A place that promises its customers delivery within a time, and holds what demand may take until it is supplied.

    `holding` is the cost per unit and unit of time, `spread` the safety stock for one unit of time (z·σ), `time` what the
    place itself takes, `supplied` what its outside supplier promises, `promise` the longest its outside customers accept;
    times are whole numbers. Demand over τ is covered up to its mean + spread·√τ.
    """

    holding: float
    spread: float
    time: int
    supplied: int = 0
    promise: int | None = None


def guaranteed_service(stages: Mapping[str, Stage], arcs: Sequence[tuple[str, str]]) -> tuple[dict[str, int], float]:
    """The service time each stage of a tree promises, and the least cost of the safety stock: exact.

    `arcs` lead from supplier to customer and form a tree, whichever way they point. A stage waits for its slowest supplier,
    and holds spread·√(wait + time − promise). The cost is concave in the times, so that whole times lose nothing.
    Raises ValueError where the arcs are no tree over the stages.

    >>> bond, dc = Stage(1, 10, time=9), Stage(4, 6, time=1, promise=0)
    >>> guaranteed_service({"bond": bond, "dc": dc}, [("bond", "dc")])
    ({'bond': 0, 'dc': 0}, 54.0)
    """
    order = _outwards(list(stages), arcs)
    costs = _own_costs(stages, arcs)
    for name, parent, supplies in reversed(order[1:]):
        waits, promises = costs[parent].shape
        if supplies:
            least = np.minimum.accumulate(costs[name].min(axis=0))
            costs[parent] += least[np.arange(waits).clip(max=len(least) - 1)][:, None]
        else:
            least = np.minimum.accumulate(costs[name].min(axis=1)[::-1])[::-1]
            costs[parent] += least[:promises]
    chosen: dict[str, tuple[int, int]] = {}
    for name, parent, supplies in order:
        wait, promise = chosen.get(parent, (0, 0))
        # A supplier promises no more than its customer waits; a customer waits no less than its supplier promises.
        open_to = costs[name][:, : wait + 1] if supplies else costs[name][promise:]
        row, column = divmod(int(open_to.argmin()), open_to.shape[1])
        chosen[name] = (row if supplies else row + promise, column)
    return {name: chosen[name][1] for name in stages}, float(costs[order[0][0]].min())


def one_site(bond: Stage, dcs: Sequence[Stage]) -> tuple[bool, float]:
    """Whether one bonded site before its DCs holds safety stock, and the cost of the safety stock: the closed form.

    Either the site covers its own lead time, or each DC covers both; nothing between is cheaper, because the cost is concave.

    >>> one_site(Stage(1, 10, time=9), [Stage(4, 6, time=1, promise=0)])
    (True, 54.0)
    """
    lead = bond.supplied + bond.time
    held = bond.holding * bond.spread * sqrt(lead) + sum(dc.holding * dc.spread * sqrt(dc.time) for dc in dcs)
    empty = sum(dc.holding * dc.spread * sqrt(lead + dc.time) for dc in dcs)
    return held <= empty, min(held, empty)


def _outwards(names: Sequence[str], arcs: Sequence[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Every stage after the one it hangs on (the first on none: ""), and whether it supplies that one."""
    near: dict[str, list[tuple[str, bool]]] = {name: [] for name in names}
    for supplier, customer in arcs:
        near[customer].append((supplier, True))
        near[supplier].append((customer, False))
    order = [(names[0], "", False)]
    found = {names[0]}
    for name, _parent, _supplies in order:
        for other, supplies in near[name]:
            if other not in found:
                found.add(other)
                order.append((other, name, supplies))
    if len(found) < len(names) or len(arcs) != len(names) - 1:
        raise ValueError("the arcs are no tree over the stages")
    return order


def _own_costs(stages: Mapping[str, Stage], arcs: Sequence[tuple[str, str]]) -> dict[str, Floats]:
    """What each stage costs by its wait (rows) and its promise (columns); what cannot be is infinite."""
    suppliers: dict[str, list[str]] = {name: [] for name in stages}
    for supplier, customer in arcs:
        suppliers[customer].append(supplier)

    @cache
    def longest_wait(name: str) -> int:
        return max([stages[name].supplied, *(longest_wait(other) + stages[other].time for other in suppliers[name])])

    costs = {}
    for name, stage in stages.items():
        wait = np.arange(longest_wait(name) + 1)[:, None]
        promise = np.arange(longest_wait(name) + stage.time + 1)
        covered = wait + stage.time - promise
        allowed = (covered >= 0) & (wait >= stage.supplied)
        if stage.promise is not None:
            allowed &= promise <= stage.promise
        costs[name] = np.where(allowed, stage.holding * stage.spread * np.sqrt(np.maximum(covered, 0)), np.inf)
    return costs
