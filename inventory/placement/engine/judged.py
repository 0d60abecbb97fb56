"""Which weeks of a client's history a back-test may judge, and the problem that it plays. Pure.

Source: placement.md §11 (docs/placement.md). The weeks before the first review are what the engine learns from; the first ones that
are played, in which the start still shows, are not counted.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from inventory.placement.engine.model import Problem, State
from inventory.placement.engine.overlay import supplied

LEAST_KNOWN = (
    26  # weeks before the first review: what a level of confidence B needs, and more than a rehearsal begins after
)
LEAST_WEEKS, USUAL_WEEKS, MOST_WEEKS = 8, 26, 52
SETTLING = 2  # weeks beyond both lead times in which the start still shows
MOST_ITEMS = 1_000


@dataclass(frozen=True)
class Bounds:
    """How many of `known` weeks may be judged: at most `most` (below LEAST_WEEKS: none), after `settling` weeks not counted."""

    known: int
    settling: int

    @property
    def most(self) -> int:
        """The most weeks there are to judge."""
        return min(MOST_WEEKS, self.known - LEAST_KNOWN - self.settling)

    @property
    def needed(self) -> int:
        """The weeks of history without which nothing can be judged."""
        return LEAST_KNOWN + self.settling + LEAST_WEEKS

    @property
    def usual(self) -> int:
        """The weeks that are judged when nobody says how many: of a short history half go to those that are learned from."""
        return min(USUAL_WEEKS, max(LEAST_WEEKS, self.most // 2))

    def days(self, problem: Problem, weeks: int) -> tuple[date, date]:
        """The first review and the day from which weeks are counted, when the last `weeks` of the history are judged."""
        counted = self.known - weeks
        return problem.week(counted - self.settling), problem.week(counted)


def bounds(problem: Problem) -> Bounds:
    """Of a problem, by the length of its history and the longest ways of its network."""
    network = supplied(problem).network
    types = {node.id: node.type for node in network.nodes}
    longest = {"bonded": 0.0, "dc": 0.0}
    for lane in network.lanes:
        into = types.get(lane.destination, "")
        if into in longest:
            longest[into] = max(longest[into], lane.lead_time.mean)
    settling = sum(int(weeks + 0.5) for weeks in longest.values()) + SETTLING
    return Bounds(problem.history.demand.shape[1], settling)


def judged(problem: Problem, *, most_items: int = MOST_ITEMS) -> Problem:
    """The problem that is played: history, network and method, without the stock, the events and the levels by hand of today.

    Of more than `most_items` items with a history so many are drawn by hashed id. A bonded site that no supplier's lane leads to is
    supplied over the usual lead time. A budget is left out, since it limits the stock of all items.
    """
    history, network = problem.history, problem.network
    drawn = sorted(set(history.skus), key=lambda sku: hashlib.sha256(sku.encode()).digest())[:most_items]
    kept = set(drawn)
    lines = [n for n, sku in enumerate(history.skus) if sku in kept]
    known = replace(
        history,
        skus=tuple(history.skus[n] for n in lines),
        regions=tuple(history.regions[n] for n in lines),
        demand=history.demand[lines],
        stockout=history.stockout[lines],
        promo=None if history.promo is None else history.promo[lines],
    )
    skus = tuple(sku for sku in network.skus if sku.id in kept)
    day = network.period.begin(history.first_week, history.demand.shape[1])
    played = Problem(replace(network, skus=skus, budget=None), known, State(day, is_given=False), problem.params)
    return supplied(played)
