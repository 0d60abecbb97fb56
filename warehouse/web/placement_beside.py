"""What was advised to move of an item in the last weeks, beside what left and what its sites received."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory.models import Item, Site
from inventory.parties.scope import ClientScope
from inventory.placement import selectors as placement
from inventory.placement.beside import by_week, first_week
from warehouse.shipping import selectors as shipping


@dataclass(frozen=True)
class Row:
    """A week and site as the page shows it; `advised` is None where no run was made in the week."""

    monday: date
    site: str
    advised: Decimal | None
    left: Decimal
    received: Decimal


def beside(scope: ClientScope, item: Item, today: date) -> list[Row]:
    """The last twelve weeks, the newest first; empty where nothing was advised nor moved. Five statements."""
    since = first_week(today)
    runs, advised = placement.advised(scope, item=item, since=since)
    left = shipping.left_for(scope, item=item, since=since)
    received = shipping.received_at(scope, item=item, since=since)
    rows = by_week(advised, left, received, runs=runs)
    names = dict(Site.objects.filter(pk__in={row.site for row in rows}).values_list("pk", "name"))
    return [Row(row.monday, names[row.site], row.advised, row.left, row.received) for row in rows]
