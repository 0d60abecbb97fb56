"""A comparison of scenarios as figures that JSON can carry, and as a table. Pure."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from inventory.placement.engine.explain import number
from inventory.placement.engine.scenario_compare import Estimate, Outcome, ScenarioComparison, estimate
from inventory.placement.engine.scenario_game import COST_LINES
from inventory.placement.files.tuning import as_json

COLUMNS = (
    "record_type", "scenario", "line", "sku", "node", "from_node", "to_node", "base", "value", "delta", "standard_error",
)  # fmt: skip
SHOWN = 200  # rows of changed levels and moves that figures keep, the greatest first


def figures(found: ScenarioComparison) -> dict[str, Any]:
    """All of a comparison, money over the counted weeks. Levels and moves are those that change, the greatest first."""
    base = found.outcomes[0]
    return {
        "weeks": found.weeks,
        "items": found.items,
        "items_known": found.items_known,
        "share_of_value": number(found.share_of_value, 4),
        "replications": found.replications,
        "outcomes": [_outcome(found, outcome, base) for outcome in found.outcomes],
        "tornado": [
            {"driver": bar.driver, "less": _estimate(bar.less), "more": _estimate(bar.more), "swing": number(bar.swing, 2)}
            for bar in found.tornado
        ],
        "tuning": as_json(found.tuning),
    }  # fmt: skip


def table_csv(found: Mapping[str, Any]) -> str:
    """The figures as rows: lines, stock, levels and moves that change, break-evens, the tornado."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(found))
    return text.getvalue()


def rows(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of the table, in a fixed order."""
    base = found["outcomes"][0]
    for outcome in found["outcomes"]:
        name = outcome["name"]
        for line, values in outcome["lines"].items():
            delta = values["delta"]
            yield {
                "record_type": "line", "scenario": name, "line": line, "base": base["lines"][line]["mean"],
                "value": values["mean"], "delta": delta["mean"], "standard_error": delta["error"],
            }  # fmt: skip
        for node, value in outcome["stock"].items():
            was = base["stock"].get(node, 0)
            yield {
                "record_type": "stock", "scenario": name, "node": node, "base": was, "value": value,
                "delta": number(value - was, 2),
            }  # fmt: skip
        for kind in ("levels", "moves"):
            yield from ({"record_type": kind[:-1], "scenario": name, **row} for row in outcome[kind])
        for line, value in outcome["break_evens"].items():
            yield {"record_type": "break_even", "scenario": name, "line": line, "value": value}
    for bar in found["tornado"]:
        for side in ("less", "more"):
            yield {
                "record_type": "tornado", "scenario": side, "line": bar["driver"], "delta": bar[side]["mean"],
                "standard_error": bar[side]["error"],
            }  # fmt: skip


def _outcome(found: ScenarioComparison, outcome: Outcome, base: Outcome) -> dict[str, Any]:
    own = {line: estimate(outcome.lines[:, n]) for n, line in enumerate(COST_LINES)}
    own |= {
        "logistics": estimate(outcome.logistics), "total": estimate(outcome.lines.sum(axis=1)), "fill": estimate(outcome.fill),
    }  # fmt: skip
    facts, advance = outcome.facts, outcome.advance
    levels, moves = _changed(base.levels, outcome.levels), _changed(base.moves, outcome.moves)
    return {
        "name": outcome.scenario.name,
        "probability": number(outcome.probability, 4),
        "lines": {
            line: {**_estimate(value, _places(line)), "delta": _estimate(found.difference(outcome, line), _places(line))}
            for line, value in own.items()
        },
        "stock": {node: number(value, 2) for node, value in sorted(outcome.stock.items())},
        "facts": {
            "supply_weeks": number(facts.supply_weeks, 2), "crossing_weeks": number(facts.crossing_weeks, 2),
            "duty_rate": number(facts.duty_rate, 4), "unit_value": number(facts.unit_value, 2),
            "capital_rate": number(facts.capital_rate, 4),
        },
        "advance": {
            "weeks": number(advance.weeks, 1), "wanted": number(advance.wanted, 2), "sent": number(advance.sent, 2),
            "kept": {limit: number(value, 2) for limit, value in (advance.kept or {}).items()}, "binding": advance.binding,
        },
        "break_evens": {
            name: None if value is None else number(value, 4) for name, value in outcome.break_evens.items()
        },
        "levels_changed": len(levels),
        "levels": [dict(zip(("sku", "node"), key, strict=True)) | values for key, values in levels[:SHOWN]],
        "moves_changed": len(moves),
        "moves": [dict(zip(("sku", "from_node", "to_node"), key, strict=True)) | values for key, values in moves[:SHOWN]],
    }  # fmt: skip


def _changed(base: Mapping[Any, float], now: Mapping[Any, float]) -> list[tuple[Any, dict[str, float]]]:
    """What differs, the greatest difference first."""
    keys = {key for key in {*base, *now} if number(base.get(key, 0.0)) != number(now.get(key, 0.0))}
    found = [(key, base.get(key, 0.0), now.get(key, 0.0)) for key in keys]
    found.sort(key=lambda row: (-abs(row[2] - row[1]), row[0]))
    return [(key, {"base": number(was), "value": number(new), "delta": number(new - was)}) for key, was, new in found]


def _estimate(value: Estimate, places: int = 2) -> dict[str, float]:
    return {"mean": number(value.mean, places), "error": number(value.error, places)}


def _places(line: str) -> int:
    return 6 if line == "fill" else 2
