"""Lists of codes as they were published, for looking at."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from inventory.admin.base import ReadOnly
from inventory.admin.rules import InForce
from inventory.models import (
    Country,
    Currency,
    CustomsOffice,
    CustomsSection,
    HtsCode,
    Identifier,
    ListedCode,
    LoadedList,
    PatentNumber,
    TariffCode,
    UnitOfMeasure,
)


class Lists(ReadOnly):
    """Lists of codes as published; `load_reference` brings new editions."""

    list_display = ("code", "__str__", "valid_from", "valid_to")
    list_filter = (InForce,)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """The code, and the texts the list has."""
        texts = ("code", "name_es", "name_en", "description", "title")
        return [name for name in texts if _has_field(self.model, name)]


def _has_field(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.fields)


admin.site.register(
    [
        CustomsOffice, CustomsSection, Country, Currency, Identifier, ListedCode, UnitOfMeasure, TariffCode, HtsCode,
        PatentNumber,
    ],
    Lists,
)  # fmt: skip


@admin.register(LoadedList)
class LoadedLists(ReadOnly):
    """Which edition of each list is loaded, where it came from and under which licence."""

    list_display = ("name", "rows", "data_date", "loaded_at", "source")
