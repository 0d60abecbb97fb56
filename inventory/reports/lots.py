"""Bonded lots as they stood on a day, with all that a report says of them, a chunk at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from inventory.customs import selectors as customs
from inventory.customs.models import BondedLot
from inventory.reports.shapes import Asked

CHUNK = 2_000


@dataclass(frozen=True)
class Standing:
    """One bonded lot and what it owed at the end of the day asked for, as known then."""

    lot: BondedLot
    quantity: Decimal
    tariff_quantity: Decimal
    value_mxn: Decimal


def standing_lots(asked: Asked, order: tuple[str, ...] = ()) -> Iterator[Standing]:
    """The lots that owed something, by client, regime and SKU in PEPS order unless told otherwise."""
    owed = {row.bonded_lot_id: row for row in customs.bonded_as_of(asked.scope, asked.as_of, asked.known_at)}
    if not owed:
        return
    for lot in lots_asked_for(asked, order).filter(legal_date__lte=asked.as_of).iterator(chunk_size=CHUNK):
        row = owed.get(lot.pk)
        if row:
            yield Standing(lot, row.quantity, row.tariff_quantity, row.value_mxn)


def lots_asked_for(asked: Asked, order: tuple[str, ...] = ()) -> QuerySet[BondedLot]:
    """The lots of the client, site, regime, SKU and pedimento asked for, whatever remains of them."""
    rows = BondedLot.objects.select_related(
        "account__client", "account__item", "account__authorisation__site_link__site", "subline__line__pedimento"
    )
    limits = {
        "account__regime": asked.regime,
        "account__item__sku": asked.sku,
        "pedimento_number": asked.pedimento,
        "account__authorisation__site_link__site__code": asked.site,
    }
    rows = rows.filter(**{path: value for path, value in limits.items() if value})
    peps = ("clock_start", "paid_on", "pedimento_number", "line_seq", "pk")
    by = order or ("account__client__code", "account__regime", "account__item__sku", *peps)
    return asked.scope.filter(rows, "account__client").order_by(*by)


def site_of(lot: BondedLot) -> str:
    """The code of the site whose authorisation a lot is under."""
    authorisation = lot.account.authorisation
    link = getattr(authorisation, "site_link", None)
    return link.site.code if link else ""
