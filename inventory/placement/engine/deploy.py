"""What to ship now from each bonded site, item by item: by marginal value first, then what must not wait. Pure.

Source: placement.md §7.1, §7.2 and §7.4 (docs/placement.md). Truck rounding comes with a later step.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from inventory.placement.engine import limits
from inventory.placement.engine.allocate import hand_out
from inventory.placement.engine.costs import left_over, newly_short
from inventory.placement.engine.economics import Prices, expiry_cost
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.levels import Levels
from inventory.placement.engine.limits import LotView
from inventory.placement.engine.model import BondLot, Floats, Problem
from inventory.placement.engine.outlook import Outlook

NEGLIGIBLE = 1e-9


@dataclass
class Shipment:
    """Packs from one site to one pair: how many for need and how many because a lot must leave, and the last pack's value."""

    site: str
    pair: int
    packs: int = 0
    early_packs: int = 0
    value: float = 0.0


@dataclass
class SiteStock:
    """One item at one bonded site: lots that may leave, and how they stand after the moves."""

    sku: int
    site: str
    lots: list[BondLot]
    passed: list[BondLot]
    shipments: list[Shipment] = field(default_factory=list)
    views: list[LotView] = field(default_factory=list)

    @property
    def on_hand(self) -> float:
        """Units that may leave."""
        return sum(lot.quantity for lot in self.lots)

    def free_packs(self, pack: float) -> int:
        """Whole packs not yet in a shipment."""
        sent = sum(s.packs + s.early_packs for s in self.shipments)
        return int(np.floor(self.on_hand / pack + NEGLIGIBLE)) - sent


@dataclass(frozen=True)
class Deployment:
    """Positions of the pairs before and after, and the stock of every item and site."""

    before: Floats
    after: Floats
    stocks: tuple[SiteStock, ...]


def deploy(problem: Problem, grid: Grid, outlook: Outlook, prices: Prices, levels: Levels) -> Deployment:
    """Ship what gains, item by item, from the site that feeds each DC, then from any other site that reaches it."""
    before = positions(problem, grid)
    after = before.copy()
    by_sku = defaultdict(list)
    for n, pair in enumerate(grid.pairs):
        by_sku[pair.sku].append(n)
    stocks = site_stocks(problem, grid)
    stocks_of = defaultdict(list)
    for stock in stocks:
        stocks_of[stock.sku].append(stock)
    for sku_no, mine in sorted(stocks_of.items()):
        worker = _Item(problem, grid, outlook, prices, levels, after)
        for stock in mine:
            worker.ship(stock, [n for n in by_sku[sku_no] if grid.pairs[n].site == stock.site])
        for stock in mine:
            worker.ship(stock, [n for n in by_sku[sku_no] if _is_other(grid, stock.site, n)])
        for stock in mine:
            worker.ship_early(stock, [n for n in by_sku[sku_no] if (stock.site, grid.pairs[n].dc) in grid.roads.lanes])
    return Deployment(before, after, tuple(stocks))


def positions(problem: Problem, grid: Grid) -> Floats:
    """On hand + on the way − backorders, per pair."""
    state = problem.state
    keys = [(grid.skus[pair.sku].id, pair.dc) for pair in grid.pairs]
    return np.array(
        [state.on_hand.get(k, 0.0) + state.inbound.get(k, 0.0) - state.backorders.get(k, 0.0) for k in keys]
    )


def site_stocks(problem: Problem, grid: Grid) -> list[SiteStock]:
    """What lies in bond, lots past their limit set aside: they are never in a move."""
    number = {sku.id: n for n, sku in enumerate(grid.skus)}
    as_of = problem.state.as_of
    stocks = []
    for (sku_id, site), lots in sorted(problem.state.lots.items()):
        if sku_id not in number:
            continue
        ordered = limits.in_order(lots)
        passed = [lot for lot in ordered if limits.is_passed(lot, as_of)]
        free = [lot for lot in ordered if not limits.is_passed(lot, as_of)]
        stocks.append(SiteStock(number[sku_id], site, free, passed))
    return stocks


