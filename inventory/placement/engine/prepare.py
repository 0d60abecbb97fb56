"""The history made ready: cleaned, stripped of season and promotions, summed by item and DC, and classed. Pure.

Source: placement.md §4.1, §4.2 and §4.5 (docs/placement.md). What all items share (seasons, uplifts, rates of the like) is
found here once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from inventory.placement.engine.baseline import Baseline, stripped
from inventory.placement.engine.clean import Cleaned, clean, pool
from inventory.placement.engine.grid import Grid, lay_out
from inventory.placement.engine.model import Adjustment, Flags, Floats, History, Ints, Problem
from inventory.placement.engine.periods import WEEK, Period
from inventory.placement.engine.season import Calendar
from inventory.placement.engine.seasons import seasons
from inventory.placement.engine.uplift import uplifts

CLASSES = ("smooth", "erratic", "intermittent", "lumpy")
NO_CLASS = -1
LOOK_AHEAD = 60
FIRST_WEEKS = 13


@dataclass(frozen=True)
class Prepared:
    """A problem with its grid and its demand, by history line (in order of item and region) and by pair.

    Per category: whether it has a season (`seasonal`), and by what promotions multiply demand (`uplifts`, 1: by nothing known).
    """

    problem: Problem
    grid: Grid
    lines: Ints
    line_pair: Ints
    cleaned: Cleaned
    baseline: Baseline
    pairs: Baseline
    demand: Floats
    classes: Ints
    categories: tuple[str, ...]
    seasonal: tuple[bool, ...]
    analog: Floats
    adjustments: tuple[Adjustment, ...]
    uplifts: Floats

    @cached_property
    def pair_sku(self) -> Ints:
        """The item of each pair."""
        return np.array([pair.sku for pair in self.grid.pairs], dtype=np.int64)

    @cached_property
    def known_skus(self) -> frozenset[int]:
        """Items with a history or a rate to begin with."""
        found = set(self.pair_sku[self.line_pair].tolist())
        return frozenset(found | {n for n, sku in enumerate(self.grid.skus) if sku.launch_weekly})

    @cached_property
    def adjusted(self) -> Ints:
        """How many weeks of each pair were changed."""
        count: dict[tuple[str, str], int] = defaultdict(int)
        for change in self.adjustments:
            count[change.sku, change.location] += 1
        history = self.problem.history
        of_line = (
            [count[history.skus[n], history.regions[n]] for n in self.lines.tolist()]
            if count
            else [0] * len(self.lines)
        )
        return np.bincount(self.line_pair, weights=of_line, minlength=len(self.grid.pairs)).astype(np.int64)

    def drawn(self) -> list[int]:
        """The items with a history in an order that is fixed but means nothing: by hashed id. Its beginning is a sample."""
        known = set(self.pair_sku[self.line_pair].tolist())
        return sorted(known, key=lambda n: hashlib.sha256(self.grid.skus[n].id.encode()).digest())

    def class_name(self, item: int) -> str:
        """The demand class of an item; "" if it never sold."""
        number = int(self.classes[item])
        return CLASSES[number] if number >= 0 else ""

    @property
    def weeks(self) -> int:
        """Weeks of history."""
        return int(self.demand.shape[1])


def prepare(problem: Problem, seasonal: Collection[str] | None = None) -> Prepared:
    """Clean, strip and sum the history. The same, whatever order its lines came in.

    `seasonal` names the categories that have a season; without it that is found out.
    """
    period = problem.network.period
    history = up_to(continued(problem), problem.state.as_of, period)
    problem = replace(problem, history=history)
    grid = lay_out(problem)
    cleaned = clean(history, period)
    kept = np.flatnonzero(grid.line_pair >= 0).tolist()
    lines = np.array(sorted(kept, key=lambda n: (history.skus[n], history.regions[n])), dtype=np.int64)
    demand, line_pair = cleaned.demand[lines], grid.line_pair[lines]
    sku_of_pair = np.array([pair.sku for pair in grid.pairs], dtype=np.int64)
    line_sku = sku_of_pair[line_pair] if len(lines) else np.zeros(0, dtype=np.int64)
    names = tuple(sorted({sku.category for sku in grid.skus}))
    number = {name: n for n, name in enumerate(names)}
    of_sku = np.array([number[sku.category] for sku in grid.skus], dtype=np.int64)
    promoted = None if history.promo is None else history.promo[lines]
    factors = np.ones(len(names))
    if promoted is not None and promoted.any():
        factors = uplifts(demand, promoted, of_sku[line_sku], len(names))
    uplift = _uplift(problem, history, lines, promoted, factors[of_sku[line_sku]], line_sku, grid)
    plain = demand if uplift is None else demand / uplift[:, : demand.shape[1]]
    known = None if seasonal is None else [name in seasonal for name in names]
    season, has_season = seasons(
        plain, of_sku[line_sku], len(names), Calendar(history.first_week, period), LOOK_AHEAD, known
    )
    baseline = stripped(demand, season, of_sku[line_sku], uplift)
    pairs = baseline.pooled(line_pair, len(grid.pairs), of_sku[sku_of_pair])
    asked = pool(demand, line_pair, len(grid.pairs))
    totals = pool(demand, line_sku, len(grid.skus)) if len(lines) else np.full((len(grid.skus), 0), np.nan)
    analog = _analogs(problem, grid, history, lines, baseline, of_sku)
    return Prepared(
        problem, grid, lines, line_pair, cleaned, baseline, pairs, asked, classes_of(totals), names, has_season, analog,
        cleaned.adjustments, factors,
    )  # fmt: skip


def classes_of(totals: Floats) -> Ints:
    """Syntetos-Boylan-Croston, line by line: how often it sells (1.32) and how unevenly (0.49); −1 where it never sold.

    >>> classes_of(np.array([[5.0, 6, 5, 6], [0, 0, 9, 1], [0, 0, 0, 0]])).tolist()
    [0, 3, -1]
    """
    known, sold = (~np.isnan(totals)).sum(axis=1), totals > 0
    number = np.maximum(sold.sum(axis=1), 1)
    values = np.where(sold, totals, 0.0)
    mean = values.sum(axis=1) / number
    variance = (np.where(sold, totals - mean[:, None], 0.0) ** 2).sum(axis=1) / number
    rare = known / number > 1.32
    uneven = variance > 0.49 * mean**2
    return np.where(sold.any(axis=1), 2 * rare + uneven, NO_CLASS).astype(np.int64)


def up_to(history: History, as_of: date, period: Period = WEEK) -> History:
    """The history with the weeks between its last one and that of a day as unknown ones."""
    missing = period.number(history.first_week, as_of) - history.demand.shape[1]
    if missing <= 0:
        return history
    unknown = np.full((len(history.demand), missing), np.nan)
    nothing = np.zeros_like(unknown)
    promo = None if history.promo is None else np.concatenate([history.promo, nothing > 0], axis=1)
    return replace(
        history,
        demand=np.concatenate([history.demand, unknown], axis=1),
        stockout=np.concatenate([history.stockout, nothing], axis=1),
        promo=promo,
    )


def continued(problem: Problem) -> History:
    """The history with that of a replaced item put before its successor's own first week, or in place of one it has not."""
    history = problem.history
    successors = {sku.replaces: sku.id for sku in problem.network.skus if sku.replaces}
    place = {key: n for n, key in enumerate(zip(history.skus, history.regions, strict=True))}
    heirs = [(n, (successors[sku], region)) for (sku, region), n in place.items() if sku in successors]
    if not heirs:
        return history
    new = [key for _n, key in heirs if key not in place]
    place |= {key: len(place) + n for n, key in enumerate(new)}
    unknown = np.full((len(new), history.demand.shape[1]), np.nan)
    demand = np.concatenate([history.demand, unknown])
    stockout = np.concatenate([history.stockout, np.zeros(unknown.shape)])
    promo = None if history.promo is None else np.concatenate([history.promo, np.zeros(unknown.shape, dtype=np.bool_)])
    for n, key in heirs:
        line = place[key]
        known = np.flatnonzero(~np.isnan(demand[line]))
        before = slice(0, int(known[0]) if len(known) else demand.shape[1])
        demand[line, before], stockout[line, before] = history.demand[n, before], history.stockout[n, before]
        if promo is not None:
            promo[line, before] = promo[n, before]
    return replace(
        history,
        skus=(*history.skus, *(sku for sku, _region in new)),
        regions=(*history.regions, *(region for _sku, region in new)),
        demand=demand,
        stockout=stockout,
        promo=promo,
    )


