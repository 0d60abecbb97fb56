"""Writing the catalog: a client's items, added and changed. Units and factors stand once the books use them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.catalog.tariff import parse_hts, parse_tariff
from inventory.errors import DomainError, InvalidInput, InvalidInputs, ReferenceMissing
from inventory.parties.identifiers import check_gtin
from inventory.parties.models import Client
from inventory.reference import selectors as reference

UNITS = ("stock_unit", "commercial_unit", "tariff_unit")
FACTORS = ("commercial_numerator", "commercial_denominator", "tariff_numerator", "tariff_denominator")
FIXED_ONCE_USED = (*UNITS, *FACTORS, "is_serialised")


class ItemExists(InvalidInput):
    """The client has an item of this SKU."""

    code = "item_exists"
    status = 409


class ItemInUse(DomainError):
    """The books hold quantities of the item: what they are counted in may not change."""

    code = "item_in_use"


@transaction.atomic
def add_item(*, client: Client, values: Mapping[str, Any], on: date) -> Item:
    """A new item of a client, its codes checked against the lists of the day.

    Units default to the stock unit. Raises InvalidInputs naming each field, ItemExists.
    """
    filled = {"commercial_unit": values["stock_unit"], "tariff_unit": values["stock_unit"], **values}
    item = Item(client=client, **_checked(filled, on))
    if Item.objects.filter(client=client, sku=item.sku).exists():
        message = _("%(field)s: there is an item %(value)s.")
        raise ItemExists(message, field="sku", value=item.sku, rule="unique")
    item.save(force_insert=True)
    return item


@transaction.atomic
def change_item(*, item: Item, values: Mapping[str, Any], on: date) -> Item:
    """The item with other values. Raises InvalidInputs, ItemInUse when units would change under quantities in the books."""
    item = Item.objects.select_for_update().get(pk=item.pk)
    checked = _checked(values, on)
    changed = [name for name, value in checked.items() if getattr(item, name) != value]
    fixed = [name for name in changed if name in FIXED_ONCE_USED]
    if fixed and (item.accounts.exists() or item.sublines.exists()):
        message = _("The books hold quantities of %(sku)s: %(fields)s may not change.")
        raise ItemInUse(message, sku=item.sku, fields=", ".join(fixed))
    for name in changed:
        setattr(item, name, checked[name])
    if changed:
        item.save(update_fields=changed)
    return item


def _checked(values: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The values as they are stored. Raises InvalidInputs."""
    checked, errors = dict(values), []
    readers: dict[str, Callable[[Any], Any]] = {
        "tariff_code": lambda text: _tariff_code(text, on),
        "hts_code": lambda text: parse_hts(text) if text else "",
        "origin_country": lambda text: reference.country(text, on).code,
        "gtin": _gtin,
        **dict.fromkeys(UNITS, lambda code: reference.unit(code, on).code),
    }
    for name, read in readers.items():
        if name in checked:
            try:
                checked[name] = read(checked[name])
            except InvalidInput as error:
                errors.append(error.at(name))
            except ReferenceMissing as error:
                errors.append(
                    InvalidInput(error.message, field=name, value=checked[name], rule="known", **_rest(error))
                )
    if errors:
        raise InvalidInputs(errors)
    return checked


def _tariff_code(text: str, on: date) -> str:
    """Ten digits that the tariff of the day has."""
    number = parse_tariff(text)
    return reference.tariff_code(number.digits, on).code


def _gtin(text: str) -> str:
    """A GTIN whose form holds, or nothing."""
    if not text:
        return ""
    checked = check_gtin(text)
    if not checked.is_usable:
        raise InvalidInput(str(checked.faults[0]), value=text, rule="gtin")
    return checked.value


def _rest(error: ReferenceMissing) -> dict[str, Any]:
    """The numbers of a missing reference, besides what the caller says anew."""
    return {name: value for name, value in error.context.items() if name not in {"field", "value", "rule"}}
