"""What room and money are worth where they are scarce, and the levels that keep within them. Pure.

Source: placement.md §6.6 (docs/placement.md). A node with a capacity has a price λ per m³ and week, which counts as holding cost of
that node; a budget has a price that counts as interest. Each is the least at which the limit holds, found by bisection: the dearer,
the less is held. A price stands at 0 where its limit does not bind.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from inventory.placement.engine import duties
from inventory.placement.engine.costs import left_over
from inventory.placement.engine.distribution import Spread, stretch
from inventory.placement.engine.economics import Prices
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.level_curve import Curve
from inventory.placement.engine.levels import Levels, describe
from inventory.placement.engine.model import Floats, Ints, Network, Problem
from inventory.placement.engine.orders import implied_charge

STEPS, ROUNDS, DEAREST = 24, 6, 1e9
CAPACITY, BUDGET = "capacity", "budget"


@dataclass(frozen=True)
class SharedLimit:
    """A limit that items share: m³ at a node or money in all stock, what is expected of it, and what one more would be worth.

    `price` is money per m³ and week for a capacity, a yearly rate on top of the capital rate for the budget. `free` is what would
    be expected without limits.
    """

    kind: str
    node: str
    limit: float
    expected: float
    free: float
    price: float

    @property
    def is_kept(self) -> bool:
        """False only where it cannot be kept, because a least fill demands more."""
        return self.expected <= self.limit * (1 + 1e-9) + 1e-9


@dataclass(frozen=True)
class Within:
    """Prices and levels that keep the limits; `free` and `bond_free` are the levels (units) that would stand without them."""

    prices: Prices
    levels: Levels
    bond_levels: Levels
    limits: tuple[SharedLimit, ...]
    free: Floats
    bond_free: Floats


@dataclass(frozen=True)
class Unlimited:
    """What levels without limits are made of: pairs and site pairs with their distributions, prices and levels; φ is per pair."""

    problem: Problem
    grid: Grid
    pairs: Spread
    sites: Spread
    prices: Prices
    bond_prices: Prices
    levels: Levels
    bond_levels: Levels
    phi: Floats

    @property
    def network(self) -> Network:
        """With the limits."""
        return self.problem.network


def is_limited(network: Network) -> bool:
    """True if a DC or bonded site has a capacity, or the network a budget."""
    return network.budget is not None or any(node.capacity_m3 is not None for node in network.nodes)


def within_limits(asked: Unlimited) -> Within:
    """The levels that cost least within capacities and budget, and the price of each of these."""
    market = _Market(asked)
    market.clear()
    return market.result()


class _Market:
    """Prices of room and money under search. `space` is per node, `money` a yearly rate."""

    def __init__(self, asked: Unlimited) -> None:
        self.asked = asked
        grid, network = asked.grid, asked.network
        limited = sorted(n.id for n in network.nodes if n.capacity_m3 is not None and n.type in ("dc", "bonded"))
        self.nodes = {node: n for n, node in enumerate(limited)}
        self.capacity = np.array([float(grid.roads.nodes[node].capacity_m3 or 0.0) for node in limited])
        self.space, self.money = np.zeros(len(limited)), 0.0
        skus = [grid.skus[pair.sku] for pair in grid.pairs]
        self.volume = np.array([sku.volume_m3 for sku in skus])
        self.dc = np.array([self.nodes.get(pair.dc, -1) for pair in grid.pairs], dtype=np.int64)
        self.site = np.array([self.nodes.get(pair.site, -1) for pair in grid.pairs], dtype=np.int64)
        self.group = np.full(len(grid.pairs), -1, dtype=np.int64)
        for n, site in enumerate(grid.site_pairs):
            self.group[list(site.pairs)] = n
        owners = [grid.skus[site.sku] for site in grid.site_pairs]
        self.site_volume = np.array([sku.volume_m3 for sku in owners])
        self.site_value = np.array([sku.unit_value for sku in owners])
        self.site_node = np.array([self.nodes.get(site.site, -1) for site in grid.site_pairs], dtype=np.int64)
        # What a unit ties up: its value with freight in bond, and with duty and freight forward.
        inbound = asked.bond_prices.freight[self.group] if len(grid.site_pairs) else np.zeros(len(skus))
        self.tied_bond = np.array([sku.unit_value for sku in skus]) + inbound
        duty = np.array([sku.unit_value for sku in skus]) * duties.rates(asked.problem, grid)
        self.tied_forward = self.tied_bond + duty + asked.prices.freight
        self.level, self.left = asked.levels.level, asked.levels.left
        self.bond_level = asked.bond_levels.level
        # What a site may hold in bond is what is left of demand until the next supply, not until it has reached the DCs.
        weeks = asked.sites.weeks
        review = np.full(len(weeks), float(network.review_weeks))
        supply = np.array([site.lead_time.mean for site in grid.site_pairs])
        self.until_supply = stretch(asked.sites.whole, np.minimum((supply + review) / np.maximum(weeks, 1e-9), 1.0))
        self.curve: Curve | None = None
        self.bond_curve: Curve | None = None
        self.bond_charge = np.zeros(0)

    def clear(self) -> None:
        """Find the prices: money, then sites, then DCs, again until none moves, because one limit eases or presses another."""
        self.free = self._expected()
        for _round in range(ROUNDS):
            before = (self.money, self.space.copy())
            if self.asked.network.budget is not None:
                self.money = float(_least_price(self._over_budget, np.array([self.money]))[0])
                self._move_all()
            for kind in ("bonded", "dc"):
                self._clear_nodes(kind)
            # DCs do not press one another: what alone is limited is settled at once.
            is_settled = before[0] == self.money and np.array_equal(before[1], self.space)
            if is_settled or (self.asked.network.budget is None and not (self.site_node >= 0).any()):
                break
        if self.money:
            self._spend()

    def result(self) -> Within:
        """Prices and levels at the prices found; the very same as before where none of them is above 0."""
        asked = self.asked
        prices, levels, bond_levels = asked.prices, asked.levels, asked.bond_levels
        if self.money or self.space.any():
            prices = replace(prices, charge=self._charge(np.arange(len(self.volume))))
            levels = describe(self.level, asked.pairs, prices.charge, prices.shortage, prices.step)
            bond = asked.bond_prices
            bond_levels = describe(self.bond_level, asked.sites, bond.charge, bond.shortage, bond.step)
        expected = self._expected()
        limits = [
            SharedLimit(CAPACITY, node, float(self.capacity[n]), float(expected[n]), float(self.free[n]), float(self.space[n]))
            for node, n in self.nodes.items()
        ]  # fmt: skip
        if asked.network.budget is not None:
            limits.append(
                SharedLimit(
                    BUDGET, "", asked.network.budget, float(expected[-1]), float(self.free[-1]), self.money
                )
            )  # fmt: skip
        return Within(prices, levels, bond_levels, tuple(limits), asked.levels.level, asked.bond_levels.level)

    def _expected(self) -> Floats:
        """m³ expected on hand at each limited node, and at last the value of all stock, as levels now stand."""
        count = len(self.nodes)
        at_dcs = _per_node(self.dc, self.volume * self.left, count)
        at_sites = _per_node(self.site_node, self.site_volume * self._in_bond(), count)
        return np.append(at_dcs + at_sites, self._owned(self.bond_level))

    def _in_bond(self) -> Floats:
        """Units expected in bond before the next supply: what the network owns, less what the DCs call for and what is asked."""
        at_dcs = np.bincount(self.group, self.level, len(self.bond_level)) if len(self.group) else 0.0
        above = np.maximum(self.bond_level - at_dcs, 0.0)
        return np.asarray(left_over(above[:, None], self.until_supply)[:, 0], dtype=np.float64)

    def _owned(self, level: Floats) -> float:
        """The value of all stock on hand and on the way before a review: S − E[(S − D_L)+] + E[(S − D_k)+] units of each item."""
        return float((self.site_value * self._units(level, np.arange(len(level)))).sum())

    def _units(self, level: Floats, lines: Ints) -> Floats:
        """Units of all stock at levels of these site pairs."""
        at, spread = level[:, None], self.asked.sites
        units = level - left_over(at, spread.lead[lines])[:, 0] + left_over(at, spread.whole[lines])[:, 0]
        return np.asarray(units, dtype=np.float64)

    def _over_budget(self, money: Floats) -> Floats:
        self.money = float(money[0])
        self._move_bond(np.arange(len(self.bond_level)))
        return np.array([self._owned(self.bond_level) - float(self.asked.network.budget or 0.0)])

    def _spend(self) -> None:
        """Use what the price leaves of the budget: an item whose level falls at once there is raised as far as the rest goes.

        The cost of an item is not convex below the demand of its lead time, so no price leads to the levels between.
        """
        known, price, held = self.asked, self.money, self.bond_level
        everyone = np.arange(len(held))
        self.money = price * (1 - 1e-6)
        self._move_bond(everyone)
        dearer, self.money, self.bond_level = self.bond_level, price, held.copy()
        left = float(known.network.budget or 0.0) - self._owned(held)
        for n in np.flatnonzero((dearer > held) & (self._space_of(self.site_node) == 0)).tolist():
            step, line = float(known.bond_prices.step[n]), np.array([n])

            def worth(steps: int, n: int = n, step: float = step, line: Ints = line) -> float:
                return float(self.site_value[n] * self._units(held[line] + steps * step, line)[0])

            # The most steps that the rest pays for; what it cannot pay is above, by what the price just below would give.
            low, high, most = 0, round(float(dearer[n] - held[n]) / step) + 1, worth(0) + left + 1e-9
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if worth(middle) <= most else (low, middle)
            self.bond_level[n] = held[n] + low * step
            left -= worth(low) - worth(0)

    def _clear_nodes(self, kind: str) -> None:
        """Set the price of every limited node of a type, where it is too full or has a price already."""
        known = self.asked.grid.roads.nodes
        mine = np.array([known[node].type == kind for node in self.nodes], dtype=np.bool_)
        over = self._expected()[:-1] > self.capacity
        busy = np.flatnonzero(mine & (over | (self.space > 0)))
        if not len(busy):
            return
        pairs = np.flatnonzero(np.isin(self.dc if kind == "dc" else self.site, busy))
        sites = np.flatnonzero(np.isin(self.site_node, busy))

        def excess(price: Floats) -> Floats:
            self.space[busy] = price
            self._move(pairs)
            self._move_bond(sites)
            return np.asarray(self._expected()[:-1][busy] - self.capacity[busy], dtype=np.float64)

        price = _least_price(excess, self.space[busy])
        excess(price)

    def _move_all(self) -> None:
        self._move(np.arange(len(self.volume)))
        self._move_bond(np.arange(len(self.bond_level)))

    def _move(self, pairs: Ints) -> None:
        """Levels of these pairs at the prices as they stand."""
        asked = self.asked
        if self.curve is None:
            prices = asked.prices
            self.curve = Curve(asked.pairs, prices.step, prices.shortage, prices.min_fill)
        best = self.curve.cheapest(pairs, self._charge(pairs))
        self.level, self.left = self.level.copy(), self.left.copy()
        self.level[pairs], self.left[pairs] = self.curve.level[pairs, best], self.curve.left[pairs, best]

    def _move_bond(self, sites: Ints) -> None:
        """Levels of these site pairs at the prices as they stand, cheapest at their own charge and these; never raised."""
        asked = self.asked
        if self.bond_curve is None:
            bond = asked.bond_prices
            self.bond_curve = Curve(asked.sites, bond.step, bond.shortage, np.zeros(len(bond.step)))
            self.bond_charge = implied_charge(asked.bond_levels.level, asked.sites, bond.shortage, bond.step)
        at_dcs = np.maximum(np.bincount(self.group, minlength=len(self.bond_level)), 1)
        forward = np.bincount(self.group, self.tied_forward, len(self.bond_level)) / at_dcs
        in_bond = self.site_value + asked.bond_prices.freight
        tied = (in_bond + np.where(forward > 0, forward, in_bond)) / 2
        added = (
            self._space_of(self.site_node) * self.site_volume
            + self.money / self.asked.problem.network.period.per_year * tied
        )
        # What is on the way is paid for too: only so does a budget below it ever hold.
        on_way = (
            (self.money / self.asked.problem.network.period.per_year * self.site_value)[sites] if self.money else None
        )
        best = self.bond_curve.cheapest(sites, (self.bond_charge + added)[sites], on_way)
        lower = np.minimum(self.bond_curve.level[sites, best], asked.bond_levels.level[sites])
        self.bond_level = self.bond_level.copy()
        self.bond_level[sites] = np.where(added[sites] > 0, lower, asked.bond_levels.level[sites])

    def _charge(self, pairs: Ints) -> Floats:
        """φ · max(h_D − h_B, 0.02 · h_D), both with the price of their room and of money in them."""
        prices, rate = self.asked.prices, self.money / self.asked.problem.network.period.per_year
        volume = self.volume[pairs]
        bond = prices.h_bond[pairs] + self._space_of(self.site[pairs]) * volume + rate * self.tied_bond[pairs]
        forward = prices.h_forward[pairs] + self._space_of(self.dc[pairs]) * volume + rate * self.tied_forward[pairs]
        premium = np.maximum(forward - bond, self.asked.problem.params.premium_floor * forward)
        return np.asarray(self.asked.phi[pairs] * premium, dtype=np.float64)

    def _space_of(self, node: Ints) -> Floats:
        found: Floats = np.append(self.space, 0.0)[node]  # −1 is the last: no limit
        return found


def _per_node(node: Ints, value: Floats, count: int) -> Floats:
    known = node >= 0
    return np.asarray(np.bincount(node[known], value[known], count), dtype=np.float64)


def _least_price(excess: Callable[[Floats], Floats], start: Floats) -> Floats:
    """The least price of each limit at which nothing is too much, all searched side by side; 0 where it does not bind.

    >>> _least_price(lambda price: np.array([10.0, 3.0]) - price - 4.0, np.zeros(2)).round(4).tolist()
    [6.0, 0.0]
    """
    low, high = np.zeros(len(start)), np.where(start > 0, start, 1.0)
    binds = excess(low) > 0
    while True:
        over = (excess(np.where(binds, high, 0.0)) > 0) & (high < DEAREST) & binds
        if not over.any():
            break
        low, high = np.where(over, high, low), np.where(over, high * 4, high)
    for _step in range(STEPS if binds.any() else 0):
        middle = (low + high) / 2
        over = excess(np.where(binds, middle, 0.0)) > 0
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return np.asarray(np.where(binds, high, 0.0), dtype=np.float64)
