"""How well past demand would have been foretold, beside the mean of 13 weeks: see docs/placement.md for the measures."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.placement.engine import accuracy
from inventory.placement.engine.accuracy import Score
from inventory.placement.engine.periods import PERIODS
from inventory.placement.engine.recipes import JUDGED
from inventory.placement.files.checks import BadInput
from inventory.placement.files.forecasts import DEFAULT_LEADS, week_counts
from inventory.placement.files.output import write
from inventory.placement.files.problem import read_problem


class Command(BaseCommand):
    """Exits with 2 on bad input. No database is used."""

    help = "Foretell sums of weeks from past weeks of a history, with what was known then, and measure what came."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="holds history.csv and network.json")
        parser.add_argument("--period", choices=sorted(PERIODS), default="week", help="of the history: weeks or months")
        parser.add_argument(
            "--leads", type=week_counts, default=DEFAULT_LEADS, help="how many weeks are summed, as 3,12"
        )
        parser.add_argument("--origins", type=int, default=4, help="from how many past weeks")
        parser.add_argument("--apart", type=int, default=10, help="weeks from one of them to the next")
        parser.add_argument("--report", type=Path, help="JSON to write: all measures")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, leads = options["folder"], options["leads"]
        try:
            period = PERIODS[options["period"]]
            read = read_problem(history=folder / "history.csv", network=folder / "network.json", period=period)
            at = accuracy.origins(read.problem, leads, number=options["origins"], apart=options["apart"])
        except BadInput as error:
            raise CommandError("\n".join(error.causes), returncode=2) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        ours = accuracy.score(at, leads, accuracy.ENGINE, [accuracy.by_engine(origin, leads) for origin in at])
        rule = accuracy.score(at, leads, accuracy.MEAN, [accuracy.by_mean(origin, leads) for origin in at])
        self.stdout.write(table([*ours, *rule]))
        if options["report"]:
            rows = [asdict(line) for line in (*ours, *rule)]
            write({options["report"]: json.dumps(rows, ensure_ascii=False, indent=1) + "\n"})


def table(scores: list[Score]) -> str:
    """The measures as lines of text, the best of each lead first."""
    heads = ("weeks", "sums", "SPL", "WSPL", "RMSSE", "bias %", "below q95 %")
    lines = [f"{'method':<30}" + "".join(f"{head:>13}" for head in heads)]
    for one in sorted(scores, key=lambda found: (found.weeks, found.loss)):
        below = 100 * one.covered[JUDGED.index(0.95)]
        lines.append(
            f"{one.method:<30}{one.weeks:>13}{one.sums:>13}{one.loss:>13.3f}{one.weighted_loss:>13.3f}{one.errors:>13.3f}"
            f"{100 * one.bias:>13.1f}{below:>13.1f}"
        )
    return "\n".join(lines)
