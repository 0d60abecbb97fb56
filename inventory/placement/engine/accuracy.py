"""How well sums of weeks were foretold: the engine beside the mean of the last 13 weeks, at past origins. Pure.

Source: placement.md §12 (docs/placement.md) for the measures. At each origin only what was known then is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from inventory.placement.engine import forecasts
from inventory.placement.engine.backtest import as_known
from inventory.placement.engine.distribution import expect, quantile, window_sums
from inventory.placement.engine.model import Floats, Problem
from inventory.placement.engine.prepare import Prepared, prepare
from inventory.placement.engine.recipes import JUDGED, Ahead, usual_change

ENGINE, MEAN = "engine", "13-week mean, normal"
MEAN_WEEKS, SPREAD_WEEKS, WEIGHT_WEEKS, LEAST_PAST = 13, 52, 26, 26


@dataclass(frozen=True)
class Told:
    """What was foretold: the mean of each series in each week ahead, and by sum of weeks its quantiles at JUDGED."""

    ahead: Floats
    quantiles: dict[int, Floats]


@dataclass(frozen=True)
class Score:
    """How a method did at sums of `weeks` weeks, over `sums` of them.

    `loss` is the SPL, the mean scaled pinball loss, `weighted_loss` the WSPL (weighted by the value of the 26 weeks before),
    `bias` a share of what was asked by value, `errors` the mean RMSSE of these weeks one by one, `covered` the share of sums not
    above each of JUDGED.
    """

    method: str
    weeks: int
    sums: int
    loss: float
    weighted_loss: float
    bias: float
    errors: float
    covered: tuple[float, ...]


@dataclass(frozen=True)
class Origin:
    """A past week, the series that were known then in order of item and market, and what was asked in the weeks after."""

    column: int
    prepared: Prepared
    demand: Floats
    value: Floats
    ahead: Floats

    def came(self, weeks: int) -> Floats:
        """The sums of the next so many weeks, as far as half of them are known; NaN elsewhere."""
        sums, counts = window_sums(self.ahead[:, :weeks], weeks)
        return np.where(counts[:, 0] * 2 >= weeks, sums[:, 0], np.nan)


def origins(problem: Problem, leads: Sequence[int], *, number: int, apart: int) -> list[Origin]:
    """The last `number` weeks, `apart` weeks from each other, after which sums of the longest lead have come about; oldest first.

    Raises ValueError where the history does not reach so far.
    """
    whole = prepare(problem)
    last = whole.weeks - max(leads)
    columns = [last - apart * n for n in reversed(range(number))]
    if columns[0] < LEAST_PAST:
        needed = LEAST_PAST + max(leads) + apart * (number - 1)
        raise ValueError(
            f"{needed} weeks of history are needed for {number} origins {apart} weeks apart, not {whole.weeks}"
        )
    return [_origin(whole, column, max(leads)) for column in columns]


def score(at: Sequence[Origin], leads: Sequence[int], method: str, told: Sequence[Told]) -> list[Score]:
    """The measures of a method that told these things at these origins, one for each lead."""
    return [_score(at, weeks, method, told) for weeks in leads]


def by_engine(origin: Origin, leads: Sequence[int]) -> Told:
    """What the engine's own forecasts (`--forecast-out`, `--lead-out`) tell."""
    found = forecasts.markets(origin.prepared)
    asked = {weeks: Ahead(weeks) for weeks in leads}
    chosen = forecasts.choices(found, [*asked.values(), *forecasts.anchors(max(leads))])
    by_lead = {
        weeks: np.concatenate([told for _numbers, told in forecasts.sums(found, ahead, chosen[ahead])])
        for weeks, ahead in asked.items()
    }
    ahead = [expect(told) for _numbers, told in forecasts.weeks_ahead(found, max(leads), chosen)]
    return Told(np.concatenate(ahead), {weeks: _at(JUDGED, told) for weeks, told in by_lead.items()})


