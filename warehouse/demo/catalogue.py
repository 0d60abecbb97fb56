"""What: the forty items of the three clients, read from items.csv and added through the catalog's own service."""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from stdnum import ean

from inventory.catalog import services as catalog
from inventory.models import Client, Item
from inventory.reference import selectors as reference
from warehouse.demo.network import DATA


@dataclass(frozen=True)
class Good:
    """An item with what the story knows besides: its duty in Mexico, whose demand it has, whether it comes in batches."""

    item: Item
    igi_rate: Decimal
    series: int
    is_batched: bool

    @property
    def sku(self) -> str:
        """The item's SKU."""
        return self.item.sku


def add_items(clients: dict[str, Client], on: date, usmca_until: date) -> dict[str, list[Good]]:
    """The items by client, in the order of the file."""
    goods: dict[str, list[Good]] = {code: [] for code in clients}
    with (DATA / "items.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            item = catalog.add_item(client=clients[row["client"]], values=_values(row, on, usmca_until), on=on)
            good = Good(item, Decimal(row["igi_rate"]), int(row["series"]), row["batched"] == "yes")
            goods[row["client"]].append(good)
    return goods


def _values(row: dict[str, str], on: date, usmca_until: date) -> dict[str, object]:
    """The item's fields; the US duty rate is the general rate of its HTS line, or none under USMCA."""
    is_usmca = row["usmca"] == "yes"
    per_stock, per_commercial = Fraction(row["per_stock"]), Fraction(row["per_commercial"])
    return {
        "sku": row["sku"],
        "description": row["description"],
        "goods_kind": row["kind"],
        "stock_unit": row["stock_unit"],
        "commercial_unit": row["commercial_unit"],
        "tariff_unit": row["tariff_unit"],
        "commercial_numerator": per_stock.numerator,
        "commercial_denominator": per_stock.denominator,
        "tariff_numerator": per_commercial.numerator,
        "tariff_denominator": per_commercial.denominator,
        "tariff_code": row["tariff_code"],
        "hts_code": row["hts_code"],
        "origin_country": row["origin"],
        "is_usmca": is_usmca,
        "usmca_valid_to": usmca_until if is_usmca else None,
        "us_duty_rate": Decimal(0) if is_usmca else reference.hts_code(row["hts_code"], on).general_ad_valorem,
        "unit_value_usd": Decimal(row["value_usd"]),
        "weight_kg": Decimal(row["weight_kg"]),
        "volume_m3": Decimal(row["volume_m3"]),
        "pack_size": Decimal(row["pack"]),
        "gtin": _gtin(int(row["series"])) if row["kind"] == "product" else "",
    }


def _gtin(number: int) -> str:
    """A GTIN-13 of the range that GS1 keeps for use within a company, so that it is nobody's."""
    body = f"2900000{number:05d}"
    return body + ean.calc_check_digit(body)
