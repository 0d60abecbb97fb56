"""A class of items played through past weeks under many settings of φ and β, each week planned with what was known then. Pure.

Source: placement.md §6.2, §6.3, §7.2 and §11 (docs/placement.md). Curves are found once per week; only the choice on them differs
between settings. Allocation is read off a table of prices λ for a unit in bond, which is what bisection would find to within
the steps of the table.
"""

from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.chain import Chain
from inventory.placement.engine.costs import left_over, newly_short
from inventory.placement.engine.distribution import Spread, quantile
from inventory.placement.engine.foretell import Foreteller, Laws
from inventory.placement.engine.model import Floats
from inventory.placement.engine.simulate import Simulation, Tally

LAMBDAS = np.array([0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0])  # shares of p


@dataclass(frozen=True)
class Script:
    """What is played: these columns of demand, one week each, counted from the `counted`-th on."""

    columns: tuple[int, ...]
    counted: int
    review: int
    seed: int


def rehearse(
    chain: Chain, demand: Floats, at_dcs: Foreteller, at_sites: Foreteller, *, phi: Floats, beta: Floats, script: Script,
    laws: tuple[Laws, Laws],
) -> Tally:  # fmt: skip
    """The tally of every setting (φ, β).

    `demand` is (item, DC, week); the foretellers' series are its items × DCs and items × sites.
    """
    items, dcs, sites = len(chain.value), len(chain.dcs), len(chain.sites)
    play = Simulation(chain, demand, settings=len(phi), columns=script.columns, seed=script.seed)
    play.start_plain()
    steps = np.unique(phi)
    step_of = np.searchsorted(steps, phi)
    for number, week in enumerate(script.columns):
        play.receive()
        positions = play.positions()
        ships, orders = np.zeros_like(positions), np.zeros((len(phi), items, sites))
        if number % script.review == 0:
            spread, _used = at_dcs.at(week, laws[0])
            table = level_table(chain, spread, steps, items, dcs)
            ships = allocated(chain, table[step_of], positions, play.in_bond)
            pooled, _used = at_sites.at(week, laws[1])
            orders = np.maximum(network_levels(pooled, beta, items, sites) - play.echelons(positions), 0.0)
            orders = np.round(orders / chain.pack[:, None]) * chain.pack[:, None]
        play.act(chain.ships(ships), orders, counted=number >= script.counted)
    return play.tally


def level_table(chain: Chain, spread: Spread, phi: Floats, items: int, dcs: int) -> Floats:
    """S_j(λ) for each hold-back factor and price: (φ, item, DC, λ)."""
    pack = np.repeat(chain.pack, dcs)[:, None]
    grid = np.round(np.concatenate([np.zeros((len(pack), 1)), spread.whole], axis=1) / pack) * pack
    left, short = left_over(grid, spread.whole), newly_short(grid, spread.whole, spread.lead)
    loss = np.repeat(chain.shortage, dcs)[:, None]
    premium = chain.premium.reshape(-1, 1)
    lines = np.arange(len(grid))
    found = np.empty((len(phi), len(grid), len(LAMBDAS)))
    for p, factor in enumerate(phi.tolist()):
        cost = factor * premium * left + loss * short
        for n, price in enumerate(LAMBDAS.tolist()):
            found[p, :, n] = grid[lines, np.argmin(cost + price * loss * grid, axis=1)]
    found[:, chain.site.reshape(-1) < 0] = 0.0
    return found.reshape(len(phi), items, dcs, len(LAMBDAS))


def allocated(chain: Chain, table: Floats, positions: Floats, in_bond: Floats) -> Floats:
    """What to ship: the needs at the least price at which each site's stock suffices, and a part of the next cheaper ones."""
    need = np.maximum(table - positions[..., None], 0.0)
    ships = np.zeros_like(positions)
    for site in range(len(chain.sites)):
        mine = np.where((chain.site == site)[..., None], need, 0.0)
        total = mine.sum(axis=2)
        here = in_bond[:, :, site]
        fits = total <= here[..., None]
        first = np.where(fits.any(axis=2), np.argmax(fits, axis=2), len(LAMBDAS) - 1)
        low = np.take_along_axis(mine, first[:, :, None, None], axis=3)[..., 0]
        high = np.take_along_axis(mine, np.maximum(first - 1, 0)[:, :, None, None], axis=3)[..., 0]
        have, more = low.sum(axis=2), high.sum(axis=2)
        part = np.where(more > have, np.clip((here - have) / np.maximum(more - have, 1e-9), 0.0, 1.0), 0.0)
        ships += low + part[..., None] * (high - low)
    return ships


def network_levels(pooled: Spread, beta: Floats, items: int, sites: int) -> Floats:
    """The β-quantile of pooled demand, per setting, item and site."""
    levels, place = np.unique(beta, return_inverse=True)
    found = np.stack([quantile(pooled.whole, share).reshape(items, sites) for share in levels.tolist()])
    return np.asarray(found[place], dtype=np.float64)
