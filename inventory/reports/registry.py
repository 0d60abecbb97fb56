"""Every report by its code. The work adds its own from above with `register`."""

from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from inventory.errors import NotFound
from inventory.parties.access import Access
from inventory.reports.shapes import Report

_paths: dict[str, str] = {
    "bonded_balance": "inventory.reports.bonded.BONDED_BALANCE",
    "deadlines": "inventory.reports.bonded.DEADLINES",
    "entries": "inventory.reports.declarations.ENTRIES",
    "exits_of_entry": "inventory.reports.trail.EXITS_OF_ENTRY",
    "entries_of_exit": "inventory.reports.trail.ENTRIES_OF_EXIT",
    "kardex": "inventory.reports.cards.KARDEX",
    "stock_by_site": "inventory.reports.stock.STOCK_BY_SITE",
    "stock_card": "inventory.reports.cards.STOCK_CARD",
    "reconciliation": "inventory.reports.reconciliation.RECONCILIATION",
    "exposure": "inventory.reports.exposure.EXPOSURE",
    "demand_accuracy": "inventory.reports.demand.ACCURACY",
}


def register(code: str, path: str) -> None:
    """Add the Report at a dotted path, imported when it is first asked for."""
    _paths[code] = path


def reports() -> list[Report]:
    """Every report, in the order they were registered."""
    return [report(code) for code in _paths]


def reports_for(access: Access) -> list[Report]:
    """The reports that a person's roles let them read."""
    return [found for found in reports() if access.can(found.needs)]


def report(code: str) -> Report:
    """The report of a code. Raises NotFound."""
    if code not in _paths:
        raise NotFound(_("There is no report %(code)s."), code=code[:40])
    found: Report = import_string(_paths[code])
    return found
