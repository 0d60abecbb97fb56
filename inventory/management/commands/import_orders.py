"""Import customers' orders from a CSV (also gzipped) or XLSX file: `manage.py import_orders --client ACME orders.csv`."""

from datetime import datetime
from typing import BinaryIO

from inventory.demand import order_imports
from inventory.demand.order_imports import ImportedOrders
from inventory.demand.order_lines import OrderRows, read_orders
from inventory.management.file_import import FileImport
from inventory.parties.models import Client
from inventory.parties.scope import Actor


class Command(FileImport):
    """Exits with 1 and writes nothing when the file, or any row of it, cannot be taken."""

    help = "Import lines of customers' orders, which count as demand as requested; a line stated again replaces what was there."

    def read(self, source: BinaryIO, *, name: str, at: datetime) -> OrderRows:
        """The order lines of the file."""
        return read_orders(source, name=name)

    def write(self, rows: OrderRows, *, client: Client, name: str, at: datetime, skip_bad_rows: bool) -> ImportedOrders:
        """What was imported of them."""
        return order_imports.import_orders(
            client=client,
            rows=rows,
            source=name,
            at=at,
            actor=Actor.system("import_orders"),
            skip_bad_rows=skip_bad_rows,
        )

    def told(self, imported: ImportedOrders) -> str:
        """The same in a sentence."""
        return (
            f"{imported.rows} rows read, {imported.added} lines added, {imported.changed} changed, "
            f"{imported.weeks} weeks of demand followed, {imported.bad_rows} rows left out."
        )
