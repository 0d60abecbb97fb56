"""What each market will ask, as CSV: every week ahead, and sums of weeks from now on. Pure.

Source: placement.md §3 (docs/placement.md).
"""

import argparse
import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np

from inventory.placement.engine import forecasts
from inventory.placement.engine.distribution import TAUS, expect, quantile
from inventory.placement.engine.model import Floats
from inventory.placement.engine.prepare import Prepared
from inventory.placement.engine.recipes import Ahead
from inventory.placement.files.output import plain

WEEK_SHARES = (0.005, 0.025, 0.165, 0.25, 0.5, 0.75, 0.835, 0.975, 0.995)
LEAD_SHARES = (0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
DEFAULT_LEADS = (3, 12)


def week_count(text: str) -> int:
    """A number of weeks to look ahead, as an option of a command gives it."""
    if not text.strip().isdigit() or not 1 <= int(text) <= forecasts.LONGEST:
        raise argparse.ArgumentTypeError(f"whole weeks from 1 to {forecasts.LONGEST} are needed, not {text!r}")
    return int(text)


def week_counts(text: str) -> tuple[int, ...]:
    """Numbers of weeks, with commas between.

    >>> week_counts("12,3,3")
    (3, 12)
    """
    return tuple(sorted({week_count(part) for part in text.split(",")}))


def weeks_csv(prepared: Prepared, horizon: int) -> str:
    """One row per item, market and week ahead, in that order."""
    found = forecasts.markets(prepared)
    chosen = forecasts.choices(found, forecasts.anchors(horizon))
    days = [prepared.problem.week(prepared.weeks + week).isoformat() for week in range(horizon)]
    rows = (
        [found.skus[n], found.locations[n], day, *cells]
        for numbers, told in forecasts.weeks_ahead(found, horizon, chosen)
        for n, lines in zip(numbers.tolist(), _cells(told, WEEK_SHARES), strict=True)
        for day, cells in zip(days, lines, strict=True)
    )
    return _csv(("sku", "location", "date", "mean", *_names(WEEK_SHARES)), rows)


def leads_csv(prepared: Prepared, leads: Sequence[int]) -> str:
    """One row per item, market and number of weeks, of their sum from now on."""
    found = forecasts.markets(prepared)
    asked = [Ahead(weeks) for weeks in leads]
    chosen = forecasts.choices(found, asked)
    told = np.zeros((len(found), len(asked), len(TAUS)))
    for place, ahead in enumerate(asked):
        for numbers, quantiles in forecasts.sums(found, ahead, chosen[ahead]):
            told[numbers, place] = quantiles
    rows = (
        [found.skus[n], found.locations[n], str(weeks), *cells]
        for n, lines in enumerate(_cells(told, LEAD_SHARES))
        for weeks, cells in zip(leads, lines, strict=True)
    )
    return _csv(("sku", "location", "lead_weeks", "mean", *_names(LEAD_SHARES)), rows)


def _names(shares: Sequence[float]) -> list[str]:
    return [f"q{share}" for share in shares]


def _cells(told: Floats, shares: Sequence[float]) -> Iterable[list[list[str]]]:
    """The mean and these quantiles of each (series, step), as texts."""
    flat = told.reshape(-1, told.shape[-1])
    values = np.stack([expect(flat), *(quantile(flat, share) for share in shares)], axis=1)
    for lines in values.reshape(*told.shape[:-1], -1).tolist():
        yield [[plain(value) for value in line] for line in lines]


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