def by_mean(origin: Origin, leads: Sequence[int]) -> Told:
    """The mean of the last 13 weeks, with a normal spread of its own errors over the last 52 origins."""
    demand, last = origin.demand, origin.demand.shape[1]
    sums, counts = window_sums(demand, MEAN_WEEKS)
    rates = np.where(counts > 0, sums / MEAN_WEEKS, np.nan)
    found = {}
    for weeks in leads:
        came, known = window_sums(demand, weeks)
        begins = np.arange(max(MEAN_WEEKS, last - weeks - SPREAD_WEEKS + 1), last - weeks + 1)
        errors = (
            np.where(known[:, begins] * 2 >= weeks, came[:, begins], np.nan) - weeks * rates[:, begins - MEAN_WEEKS]
        )
        seen = np.maximum((~np.isnan(errors)).sum(axis=1), 1)
        found[weeks] = np.sqrt((np.nan_to_num(errors) ** 2).sum(axis=1) / seen)
    return normal(np.repeat(np.nan_to_num(rates[:, -1:]), max(leads), axis=1), found)


def normal(ahead: Floats, deviations: Mapping[int, Floats]) -> Told:
    """Sums of weeks spread normally around those of their means, with these deviations by number of weeks; nothing below zero."""
    points = ndtri(np.array(JUDGED))
    return Told(ahead, {
        weeks: np.maximum(ahead[:, :weeks].sum(axis=1)[:, None] + deviation[:, None] * points, 0.0)
        for weeks, deviation in deviations.items()
    })  # fmt: skip


def _origin(whole: Prepared, column: int, longest: int) -> Origin:
    problem = whole.problem
    state = replace(problem.state, as_of=problem.week(column), is_given=False)
    prepared = prepare(as_known(problem, column, state))
    found = forecasts.markets(prepared)
    history = problem.history
    place = {(history.skus[n], history.regions[n]): line for line, n in enumerate(whole.lines.tolist())}
    rows = [place.get(key, -1) for key in zip(found.skus, found.locations, strict=True)]
    asked = np.vstack([whole.cleaned.demand[whole.lines], np.full((1, whole.weeks), np.nan)])[rows]
    values = {sku.id: sku.unit_value for sku in whole.grid.skus}
    value = np.array([values[sku] for sku in found.skus])
    return Origin(column, prepared, asked[:, :column], value, asked[:, column : column + longest])


def _score(at: Sequence[Origin], weeks: int, method: str, told: Sequence[Told]) -> Score:
    real = np.concatenate([origin.came(weeks) for origin in at])
    size = np.concatenate([usual_change(origin.demand) for origin in at]) * np.sqrt(weeks)
    squared = np.concatenate([_squared_change(origin.demand) for origin in at])
    use = ~np.isnan(real) & (size > 0)
    real, size, squared = real[use], size[use], squared[use]
    value = np.concatenate([origin.value for origin in at])[use]
    weight = value * np.concatenate([np.nansum(origin.demand[:, -WEIGHT_WEEKS:], axis=1) for origin in at])[use]
    came = np.concatenate([origin.ahead[:, :weeks] for origin in at])[use]
    ahead = np.concatenate([one.ahead[:, :weeks] for one in told])[use]
    quantiles = np.concatenate([one.quantiles[weeks] for one in told])[use]
    miss, shares = real[:, None] - quantiles, np.array(JUDGED)
    loss = np.maximum(shares * miss, (shares - 1) * miss).mean(axis=1) / size
    total = float((value * real).sum()) or 1.0
    return Score(
        method, weeks, len(real), float(loss.mean()), float((loss * weight).sum() / (weight.sum() or 1.0)),
        float((value * (ahead.sum(axis=1) - real)).sum()) / total,
        float(np.sqrt(np.nanmean((came - ahead) ** 2, axis=1) / squared).mean()),
        tuple(float(share) for share in (miss <= 0).mean(axis=0)),
    )  # fmt: skip


def _at(shares: Sequence[float], told: Floats) -> Floats:
    return np.stack([quantile(told, share) for share in shares], axis=1)


def _squared_change(demand: Floats) -> Floats:
    """The mean squared change from one known week to the next."""
    change = np.diff(demand, axis=1)
    return np.asarray(np.nansum(change**2, axis=1) / np.maximum((~np.isnan(change)).sum(axis=1), 1))
