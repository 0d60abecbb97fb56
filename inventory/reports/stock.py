"""What lay on the shelves of each site at the end of a day, as known then."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from inventory.ledger import selectors as ledger
from inventory.ledger.models import Lot
from inventory.parties.roles import Can
from inventory.places.models import Location
from inventory.reports.bonded import UNIT
from inventory.reports.lots import CHUNK
from inventory.reports.shapes import Ask, Asked, Column, Kind, Report, Row
from inventory.units import round_half_up


def _stock(asked: Asked) -> Iterator[Row]:
    sums = ledger.stock_as_of(asked.scope, asked.as_of, asked.known_at)
    limits = {
        "location__site__code": asked.site,
        "account__regime": asked.regime,
        "account__item__sku": asked.sku,
    }
    sums = sums.filter(**{path: value for path, value in limits.items() if value})
    found: Iterator[Any] = sums.order_by(
        "location__site__code", "location__code", "account__client__code", "account__item__sku", "lot_id"
    ).iterator(chunk_size=CHUNK)
    places = Location.objects.select_related("site").in_bulk()
    while rows := list(islice(found, CHUNK)):
        lots = Lot.objects.select_related("account__item", "account__client").in_bulk({row["lot_id"] for row in rows})
        for row in rows:
            lot, place = lots[row["lot_id"]], places[row["location_id"]]
            item = lot.account.item
            yield (
                *(place.site.code, place.site.name, place.code, lot.account.regime, lot.account.client.code),
                *(item.sku, item.description, lot.batch, lot.serial, item.stock_unit, row["on_hand"]),
                *(round_half_up(row["on_hand"] * item.unit_value_usd, 2), lot.hold_reason),
            )


STOCK_BY_SITE = Report(
    code="stock_by_site",
    title=_("Stock by site"),
    description=_("What lay on the shelves at the end of any legal date, by site and location, as known on any day."),
    columns=(
        Column("site", _("Site"), width=10),
        Column("site_name", _("Name of the site"), width=22),
        Column("location", _("Location"), width=12),
        Column("regime", _("Customs regime"), width=7),
        Column("client", _("Client"), width=12),
        Column("sku", _("SKU"), width=14),
        Column("description", _("Description"), width=30),
        Column("batch", _("Batch"), width=12),
        Column("serial", _("Serial number"), width=12),
        UNIT,
        Column("on_hand", _("On hand"), Kind.QUANTITY),
        Column("value_usd", _("Value, USD"), Kind.MONEY, width=14, is_summed=True),
        Column("hold", _("Hold"), width=12),
    ),
    asks=(Ask.AS_OF, Ask.KNOWN_ON, Ask.CLIENT, Ask.SITE, Ask.REGIME, Ask.SKU),
    rows=_stock,
    needs=Can.SEE_STOCK,
)
