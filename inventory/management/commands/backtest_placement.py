"""What following the engine would have cost over past weeks, beside rules of thumb: see docs/placement.md for the method."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.placement.engine.compare import SUPPLY, Comparison, compare
from inventory.placement.files.backtest import CASE, DONE, case_of, figures
from inventory.placement.files.checks import BadInput, load_json
from inventory.placement.files.movements import read_movements
from inventory.placement.files.output import write
from inventory.placement.files.problem import read_problem
from inventory.placement.files.tuning import read_tuning
from inventory.placement.files.writing import HISTORY, NETWORK


class Command(BaseCommand):
    """Exits with 2 on bad input. No database is used."""

    help = "Play a folder's history.csv and network.json from case.json's first review on: the engine against rules of thumb."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder",
            type=Path,
            help="holds history.csv or .gz, network.json, case.json (first_review, counted_from, seed) and maybe done.csv",
        )
        parser.add_argument("--seed", type=int, help="of the lead times that are drawn; without it case.json's, else 0")
        parser.add_argument("--tuning", type=Path, help="JSON: plan with this tuning unchanged")
        parser.add_argument(
            "--done",
            type=Path,
            help="CSV of what was really shipped and ordered in these weeks; without it the folder's done.csv, if any",
        )
        parser.add_argument("--report", type=Path, help="JSON to write: all figures, frontiers, the tuning")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"]
        try:
            packed, plain = folder / HISTORY, folder / "history.csv"
            read = read_problem(history=packed if packed.exists() else plain, network=folder / NETWORK)
            first_review, counted_from, seed = case_of(load_json(folder / CASE))
            moved = options["done"] or (folder / DONE if (folder / DONE).exists() else None)
            found = compare(
                read.problem, first_review=first_review, counted_from=counted_from,
                seed=seed if options["seed"] is None else options["seed"],
                tuning=read_tuning(options["tuning"]) if options["tuning"] else None,
                done=read_movements(moved, read.problem.network) if moved else (), progress=self._tell,
            )  # fmt: skip
        except BadInput as error:
            raise CommandError("\n".join(error.causes), returncode=2) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(table(found))
        if options["report"]:
            write({options["report"]: json.dumps(figures(found), ensure_ascii=False, indent=1) + "\n"})

    def _tell(self, done: int, total: int, what: str) -> None:
        self.stderr.write(f"{what}: {done} of {total}")


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
