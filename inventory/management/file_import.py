"""What the commands that import a client's file have in common."""

from abc import abstractmethod
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.errors import DomainError
from inventory.parties.models import Client


class FileImport(BaseCommand):
    """Exits with 1 and writes nothing when the file, or any row of it, cannot be taken."""

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, whose it is, and whether good rows are taken beside bad ones."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--client", required=True, help="code of the client whose items these are")
        parser.add_argument("--skip-bad-rows", action="store_true", help="take the good rows and list the others")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file, list the rows that were left out, and say what was written."""
        client = Client.objects.filter(code=options["client"]).first()
        if client is None:
            raise CommandError(f"There is no client {options['client']}.")
        path, at = options["file"], timezone.now()
        try:
            with path.open("rb") as source:
                rows = self.read(source, name=path.name, at=at)
            imported = self.write(rows, client=client, name=path.name, at=at, skip_bad_rows=options["skip_bad_rows"])
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        for refused in imported.errors:
            self.stderr.write(f"row {refused['row']}, {refused['field']}: {refused['message']}")
        self.stdout.write(self.told(imported))

    @abstractmethod
    def read(self, source: BinaryIO, *, name: str, at: datetime) -> Any:
        """The rows of the file."""

    @abstractmethod
    def write(self, rows: Any, *, client: Client, name: str, at: datetime, skip_bad_rows: bool) -> Any:
        """What was imported of them, with its `errors`."""

    @abstractmethod
    def told(self, imported: Any) -> str:
        """The same in a sentence."""
