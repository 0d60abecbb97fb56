"""Import demand history from a CSV (also gzipped) or XLSX file: `manage.py import_demand --client ACME demand.csv`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.demand import reading, services
from inventory.errors import DomainError
from inventory.parties.models import Client
from inventory.parties.scope import Actor


class Command(BaseCommand):
    """Exits with 1 and writes nothing when the file, or any row of it, cannot be taken."""

    help = "Import weekly demand by item and US market; a week stated again replaces what was there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--client", required=True, help="code of the client whose items these are")
        parser.add_argument("--skip-bad-rows", action="store_true", help="take the good rows and list the others")

    def handle(self, *args: Any, **options: Any) -> None:
        client = Client.objects.filter(code=options["client"]).first()
        if client is None:
            raise CommandError(f"There is no client {options['client']}.")
        path, at = options["file"], timezone.now()
        try:
            with path.open("rb") as source:
                rows = reading.read_file(source, name=path.name, not_after=at.date())
            imported = services.import_history(
                client=client, rows=rows, source=path.name, at=at, actor=Actor.system("import_demand"),
                skip_bad_rows=options["skip_bad_rows"],
            )  # fmt: skip
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        for refused in imported.errors:
            self.stderr.write(f"row {refused['row']}, {refused['field']}: {refused['message']}")
        self.stdout.write(
            f"{imported.rows} rows read, {imported.weeks} weeks written "
            f"({imported.first_week} to {imported.last_week}), {imported.bad_rows} rows left out."
        )
