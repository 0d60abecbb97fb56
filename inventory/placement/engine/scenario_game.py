"""A chain played while something changes: duty as it is paid and lies in stock, lanes that close, phases in turn. Pure.

Source: placement.md §8 and §11 (docs/placement.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from inventory.placement.engine.chain import Chain
from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.simulate import Simulation, draws


@dataclass(frozen=True)
class Phase:
    """From the `begin`-th week played on, the chain is this one; `blocked` (S, N, J) marks what cannot be sent.

    The chain's `premium` is what planning charges (φ times it), its `h_forward` leaves duty out, which the game follows itself.
    """

    begin: int
    chain: Chain
    blocked: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None" = None


@dataclass(frozen=True)
class Costs:
    """Money over the counted weeks.

    `duty` is what was paid on goods that left the shelf, as it was paid, and would have been due on those that were missing
    (their loss is a margin after duty); `duty_capital` what duty lying in stock costs; `goods` the value of what was asked for.
    Trucks are counted by the m³, 85 % full; they and freight are corrected for what lies in the change of stock.
    """

    hold_bond: float
    hold_forward: float
    short: float
    expired: float
    trucks: float
    freight: float
    on_road: float
    duty: float
    duty_capital: float
    goods: float

    @property
    def total(self) -> float:
        """All of it."""
        return float(sum(getattr(self, f.name) for f in fields(self)))


@dataclass(frozen=True)
class Rates:
    """What capital costs a week, and per item what money lying in it costs a week (capital and obsolescence)."""

    capital: float
    carry: Floats


COST_LINES = tuple(f.name for f in fields(Costs))


class Game(Simulation):
    """One replication: settings of one, lead times drawn by `seed`, the same for the same lane and week in every scenario."""

    def __init__(
        self, phases: Sequence[Phase], demand: Floats, *, columns: Sequence[int], seed: int, rates: Rates
    ) -> None:
        first = phases[0].chain
        super().__init__(first, demand, settings=1, columns=columns, seed=seed)
        self.rates, self.phases = rates, tuple(phases)
        self._drawn = [_drawn(phase.chain, len(self.columns), seed) for phase in phases]
        longest = 1 + max([1, *(int(w) for p in phases for lane in p.chain.lanes for w in lane.lead_time.whole.weeks)])
        self.inbound = np.zeros((longest, *self.on_hand.shape))
        self.start_plain()
        self.pool = self.forward() * self._due()
        self.paid, self.lying, self.by_truck = 0.0, 0.0, 0.0
        self.at_sites, self.at_dcs = np.zeros(len(first.sites)), np.zeros(len(first.dcs))
        self._at_start: tuple[Floats, Floats] | None = None

    @property
    def phase(self) -> Phase:
        """The one that holds in the week to be played."""
        return [phase for phase in self.phases if phase.begin <= self.played][-1]

    def week(self, ships: Sequence[Floats], orders: Floats, *, counted: bool) -> None:
        """Steps 3 to 7 of a week, in the phase that holds."""
        number = self.phases.index(self.phase)
        self.chain = self.phases[number].chain
        self.lane_weeks, self.supply_weeks = self._drawn[number]
        if counted and self._at_start is None:
            self._at_start = (self.forward(), self.owned())
        before, on_hand = self.inbound.sum(axis=0), self.on_hand.copy()
        lost = (self.tally.asked - self.tally.served)[0]
        self.act(ships, orders, counted=counted)
        coming = self.inbound.sum(axis=0)
        self.pool = self.pool + (coming - before) * self._due()
        served = on_hand - self.on_hand
        held = on_hand + coming
        gone = np.where(held > 0, self.pool * served / np.where(held > 0, held, 1.0), 0.0)
        self.pool = self.pool - gone
        if not counted:
            return
        value = self.chain.value[:, None]
        self.by_truck += float(((coming - before) * self.chain.by_feeder(in_trucks(self.chain))).sum())
        here = np.where(self.forward() > 0, self.on_hand / np.where(self.forward() > 0, self.forward(), 1.0), 0.0)
        lost = (self.tally.asked - self.tally.served)[0] - lost
        self.paid += float(gone.sum()) + (0.0 if self.chain.is_backordered else float((lost * self.chain.duty).sum()))
        self.lying += float((self.pool * here * self.rates.carry[:, None]).sum())
        self.at_dcs += (self.on_hand[0] * value).sum(axis=0)
        self.at_sites += (self.in_bond[0] * value).sum(axis=0)

    def costs(self) -> Costs:
        """What the counted weeks cost."""
        tally, chain = self.tally, self.chain
        forward, owned = self._at_start or (self.forward(), self.owned())
        more_forward, more_owned = self.forward() - forward, self.owned() - owned
        plain, carted = chain.by_feeder(chain.freight), chain.by_feeder(in_trucks(chain))
        return Costs(
            hold_bond=float(tally.hold_bond.sum()),
            hold_forward=float(tally.hold_dc.sum()),
            short=float(tally.short.sum()),
            expired=float(tally.expired.sum()),
            trucks=self.by_truck - float((more_forward * carted).sum()),
            freight=float(tally.freight.sum())
            - float((more_forward * plain).sum())
            - float((more_owned * chain.freight_in).sum()),
            on_road=float(tally.on_road.sum()) * self.rates.capital,
            duty=self.paid,
            duty_capital=self.lying,
            goods=float(tally.asked.sum()),
        )

    def _due(self) -> Floats:
        """Duty on a unit that crosses now: (item, 1)."""
        return (self.chain.value * self.chain.duty)[:, None]


def in_trucks(chain: Chain) -> Floats:
    """What a unit's part of a truck costs, 85 % full: (site, item, DC)."""
    return np.asarray(chain.onward - chain.freight)


def _drawn(chain: Chain, weeks: int, seed: int) -> tuple[Ints, Ints]:
    lanes = draws([(lane.name, lane.lead_time) for lane in chain.lanes], weeks, seed)
    return lanes, draws(list(chain.supplies), weeks, seed)
