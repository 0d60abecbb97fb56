"""From the codes a caller writes to the rows they mean; a code that means nothing here is named with its field."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.errors import InvalidInput, InvalidInputs
from inventory.parties.models import Authorisation, Carrier, Client
from inventory.places.models import Location, Market, Site


def site_of(code: str, field: str) -> Site:
    """The site in use that has this code. Raises InvalidInput."""
    return _known(Site.objects.filter(code=code, is_active=True), code, field)


def market_of(code: str, field: str = "market") -> Market:
    """The market that has this code. Raises InvalidInput."""
    return _known(Market.objects.filter(code=code), code, field)


def carrier_of(code: str, field: str = "carrier") -> Carrier:
    """The carrier in use that has this code. Raises InvalidInput."""
    return _known(Carrier.objects.filter(code=code, is_active=True), code, field)


def location_of(site_id: int, code: str, field: str) -> Location:
    """The physical location of a site that has this code. Raises InvalidInput."""
    return _known(Location.objects.filter(site=site_id, code=code, is_virtual=False), code, field)


def locations_of(site_id: int, codes: Sequence[tuple[str, str]]) -> dict[str, Location]:
    """The locations of a site by code, in one statement, for (field, code) pairs. Raises InvalidInputs."""
    rows = Location.objects.filter(site=site_id, code__in={code for _f, code in codes if code}, is_virtual=False)
    return _all_known({row.code: row for row in rows} if any(code for _f, code in codes) else {}, codes)


def items_of(client: Client, skus: Sequence[tuple[str, str]]) -> dict[str, Item]:
    """The client's items by SKU, in one statement, for (field, SKU) pairs. Raises InvalidInputs."""
    rows = Item.objects.filter(client=client, sku__in={sku for _f, sku in skus})
    return _all_known({row.sku: row for row in rows}, skus)


def authorisations_of(client: Client, numbers: Sequence[tuple[str, str]]) -> dict[str, Authorisation]:
    """The client's or the operator's authorisations by number, for (field, number) pairs. Raises InvalidInputs."""
    wanted = {number for _f, number in numbers if number}
    if not wanted:
        return {}
    rows = Authorisation.objects.filter(number__in=wanted)
    rows = rows.filter(client=client) | rows.filter(client__isnull=True)
    return _all_known({row.number: row for row in rows}, numbers)


def refuse_repeats(lines: Sequence[dict[str, Any]], name: str) -> None:
    """Raise InvalidInputs for every row that names what an earlier row named."""
    seen: set[Any] = set()
    message, again = _("%(field)s: %(value)s stands twice."), []
    for index, line in enumerate(lines):
        if line[name] in seen:
            again.append(InvalidInput(message, field=f"lines[{index}].{name}", value=line[name], rule="once"))
        seen.add(line[name])
    if again:
        raise InvalidInputs(again)


def _known(rows: QuerySet[Any], code: str, field: str) -> Any:
    """The one row."""
    row = rows.first()
    if row is None:
        raise _unknown(field, code)
    return row


def _all_known(found: dict[str, Any], wanted: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The rows found, once every code that was given is among them."""
    unknown = [_unknown(field, code) for field, code in wanted if code and code not in found]
    if unknown:
        raise InvalidInputs(unknown)
    return found


def _unknown(field: str, code: str) -> InvalidInput:
    """The refusal of a code."""
    return InvalidInput(_("%(field)s: %(value)s is not known here."), field=field, value=code, rule="known")
