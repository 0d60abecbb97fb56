"""Build one of the two public cases that placement is tried on: history.csv, network.json and case.json in a folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.placement import cases


class Command(BaseCommand):
    """Exits with 2 when the demand files cannot be read. No database is used."""

    help = "Files of case A (avocados, 45 US markets) or B (1,000 grocery items) from a folder of public demand data."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=sorted(cases.CASES), help="which case")
        parser.add_argument(
            "--data", type=Path, required=True, help="folder of the demand files, see docs/placement.md"
        )
        parser.add_argument("--out", type=Path, required=True, help="folder to write to")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            case = cases.CASES[options["name"]](options["data"])
            cases.write(case, options["out"])
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=2) from error
        items = len(case.network["skus"])
        self.stdout.write(
            f"Case {case.name}: {items} items, {len(case.rows)} rows in {options['out']}. Source: {case.source}"
        )
