"""Scenarios beside the base, from files and with no database at all: see docs/placement.md for the formats and the method."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.placement.engine.scenario_compare import REPLICATIONS, compare_scenarios
from inventory.placement.engine.scenarios import ScenarioError
from inventory.placement.files import scenario_output
from inventory.placement.files.checks import BadInput
from inventory.placement.files.output import write
from inventory.placement.files.problem import read_problem
from inventory.placement.files.scenario import read_scenario
from inventory.placement.files.tuning import read_tuning


class Command(BaseCommand):
    """Exits with 0, or with 2 on bad input; no partial file."""

    help = "Plan and play scenarios over the last weeks of a history: costs, service, stock and moves beside the base."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--history", type=Path, required=True, help="CSV: sku, location, date, quantity, …")
        parser.add_argument("--network", type=Path, required=True, help="JSON: nodes, lanes and skus")
        parser.add_argument("--state", type=Path, help="JSON: stock on hand, in transit, back orders")
        parser.add_argument("--as-of", type=_day, help="ISO date; rows of its week and later are left out")
        parser.add_argument("--scenarios", type=Path, nargs="+", required=True, help="JSON, one scenario a file")
        parser.add_argument("--out", type=Path, required=True, help="CSV to write")
        parser.add_argument("--report", type=Path, help="JSON to write: all figures and the tuning")
        parser.add_argument(
            "--tuning", type=Path, help="JSON: a tuning, or the report of a run, to plan with unchanged"
        )
        parser.add_argument("--retune", action="store_true", help="let each scenario find its own tuning")
        parser.add_argument("--tornado", action="store_true", help="also turn each driver by 20 % either way")
        parser.add_argument(
            "--replications", type=_replications, default=REPLICATIONS, help="draws of lead times, at least 2"
        )
        parser.add_argument("--seed", type=int, default=0, help="of the lead times drawn")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            scenarios = [read_scenario(path) for path in options["scenarios"]]
            read = read_problem(
                history=options["history"], network=options["network"], state=options["state"], as_of=options["as_of"]
            )
            found = compare_scenarios(
                read.problem, scenarios, tuning=read_tuning(options["tuning"]) if options["tuning"] else None,
                is_retuned=options["retune"], seed=options["seed"], replications=options["replications"],
                with_tornado=options["tornado"], progress=self._tell,
            )  # fmt: skip
        except BadInput as error:
            raise CommandError("\n".join(error.causes), returncode=2) from error
        except ScenarioError as error:
            raise CommandError(f"scenario: {error}", returncode=2) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        figures = scenario_output.figures(found)
        files = {options["out"]: scenario_output.table_csv(figures)}
        if options["report"]:
            files[options["report"]] = json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
        write(files)
        self.stdout.write(
            f"{len(scenarios)} scenarios, {found.weeks} weeks counted, {found.items} of {found.items_known} items played "
            f"{found.replications} times, in {options['out']}"
        )

    def _tell(self, done: int, total: int, name: str) -> None:
        if name:
            self.stderr.write(f"{done}/{total} {name}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date as 2026-03-31") from None


def _replications(text: str) -> int:
    if not text.isdigit() or not 2 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 2 to 1000")
    return int(text)
