"""How planners decided on recommendations in the last twelve months, and what happened in the weeks after."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.parties.scope import ClientScope
from inventory.placement import explain
from inventory.placement import selectors as placement
from inventory.placement.track_record import Adherence, Record
from inventory.web.formatting import DASH, percent_text, quantity_text


@dataclass(frozen=True)
class Drawn:
    """What is drawn of it: facts, reasons with their numbers, and rows of what was followed and what was refused."""

    facts: list[tuple[Any, str]]
    reasons: tuple[tuple[str, int], ...]
    rows: list[tuple[Any, list[str]]]


def track_record(scope: ClientScope, today: date, item: Item | None = None) -> Drawn | None:
    """The last twelve months of one item, or of all in scope; None where nothing was decided."""
    found = placement.track_record(scope, today=today, item=item)
    how = found.how
    if not how.decided and not how.superseded:
        return None
    kinds = ((_("Followed recommendations"), found.followed), (_("Refused recommendations"), found.refused))
    return Drawn(_facts(how), how.reasons, [(title, _cells(record)) for title, record in kinds])


def _facts(how: Adherence) -> list[tuple[Any, str]]:
    share = DASH if how.share is None else percent_text(Decimal(str(how.share)))
    return [
        (_("Accepted as proposed"), now("%(number)s (%(share)s of those decided)") % {"number": how.accepted, "share": share}),
        (_("Accepted with another quantity"), quantity_text(how.changed)),
        (_("Refused recommendations"), quantity_text(how.refused)),
        (_("Nobody decided on"), quantity_text(how.superseded)),
    ]  # fmt: skip


def _cells(found: Record | None) -> list[str]:
    if found is None:
        return [DASH] * 6
    return [
        quantity_text(found.decisions),
        explain.text(found.expected, 0),
        explain.text(found.asked, 0),
        f"{found.weeks_short} / {found.weeks}",
        explain.percent(found.fill),
        explain.percent(found.in_stock),
    ]