def _uplift(
    problem: Problem, history: History, lines: Ints, promoted: Flags | None, factor: Floats, line_sku: Ints, grid: Grid
) -> Floats | None:
    """By what promotions multiply each week of each line, known ones to come included; None where there are none."""
    weeks, period = history.demand.shape[1], problem.network.period
    ahead = [event for event in problem.events if event.kind == "promo"]
    if (promoted is None or not promoted.any()) and not ahead:
        return None
    found = np.ones((len(lines), weeks + LOOK_AHEAD))
    if promoted is not None:
        found[:, :weeks] = np.where(promoted, factor[:, None], 1.0)
    regions = np.array([history.regions[n] for n in lines.tolist()])
    skus = np.array([grid.skus[n].id for n in line_sku.tolist()])
    groups = np.array([grid.skus[n].category for n in line_sku.tolist()])
    for event in ahead:
        meant = (
            (skus == event.subject) | (groups == event.subject) if event.subject else np.ones(len(lines), dtype=bool)
        )
        if event.location:
            meant &= regions == event.location
        begin = max(weeks, period.number(history.first_week, event.begin))
        end = min(weeks + LOOK_AHEAD, period.number(history.first_week, event.end) + 1)
        if begin < end:
            found[meant, begin:end] = event.value or factor[meant, None]
    return found


def _analogs(problem: Problem, grid: Grid, history: History, lines: Ints, baseline: Baseline, of_sku: Ints) -> Floats:
    """Per pair, the weekly rate of the like; NaN where nothing is.

    It is the item's launch rate × the DC's share of demand, else the median rate of its category's first 13 weeks at that DC.
    """
    first: dict[tuple[int, str], list[float]] = defaultdict(list)
    share: dict[str, float] = defaultdict(float)
    values = np.where(np.isnan(baseline.demand), 0.0, baseline.demand)
    known = ~np.isnan(baseline.demand)
    begun = np.argmax(known, axis=1)
    dc_of = grid.roads.dc_of
    for n, line in enumerate(lines.tolist()):
        dc = dc_of[history.regions[line]]
        share[dc] += float(values[n].sum())
        pair = grid.pairs[int(grid.line_pair[line])]
        if begun[n] and known[n].sum() >= FIRST_WEEKS:
            first[int(of_sku[pair.sku]), dc].append(float(values[n, begun[n] : begun[n] + FIRST_WEEKS].mean()))
    total = sum(share.values())
    found = np.full(len(grid.pairs), np.nan)
    for n, pair in enumerate(grid.pairs):
        sku = grid.skus[pair.sku]
        if sku.launch_weekly is not None:
            found[n] = sku.launch_weekly * (share[pair.dc] / total if total else 1.0 / max(len(grid.roads.sites_to), 1))
        elif sku.category:
            like = first.get((int(of_sku[pair.sku]), pair.dc))
            found[n] = float(np.median(like)) if like else np.nan
    return found
