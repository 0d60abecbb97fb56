"""Results written as files: CSV in a fixed order, explanations as JSON lines, a report as JSON. Never half a file."""

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from inventory.placement.engine.explain import adjustment, number
from inventory.placement.engine.model import ExceptionRow, Level, Move, Result
from inventory.placement.engine.periods import WEEK, Period
from inventory.placement.explain import sentence
from inventory.placement.files.problem import Read
from inventory.placement.files.tuning import as_json

COLUMNS = (
    "record_type", "sku", "node", "source_node", "from_node", "to_node", "quantity", "mode", "crossing", "ship_week",
    "arrive_week_p50", "arrive_week_p90", "order_up_to", "reorder_point", "safety_stock", "expected_demand",
    "protection_weeks", "expected_fill", "expected_weekly_cost", "expected_on_hand", "marginal_value", "priority", "lot",
    "limit_date", "reason_code", "explanation", "confidence", "flags",
)  # fmt: skip
_NUMBERS = frozenset(
    ("quantity", "order_up_to", "reorder_point", "safety_stock", "expected_demand", "protection_weeks", "expected_fill",
     "expected_weekly_cost", "expected_on_hand", "marginal_value")
)  # fmt: skip
Row = Level | Move | ExceptionRow


def recommendations_csv(result: Result, period: Period = WEEK) -> str:
    """The rows of §3, sorted by record type, item and nodes; sentences in the current language, of months in English."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for kind, row in _rows(result):
        writer.writerow(
            [
                _of(period, _cell(kind, row, column)) if column == "explanation" else _cell(kind, row, column)
                for column in COLUMNS
            ]
        )
    return text.getvalue()


def explanations_jsonl(result: Result) -> str:
    """One JSON object per row, in the order of the CSV."""
    lines = []
    for kind, row in _rows(result):
        keys = {name: _cell(kind, row, name) for name in ("record_type", "sku", "node", "from_node", "to_node", "lot")}
        lines.append(json.dumps({**keys, **row.explanation}, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines)


def report_json(read: Read, result: Result) -> str:
    """What was left out, what was changed, and the totals."""
    state = read.problem.state
    report = {
        "as_of": state.as_of.isoformat(),
        "rows_read": read.rows_read,
        "rejected": read.rejected.counts,
        "rejected_rows": read.rejected.rows,
        "returns": {
            "carried_back": number(read.rejected.returns_carried),
            "dropped": number(read.rejected.returns_dropped),
        },
        "state_errors": list(state.errors),
        "adjustments": [adjustment(change) for change in result.adjustments],
        "metrics": result.metrics,
        "tuning": as_json(result.tuning),
    }
    return json.dumps(report, ensure_ascii=False, indent=1) + "\n"


def write(files: Mapping[Path, str]) -> None:
    """Put whole files in place of what was there, all of them or none: each is written beside its place and then renamed."""
    ready: list[tuple[Path, Path]] = []
    try:
        for path, text in files.items():
            if path.is_dir():
                raise IsADirectoryError(path)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            ready.append((Path(name), path))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            Path(name).chmod(0o644)
        for beside, path in ready:
            beside.replace(path)
    finally:
        for beside, _path in ready:
            beside.unlink(missing_ok=True)


def plain(value: float) -> str:
    """A number with a point and at most four decimals.

    >>> plain(12.0), plain(0.123456), plain(-0.00001)
    ('12', '0.1235', '0')
    """
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _of(period: Period, said: str) -> str:
    """A sentence about weeks that are months, as one about months.

    >>> from inventory.placement.engine.periods import MONTH
    >>> _of(MONTH, "74 expected over 3.1 weeks; a week costs 2.")
    '74 expected over 3.1 months; a month costs 2.'
    """
    return said if period == WEEK else re.sub(r"\bweek(s?)\b", rf"{period.name}\1", said)


def _rows(result: Result) -> Iterator[tuple[str, Row]]:
    """Every row with its type: exceptions, levels, moves."""
    for kind, rows in (("exception", result.exceptions), ("level", result.levels), ("move", result.moves)):
        for row in rows:
            yield kind, row


def _cell(kind: str, row: Row, column: str) -> str:
    if column == "record_type":
        return kind
    if column == "explanation":
        return sentence(row.explanation)
    value: Any = getattr(row, column, None)
    if value is None:
        return ""
    if column == "flags":
        return ";".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return plain(float(value)) if column in _NUMBERS else str(value)
