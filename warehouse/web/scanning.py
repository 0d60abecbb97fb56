"""What a scan points at among the things on the page: an item by GTIN or SKU, a lot by batch or serial, a place by code."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from inventory.models import Item
from inventory.parties.gs1 import Scan, parse_scan

Row = TypeVar("Row")


def gtin_forms(gtin: str) -> frozenset[str]:
    """The ways a GTIN of 14 digits may stand in a catalogue: zeros lead, or were left out.

    >>> sorted(gtin_forms("04006381333931"))
    ['04006381333931', '4006381333931']
    """
    return frozenset({gtin, *(gtin[-size:] for size in (8, 12, 13) if not gtin[:-size].strip("0"))})


@dataclass(frozen=True)
class Sought:
    """What a scan says, ready to be compared."""

    scan: Scan
    gtins: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Sought":
        """Read a scan."""
        scan = parse_scan(text)
        gtin = scan.gtin or scan.content_gtin
        return cls(scan, gtin_forms(gtin) if gtin else frozenset())

    def is_item(self, item: Item) -> bool:
        """True when the scan names the item: by its GTIN, or by its SKU as plain text."""
        if self.gtins:
            return bool(item.gtin) and (item.gtin in self.gtins or item.gtin.zfill(14) in self.gtins)
        return item.sku.casefold() == self.scan.text.casefold()

    def is_lot(self, batch: str, serial: str) -> bool:
        """True when the scan says nothing against this lot: its batch and serial number, if it names them, are these."""
        said_lot, said_serial = self.scan.lot, self.scan.serial
        return (not said_lot or said_lot.casefold() == batch.casefold()) and (
            not said_serial or said_serial.casefold() == serial.casefold()
        )

    def names_lot(self, batch: str, serial: str) -> bool:
        """True when the scan is nothing but the batch or the serial number."""
        text = self.scan.text.casefold()
        return bool(text) and text in {name.casefold() for name in (batch, serial) if name}

    def find(self, rows: Iterable[Row], about: Callable[[Row], tuple[Item, str, str]]) -> list[Row]:
        """The rows the scan may mean; `about` gives a row's item, batch and serial number."""
        rows = list(rows)
        found = []
        for row in rows:
            item, batch, serial = about(row)
            if self.is_item(item) and self.is_lot(batch, serial):
                found.append(row)
        return found or [row for row in rows if self.names_lot(*about(row)[1:])]


def find(text: str, rows: Iterable[Row], about: Callable[[Row], tuple[Item, str, str]]) -> list[Row]:
    """The rows that a scanned text may mean."""
    return Sought.of(text).find(rows, about)


def lot_of(row: Any) -> tuple[Item, str, str]:
    """Item, batch and serial number of a row that has a lot."""
    return row.lot.account.item, row.lot.batch, row.lot.serial
