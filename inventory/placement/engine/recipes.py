"""Recipes to foretell by where accuracy alone counts: a family and a mixture, judged by what each would have lost before. Pure.

Source: placement.md §4.4 (docs/placement.md): per class, the recipes within 5 % of the least mean scaled pinball loss at past
origins are averaged. Planning goes by cost instead (`tune`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from inventory.demand import forecast
from inventory.placement.engine import families
from inventory.placement.engine.baseline import Baseline, capped
from inventory.placement.engine.distribution import TAUS, quantile, window_sums
from inventory.placement.engine.foretell import like_others
from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.spread import Law, Mixture, Sums, fit_law, past_sums, quantiles, shrunk, variance

PATHS = ("steady, capped", "steady", "responsive", "sharply responsive", "balanced")
SHARPNESS = (1.0, 8.0)
MIXTURES = (
    Mixture(0.0), Mixture(0.25), Mixture(0.5), Mixture(0.0, scaled=1.0), Mixture(0.5, errors=True, scaled=0.5),
    Mixture(0.5, errors=True, scaled=1.0),
)  # fmt: skip
RECIPES = tuple(product(range(len(PATHS)), range(len(MIXTURES))))
DEFAULT = RECIPES.index((0, MIXTURES.index(Mixture(0.5))))
ORIGINS, LEAST_PAST, LEAST_STEP = 6, 26, 2
JUDGED = (0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
NEARLY_BEST = 1.05
POWERS = tuple(sorted({mixture.scaled for mixture in MIXTURES}))
Laws = tuple[Mapping[float, Law], ...]


@dataclass(frozen=True)
class Ahead:
    """What is asked: the sum of `weeks` weeks that begin after `gap` weeks."""

    weeks: int
    gap: int = 0


@dataclass(frozen=True)
class Lines:
    """Series to foretell, their classes, and the weekly rate of the like (NaN: nothing is like them)."""

    baseline: Baseline
    classes: Ints
    like: Floats

    def of(self, lines: Ints) -> "Lines":
        """Some of them."""
        return Lines(self.baseline.of(lines), self.classes[lines], self.like[lines])

    def until(self, week: int) -> "Lines":
        """What was known before column `week`."""
        return replace(self, baseline=replace(self.baseline, demand=self.baseline.demand[:, :week]))


@dataclass(frozen=True)
class Choice:
    """What all series share: per class the scores of the candidates and the shares of the recipes, per path the law of variance."""

    scores: Floats
    shares: Floats
    laws: Laws


@dataclass(frozen=True)
class _Measured:
    """How a path did: past sums, the mean now, and by power of scale the variance of its errors and on how many sums it rests."""

    sums: Sums
    mean: Floats
    errors: Mapping[float, tuple[Floats, Floats]]


def choose(sample: Lines, ahead: Ahead, classes: int) -> Choice:
    """The recipes that lost least on a sample of series: at up to six past origins, each with what was known then."""
    loss = np.zeros((classes, len(RECIPES)))
    for origin in _origins(sample.baseline.demand.shape[1], ahead):
        loss += _losses(sample, ahead, origin, classes)
    shares = (loss <= NEARLY_BEST * loss.min(axis=1, keepdims=True)).astype(np.float64)
    shares[loss.max(axis=1) <= 0] = np.eye(len(RECIPES))[DEFAULT]
    scores = _class_scores(sample, ahead, classes)
    return Choice(scores, shares / shares.sum(axis=1, keepdims=True), _laws(_measure(sample, ahead, scores)))


def foretold(lines: Lines, ahead: Ahead, choice: Choice) -> Floats:
    """The quantiles at TAUS of what is asked, season and promotions to come aside, with all that is known; series by series."""
    found = np.zeros((len(lines.classes), len(TAUS)))
    wanted = np.flatnonzero(choice.shares[np.unique(lines.classes)].any(axis=0)).tolist()
    for recipe, told in _tell(_measure(lines, ahead, choice.scores), choice.laws, wanted):
        found += choice.shares[lines.classes, recipe, None] * told
    return np.maximum.accumulate(np.maximum(found, 0.0), axis=1)


def _origins(weeks: int, ahead: Ahead) -> list[int]:
    """Past weeks from which what is asked has come about, the last one first."""
    last = weeks - ahead.gap - ahead.weeks
    step = max(LEAST_STEP, min(ahead.weeks, (last - LEAST_PAST) // (ORIGINS - 1)))
    return [origin for origin in range(last, last - ORIGINS * step, -step) if origin >= LEAST_PAST]


def _losses(sample: Lines, ahead: Ahead, origin: int, classes: int) -> Floats:
    """Per class and recipe, the pinball loss of what came after `origin` in usual changes from week to week, summed over series."""
    begin = origin + ahead.gap
    sums, counts = window_sums(sample.baseline.demand[:, begin : begin + ahead.weeks], ahead.weeks)
    past = sample.until(origin)
    real, size = sums[:, 0], usual_change(past.baseline.demand) * np.sqrt(ahead.weeks)
    judged = (counts[:, 0] * 2 >= ahead.weeks) & (size > 0)
    weight = np.where(judged, past.baseline.factor(begin, ahead.weeks) / np.where(judged, size, 1.0), 0.0)
    measured = _measure(past, ahead, _class_scores(past, ahead, classes))
    found = np.zeros((classes, len(RECIPES)))
    for recipe, told in _tell(measured, _laws(measured), range(len(RECIPES))):
        loss = np.zeros(len(real))
        for share in JUDGED:
            miss = real - quantile(told, share)
            loss += np.maximum(share * miss, (share - 1) * miss)
        found[:, recipe] = np.bincount(sample.classes, weight * loss, classes)
    return found


def usual_change(demand: Floats) -> Floats:
    """The mean absolute change from one known week to the next; 0 where there is none."""
    change = np.abs(np.diff(demand, axis=1))
    known = ~np.isnan(change)
    return np.asarray(np.where(known, change, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _class_scores(lines: Lines, ahead: Ahead, classes: int) -> Floats:
    found = families.scores(lines.baseline.demand, ahead.gap + ahead.weeks)
    return np.array(families.class_scores(found, lines.classes, classes))


def _measure(lines: Lines, ahead: Ahead, scores: Floats) -> list[_Measured]:
    """Each of PATHS and how it did."""
    demand = lines.baseline.demand
    known = (~np.isnan(demand)).sum(axis=1)
    steady = forecast.steady(demand)
    responsive = families.responsive(demand, ahead.gap + ahead.weeks, scores[lines.classes], SHARPNESS)
    paths = [forecast.steady(capped(demand)), steady, *responsive, (steady + responsive[0]) / 2]
    found = []
    for path in paths:
        sums = past_sums(demand, path, ahead.weeks, ahead.gap)
        mean = ahead.weeks * like_others(path[:, -1], known, lines.like)
        found.append(_Measured(sums, mean, {power: variance(sums, mean, power) for power in POWERS}))
    return found


def _laws(measured: Sequence[_Measured]) -> Laws:
    """The law of variance of each path, for errors scaled by each power."""
    return tuple({power: fit_law(path.mean, *errors) for power, errors in path.errors.items()} for path in measured)


def _tell(measured: Sequence[_Measured], laws: Laws, wanted: Sequence[int]) -> Iterator[tuple[int, Floats]]:
    """The quantiles at TAUS by each of these recipes."""
    for recipe in wanted:
        path, mixture = RECIPES[recipe]
        by = measured[path]
        power = MIXTURES[mixture].scaled
        var = shrunk(*by.errors[power], laws[path][power], by.mean)
        yield recipe, quantiles(by.sums, by.mean, var, MIXTURES[mixture])
