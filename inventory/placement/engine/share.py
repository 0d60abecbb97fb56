"""What is known of the demand of some items, from nothing but their own series and what the groundwork found for all. Pure.

Source: placement.md §15 (docs/placement.md): a share can be looked at anywhere, and what it gives depends on no other share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from inventory.placement.engine.families import Style
from inventory.placement.engine.foretell import Laws
from inventory.placement.engine.model import Ints, LeadTime, Params
from inventory.placement.engine.outlook import Asked, Outlook, look_ahead, spans_of
from inventory.placement.engine.periods import Period


@dataclass(frozen=True)
class Outlooks:
    """The outlook of every pair and of every site pair."""

    pairs: Outlook
    sites: Outlook


@dataclass(frozen=True)
class Share:
    """The pairs of some items, and the site pairs that feed them, by place: `group` leads from a pair to its site pair (−1: none).

    `supply`, `site_style` and `site_category` are per site pair; `styles` and the laws of variance are those of the run.
    """

    asked: Asked
    group: Ints
    supply: tuple[LeadTime, ...]
    site_style: Ints
    site_category: Ints
    styles: tuple[Style, ...]
    dc_laws: Laws
    site_laws: Laws
    params: Params
    review: int
    first_week: date
    period: Period

    def week(self, column: int) -> date:
        """The first day of the period in a column of the history."""
        return self.period.begin(self.first_week, column)


def look(share: Share) -> Outlooks:
    """The outlooks of the share's pairs and site pairs, in its order."""
    at_dcs = look_ahead(share.asked, share.styles, share.dc_laws, share.params, share.week)
    return Outlooks(at_dcs, _at_sites(share, at_dcs))


def _at_sites(share: Share, at_dcs: Outlook) -> Outlook:
    """The outlooks of the site pairs: the summed series of the pairs they feed."""
    asked, sites = share.asked, len(share.supply)
    fed = np.flatnonzero(share.group >= 0)
    group = share.group[fed]
    members: list[list[int]] = [[] for _site in range(sites)]
    for pair, site in zip(fed.tolist(), group.tolist(), strict=True):
        members[site].append(pair)
    leads = [_onward(share.supply[n], members[n], at_dcs) for n in range(sites)]
    own = asked.baseline.of(fed)
    baseline = own.pooled(group, sites, share.site_category)
    demand = replace(own, demand=asked.demand[fed], uplift=None).pooled(group, sites, share.site_category).demand
    analog = None
    if asked.analog is not None:
        analog = np.asarray(np.bincount(group, asked.analog[fed], sites), dtype=np.float64)
    return look_ahead(
        Asked(
            baseline, demand, spans_of(leads, share.review), share.site_style, analog,
            np.bincount(group, weights=asked.censored[fed], minlength=sites).astype(np.int64),
            np.array([lead.is_default for lead in leads], dtype=np.bool_),
        ),
        share.styles, share.site_laws, share.params, share.week,
    )  # fmt: skip


def _onward(supply: LeadTime, members: Sequence[int], pairs: Outlook) -> LeadTime:
    """The supply's lead time and then the mean way to the DCs that are fed, in whole weeks."""
    if not members:
        return supply
    weekly, lead = pairs.weekly[members], pairs.lead_weeks[members]
    mean = float((lead * weekly).sum() / weekly.sum()) if weekly.sum() > 0 else float(lead.mean())
    onward = int(np.floor(mean + 0.5))
    return LeadTime(tuple(week + onward for week in supply.weeks), supply.probs, supply.is_default)
