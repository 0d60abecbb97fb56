"""Import customers' orders from a CSV (also gzipped) or XLSX file: `manage.py import_orders --client ACME orders.csv`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.demand import order_imports
from inventory.demand.order_lines import read_orders
from inventory.errors import DomainError
from inventory.parties.models import Client
from inventory.parties.scope import Actor


class Command(BaseCommand):
    """Exits with 1 and writes nothing when the file, or any row of it, cannot be taken."""

    help = "Import lines of customers' orders, which count as demand as requested; a line stated again replaces what was there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--client", required=True, help="code of the client whose customers ordered")
        parser.add_argument("--skip-bad-rows", action="store_true", help="take the good rows and list the others")

    def handle(self, *args: Any, **options: Any) -> None:
        client = Client.objects.filter(code=options["client"]).first()
        if client is None:
            raise CommandError(f"There is no client {options['client']}.")
        path, at = options["file"], timezone.now()
        try:
            with path.open("rb") as source:
                rows = read_orders(source, name=path.name)
            imported = order_imports.import_orders(
                client=client, rows=rows, source=path.name, at=at, actor=Actor.system("import_orders"),
                skip_bad_rows=options["skip_bad_rows"],
            )  # fmt: skip
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        for refused in imported.errors:
            self.stderr.write(f"row {refused['row']}, {refused['field']}: {refused['message']}")
        self.stdout.write(
            f"{imported.rows} rows read, {imported.added} lines added, {imported.changed} changed, "
            f"{imported.weeks} weeks of demand followed, {imported.bad_rows} rows left out."
        )
