"""Dated code lists. See the docstring of `inventory.reference` for what always holds."""

from inventory.reference.models.codes import (
    Country,
    Currency,
    CustomsOffice,
    CustomsSection,
    DocumentKey,
    Identifier,
    ListedCode,
    Regime,
    UnitConversion,
    UnitOfMeasure,
)
from inventory.reference.models.large import HtsCode, LoadedList, PatentNumber, TariffCode
from inventory.reference.models.rules import (
    ClaveEffect,
    ExchangeRate,
    NonBusinessDay,
    PermanenceRule,
    RateParameter,
    Requirement,
)

__all__ = [
    "ClaveEffect",
    "Country",
    "Currency",
    "CustomsOffice",
    "CustomsSection",
    "DocumentKey",
    "ExchangeRate",
    "HtsCode",
    "Identifier",
    "ListedCode",
    "LoadedList",
    "NonBusinessDay",
    "PatentNumber",
    "PermanenceRule",
    "RateParameter",
    "Regime",
    "Requirement",
    "TariffCode",
    "UnitConversion",
    "UnitOfMeasure",
]
