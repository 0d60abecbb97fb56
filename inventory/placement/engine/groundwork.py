"""What a run works out once and every part of it uses: prepared history, tuning, feeding sites, laws of variance. Pure.

Source: placement.md §7.6 and §15 (docs/placement.md): found once and handed to the chunks, so that results do not depend on how
many of them there are.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from inventory.placement.engine.closures import Bridges, bridges
from inventory.placement.engine.families import Style
from inventory.placement.engine.foretell import Foreteller, Laws
from inventory.placement.engine.grid import lay_out
from inventory.placement.engine.model import Floats, Ints, Problem
from inventory.placement.engine.outlook import Asked, spans_of
from inventory.placement.engine.over import ONE_BY_ONE, Over
from inventory.placement.engine.prepare import CLASSES, Prepared, prepare
from inventory.placement.engine.share import Outlooks, Share, look
from inventory.placement.engine.sites import choose
from inventory.placement.engine.stage import Stage
from inventory.placement.engine.tune import theory, tune
from inventory.placement.engine.tuning import Tuning

LAW_ITEMS = 1_000  # a sample is enough for what is fitted over many series


@dataclass(frozen=True)
class Groundwork:
    """`style` numbers the style of each item among `styles`; `phi` and `beta` are per item.

    `bridges` is what closures and holidays of lanes ask for (None: nothing).
    """

    prepared: Prepared
    tuning: Tuning
    styles: tuple[Style, ...]
    style: Ints
    phi: Floats
    beta: Floats
    dc_laws: Laws
    site_laws: Laws
    bridges: Bridges | None = None


def lay_ground(
    problem: Problem, *, tuning: Tuning | None = None, is_tuned: bool = False, seed: int = 0,
    progress: Callable[[int, int], None] | None = None, over: Over = ONE_BY_ONE,
) -> Groundwork:  # fmt: skip
    """The groundwork of a run. Without a tuning it is found by rehearsal (`is_tuned`) or by theory."""
    prepared = prepare(problem, tuning.seasonal if tuning else None)
    if tuning is None:
        tuning = tune(prepared, seed=seed, progress=progress, over=over) if is_tuned else theory(prepared)
    has_season = zip(prepared.categories, prepared.seasonal, strict=True)
    tuning = replace(tuning, seasonal=tuple(name for name, has in has_season if has))
    styles = tuple(tuning.of(number).style for number in range(len(CLASSES)))
    style = np.maximum(prepared.classes, 0) if len(prepared.classes) else np.zeros(0, dtype=np.int64)
    laws = (tuning.dc_laws, tuning.site_laws)
    if not (tuning.dc_laws and tuning.site_laws):
        sample = np.array(sorted(prepared.drawn()[:LAW_ITEMS]), dtype=np.int64)
        laws = _laws(Stage(prepared, sample), styles, style[sample])
        tuning = replace(tuning, dc_laws=laws[0], site_laws=laws[1])
    site_of = choose(prepared, styles, style, laws[1])
    if any(site_of[pair.sku, pair.dc] != pair.site for pair in prepared.grid.pairs):
        prepared = replace(prepared, grid=lay_out(prepared.problem, site_of))
    params = problem.params
    phi = np.array([params.phi or tuning.of(n).phi for n in range(len(CLASSES))])
    beta = np.array([tuning.of(n).beta for n in range(len(CLASSES))])
    across = bridges(prepared.problem, prepared.grid, phi[style])
    return Groundwork(prepared, tuning, styles, style, phi[style], beta[style], *laws, across)


def outlooks(ground: Groundwork, items: Ints | None = None) -> Outlooks:
    """The outlooks of all pairs, or of those of some items only; in the order of the grid."""
    return look(share(ground, items))


def share(ground: Groundwork, items: Ints | None = None) -> Share:
    """What has to be known to look at all items, or at some only."""
    prepared, problem = ground.prepared, ground.prepared.problem
    grid = prepared.grid
    mine = None if items is None else set(items.tolist())
    pairs = np.array([n for n, pair in enumerate(grid.pairs) if mine is None or pair.sku in mine], dtype=np.int64)
    chosen = [n for n, site in enumerate(grid.site_pairs) if mine is None or site.sku in mine]
    sites = [grid.site_pairs[n] for n in chosen]
    supply = tuple(site.lead_time for site in sites)
    if ground.bridges:
        supply = tuple(ground.bridges.supply(n, lead) for n, lead in zip(chosen, supply, strict=True))
    row = {int(pair): n for n, pair in enumerate(pairs.tolist())}
    group = np.full(len(pairs), -1, dtype=np.int64)
    for n, site in enumerate(sites):
        group[[row[pair] for pair in site.pairs]] = n
    marked = prepared.cleaned.censored[prepared.lines]
    censored = np.asarray(np.bincount(prepared.line_pair, marked, len(grid.pairs)), dtype=np.float64)
    leads = [grid.pairs[n].lane.lead_time for n in pairs.tolist()]
    spans = spans_of(leads, problem.network.review_weeks)
    if ground.bridges:
        spans = ground.bridges.pairs(spans, pairs)
    names = {name: n for n, name in enumerate(prepared.categories)}
    asked = Asked(
        prepared.pairs.of(pairs), prepared.demand[pairs], spans,
        ground.style[prepared.pair_sku[pairs]], prepared.analog[pairs], censored[pairs].astype(np.int64),
        np.array([lead.is_default for lead in leads], dtype=np.bool_),
    )  # fmt: skip
    return Share(
        asked, group, supply, ground.style[np.array([s.sku for s in sites], dtype=np.int64)],
        np.array([names[grid.skus[site.sku].category] for site in sites], dtype=np.int64), ground.styles, ground.dc_laws,
        ground.site_laws, problem.params, problem.network.review_weeks, problem.history.first_week, problem.network.period,
    )  # fmt: skip


def _laws(stage: Stage, styles: tuple[Style, ...], style: Ints) -> tuple[Laws, Laws]:
    """The laws of variance of sums at DCs and at sites."""
    found = []
    for baseline, spans in ((stage.at_dcs, stage.dc_spans), (stage.at_sites, stage.site_spans)):
        known = np.flatnonzero((baseline.demand > 0).any(axis=1))
        per_item = max(1, len(baseline.demand) // max(len(style), 1))
        teller = Foreteller(baseline.of(known), spans.of(known), styles, style[known // per_item])
        found.append(teller.at(stage.prepared.weeks)[1])
    return found[0], found[1]
