"""Recommend placement from files, with no database at all: see docs/placement.md for the formats and the method."""

import argparse
from dataclasses import replace
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from inventory.placement.engine import recommend
from inventory.placement.engine.forecasts import DEFAULT_HORIZON, LONGEST
from inventory.placement.engine.model import Result
from inventory.placement.engine.overlay import apply
from inventory.placement.engine.periods import PERIODS
from inventory.placement.engine.prepare import prepare
from inventory.placement.engine.scenarios import ScenarioError
from inventory.placement.files import forecasts, output
from inventory.placement.files.checks import BadInput
from inventory.placement.files.problem import Read, read_problem
from inventory.placement.files.scenario import read_scenario
from inventory.placement.files.tuning import read_tuning
from inventory.placement.processes import Processes, processors

BAD_INPUT, NOTHING, BROKEN = 2, 3, 4


class Command(BaseCommand):
    """Exits with 0, with 2 on bad input, 3 when nothing could be recommended, 4 on an error of its own; no partial file."""

    help = "Levels, moves and exceptions from a demand history, a network and a state. Uses no database."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--history", type=Path, required=True, help="CSV: sku, location, date, quantity, …")
        parser.add_argument("--network", type=Path, required=True, help="JSON: nodes, lanes and skus")
        parser.add_argument("--out", type=Path, required=True, help="CSV to write")
        parser.add_argument("--state", type=Path, help="JSON: stock on hand, in transit, back orders")
        parser.add_argument("--events", type=Path, help="CSV: promotions, closures, tariffs, holidays to come")
        parser.add_argument("--as-of", type=_day, help="ISO date; rows of its week and later are left out")
        parser.add_argument("--period", choices=sorted(PERIODS), default="week", help="of the history: weeks or months")
        parser.add_argument(
            "--scenario", type=Path, help="JSON: changes to plan under, as if they held or were known to come"
        )
        tuned = parser.add_mutually_exclusive_group()
        tuned.add_argument("--tuning", type=Path, help="JSON: a tuning, or the report of a run, to plan with unchanged")
        tuned.add_argument("--no-tuning", action="store_true", help="plan by theory, without rehearsing the past")
        parser.add_argument(
            "--exact", action="store_true", help="the cheapest deployment, where at most 500 items move"
        )
        parser.add_argument(
            "--jobs",
            type=_positive,
            default=processors(),
            help="processes to use (all processors); none changes a result",
        )
        parser.add_argument("--seed", type=int, default=0, help="of the lead times drawn in rehearsals")
        parser.add_argument("--forecast-out", type=Path, help="CSV to write: what each market will ask, week by week")
        parser.add_argument(
            "--horizon",
            type=forecasts.week_count,
            default=DEFAULT_HORIZON,
            help="weeks of it, at least as far as levels look",
        )
        parser.add_argument(
            "--lead-out", type=Path, help="CSV to write: what each market will ask in so many weeks together"
        )
        parser.add_argument(
            "--leads", type=forecasts.week_counts, default=forecasts.DEFAULT_LEADS, help="which, as 3,12"
        )
        parser.add_argument("--report", type=Path, help="JSON to write: what was left out, changed, and totals")
        parser.add_argument("--explain-out", type=Path, help="JSON lines to write: the numbers behind each row")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._recommend(options)
        except BadInput as error:
            raise CommandError("\n".join(error.causes), returncode=BAD_INPUT) from error
        except CommandError:
            raise
        except Exception as error:
            raise CommandError(f"{type(error).__name__}: {error}", returncode=BROKEN) from error

    def _recommend(self, options: dict[str, Any]) -> None:
        read = read_problem(
            history=options["history"],
            network=options["network"],
            state=options["state"],
            as_of=options["as_of"],
            events=options["events"],
            period=PERIODS[options["period"]],
        )
        self._warn(read)
        if options["scenario"]:
            read = _under(options["scenario"], read)
        problem = read.problem
        if options["exact"]:
            problem = replace(problem, params=replace(problem.params, is_exact=True))
        tuning = read_tuning(options["tuning"]) if options["tuning"] else None
        result = recommend(
            problem,
            tuning=tuning,
            is_tuned=not options["no_tuning"],
            seed=options["seed"],
            over=Processes(options["jobs"]),
        )
        if not result.levels:
            raise CommandError("Nothing could be recommended: no item has a history and a lane.", returncode=NOTHING)
        with translation.override("en"):
            files = {options["out"]: output.recommendations_csv(result, read.problem.network.period)}
            if options["explain_out"]:
                files[options["explain_out"]] = output.explanations_jsonl(result)
            if options["report"]:
                files[options["report"]] = output.report_json(read, result)
        files |= _forecasts(read, result, options)
        output.write(files)
        self.stdout.write(
            f"{len(result.levels)} levels, {len(result.moves)} moves, {len(result.exceptions)} exceptions "
            f"as of {read.problem.state.as_of} in {options['out']}"
        )

    def _warn(self, read: Read) -> None:
        for rule, count in sorted(read.rejected.counts.items()):
            self.stderr.write(f"{count} rows left out: {rule}")
        for error in read.problem.state.errors:
            self.stderr.write(error)


def _forecasts(read: Read, result: Result, options: dict[str, Any]) -> dict[Path, str]:
    """The files of forecasts that are asked for."""
    if not (options["forecast_out"] or options["lead_out"]):
        return {}
    prepared = prepare(read.problem, result.tuning.seasonal)
    files = {}
    if options["forecast_out"]:
        protection = ceil(max(level.protection_weeks for level in result.levels))
        horizon = min(max(options["horizon"], protection), LONGEST)
        files[options["forecast_out"]] = forecasts.weeks_csv(prepared, horizon)
    if options["lead_out"]:
        files[options["lead_out"]] = forecasts.leads_csv(prepared, options["leads"])
    return files


def _under(path: Path, read: Read) -> Read:
    """What was read, under the scenario of a file. Raises BadInput."""
    scenario = read_scenario(path)
    try:
        return replace(read, problem=apply(read.problem, scenario))
    except ScenarioError as error:
        raise BadInput([f"{path.name}: {error}"]) from error


def _positive(text: str) -> int:
    if not text.strip().isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 is needed, not {text!r}")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date as 2026-03-31") from None
