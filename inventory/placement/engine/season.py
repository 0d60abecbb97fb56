"""The season of a category: how the weeks of the year differ from its level. Pure.

Source: placement.md §4.1 (docs/placement.md): a multiplicative profile of 52 weeks, smoothed over three, or of 12 months,
drawn to 1 by how little the years agree; whether it is used is decided by whether it foretells better (`outlook`).
"""

from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np

from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.periods import WEEK, Period

LEAST_YEARS = 2
LEAST_OF_YEAR = 40 / 52  # share of a year that must be known for its agreement to count
LEAST_INDEX = 0.05


@dataclass(frozen=True)
class Calendar:
    """The weeks of a history, or its other periods: when the first one begins."""

    first: date
    period: Period = WEEK

    def of_year(self, number: int) -> Ints:
        """The place in the year of each of so many, from 0: of a week by its Monday and days/365.25, of a month as it is."""
        period = self.period
        return np.array([period.of_year(period.begin(self.first, n)) for n in range(number)], dtype=np.int64)


def profile(total: Floats, calendar: Calendar) -> Floats:
    """The factors of a category's total demand, 52 or 12; all 1 with less than two years of it."""
    weeks = calendar.period.per_year
    if (~np.isnan(total)).sum() < LEAST_YEARS * weeks:
        return np.ones(weeks)
    ratio = _to_level(total, weeks // 2)
    week = calendar.of_year(len(total))
    year = np.cumsum(np.r_[False, np.diff(week) < 0])
    table = np.full((int(year[-1]) + 1, weeks), np.nan)
    table[year, week] = ratio
    agreement = _agreement(table)
    known = (~np.isnan(table)).sum(axis=0)
    index = np.where(known > 0, np.nansum(table, axis=0) / np.maximum(known, 1), 1.0)
    if calendar.period == WEEK:
        index = (np.roll(index, 1) + index + np.roll(index, -1)) / 3
    index = np.maximum(1 + agreement * (index / index.mean() - 1), LEAST_INDEX)
    return np.asarray(index, dtype=np.float64)


def _to_level(total: Floats, half: int) -> Floats:
    """Each week over the mean of the year around it."""
    known = ~np.isnan(total)
    sums, counts = np.cumsum(np.r_[0.0, np.where(known, total, 0.0)]), np.cumsum(np.r_[0, known])
    place = np.arange(len(total))
    low, high = np.maximum(place - half, 0), np.minimum(place + half + 1, len(total))
    level = (sums[high] - sums[low]) / np.maximum(counts[high] - counts[low], 1)
    return np.asarray(np.where(known & (level > 0), total / np.where(level > 0, level, 1.0), np.nan))


def _agreement(table: Floats) -> float:
    """The mean correlation between years, from 0 to 1; weeks that either does not know are left out."""
    years = [row for row in table if (~np.isnan(row)).mean() >= LEAST_OF_YEAR]
    found = []
    for one, other in combinations(years, 2):
        both = ~np.isnan(one) & ~np.isnan(other)
        a, b = one[both] - one[both].mean(), other[both] - other[both].mean()
        size = float(np.sqrt((a * a).sum() * (b * b).sum()))
        found.append(float((a * b).sum()) / size if size > 0 else 0.0)
    return float(np.clip(np.mean(found), 0.0, 1.0)) if found else 0.0