@dataclass
class _Item:
    """Ships one item; `after` is carried along."""

    problem: Problem
    grid: Grid
    outlook: Outlook
    prices: Prices
    levels: Levels
    after: Floats

    def ship(self, stock: SiteStock, pairs: Sequence[int]) -> None:
        """Hand out the site's packs among these pairs while they gain."""
        pack = self.grid.skus[stock.sku].pack_size
        free = stock.free_packs(pack)
        wanted = np.array([self._wanted(n, pack) for n in pairs], dtype=np.int64)
        if free <= 0 or not wanted.any():
            return
        share = hand_out(lambda j, extra: self._cost(pairs[j], extra * pack), wanted, free)
        for j, n in enumerate(pairs):
            if share.packs[j]:
                stock.shipments.append(
                    Shipment(stock.site, n, int(share.packs[j]), 0, float(share.last_value[j]) / pack)
                )
                self.after[n] += share.packs[j] * pack

    def ship_early(self, stock: SiteStock, pairs: Sequence[int]) -> None:
        """Add what would otherwise stay past its limit, where waiting forward costs less than expiry; then view the lots."""
        sku, problem = self.grid.skus[stock.sku], self.problem
        review, as_of = problem.network.review_weeks, problem.state.as_of
        members = list(pairs)
        weekly = self.outlook.weekly[members] if members else np.zeros(0)
        own = float(sum(self.outlook.weekly[n] for n in members if self.grid.pairs[n].site == stock.site))
        sent = sum(s.packs for s in stock.shipments) * sku.pack_size
        views = limits.view(stock.lots, sent, weekly=own, review=review, as_of=as_of)
        need = limits.early_need(views, problem.params, weekly=own, review=review)
        if need > 0 and members:
            wanted = limits.spread_early(
                need, position=self.after[members], weekly=weekly, premium=self.prices.premium[members],
                expiry_cost=expiry_cost(sku, problem.params),
            )  # fmt: skip
            packs = limits.whole_packs(wanted, sku.pack_size, stock.free_packs(sku.pack_size))
            for n, number in zip(members, packs.tolist(), strict=True):
                if number:
                    self._add_early(stock, n, number, sku.pack_size)
            sent = sum(s.packs + s.early_packs for s in stock.shipments) * sku.pack_size
            views = limits.view(stock.lots, sent, weekly=own, review=review, as_of=as_of)
        stock.views = views

    def _add_early(self, stock: SiteStock, n: int, packs: int, pack: float) -> None:
        found = next((s for s in stock.shipments if s.pair == n), None)
        if found is None:
            found = Shipment(stock.site, n)
            stock.shipments.append(found)
        before, after = self._cost(n, np.array([0.0, packs * pack]))
        found.early_packs += packs
        found.value = float(before - after) / (packs * pack)
        self.after[n] += packs * pack

    def _wanted(self, n: int, pack: float) -> int:
        return max(0, int(np.ceil((self.levels.level[n] - self.after[n]) / pack - NEGLIGIBLE)))

    def _cost(self, n: int, extra: Floats) -> Floats:
        """What pair n costs with so many units more."""
        line = slice(n, n + 1)
        levels = (self.after[n] + extra)[None, :]
        left = left_over(levels, self.outlook.spread.whole[line])[0]
        short = newly_short(levels, self.outlook.spread.whole[line], self.outlook.spread.lead[line])[0]
        return np.asarray(self.prices.charge[n] * left + self.prices.shortage[n] * short)


def _is_other(grid: Grid, site: str, n: int) -> bool:
    """True for a pair fed from elsewhere that this site reaches too."""
    pair = grid.pairs[n]
    sku = grid.skus[pair.sku]
    return pair.site != site and (site, pair.dc) in grid.roads.lanes and (not sku.sites or site in sku.sites)
