"""What may be asked over so many weeks, at any week of the past or now: quantiles, from paths that are computed once. Pure.

Source: placement.md §4.4 and §4.5 (docs/placement.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from inventory.placement.engine import families
from inventory.placement.engine.baseline import Baseline, capped
from inventory.placement.engine.distribution import TAUS, Spread, stretch
from inventory.placement.engine.families import Style
from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.spread import (
    Law,
    Mixture,
    Sums,
    fit_law,
    nearest,
    past_sums,
    quantiles,
    shrunk,
    variance,
)

COLD_WEEKS, ANALOG_WEEKS = 26, 8
FAR_OUT = 6.0  # what is so many times as far as the 95 % quantile would make a fitted distribution all tail and no body
Laws = Mapping[int, Law]


@dataclass(frozen=True)
class Spans:
    """Per series: mean weeks of lead time and review together, of lead time alone, and the variance of the lead time."""

    whole: Floats
    lead: Floats
    late: Floats

    @property
    def weeks(self) -> Ints:
        """Whole weeks whose sums are taken, at least one."""
        return np.maximum(np.floor(self.whole + 0.5), 1).astype(np.int64)

    def of(self, lines: Ints) -> "Spans":
        """Those of some series."""
        return Spans(self.whole[lines], self.lead[lines], self.late[lines])


Measured = tuple[Ints, int, Mixture, Sums, Floats, Floats, Floats]


@dataclass
class Foreteller:
    """Series with the paths of their forecasts. `analog` is the weekly rate of the like (NaN: nothing like it)."""

    baseline: Baseline
    spans: Spans
    styles: Sequence[Style]
    style: Ints
    analog: Floats | None = None
    _groups: list[tuple[Ints, int, int, Floats]] = field(default_factory=list)
    _tame: Floats = field(init=False)

    def __post_init__(self) -> None:
        weeks = self.spans.weeks
        capped_demand = capped(self.baseline.demand)
        self._tame = capped(self.baseline.demand, FAR_OUT)
        for style in np.unique(self.style).tolist():
            mine = self.style == style
            for span in np.unique(weeks[mine]).tolist():
                lines = np.flatnonzero(mine & (weeks == span))
                path = families.path(capped_demand[lines], span, self.styles[style])
                self._groups.append((lines, span, style, path))

    def at(self, week: int, laws: Laws | None = None) -> tuple[Spread, Laws]:
        """The spread of what is asked from column `week` on, seen with the columns before it; and the laws of variance used.

        Without laws they are fitted on these series.
        """
        number = len(self.style)
        whole = np.zeros((number, len(TAUS)))
        is_short = np.zeros(number, dtype=np.bool_)
        measured: list[Measured] = []
        for lines, span, style, path in self._groups:
            demand = self.baseline.demand[lines, :week]
            sums = past_sums(demand, path[:, :week], span)
            rate, known = self._rate(lines, demand, path[:, :week])
            mix = self.styles[style].mixture
            own, independent = variance(self._tamed(sums, lines, path[:, :week]), rate * span, mix.scaled)
            measured.append((lines, span, mix, sums, rate, own, independent))
            is_short[lines] = known < span + COLD_WEEKS / 2
        used = _fitted(measured) if laws is None else laws
        for lines, span, mix, sums, rate, own, independent in measured:
            mean = rate * span
            var = shrunk(own, independent, nearest(used, span), mean)
            found = quantiles(sums, mean, var, mix, self.spans.late[lines] * rate * rate)
            found *= self.baseline.of(lines).factor(week, span)[:, None]
            whole[lines] = stretch(found, self.spans.whole[lines] / span)
        share = self.spans.lead / np.maximum(self.spans.whole, 1e-9)
        return Spread(whole, stretch(whole, share), self.spans.whole, is_short), used

    def _tamed(self, sums: Sums, lines: Ints, path: Floats) -> Sums:
        """The sums, with the errors as they were without what is far out of line."""
        week = path.shape[1]
        odd = np.flatnonzero((self._tame[lines, :week] < self.baseline.demand[lines, :week]).any(axis=1))
        if not len(odd):
            return sums
        error = sums.error.copy()
        error[odd] = past_sums(self._tame[lines[odd], :week], path[odd], sums.weeks).error
        return replace(sums, error=error)

    def _rate(self, lines: Ints, demand: Floats, path: Floats) -> tuple[Floats, Ints]:
        """The weekly rate now, with little history drawn to that of the like; and how many weeks are known."""
        known = (~np.isnan(demand)).sum(axis=1)
        own = path[:, -1] if path.shape[1] else np.zeros(len(lines))
        return (own if self.analog is None else like_others(own, known, self.analog[lines])), known


def like_others(own: Floats, known: Ints, like: Floats) -> Floats:
    """A series' own rate, with less than 26 known weeks drawn to that of the like (NaN: nothing is like it)."""
    cold = (known < COLD_WEEKS) & ~np.isnan(like)
    mixed = (known * own + ANALOG_WEEKS * np.nan_to_num(like)) / (known + ANALOG_WEEKS)
    return np.asarray(np.where(cold, mixed, own), dtype=np.float64)


def _fitted(measured: Sequence[Measured]) -> dict[int, Law]:
    """The law of variance of each length of sums."""
    found = {}
    for span in sorted({entry[1] for entry in measured}):
        mine = [entry for entry in measured if entry[1] == span]
        means, own, independent = (np.concatenate([part[n] for part in mine]) for n in (4, 5, 6))
        found[span] = fit_law(means * span, own, independent)
    return found
