"""Import demand history from a CSV (also gzipped) or XLSX file: `manage.py import_demand --client ACME demand.csv`."""

from datetime import datetime
from typing import BinaryIO

from inventory.demand import reading, services
from inventory.demand.reading import HistoryRows
from inventory.demand.services import Imported
from inventory.management.file_import import FileImport
from inventory.parties.models import Client
from inventory.parties.scope import Actor


class Command(FileImport):
    """Exits with 1 and writes nothing when the file, or any row of it, cannot be taken."""

    help = "Import weekly demand by item and US market; a week stated again replaces what was there."

    def read(self, source: BinaryIO, *, name: str, at: datetime) -> HistoryRows:
        """The rows of the file."""
        return reading.read_file(source, name=name, not_after=at.date())

    def write(self, rows: HistoryRows, *, client: Client, name: str, at: datetime, skip_bad_rows: bool) -> Imported:
        """What was imported of them."""
        return services.import_history(
            client=client,
            rows=rows,
            source=name,
            at=at,
            actor=Actor.system("import_demand"),
            skip_bad_rows=skip_bad_rows,
        )

    def told(self, imported: Imported) -> str:
        """The same in a sentence."""
        return (
            f"{imported.rows} rows read, {imported.weeks} weeks written "
            f"({imported.first_week} to {imported.last_week}), {imported.bad_rows} rows left out."
        )
