"""Which data file fills which table, and what identifies a row."""

from dataclasses import dataclass
from pathlib import Path

from django.db import models

from inventory.reference.models import (
    ClaveEffect,
    Country,
    Currency,
    CustomsOffice,
    CustomsSection,
    DocumentKey,
    ExchangeRate,
    HtsCode,
    Identifier,
    ListedCode,
    NonBusinessDay,
    PatentNumber,
    PermanenceRule,
    RateParameter,
    Regime,
    TariffCode,
    UnitConversion,
    UnitOfMeasure,
)

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list: its file's name, its table, and the columns that name a row besides its first valid day."""

    name: str
    model: type[models.Model]
    key: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The data file, packed or not."""
        packed = DATA / f"{self.name}.csv.gz"
        return packed if packed.exists() else DATA / f"{self.name}.csv"

    @property
    def is_dated(self) -> bool:
        """Whether rows have a validity that loading may close."""
        return hasattr(self.model, "valid_to")


_LISTS = [
    CodeList("regimes", Regime, ("code",)),
    CodeList("document_keys", DocumentKey, ("code",)),
    CodeList("clave_effects", ClaveEffect, ("clave", "operation", "acts_on_regime")),
    CodeList("permanence_rules", PermanenceRule, ("code",)),
    CodeList("rate_parameters", RateParameter, ("code",)),
    CodeList("units", UnitOfMeasure, ("code",)),
    CodeList("unit_conversions", UnitConversion, ("unit",)),
    CodeList("customs_offices", CustomsOffice, ("code",)),
    CodeList("customs_sections", CustomsSection, ("code",)),
    CodeList("countries", Country, ("code",)),
    CodeList("currencies", Currency, ("code",)),
    CodeList("listed_codes", ListedCode, ("list", "code", "scope")),
    CodeList("identifiers", Identifier, ("code", "level", "variant")),
    CodeList("non_business_days", NonBusinessDay, ("calendar", "day")),
    CodeList("exchange_rates", ExchangeRate, ("currency", "published_on")),
    CodeList("patents", PatentNumber, ("code",)),
    CodeList("tariff_codes", TariffCode, ("code",)),
    CodeList("hts_codes", HtsCode, ("code",)),
]
LISTS = {code_list.name: code_list for code_list in _LISTS}
LARGE_LISTS = ("patents", "tariff_codes", "hts_codes")
SMALL_LISTS = tuple(name for name in LISTS if name not in LARGE_LISTS)
