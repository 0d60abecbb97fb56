"""What following the engine would have cost and earned, against rules of thumb tuned on the same earlier weeks. Pure.

Source: placement.md §11, §12 and §14 (docs/placement.md). Each week is decided with what was known then; lead times are
drawn once per lane and week for all; the first weeks, in which the start still shows, are not counted.
"""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from inventory.placement.engine.groundwork import lay_ground, outlooks
from inventory.placement.engine.model import BondLot, Floats, Problem, State
from inventory.placement.engine.periods import Period
from inventory.placement.engine.policies import Decision, Policy
from inventory.placement.engine.recommend import settle
from inventory.placement.engine.simulate import Simulation, Tally
from inventory.placement.engine.stage import Stage
from inventory.placement.engine.tuning import Tuning


@dataclass(frozen=True)
class Window:
    """Weeks of a history that are judged: the columns played, and how many of them are not counted."""

    columns: tuple[int, ...]
    uncounted: int


def play(stage: Stage, policy: Policy, settings: int, judged: Window, seed: int) -> Tally:
    """The tally of a policy over the window; its freight is corrected for what lies in the change of stock (§11).

    So are trucks that are paid by the m³, which are freight as well.
    """
    game = Simulation(stage.chain, stage.demand, settings=settings, columns=judged.columns, seed=seed)
    game.start_plain()
    review = stage.prepared.problem.network.review_weeks
    lying, loaded = game.freight_in_stock(), game.trucks_in_stock()
    for number, column in enumerate(judged.columns):
        game.receive()
        if number == judged.uncounted:
            lying, loaded = game.freight_in_stock(), game.trucks_in_stock()
        if number % review == 0:
            ships, orders = policy(game, column)
        else:
            ships = [np.zeros_like(game.on_hand) for _site in stage.chain.sites]
            orders = np.zeros_like(game.in_bond)
        game.act(ships, orders, counted=number >= judged.uncounted)
    game.tally.freight -= game.freight_in_stock() - lying
    game.tally.trucks -= game.trucks_in_stock() - loaded
    return game.tally


@dataclass
class EnginePolicy:
    """The engine itself, asked every week with the history before it and the stock of the game.

    `published` gets the levels of each review in turn: (item, DC and then site), 0 where there is none.
    """

    problem: Problem
    stage: Stage
    tuning: Tuning
    published: list[Floats] = field(default_factory=list)

    def __call__(self, game: Simulation, column: int) -> Decision:
        """Its moves as arrays."""
        chain = self.stage.chain
        problem = as_known(self.problem, column, self._state(game, column))
        ground = lay_ground(problem, tuning=self.tuning)
        grid = ground.prepared.grid
        settled = settle(ground, outlooks(ground))
        item = {self.stage.prepared.grid.skus[int(n)].id: i for i, n in enumerate(chain.items.tolist())}
        site = {name: n for n, name in enumerate(chain.sites)}
        dc = {name: n for n, name in enumerate(chain.dcs)}
        ships = [np.zeros_like(game.on_hand) for _site in chain.sites]
        orders = np.zeros_like(game.in_bond)
        for stock in settled.deployment.stocks:
            sku = grid.skus[stock.sku]
            for shipment in stock.shipments:
                place = dc[grid.pairs[shipment.pair].dc]
                ships[site[stock.site]][0, item[sku.id], place] += shipment.total * sku.pack_size
        levels = np.zeros((len(item), len(dc) + len(site)))
        for pair, level in zip(grid.pairs, settled.levels.level.tolist(), strict=True):
            levels[item[grid.skus[pair.sku].id], dc[pair.dc]] = level
        for fed, level in zip(grid.site_pairs, settled.bond_levels.level.tolist(), strict=True):
            levels[item[grid.skus[fed.sku].id], len(dc) + site[fed.site]] = level
        for fed, quantity in zip(grid.site_pairs, settled.orders.tolist(), strict=True):
            orders[0, item[grid.skus[fed.sku].id], site[fed.site]] += quantity
        self.published.append(levels)
        return ships, orders

    def _state(self, game: Simulation, column: int) -> State:
        chain = self.stage.chain
        as_of = self.problem.week(column)
        ids = [self.stage.prepared.grid.skus[int(n)].id for n in chain.items.tolist()]
        pairs = [(n, d) for n, d in np.argwhere(chain.site >= 0).tolist()]
        inbound = game.inbound.sum(axis=0)[0]
        on_order = game.on_order.sum(axis=0)[0]
        return State(
            as_of=as_of,
            lots={
                (ids[n], chain.sites[s]): lots for (n, s), lots in _lots(game, as_of, self.problem.network.period).items()
            },
            on_hand={(ids[n], chain.dcs[d]): float(game.on_hand[0, n, d]) for n, d in pairs},
            inbound={(ids[n], chain.dcs[d]): float(inbound[n, d]) for n, d in pairs},
            on_order={
                (ids[n], chain.sites[s]): float(on_order[n, s]) for n, s in np.argwhere(on_order > 0).tolist()
            },
            backorders={(ids[n], chain.dcs[d]): float(game.backlog[0, n, d]) for n, d in pairs if game.backlog[0, n, d]},
        )  # fmt: skip


def as_known(problem: Problem, column: int, state: State) -> Problem:
    """The problem as it was before the week in a column: nothing of that week or later is in it."""
    history = problem.history
    before = slice(0, column)
    known = replace(
        history,
        demand=history.demand[:, before],
        stockout=history.stockout[:, before],
        promo=None if history.promo is None else history.promo[:, before],
        adjustments=tuple(a for a in history.adjustments if a.week < state.as_of),
    )
    return replace(problem, history=known, state=state)


def _lots(game: Simulation, as_of: date, period: Period) -> dict[tuple[int, int], tuple[BondLot, ...]]:
    """What lies in bond by the week it came, first in, first out."""
    arrived = np.stack([entry[0] for entry in game.arrived])
    total = np.cumsum(arrived, axis=0)
    gone = game.left[0]
    found: dict[tuple[int, int], tuple[BondLot, ...]] = {}
    for n, s in np.argwhere(game.in_bond[0] > 1e-9).tolist():
        rest = np.clip(total[:, n, s] - gone[n, s], 0.0, arrived[:, n, s])
        weeks = game.chain.permanence[s]
        lots = []
        for place in np.flatnonzero(rest > 1e-9).tolist():
            age = len(arrived) - 1 - place
            limit = period.later(as_of, int(weeks) - age) if np.isfinite(weeks) else None
            lots.append(BondLot(f"W{place:03d}", float(rest[place]), limit, place))
        found[n, s] = tuple(lots)
    return found
