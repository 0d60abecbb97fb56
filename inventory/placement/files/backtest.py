"""A back-test as files: the weeks it judges, what was really done, its figures as JSON can carry them, and as a table. Pure.

Source: placement.md §11 and §12 (docs/placement.md).
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from inventory.placement.engine.compare import Comparison
from inventory.placement.engine.recorded import Movement
from inventory.placement.files.checks import BadInput
from inventory.placement.files.movements import COLUMNS as MOVES
from inventory.placement.files.tuning import as_json

CASE, DONE = "case.json", "done.csv"
COSTS = (
    "controllable",
    "holding",
    "short",
    "expired",
    "trucks",
    "freight",
    "on_road",
    "total",
    "fill",
    "bonded",
    "cut",
)
CLASS_COSTS = ("asked", "cost", "holding", "short", "expired", "fill", "bonded")
COLUMNS = ("record_type", "policy", "settings", "class", "sku", "measure", "value")


def figures(found: Comparison) -> dict[str, Any]:
    """All of a back-test. Costs are percentages of what was asked for, by value; fill and bonded are shares; items cost money."""
    lines = [
        {
            **asdict(line), "settings": list(line.settings), "holding": line.holding, "controllable": line.controllable,
            "total": line.total, "over_clairvoyant": found.over_clairvoyant(line),
        }
        for line in found.lines
    ]  # fmt: skip
    return {
        "weeks": found.weeks,
        "lines": lines,
        "frontiers": {
            name: [
                {"settings": list(settings), "fill": fill, "holding": holding}
                for settings, (fill, holding) in zip(found.tried[name], points, strict=True)
            ]
            for name, points in found.frontiers.items()
        },
        "holding_saved_at_equal_fill": {name: found.holding_saved(name) for name in found.frontiers},
        "worst": [{"sku": sku, "cost": cost, "fill": fill} for sku, cost, fill in found.worst],
        "classes": [{**asdict(line), "cost": line.cost} for line in found.classes],
        "clairvoyant": found.clairvoyant,
        "oracle": found.oracle,
        "regret_ratio": found.regret_ratio,
        "best_rule": found.best_rule.policy,
        "nervousness": found.nervousness,
        "tuning": as_json(found.tuning),
    }


def rows(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The figures as rows of COLUMNS: lines, classes, frontiers, measures, and the items that cost most."""
    for line in found["lines"]:
        for name in COSTS:
            yield {
                "record_type": "line", "policy": line["policy"], "settings": _settings(line), "measure": name,
                "value": line[name],
            }  # fmt: skip
    for part in found["classes"]:
        for name in CLASS_COSTS:
            yield {
                "record_type": "class", "policy": part["policy"], "class": part["name"], "measure": name, "value": part[name],
            }  # fmt: skip
    yield from _frontiers(found)
    for name in ("clairvoyant", "oracle", "regret_ratio", "nervousness"):
        yield {"record_type": "measure", "measure": name, "value": found[name]}
    for item in found["worst"]:
        for name in ("cost", "fill"):
            yield {"record_type": "item", "sku": item["sku"], "measure": name, "value": item[name]}


def _frontiers(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The efficient settings of each rule, and what the engine saves at its own fill."""
    for policy, points in found["frontiers"].items():
        for point in points:
            for name in ("fill", "holding"):
                yield {
                    "record_type": "frontier", "policy": policy, "settings": _settings(point), "measure": name,
                    "value": point[name],
                }  # fmt: skip
        saved = found["holding_saved_at_equal_fill"][policy]
        yield {"record_type": "measure", "policy": policy, "measure": "holding_saved_at_equal_fill", "value": saved}


def _settings(row: Mapping[str, Any]) -> str:
    """The numbers of a rule as one cell."""
    return " ".join(f"{number:g}" for number in row["settings"])


def case_json(first_review: date, counted_from: date, seed: int) -> str:
    """case.json, which says what weeks are judged."""
    days = {"first_review": first_review.isoformat(), "counted_from": counted_from.isoformat()}
    return json.dumps({**days, "seed": seed}, indent=1) + "\n"


def case_of(case: Mapping[str, Any]) -> tuple[date, date, int]:
    """The first review, the day from which weeks are counted, and the seed (else 0). Raises BadInput."""
    seed = case.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise BadInput([f"{CASE}: seed: a whole number from 0 is needed, not {seed!r}"])
    return _day(case, "first_review"), _day(case, "counted_from"), seed


def movements_csv(done: Iterable[Movement]) -> str:
    """done.csv, as `read_movements` reads it; the same movements give the same text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(MOVES)
    ordered = sorted(done, key=lambda move: (move.day, move.sku, move.from_node, move.to_node))
    writer.writerows((m.sku, m.from_node, m.to_node, m.day.isoformat(), repr(m.quantity)) for m in ordered)
    return text.getvalue()


def _day(case: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(str(case.get(name)))
    except ValueError:
        raise BadInput([f"{CASE}: {name}: an ISO date is needed, not {case.get(name)!r}"]) from None
