"""What each market will ask: the distribution of every week ahead, and of sums of weeks from now on. Pure.

Source: placement.md §3 and §4 (docs/placement.md). The cleaning, seasons, promotions, paths and spreads are those of
planning, the recipes those that foretold best (`recipes`). What all series share is found on a sample first, so that a series
does not depend on which others are looked at with it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.baseline import Baseline
from inventory.placement.engine.distribution import TAUS
from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.prepare import CLASSES, FIRST_WEEKS, LOOK_AHEAD, Prepared
from inventory.placement.engine.recipes import Ahead, Choice, Lines, choose, foretold

DEFAULT_HORIZON, LONGEST = 13, LOOK_AHEAD - 8
ANCHORS = (1, 4, 13, 26)
CHUNK, MOST_DRAWN = 4_000, 600


@dataclass(frozen=True)
class Markets:
    """The series of every item and market that is asked for or to be launched, in order of item and market."""

    skus: tuple[str, ...]
    locations: tuple[str, ...]
    lines: Lines
    sample: Ints

    def __len__(self) -> int:
        return len(self.skus)


def markets(prepared: Prepared) -> Markets:
    """The series to foretell."""
    grid, history = prepared.grid, prepared.problem.history
    keys = [(grid.pairs[pair].sku, history.regions[line]) for pair, line in zip(
        prepared.line_pair.tolist(), prepared.lines.tolist(), strict=True)]  # fmt: skip
    seen = set(keys)
    reached = {(pair.sku, pair.dc) for pair in grid.pairs}
    launched = [
        (n, region)
        for n, sku in enumerate(grid.skus)
        if sku.launch_weekly
        for region, dc in sorted(grid.roads.dc_of.items())
        if (n, region) not in seen and (n, dc) in reached
    ]
    baseline = _with_launched(prepared, [n for n, _region in launched])
    keys += launched
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    classes = np.maximum(prepared.classes[[n for n, _region in keys]], 0) if keys else np.zeros(0, dtype=np.int64)
    lines = Lines(baseline, classes, _like(prepared, keys, baseline)).of(order)
    ordered = [keys[n] for n in order.tolist()]
    return Markets(
        tuple(grid.skus[n].id for n, _region in ordered), tuple(region for _n, region in ordered), lines,
        _sample(prepared, [n for n, _region in ordered], lines),
    )  # fmt: skip


def choices(found: Markets, asked: Sequence[Ahead]) -> dict[Ahead, Choice]:
    """By what each of these is foretold, class by class."""
    sample = found.lines.of(found.sample)
    return {ahead: choose(sample, ahead, len(CLASSES)) for ahead in dict.fromkeys(asked)}


def anchors(horizon: int) -> list[Ahead]:
    """The weeks ahead that are foretold themselves; those between are drawn between them."""
    return [Ahead(1, ahead - 1) for ahead in (*(a for a in ANCHORS if a < horizon), horizon)]


def sums(found: Markets, ahead: Ahead, choice: Choice) -> Iterator[tuple[Ints, Floats]]:
    """The sums of so many weeks from now on, a chunk at a time: the numbers of the series, and their quantiles at TAUS."""
    for numbers, lines in _chunks(found):
        yield numbers, foretold(lines, ahead, choice) * _factor(lines, ahead)


def weeks_ahead(found: Markets, horizon: int, chosen: Mapping[Ahead, Choice]) -> Iterator[tuple[Ints, Floats]]:
    """Every week up to the horizon, a chunk at a time: the numbers of the series, and quantiles by (series, week, TAUS).

    A week between two anchors has, season and promotions aside, what lies between theirs.
    """
    asked = anchors(horizon)
    places = [ahead.gap for ahead in asked]
    for numbers, lines in _chunks(found):
        told = [foretold(lines, ahead, chosen[ahead]) for ahead in asked]
        weeks = np.empty((len(numbers), horizon, len(TAUS)))
        for week in range(horizon):
            above = bisect_left(places, week)
            below = max(above - 1, 0)
            part = (week - places[below]) / (places[above] - places[below]) if above else 0.0
            weeks[:, week] = (told[below] * (1 - part) + told[above] * part) * _factor(lines, Ahead(1, week))
        yield numbers, weeks


def _chunks(found: Markets) -> Iterator[tuple[Ints, Lines]]:
    for begin in range(0, len(found), CHUNK):
        numbers = np.arange(begin, min(begin + CHUNK, len(found)))
        yield numbers, found.lines.of(numbers)


def _factor(lines: Lines, ahead: Ahead) -> Floats:
    """By what season and promotions multiply it, one column."""
    return lines.baseline.factor(lines.baseline.demand.shape[1] + ahead.gap, ahead.weeks)[:, None]


def _with_launched(prepared: Prepared, launched: Sequence[int]) -> Baseline:
    """The lines' baseline, and below it unknown weeks for each item that is yet to be sold in a market."""
    own = prepared.baseline
    if not launched:
        return own
    number = {name: n for n, name in enumerate(prepared.categories)}
    category = np.array([number[prepared.grid.skus[n].category] for n in launched], dtype=np.int64)
    unknown = np.full((len(launched), prepared.weeks), np.nan)
    uplift = own.uplift
    if uplift is not None:
        uplift = np.concatenate([uplift, np.ones((len(launched), uplift.shape[1]))])
    return Baseline(np.concatenate([own.demand, unknown]), own.season, np.concatenate([own.category, category]), uplift)


def _like(prepared: Prepared, keys: Sequence[tuple[int, str]], baseline: Baseline) -> Floats:
    """Per series, the launch rate × the market's share of demand, else how the category's items began there (their median)."""
    skus = prepared.grid.skus
    values = np.nan_to_num(baseline.demand)
    known = ~np.isnan(baseline.demand)
    begun = np.argmax(known, axis=1) if known.size else np.zeros(len(keys), dtype=np.int64)
    total, asked = values.sum(), defaultdict[str, float](float)
    first: dict[tuple[str, str], list[float]] = defaultdict(list)
    enough = known.sum(axis=1) >= FIRST_WEEKS
    for n, ((sku, region), weeks) in enumerate(zip(keys, values.sum(axis=1).tolist(), strict=True)):
        asked[region] += weeks
        if begun[n] and enough[n]:
            first[skus[sku].category, region].append(float(values[n, begun[n] : begun[n] + FIRST_WEEKS].mean()))
    of_all = 1.0 / max(len(prepared.grid.roads.dc_of), 1)
    found = np.full(len(keys), np.nan)
    for n, (sku, region) in enumerate(keys):
        rate, category = skus[sku].launch_weekly, skus[sku].category
        if rate is not None:
            found[n] = rate * (asked[region] / total if total else of_all)
        elif category and (category, region) in first:
            found[n] = np.median(first[category, region])
    return found


def _sample(prepared: Prepared, items: Sequence[int], lines: Lines) -> Ints:
    """Up to so many series of each class that ever sold, of items in the order in which they are drawn; in order of number."""
    place = {item: n for n, item in enumerate(prepared.drawn())}
    sold = (lines.baseline.demand > 0).any(axis=1)
    drawn = sorted((n for n in np.flatnonzero(sold).tolist()), key=lambda n: (place[items[n]], n))
    by_class = np.array(drawn, dtype=np.int64)
    kept = [by_class[lines.classes[by_class] == number][:MOST_DRAWN] for number in range(len(CLASSES))]
    return np.sort(np.concatenate(kept))
