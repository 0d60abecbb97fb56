"""`manage.py load_reference`: bring the dated code lists to what the shipped files say."""

from argparse import ArgumentParser
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from inventory.errors import DomainError
from inventory.reference.lists import LISTS
from inventory.reference.services import Loaded, load


class Command(BaseCommand):
    """Load the code lists; running it again changes nothing."""

    requires_system_checks: ClassVar[list[str]] = []  # reads files and writes tables: no pages to check
    help = "Load the dated code lists (regimes, document keys, units, tariffs, rates). Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer `--only` and `--check`."""
        parser.add_argument("--only", nargs="+", metavar="NAME", choices=list(LISTS), help="only these lists")
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit with 1 if the tables differ from the files"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what changed."""
        try:
            results = load(options["only"], check=options["check"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        for result in results:
            if options["verbosity"] >= 2 or result.is_stale:
                self.stdout.write(describe(result))
        if options["check"] and any(result.is_stale for result in results):
            raise CommandError("The tables differ from the files: run load_reference.")
        if options["verbosity"] >= 1:
            total = sum(result.rows for result in results)
            self.stdout.write(f"{len(results)} code lists, {total} rows.")


def describe(result: Loaded) -> str:
    """Return one line about what loading a list did."""
    if not result.is_stale:
        return f"{result.name}: {result.rows} rows, nothing new"
    return (
        f"{result.name}: {result.rows} rows, {result.created} new, {result.changed} changed, "
        f"{result.closed} of them closed"
    )
