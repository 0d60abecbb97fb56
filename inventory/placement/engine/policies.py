"""Ways to run a chain: the engine's own, and the rules of thumb it is measured against. Pure.

Source: placement.md §11 (docs/placement.md). A policy is asked every week, after arrivals, what to ship from each site
and what to order; it sees the columns of demand before that week and the stock, nothing else. Settings are played side by side.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.model import Floats
from inventory.placement.engine.simulate import Simulation

Decision = tuple[list[Floats], Floats]
Policy = Callable[[Simulation, int], Decision]
MEAN_WEEKS, SPREAD_WEEKS = 13, 26
PIPELINE = 2  # weeks beyond the supply's lead time that rules of thumb cover


@dataclass(frozen=True)
class WeeksOfSupply:
    """So many weeks of the 13-week mean at each DC; the supply's lead time, 2 weeks and so many more in the network."""

    at_dc: Floats
    extra: Floats

    def __call__(self, play: Simulation, column: int) -> Decision:
        """Ship and order up to these weeks."""
        rate = _mean(play.demand[:, :, :column], MEAN_WEEKS)
        network = play.chain.by_site(rate) * (play.chain.supply_mean + PIPELINE + self.extra[:, None, None])
        return up_to(play, self.at_dc[:, None, None] * rate, network)


@dataclass(frozen=True)
class NormalBaseStock:
    """Base stock for normal demand: z standard deviations over the lead time and review at DCs, and others for the network."""

    z_dc: Floats
    z_network: Floats

    def __call__(self, play: Simulation, column: int) -> Decision:
        """Ship and order up to the base stocks, by the last 26 weeks."""
        chain, recent = play.chain, play.demand[:, :, max(0, column - SPREAD_WEEKS) : column]
        rate, deviation = _mean(recent, SPREAD_WEEKS), _deviation(recent)
        weeks = chain.lead_mean + 1
        level = rate * weeks + self.z_dc[:, None, None] * deviation * np.sqrt(weeks)
        pooled = chain.by_site(np.moveaxis(np.where(np.isnan(recent), 0.0, recent), 2, 0))
        spread = pooled.std(axis=0, ddof=1) if len(pooled) > 1 else np.zeros(pooled.shape[1:])
        at_site = chain.by_site(rate)
        onward = chain.by_site(rate * chain.lead_mean) / np.where(at_site > 0, at_site, 1.0)
        span = chain.supply_mean + onward + 1
        return up_to(play, level, at_site * span + self.z_network[:, None, None] * spread * np.sqrt(span))


@dataclass(frozen=True)
class AllForward:
    """Nothing waits in bond: all of it goes to the DCs by what each lacks of equal cover; the network owns so many weeks."""

    extra: Floats

    def __call__(self, play: Simulation, column: int) -> Decision:
        """Ship all there is, order up to the network's weeks."""
        chain = play.chain
        rate = _mean(play.demand[:, :, :column], MEAN_WEEKS)
        network = chain.by_site(rate) * (chain.supply_mean + PIPELINE + self.extra[:, None, None])
        positions = play.positions()
        cover = (chain.by_site(positions) + play.in_bond) / np.maximum(chain.by_site(rate), 1e-9)
        fed_by = np.maximum(chain.site, 0)
        rows = np.arange(len(chain.value))[:, None]
        level = rate * cover[:, rows, fed_by]
        return up_to(play, level, network)


@dataclass(frozen=True)
class FixedLevels:
    """The same levels every week: (setting, item, DC) and, for the network, (setting, item, site)."""

    at_dc: Floats
    network: Floats

    def __call__(self, play: Simulation, _column: int) -> Decision:
        """Ship and order up to them."""
        return up_to(play, self.at_dc, self.network)


def up_to(play: Simulation, level: Floats, network: Floats) -> Decision:
    """Ship what the DCs lack of their levels, order what the echelons lack of theirs, in whole packs."""
    pack = play.chain.pack[:, None]
    positions = play.positions()
    ships = np.round(np.maximum(level - positions, 0.0) / pack) * pack
    orders = np.round(np.maximum(network - play.echelons(positions), 0.0) / pack) * pack
    return play.chain.ships(ships), orders


def _mean(demand: Floats, weeks: int) -> Floats:
    recent = demand[:, :, -weeks:]
    known = ~np.isnan(recent)
    return np.asarray(np.where(known, recent, 0.0).sum(axis=2) / np.maximum(known.sum(axis=2), 1))


def _deviation(demand: Floats) -> Floats:
    known = ~np.isnan(demand)
    number = known.sum(axis=2)
    mean = np.where(known, demand, 0.0).sum(axis=2) / np.maximum(number, 1)
    square = np.where(known, (demand - mean[:, :, None]) ** 2, 0.0).sum(axis=2)
    return np.asarray(np.sqrt(square / np.maximum(number - 1, 1)))
