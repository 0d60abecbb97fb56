"""Some items laid out to be played: their chain, their demand by DC, and the series that DCs and sites are planned by. Pure.

Source: placement.md §6.3 and §6.4 (docs/placement.md).
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from inventory.placement.engine.baseline import Baseline
from inventory.placement.engine.chain import Chain, chain_of
from inventory.placement.engine.costs import left_over, newly_short
from inventory.placement.engine.distribution import TAUS
from inventory.placement.engine.families import Style
from inventory.placement.engine.foretell import Foreteller, Laws, Spans
from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.prepare import Prepared

NO_THEORY = 0.95  # where nothing was asked


class Stage:
    """The items, in the order given. `site_of` names the site that feeds an item at a DC; without it, the grid's."""

    def __init__(self, prepared: Prepared, items: Ints, site_of: Mapping[tuple[int, str], str] | None = None) -> None:
        self.prepared, self.items = prepared, items
        grid = prepared.grid
        place = {int(n): i for i, n in enumerate(items)}
        mine = [(m, pair) for m, pair in enumerate(grid.pairs) if pair.sku in place]
        chosen = dict(site_of) if site_of else {(pair.sku, pair.dc): pair.site for _m, pair in mine}
        self.chain: Chain = chain_of(prepared.problem, grid, items.tolist(), chosen)
        column = {dc: n for n, dc in enumerate(self.chain.dcs)}
        self._rows = np.array([m for m, _pair in mine], dtype=np.int64)
        self._cells = np.array([place[p.sku] * len(column) + column[p.dc] for _m, p in mine], dtype=np.int64)
        names = {name: n for n, name in enumerate(prepared.categories)}
        self._category = np.array([names[grid.skus[int(n)].category] for n in items], dtype=np.int64)

    @cached_property
    def demand(self) -> Floats:
        """What was asked: (item, DC, week)."""
        dcs = len(self.chain.dcs)
        found = np.full((len(self.items) * dcs, self.prepared.weeks), np.nan)
        found[self._cells] = self.prepared.demand[self._rows]
        return found.reshape(len(self.items), dcs, self.prepared.weeks)

    @cached_property
    def rate(self) -> Floats:
        """The mean weekly demand of all known weeks: (item, DC)."""
        known = ~np.isnan(self.demand)
        return np.asarray(np.where(known, self.demand, 0.0).sum(axis=2) / np.maximum(known.sum(axis=2), 1))

    @cached_property
    def at_dcs(self) -> Baseline:
        """One series per item and DC."""
        pairs = self.prepared.pairs.of(self._rows)
        dcs = len(self.chain.dcs)
        return pairs.pooled(self._cells, len(self.items) * dcs, np.repeat(self._category, dcs))

    @cached_property
    def at_sites(self) -> Baseline:
        """One series per item and site: what the DCs that it feeds ask together."""
        pairs = self.prepared.pairs.of(self._rows)
        dcs, sites = len(self.chain.dcs), len(self.chain.sites)
        site = self.chain.site.reshape(-1)[self._cells]
        fed = np.flatnonzero(site >= 0)
        row = self._cells[fed] // dcs * sites + site[fed]
        return pairs.of(fed).pooled(row, len(self.items) * sites, np.repeat(self._category, sites))

    @cached_property
    def dc_spans(self) -> Spans:
        """How far ahead DCs look."""
        chain, review = self.chain, self.prepared.problem.network.review_weeks
        lead, late = chain.lead_mean.reshape(-1), chain.lead_variance.reshape(-1)
        return Spans(lead + review, lead, late)

    @cached_property
    def site_spans(self) -> Spans:
        """How far ahead sites look: supply, then the mean way to the DCs they feed, in whole weeks."""
        chain, review = self.chain, self.prepared.problem.network.review_weeks
        weight = chain.by_site(self.rate)
        onward = np.round(chain.by_site(self.rate * chain.lead_mean) / np.where(weight > 0, weight, 1.0))
        lead = (chain.supply_mean + onward).reshape(-1)
        return Spans(lead + review, lead, chain.supply_variance.reshape(-1))

    @property
    def span(self) -> int:
        """Weeks from an order to the shelf at a DC, review included, at most."""
        return int(self.site_spans.weeks.max(initial=1))

    def tellers(self, style: Style) -> tuple[Foreteller, Foreteller]:
        """The foretellers of the DCs and of the sites, all in one style."""
        return (
            Foreteller(self.at_dcs, self.dc_spans, (style,), np.zeros(len(self.at_dcs.demand), dtype=np.int64)),
            Foreteller(self.at_sites, self.site_spans, (style,), np.zeros(len(self.at_sites.demand), dtype=np.int64)),
        )

    def theory(self, style: Style) -> float:
        """The median over items and sites of the quantile at which the network costs least."""
        cost = self._network_costs((style,), np.zeros(len(self.items), dtype=np.int64), None)
        asked = self.chain.by_site(self.rate).reshape(-1) > 0
        best = TAUS[np.argmin(cost[asked], axis=1)]
        return float(np.median(best)) if len(best) else NO_THEORY

    def costs(self, styles: Sequence[Style], style: Ints, laws: Laws) -> Floats:
        """What a week costs per item when it is fed like this: the least cost of owning, and freight and capital on the way."""
        chain, network = self.chain, self.prepared.problem.network
        own = self._network_costs(styles, style, laws).min(axis=1).reshape(len(self.items), -1).sum(axis=1)
        fed_by = np.maximum(chain.site, 0)
        rows, columns = np.arange(len(self.items))[:, None], np.arange(len(chain.dcs))[None, :]
        weekly = network.capital_rate * chain.value[:, None]
        way = chain.onward[fed_by, rows, columns] + weekly * chain.lead_mean
        way = way + chain.freight_in[rows, fed_by] + weekly * chain.supply_mean[rows, fed_by]
        return np.asarray(own + np.where(chain.site >= 0, self.rate * way, 0.0).sum(axis=1), dtype=np.float64)

    def _network_costs(self, styles: Sequence[Style], style: Ints, laws: Laws | None) -> Floats:
        """(h_B + h̄_D)/2·A + p·B at the quantiles of pooled demand, per item × site; rows without demand cost nothing."""
        chain, sites = self.chain, len(self.chain.sites)
        weight = chain.by_site(self.rate)
        rows = np.flatnonzero(weight.reshape(-1) > 0)
        teller = Foreteller(self.at_sites.of(rows), self.site_spans.of(rows), styles, style[rows // sites])
        spread, _laws = teller.at(self.prepared.weeks, laws)
        forward = chain.by_site(self.rate * chain.h_forward) / np.where(weight > 0, weight, 1.0)
        hold = ((chain.h_bond + forward) / 2).reshape(-1)[rows]
        short = newly_short(spread.whole, spread.whole, spread.lead)
        cost = np.zeros((len(self.items) * sites, len(TAUS)))
        cost[rows] = hold[:, None] * left_over(spread.whole, spread.whole)
        cost[rows] += chain.shortage[rows // sites, None] * short
        return cost
