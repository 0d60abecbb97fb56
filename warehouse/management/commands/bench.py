"""`manage.py bench`: how fast Recinto is beside bare programs that do the same work. Touches no database but its own."""

import json
import os
import platform
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import django
from django.core.management.base import BaseCommand, CommandError

from ops.refusal import Refusal
from warehouse.bench import parent, printing

ENGINES = ("postgresql", "sqlite")


class Command(BaseCommand):
    """Exits with 1 when something that must hold does not, on any engine."""

    requires_system_checks: ClassVar[list[str]] = []
    help = "Measure Recinto beside bare SQL, ORM and DRF programs, in one interleaved run (docs/benchmarks.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        size = parser.add_mutually_exclusive_group()
        size.add_argument(
            "--tiny", action="store_true", help="some seconds: does it work at all; its figures mean little"
        )
        size.add_argument("--quick", action="store_true", help="under a minute for both engines (the default)")
        size.add_argument(
            "--full", action="store_true", help="two million legs of history, five rounds; several minutes"
        )
        parser.add_argument("--engine", action="append", choices=ENGINES, help="one engine only (may be repeated)")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to a file as well")

    def handle(self, *args: Any, **options: Any) -> None:
        size = next((name for name in ("tiny", "full") if options[name]), "quick")
        results = {}
        try:
            for engine, result in parent.run(options["engine"] or ENGINES, size, self._tell):
                results[engine] = result
                self._tell("\n" + "\n".join(printing.report(result)) + "\n")
                if options["json"]:
                    options["json"].write_text(json.dumps({**self._where(), "engines": results}, indent=1))
        except (parent.ChildFailed, Refusal) as error:
            raise CommandError(str(error)) from error
        missed = sum(printing.missed(result) for result in results.values())
        if missed:
            raise CommandError(f"{missed} of the limits that must hold were missed.", returncode=1)

    def _tell(self, text: str) -> None:
        """Pass on how far it is, at once."""
        self.stdout.write(text)
        self.stdout.flush()

    def _where(self) -> dict[str, Any]:
        """When, and on what kind of machine."""
        return {
            "measured_at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "django": django.get_version(),
        }
