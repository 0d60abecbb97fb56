"""history.csv as the engine's weekly matrix. Pure.

Source: placement.md §2.1, §2.4 and §4.1 (docs/placement.md).
"""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from inventory.demand import columns, reading
from inventory.demand.reading import HistoryRows
from inventory.demand.tables import MAX_ERRORS
from inventory.demand.weeks import Weeks, by_week
from inventory.errors import DomainError
from inventory.placement.engine.model import History
from inventory.placement.engine.periods import WEEK, Period
from inventory.placement.files.checks import BadInput
from inventory.units import QUANTITY_SCALE, RATE_SCALE

MOST_WEEKS = 520
LAYOUT = replace(columns.HISTORY, titles={"market": "location"})


@dataclass
class Rejected:
    """Rows that were left out: how many for which reason, and the first of them; and units of returns set against earlier weeks."""

    counts: dict[str, int] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    returns_carried: float = 0.0
    returns_dropped: float = 0.0

    def add(self, rule: str, rows: list[dict[str, Any]], count: int) -> None:
        """Count rows that break a rule, and keep the first ones."""
        if count:
            self.counts[rule] = self.counts.get(rule, 0) + count
            self.rows.extend(rows[: max(0, MAX_ERRORS - len(self.rows))])


def read_rows(path: Path, period: Period = WEEK) -> HistoryRows:
    """The rows of a file. Raises BadInput when it is no history at all."""
    try:
        with path.open("rb") as source:
            return reading.read_file(source, name=path.name, code=period.code, layout=LAYOUT)
    except OSError as error:
        raise BadInput([f"{path.name}: cannot be read: {error.strerror}"]) from error
    except DomainError as error:
        raise BadInput([f"{path.name}: {_english(error)}"]) from error


def last_week(rows: HistoryRows, period: Period = WEEK) -> date | None:
    """The first day of the last row's week; None without rows."""
    return period.day(int(rows.columns["date"].max())) if len(rows) else None


def history(
    rows: HistoryRows,
    *,
    skus: set[str],
    regions: set[str],
    as_of: date,
    file: str = "history",
    period: Period = WEEK,
) -> tuple[History, Rejected]:
    """The weeks before that of `as_of`, and what was left out. Raises BadInput when no row can be used."""
    rejected = Rejected()
    for error in rows.errors:
        rejected.add(error.rule, [{**error.context, "message": _english(error)}], 1)
    rejected.add("more", [], rows.bad_rows - len(rows.errors))
    rows = _known(rows, "sku", rows.skus, skus, rejected, period)
    rows = _known(rows, "market", rows.markets, regions, rejected, period)
    late = rows.columns["date"] >= period.code(as_of)
    rejected.add("not_before_as_of", _listed(rows, late, period), int(late.sum()))
    rows = rows.without(late)
    if not len(rows):
        raise BadInput([f"{file}: no usable row"])
    weeks = by_week(rows.columns)
    rejected.returns_carried, rejected.returns_dropped = (
        n / 10.0**QUANTITY_SCALE for n in (weeks.carried, weeks.dropped)
    )
    return matrix(weeks, rows.skus, rows.markets, period), rejected


def matrix(weeks: Weeks, skus: list[str], regions: list[str], period: Period = WEEK) -> History:
    """Weeks laid out as a matrix, lines in order of sku and region, whatever order the file had.

    A week without a row is zero between the first and the last week of all; before the first row of its line it is unknown, unless
    that row says zero. A blank quantity is unknown.
    """
    last = int(weeks.week.max())
    first = max(int(weeks.week.min()), last - 7 * (MOST_WEEKS - 1))
    keys = sorted({(skus[s], regions[r]) for s, r in zip(weeks.sku.tolist(), weeks.market.tolist(), strict=True)})
    number = {key: n for n, key in enumerate(keys)}
    starts = np.flatnonzero(np.r_[True, (np.diff(weeks.sku) != 0) | (np.diff(weeks.market) != 0)])
    line_of_run = np.array([number[skus[weeks.sku[n]], regions[weeks.market[n]]] for n in starts.tolist()])
    line = np.repeat(line_of_run, np.diff(np.r_[starts, len(weeks)]))
    column = (weeks.week - first) // 7
    demand = np.zeros((len(keys), (last - first) // 7 + 1))
    stockout = np.zeros_like(demand)
    kept = column >= 0
    demand[line[kept], column[kept]] = weeks.quantity[kept] / 10.0**QUANTITY_SCALE
    stockout[line[kept], column[kept]] = weeks.stockout[kept] / 10.0**RATE_SCALE
    demand[line[kept & ~weeks.known], column[kept & ~weeks.known]] = np.nan
    stockout[np.isnan(demand)] = 0.0
    begins = (weeks.quantity[starts] > 0) | ~weeks.known[starts]
    before = np.arange(demand.shape[1]) < np.where(begins, column[starts], 0)[:, None]
    demand[line_of_run[:, None], np.arange(demand.shape[1])] = np.where(before, np.nan, demand[line_of_run])
    promo = np.zeros(demand.shape, dtype=np.bool_)
    promo[line[kept], column[kept]] = weeks.promo[kept]
    return History(
        tuple(k[0] for k in keys), tuple(k[1] for k in keys), period.day(first), demand, stockout,
        promo=promo if promo.any() else None,
    )  # fmt: skip


def _english(error: DomainError) -> str:
    """What a refusal says, in English: commands speak it whatever the language of the pages."""
    return str(error.message) % error.context


def _known(
    rows: HistoryRows, name: str, codes: list[str], wanted: set[str], rejected: Rejected, period: Period
) -> HistoryRows:
    unknown = np.array([code not in wanted for code in codes] or [False])
    bad = unknown[rows.columns[name]] if len(rows) else np.zeros(0, dtype=bool)
    rejected.add(f"unknown_{LAYOUT.title(name)}", _listed(rows, bad, period), int(bad.sum()))
    return rows.without(bad)


def _listed(rows: HistoryRows, bad: Any, period: Period) -> list[dict[str, Any]]:
    """The first of the marked rows, as the report shows them."""
    shown = np.flatnonzero(bad)[:MAX_ERRORS].tolist()
    names = {"sku": rows.skus, "market": rows.markets}
    return [
        {
            "row": int(rows.columns["row"][n]),
            **{LAYOUT.title(name): codes[rows.columns[name][n]] for name, codes in names.items()},
            "week": period.day(int(rows.columns["date"][n])).isoformat(),
        }
        for n in shown
    ]
