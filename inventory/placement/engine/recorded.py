"""What was really shipped and ordered, played in the same weeks, with the same lead times and demand as any policy. Pure.

Source: placement.md §11 (docs/placement.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from inventory.placement.engine.chain import Chain
from inventory.placement.engine.model import Floats, Problem
from inventory.placement.engine.policies import Decision
from inventory.placement.engine.simulate import Simulation


@dataclass(frozen=True)
class Movement:
    """So many units left one node for another on a day: bonded to DC a shipment, supplier to bonded an order."""

    sku: str
    from_node: str
    to_node: str
    day: date
    quantity: float


@dataclass(frozen=True)
class Recorded:
    """The policy that does what was done: by column, what left each site (site, item, DC) and what was ordered (item, site)."""

    ships: Mapping[int, Floats]
    orders: Mapping[int, Floats]

    def __call__(self, play: Simulation, column: int) -> Decision:
        """That of the week; what is not there to ship is cut back by the game."""
        nothing = np.zeros((len(play.in_bond[0, 0]), *play.on_hand.shape[1:]))
        ships = [ship[None] for ship in self.ships.get(column, nothing)]
        return ships, self.orders.get(column, np.zeros_like(play.in_bond[0]))[None]


def recorded(problem: Problem, chain: Chain, skus: Iterable[str], movements: Iterable[Movement]) -> Recorded:
    """The movements by week; `skus` are the ids of the chain's items, in its order. What fits neither kind is left out."""
    item = {sku: n for n, sku in enumerate(skus)}
    site, dc = ({name: n for n, name in enumerate(names)} for names in (chain.sites, chain.dcs))
    ships: dict[int, Floats] = {}
    orders: dict[int, Floats] = {}
    for move in movements:
        if move.sku not in item:
            continue
        row, column = item[move.sku], problem.network.period.number(problem.history.first_week, move.day)
        if move.from_node in site and move.to_node in dc:
            week = ships.setdefault(column, np.zeros((len(site), len(item), len(dc))))
            week[site[move.from_node], row, dc[move.to_node]] += move.quantity
        elif move.to_node in site and move.from_node not in site:
            orders.setdefault(column, np.zeros((len(item), len(site))))[row, site[move.to_node]] += move.quantity
    return Recorded(ships, orders)
