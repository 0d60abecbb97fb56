"""What packs from one bonded site to another save and cost. Pure.

Source: placement.md §1, §6.1 and §7.4 (docs/placement.md). The target misses less until a supplier could deliver, and orders less;
the origin holds less of what its DCs do not want yet, and less of it expires. It costs freight, capital on the way, what the origin
may miss itself, and what it orders sooner.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields

import numpy as np

from inventory.placement.engine.deploy import Deployment
from inventory.placement.engine.distribution import Spread, expect, stretch
from inventory.placement.engine.economics import Prices
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.levels import Levels
from inventory.placement.engine.model import Floats, Ints, Lane, Problem
from inventory.placement.engine.outlook import Outlook

TIGHT = 1e-9
YEARS = 1.0  # holding that is saved counts for no longer


@dataclass(frozen=True)
class Standing:
    """What is known before any transfer: stock, levels and prices of bond, what each site pair owns and would order.

    `weekly` is the demand of the DCs that each feeds (`pair_weekly`: of each pair, `premium`: Δ there), `supply_weeks` the mean way
    from its supplier, `has_supply` 1 if it has one.
    """

    problem: Problem
    grid: Grid
    deployment: Deployment
    sites: Outlook
    prices: Prices
    levels: Levels
    owned: Floats
    orders: Floats
    weekly: Floats
    pair_weekly: Floats
    premium: Floats
    supply_weeks: Floats
    has_supply: Floats
    closed: AbstractSet[tuple[str, str]]


@dataclass
class Ways:
    """Lines of (item, lane) that packs may go by, with the site pairs they lead between.

    `weeks` is the mean way, `least` the least order. `free` packs may leave the origin: `risk` units would not do so in time,
    `early` ones are to be shipped early because of a limit, to DCs that then have `ahead` for `pace` a week, each week at `wait`.
    `most` packs are asked for at the target, at risk or early, and would leave there before their limit.
    """

    lanes: list[Lane]
    skus: Ints
    origin: Ints
    target: Ints
    weeks: Floats
    pack: Floats
    volume: Floats
    value: Floats
    expiry: Floats
    freight: Floats
    least: Floats
    free: Ints
    most: Ints
    risk: Floats
    early: Floats
    ahead: Floats
    pace: Floats
    wait: Floats


@dataclass(frozen=True)
class Worth:
    """What packs save and cost, in money (`short_saved`: units): one number per line and number of packs.

    Saved are units short until a supplier's order could come, that order, holding at the origin, expiry, and waiting at DCs of what
    was to be shipped early. It costs freight, capital on the way, units missed at the origin, and what the origin orders sooner.
    """

    short_saved: Floats
    short: Floats
    order: Floats
    holding: Floats
    expiry: Floats
    early: Floats
    freight: Floats
    way: Floats
    missed: Floats
    refill: Floats

    @property
    def saves(self) -> Floats:
        """All that is saved."""
        return np.asarray(self.short + self.order + np.maximum(self.holding, 0.0) + self.expiry + self.early)

    @property
    def costs(self) -> Floats:
        """All that it costs; holding that grows is a cost."""
        grows = np.maximum(-self.holding, 0.0)
        return np.asarray(self.freight + self.way + self.missed + self.refill + grows)

    def at(self, line: int, point: int) -> dict[str, float]:
        """The numbers of one line at one number of packs."""
        return {field.name: float(getattr(self, field.name)[line, point]) for field in fields(Worth)}


def worth_of(known: Standing, ways: Ways, own: Floats, order: Floats, lines: Ints, packs: Floats) -> Worth:
    """What so many packs of each line save and cost: (line, number of packs)."""
    network, prices, spread = known.problem.network, known.prices, known.sites.spread
    x, y = ways.origin[lines], ways.target[lines]

    def column(values: Floats) -> Floats:
        return np.asarray(values[:, None], dtype=np.float64)

    units = packs * column(ways.pack[lines])
    risky = np.minimum(units, column(ways.risk[lines]))
    rest = units - risky
    capital, weeks = network.capital_rate * ways.value[lines], ways.weeks[lines]
    weekly = known.weekly[x]
    supply_x, supply_y = known.supply_weeks[x], known.supply_weeks[y]
    # Until a supplier's order comes to the target's DCs, or until the next review could order it.
    onward = known.sites.lead_weeks[y] - supply_y
    until = np.where(order[y] > 0, known.sites.lead_weeks[y], spread.weeks[y])
    short_saved = _short_saved(known, y, own[y], weeks + onward, until, units)
    gap = known.levels.level[y] - own[y]
    left = order_left(column(order[y]), column(gap), units, column(ways.pack[lines]), column(ways.least[lines]))
    replaced = np.minimum(column(order[y]) - left, units)
    unasked = np.where(weekly > 0, 0.0, ways.value[lines])
    bought = column((prices.freight[y] + capital * supply_y) * known.has_supply[y])
    ordered = replaced * bought + np.maximum(replaced - risky, 0.0) * column(unasked)
    longest = YEARS * network.period.per_year
    stays = own[x] - ways.risk[lines]
    over_x = column(stays - known.levels.level[x])
    over_y = column(-gap)
    wait_x, wait_y = column(weekly), column(known.weekly[y])
    held_x = surplus_weeks(over_x, wait_x, longest) - surplus_weeks(over_x - rest, wait_x, longest)
    held_y = surplus_weeks(over_y + units, wait_y, longest) - surplus_weeks(over_y, wait_y, longest)
    sooner = replaced * column(np.maximum(supply_y - weeks, 0.0))
    holding = column(prices.h_bond[x]) * held_x - column(prices.h_bond[y]) * (held_y + sooner)
    idle = np.maximum(over_x - longest * wait_x, 0.0)
    again = column((prices.freight[x] + capital * supply_x) * known.has_supply[x] * (weekly > 0))
    lost = _short(spread, x, column(stays) - rest) - _short(spread, x, column(stays))
    p = column(prices.shortage[x])
    return Worth(
        short_saved, p * short_saved, ordered, holding, risky * column(ways.expiry[lines]), _early_saved(ways, lines, rest),
        units * column(ways.freight[lines]), units * column(capital * weeks), p * lost,
        np.maximum(rest - idle, 0.0) * again,
    )  # fmt: skip


def _early_saved(ways: Ways, lines: Ints, units: Floats) -> Floats:
    """What is saved by calling back units that were to be shipped early: those that would wait longest come back first."""
    early, ahead, pace, wait = (
        np.asarray(values[lines][:, None]) for values in (ways.early, ways.ahead, ways.pace, ways.wait)
    )
    back = np.minimum(units, early)
    with np.errstate(divide="ignore", invalid="ignore"):
        weeks = np.where(pace > 0, (ahead * ahead - (ahead - back) ** 2) / (2 * pace), 0.0)
    return np.asarray(wait * weeks, dtype=np.float64)


def order_left(order: Floats, gap: Floats, units: Floats, pack: Floats, least: Floats) -> Floats:
    """What is still ordered once so many units come otherwise: whole packs, and no less than the least order or none."""
    rest = np.maximum(np.round((gap - units) / pack) * pack, 0.0)
    still = np.where(rest >= least, np.minimum(rest, order), order)
    return np.asarray(np.where(rest <= TIGHT, 0.0, still), dtype=np.float64)


def surplus_weeks(excess: Floats, weekly: Floats, longest: float) -> Floats:
    """Weeks that units beyond a level wait in all until they are wanted, each no longer than `longest`.

    >>> surplus_weeks(np.array([20.0, 20.0]), np.array([10.0, 0.0]), 52.0).tolist()
    [20.0, 1040.0]
    """
    over = np.maximum(excess, 0.0)
    near = np.minimum(over, longest * weekly)
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = np.where(weekly > 0, near * near / (2 * weekly), 0.0)
    return np.asarray(waits + (over - near) * longest, dtype=np.float64)


def _short_saved(known: Standing, y: Ints, own: Floats, begin: Floats, end: Floats, units: Floats) -> Floats:
    """Units that would be missed between a transfer's arrival and a supplier's, and are not with so many units."""
    spread = known.sites.spread
    whole, weeks = spread.whole[y], spread.weeks[y]
    until = stretch(whole, begin / weeks)
    between = stretch(whole, np.maximum(end - begin, 0.0) / weeks)
    is_lost = known.problem.network.unmet == "lost"
    left = expect(np.maximum(own[:, None] - until, 0.0)) if is_lost else own - expect(until)
    have = np.concatenate([np.zeros((len(y), 1)), units], axis=1) + left[:, None]
    short = expect(np.clip(between[:, None, :] - have[:, :, None], 0.0, between[:, None, :]))
    return np.asarray(short[:, :1] - short[:, 1:], dtype=np.float64)


def _short(spread: Spread, lines: Ints, have: Floats) -> Floats:
    """E[(D_k − S)+] of some site pairs at (line, number) positions."""
    return expect(np.maximum(spread.whole[lines][:, None, :] - have[:, :, None], 0.0))
