"""What to ship now from each bonded site, item by item: by marginal value first, then what must not wait. Pure.

Source: placement.md §7.1, §7.2 and §7.4 (docs/placement.md). Where a site has enough for all its DCs, each gets its
level; only where it has not are packs handed out one by one. Trucks are seen to afterwards (`trucks`).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from inventory.placement.engine import limits
from inventory.placement.engine.allocate import hand_out
from inventory.placement.engine.costs import left_over, newly_short
from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.economics import Prices, expiry_cost
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.levels import cost_at
from inventory.placement.engine.limits import LotView
from inventory.placement.engine.model import BondLot, Floats, Ints, Problem
from inventory.placement.engine.outlook import Outlook

NEGLIGIBLE = 1e-9


@dataclass
class Shipment:
    """Packs from one site to one pair: for need, for a lot's limit, to fill a truck, ahead of a duty; the last one's worth."""

    site: str
    pair: int
    packs: int = 0
    early_packs: int = 0
    topup_packs: int = 0
    ahead_packs: int = 0
    value: float = 0.0

    @property
    def total(self) -> int:
        """All its packs."""
        return self.packs + self.early_packs + self.topup_packs + self.ahead_packs

    def withdraw(self, packs: int) -> None:
        """Take so many packs back: first what goes ahead, then what goes for need, at last what goes because of a limit."""
        for kind in ("ahead_packs", "packs", "early_packs"):
            fewer = min(packs, getattr(self, kind))
            setattr(self, kind, getattr(self, kind) - fewer)
            packs -= fewer


@dataclass
class SiteStock:
    """One item at one bonded site: lots that may leave, and how they stand after the moves.

    `leaving_packs` go to other bonded sites.
    """

    sku: int
    site: str
    lots: list[BondLot]
    passed: list[BondLot]
    shipments: list[Shipment] = field(default_factory=list)
    views: list[LotView] = field(default_factory=list)
    leaving_packs: int = 0

    @property
    def on_hand(self) -> float:
        """Units that may leave."""
        return sum(lot.quantity for lot in self.lots)

    def free_packs(self, pack: float) -> int:
        """Whole packs not yet in a shipment."""
        return int(np.floor(self.on_hand / pack + NEGLIGIBLE)) - self.sent_packs

    @property
    def sent_packs(self) -> int:
        """All packs that leave now."""
        return sum(shipment.total for shipment in self.shipments) + self.leaving_packs

    def to(self, pair: int) -> Shipment:
        """The shipment to a pair, begun if there is none."""
        found = next((shipment for shipment in self.shipments if shipment.pair == pair), None)
        if found is None:
            found = Shipment(self.site, pair)
            self.shipments.append(found)
        return found


@dataclass(frozen=True)
class Deployment:
    """Positions of the pairs before and after, and the stock of every item and site."""

    before: Floats
    after: Floats
    stocks: tuple[SiteStock, ...]


def deploy(
    problem: Problem, grid: Grid, outlook: Outlook, prices: Prices, level: Floats, *,
    closed: Collection[tuple[str, str]] = (),
) -> Deployment:  # fmt: skip
    """Ship what gains, item by item, from the site that feeds each DC, then from any other site that reaches it.

    Over `closed` lanes goes only what the feeding site would send, to be taken back as blocked.
    """
    before = positions(problem, grid)
    stocks = site_stocks(problem, grid)
    work = Work(problem, grid, outlook, prices, level, before.copy())
    fed = {(site.sku, site.site): site.pairs for site in grid.site_pairs}
    for stock in stocks:
        work.ship(stock, fed.get((stock.sku, stock.site), ()))
    by_sku: dict[int, list[int]] = defaultdict(list)
    for n, pair in enumerate(grid.pairs):
        by_sku[pair.sku].append(n)
    for stock in stocks:
        work.ship_across(stock, [n for n in by_sku[stock.sku] if _is_other(grid, stock.site, n, closed)])
    for stock in stocks:
        reached = [n for n in by_sku[stock.sku] if (stock.site, grid.pairs[n].dc) in grid.roads.lanes]
        work.ship_early(stock, [n for n in reached if (stock.site, grid.pairs[n].dc) not in closed])
    return Deployment(before, work.after, tuple(stocks))


def positions(problem: Problem, grid: Grid) -> Floats:
    """On hand + on the way − backorders, per pair."""
    state = problem.state
    keys = [(grid.skus[pair.sku].id, pair.dc) for pair in grid.pairs]
    return np.array(
        [state.on_hand.get(k, 0.0) + state.inbound.get(k, 0.0) - state.backorders.get(k, 0.0) for k in keys],
        dtype=np.float64,
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
class Work:
    """Ships item by item; `after` is carried along. `wait` is what a unit of each pair saves by waiting."""

    problem: Problem
    grid: Grid
    outlook: Outlook
    prices: Prices
    level: Floats
    after: Floats
    wait: Floats | None = None

    def ship(self, stock: SiteStock, pairs: Sequence[int]) -> None:
        """Bring these pairs to their levels, or hand out the site's packs among them while they gain."""
        members, wanted, free = self._asked(stock, pairs)
        if free <= 0 or not wanted.any():
            return
        pack = self.grid.skus[stock.sku].pack_size
        given = wanted
        if wanted.sum() > free:
            given = hand_out(lambda extra: self.costs(members, extra * pack), wanted, free).packs
        self._give(stock, members, given, pack)

    def ship_across(self, stock: SiteStock, pairs: Sequence[int]) -> None:
        """Send pairs that another site feeds what that has not, while a pack gains more than the dearer way costs."""
        members, wanted, free = self._asked(stock, pairs)
        if free <= 0 or not wanted.any():
            return
        sku, lanes = self.grid.skus[stock.sku], self.grid.roads.lanes
        own = [self.grid.pairs[n].lane.freight(sku.volume_m3) for n in members.tolist()]
        across = [lanes[stock.site, self.grid.pairs[n].dc].freight(sku.volume_m3) for n in members.tolist()]
        dearer = np.maximum(np.array(across) - np.array(own), 0.0)[:, None]

        def costs(extra: Floats) -> Floats:
            units = extra * sku.pack_size
            return np.asarray(self.costs(members, units) + dearer * units, dtype=np.float64)

        self._give(stock, members, hand_out(costs, wanted, free).packs, sku.pack_size)

    def _asked(self, stock: SiteStock, pairs: Sequence[int]) -> tuple[Ints, Ints, int]:
        members = np.asarray(pairs, dtype=np.int64)
        pack = self.grid.skus[stock.sku].pack_size
        return members, self.wanted(members, pack), stock.free_packs(pack) if len(members) else 0

    def _give(self, stock: SiteStock, members: Ints, packs: Ints, pack: float) -> None:
        for n, number in zip(members.tolist(), packs.tolist(), strict=True):
            if number:
                stock.to(n).packs += number
                self.after[n] += number * pack

    def ship_early(self, stock: SiteStock, pairs: Sequence[int]) -> None:
        """Add what would otherwise stay past its limit, where waiting forward costs less than expiry; then view the lots."""
        sku, problem = self.grid.skus[stock.sku], self.problem
        own = float(sum(self.outlook.weekly[n] for n in pairs if self.grid.pairs[n].site == stock.site))
        view_lots(stock, sku.pack_size, own, problem)
        need = limits.early_need(stock.views, problem.params, weekly=own, review=problem.network.review_weeks)
        if need <= 0 or not len(pairs):
            return
        members = list(pairs)
        wanted = limits.spread_early(
            need, position=self.after[members], weekly=self.outlook.weekly[members], premium=self.prices.premium[members],
            expiry_cost=expiry_cost(sku, problem.params),
        )  # fmt: skip
        packs = limits.whole_packs(wanted, sku.pack_size, stock.free_packs(sku.pack_size))
        for n, number in zip(members, packs.tolist(), strict=True):
            if number:
                stock.to(n).early_packs += number
                self.after[n] += number * sku.pack_size
        view_lots(stock, sku.pack_size, own, problem)

    def wanted(self, pairs: Ints, pack: float) -> Ints:
        """Packs from the position up to the level; the last only where it costs less than doing without, or a service is stated."""
        gap = np.maximum(np.ceil((self.level[pairs] - self.after[pairs]) / pack - NEGLIGIBLE), 0.0)
        last = np.flatnonzero((gap > 0) & (self.prices.min_fill[pairs] <= 0))
        cost = self.costs(pairs[last], np.stack([gap[last] - 1, gap[last]], axis=1) * pack)
        gap[last] -= cost[:, 0] <= cost[:, 1]
        return gap.astype(np.int64)

    def costs(self, pairs: Ints, extra: Floats) -> Floats:
        """What these pairs cost with so many units more each: (pair, number)."""
        spread = self.outlook.spread
        levels = self.after[pairs, None] + extra
        left = left_over(levels, spread.whole[pairs])
        short = newly_short(levels, spread.whole[pairs], spread.lead[pairs])
        return np.asarray(self.prices.charge[pairs, None] * left + self.prices.shortage[pairs, None] * short)


