"""The season of a category: how the weeks of the year differ from its level. Pure.

Source: placement.md §4.1 (docs/placement.md): a multiplicative profile of 52 weeks, smoothed over three, drawn to 1 by how little
the years agree; whether it is used is decided by whether it foretells better (`outlook`).
"""

from datetime import date, timedelta
from itertools import combinations

import numpy as np

from inventory.placement.engine.model import Floats, Ints

WEEKS, LEAST_WEEKS, HALF_YEAR = 52, 104, 26
LEAST_OF_YEAR = 40  # weeks of a year that must be known for its agreement to count
LEAST_INDEX = 0.05


def week_of_year(first_week: date, number: int) -> Ints:
    """0 to 51 for each of so many weeks: the place of its Monday in the year, by days/365.25."""
    days = [first_week + timedelta(weeks=n) for n in range(number)]
    place = [int((day.timetuple().tm_yday - 1) / 365.25 * WEEKS) for day in days]
    return np.array(place, dtype=np.int64)


def profile(total: Floats, first_week: date) -> Floats:
    """The 52 factors of a category's total demand; all 1 with less than two years of it."""
    flat = np.ones(WEEKS)
    if (~np.isnan(total)).sum() < LEAST_WEEKS:
        return flat
    ratio = _to_level(total)
    week = week_of_year(first_week, len(total))
    year = np.cumsum(np.r_[False, np.diff(week) < 0])
    table = np.full((int(year[-1]) + 1, WEEKS), np.nan)
    table[year, week] = ratio
    agreement = _agreement(table)
    known = (~np.isnan(table)).sum(axis=0)
    index = np.where(known > 0, np.nansum(table, axis=0) / np.maximum(known, 1), 1.0)
    index = (np.roll(index, 1) + index + np.roll(index, -1)) / 3
    index = np.maximum(1 + agreement * (index / index.mean() - 1), LEAST_INDEX)
    return np.asarray(index, dtype=np.float64)


def _to_level(total: Floats) -> Floats:
    """Each week over the mean of the year around it."""
    known = ~np.isnan(total)
    sums, counts = np.cumsum(np.r_[0.0, np.where(known, total, 0.0)]), np.cumsum(np.r_[0, known])
    place = np.arange(len(total))
    low, high = np.maximum(place - HALF_YEAR, 0), np.minimum(place + HALF_YEAR + 1, len(total))
    level = (sums[high] - sums[low]) / np.maximum(counts[high] - counts[low], 1)
    return np.asarray(np.where(known & (level > 0), total / np.where(level > 0, level, 1.0), np.nan))


def _agreement(table: Floats) -> float:
    """The mean correlation between years, from 0 to 1; weeks that either does not know are left out."""
    years = [row for row in table if (~np.isnan(row)).sum() >= LEAST_OF_YEAR]
    found = []
    for one, other in combinations(years, 2):
        both = ~np.isnan(one) & ~np.isnan(other)
        a, b = one[both] - one[both].mean(), other[both] - other[both].mean()
        size = float(np.sqrt((a * a).sum() * (b * b).sum()))
        found.append(float((a * b).sum()) / size if size > 0 else 0.0)
    return float(np.clip(np.mean(found), 0.0, 1.0)) if found else 0.0
