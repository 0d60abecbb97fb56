"""What following the engine would have cost over past weeks, beside rules of thumb: see docs/placement.md for the method."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.placement.engine.compare import SUPPLY, Comparison, compare
from inventory.placement.files.checks import BadInput, load_json
from inventory.placement.files.movements import read_movements
from inventory.placement.files.output import write
from inventory.placement.files.problem import read_problem
from inventory.placement.files.tuning import as_json, read_tuning


class Command(BaseCommand):
    """Exits with 2 on bad input. No database is used."""

    help = "Play a folder's history.csv and network.json from case.json's first review on: the engine against rules of thumb."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="holds history.csv, network.json and case.json (first_review, counted_from)"
        )
        parser.add_argument("--seed", type=int, default=0, help="of the lead times that are drawn")
        parser.add_argument("--tuning", type=Path, help="JSON: plan with this tuning unchanged")
        parser.add_argument("--done", type=Path, help="CSV of what was really shipped and ordered in these weeks")
        parser.add_argument("--report", type=Path, help="JSON to write: all figures, frontiers, the tuning")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"]
        try:
            read = read_problem(history=folder / "history.csv", network=folder / "network.json")
            case = load_json(folder / "case.json")
            found = compare(
                read.problem, first_review=_day(case, "first_review"), counted_from=_day(case, "counted_from"),
                seed=options["seed"], tuning=read_tuning(options["tuning"]) if options["tuning"] else None,
                done=read_movements(options["done"], read.problem.network) if options["done"] else (),
                progress=self.stderr.write,
            )  # fmt: skip
        except BadInput as error:
            raise CommandError("\n".join(error.causes), returncode=2) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(table(found))
        if options["report"]:
            write({options["report"]: json.dumps(_report(found), ensure_ascii=False, indent=1) + "\n"})


def table(found: Comparison) -> str:
    """The comparison as lines of text: percentages of what was asked for, by value."""
    heads = ("policy", "controllable", "holding", "short", "expired", "trucks", "total", "fill", "bonded", "cut")
    lines = [f"{heads[0]:<22}" + "".join(f"{head:>13}" for head in heads[1:])]
    for line in found.lines:
        figures = (line.controllable, line.holding, line.short, line.expired, line.trucks, line.total)
        shares = (100 * line.fill, 100 * line.bonded, line.cut)
        lines.append(f"{line.policy:<22}" + "".join(f"{figure:>13.3f}" for figure in (*figures, *shares)))
    saved = found.holding_saved(SUPPLY)
    told = "never reached by it" if saved is None else f"{100 * saved:.1f} % less"
    lines += [
        f"Holding at equal fill, against {SUPPLY}: {told}. {found.weeks} weeks counted.",
        f"With perfect foresight the total is {found.clairvoyant:.3f}: {_share(found.over_clairvoyant(found.lines[0]))} over it.",
        (
            f"The best fixed levels, without trucks: {found.oracle:.3f}. Regret ratio: {_number(found.regret_ratio)}"
            f" (against {found.best_rule.policy}). Nervousness: {found.nervousness:.4f} a review."
        ),
    ]
    return "\n".join(lines + _classes(found) + _worst(found))


def _classes(found: Comparison) -> list[str]:
    """The lines by demand class."""
    heads = ("policy", "class", "items", "sales", "cost", "holding", "short", "expired", "fill", "bonded")
    lines = [f"{heads[0]:<22}{heads[1]:<14}" + "".join(f"{head:>10}" for head in heads[2:])]
    for part in found.classes:
        figures = (
            100 * part.asked,
            part.cost,
            part.holding,
            part.short,
            part.expired,
            100 * part.fill,
            100 * part.bonded,
        )
        told = "".join(f"{figure:>10.3f}" for figure in figures)
        lines.append(f"{part.policy:<22}{part.name:<14}{part.items:>10}{told}")
    return lines


def _worst(found: Comparison) -> list[str]:
    """The items that cost most under the engine, in money."""
    lines = [f"{'dearest items':<36}{'cost':>10}{'fill':>10}"]
    return lines + [f"{sku:<36}{cost:>10.0f}{100 * fill:>10.3f}" for sku, cost, fill in found.worst]


def _share(value: float | None) -> str:
    return "no share" if value is None else f"{100 * value:.1f} %"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _report(found: Comparison) -> dict[str, Any]:
    lines = [
        {
            **asdict(line), "controllable": line.controllable, "total": line.total,
            "over_clairvoyant": found.over_clairvoyant(line),
        }
        for line in found.lines
    ]  # fmt: skip
    classes = [{**asdict(line), "cost": line.cost} for line in found.classes]
    worst = [{"sku": sku, "cost": cost, "fill": fill} for sku, cost, fill in found.worst]
    saved = {name: found.holding_saved(name) for name in found.frontiers}
    return {
        "lines": lines, "frontiers": found.frontiers, "holding_saved_at_equal_fill": saved, "worst": worst, "weeks": found.weeks,
        "classes": classes, "clairvoyant": found.clairvoyant, "oracle": found.oracle, "regret_ratio": found.regret_ratio,
        "best_rule": found.best_rule.policy, "nervousness": found.nervousness, "tuning": as_json(found.tuning),
    }  # fmt: skip


def _day(case: Any, name: str) -> date:
    try:
        return date.fromisoformat(str(case.get(name)))
    except ValueError:
        raise BadInput([f"case.json: {name}: an ISO date is needed, not {case.get(name)!r}"]) from None