def view_lots(stock: SiteStock, pack: float, weekly: float, problem: Problem) -> None:
    """How the lots stand after the shipments so far, when `weekly` units leave a week from now on."""
    sent = stock.sent_packs * pack
    network, as_of = problem.network, problem.state.as_of
    review, period = network.review_weeks, network.period
    stock.views = limits.view(stock.lots, sent, weekly=weekly, review=review, as_of=as_of, period=period)


def put_values(deployment: Deployment, spread: Spread, prices: Prices, pack: Floats) -> None:
    """Give each shipment what its last pack was worth, per unit."""
    shipments = [shipment for stock in deployment.stocks for shipment in stock.shipments]
    if not shipments:
        return
    pairs = np.array([shipment.pair for shipment in shipments], dtype=np.int64)
    part = Spread(spread.whole[pairs], spread.lead[pairs], spread.weeks[pairs], spread.is_short[pairs])
    after, step = deployment.after[pairs], pack[pairs]
    cost = cost_at(np.stack([after - step, after], axis=1), part, prices.charge[pairs], prices.shortage[pairs])
    for shipment, value in zip(shipments, ((cost[:, 0] - cost[:, 1]) / step).tolist(), strict=True):
        shipment.value = value


def _is_other(grid: Grid, site: str, n: int, closed: Collection[tuple[str, str]]) -> bool:
    """True for a pair fed from elsewhere that this site reaches too."""
    pair = grid.pairs[n]
    sku, ends = grid.skus[pair.sku], (site, pair.dc)
    is_reached = ends in grid.roads.lanes and ends not in closed
    return pair.site != site and is_reached and (not sku.sites or site in sku.sites)
