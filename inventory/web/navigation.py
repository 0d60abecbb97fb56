"""The menu: who sees which entry. Entries name addresses only, so the books need to know nothing of the work."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.parties.access import Access
from inventory.parties.roles import Can

Text = str | Promise


@dataclass(frozen=True)
class Entry:
    """One line of the menu; shown to those who have any of its capabilities, to everyone when it names none."""

    label: Text
    icon: str
    url_name: str
    capabilities: tuple[str, ...] = ()

    def is_for(self, access: Access) -> bool:
        """True when this person may go there."""
        return not self.capabilities or any(access.can(capability) for capability in self.capabilities)


@dataclass(frozen=True)
class Group:
    """Entries under one heading."""

    label: Text
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Link:
    """An entry as it is drawn."""

    label: Text
    icon: str
    url: str
    is_current: bool


HOME = Entry(_("Today"), "layout-dashboard", "warehouse:home")
RECEIVING = Entry(_("Receiving"), "package-import", "warehouse:receipts", (Can.RECEIVE, Can.SEE_SHIPMENTS))
SHIPPING = Entry(_("Shipping"), "truck-loading", "warehouse:shipments", (Can.SEE_SHIPMENTS,))
MOVEMENTS = Entry(_("Movements"), "transfer", "warehouse:movements", (Can.MOVE, Can.DECIDE_PLACEMENT))
STOCK = Entry(_("Stock"), "packages", "inventory:stock", (Can.SEE_STOCK,))

MENU = (
    Group("", (HOME,)),
    Group(
        _("Operation"),
        (
            RECEIVING,
            SHIPPING,
            MOVEMENTS,
            Entry(_("Counts"), "clipboard-check", "warehouse:counts", (Can.COUNT, Can.APPROVE_COUNT)),
            Entry(_("In transit"), "route", "warehouse:tracking", (Can.SEE_SHIPMENTS,)),
        ),
    ),
    Group(
        _("Inventory"),
        (
            STOCK,
            Entry(_("Items"), "box", "inventory:items", (Can.SEE_CATALOG,)),
            Entry(_("Sites"), "building-warehouse", "inventory:sites", (Can.SEE_STOCK,)),
        ),
    ),
    Group(
        _("Customs"),
        (
            Entry(_("Pedimentos"), "file-invoice", "inventory:pedimentos", (Can.SEE_CUSTOMS,)),
            Entry(_("Layers and deadlines"), "stack-2", "inventory:bonded_lots", (Can.SEE_CUSTOMS,)),
            Entry(_("Discharges"), "arrows-exchange", "inventory:discharges", (Can.SEE_CUSTOMS,)),
        ),
    ),
    Group(
        _("Planning"),
        (
            Entry(_("Demand"), "chart-line", "inventory:demand", (Can.SEE_DEMAND,)),
            Entry(_("Recommendations"), "target-arrow", "warehouse:recommendations", (Can.SEE_PLACEMENT,)),
            Entry(_("Scenarios"), "scale", "warehouse:scenarios", (Can.SEE_PLACEMENT,)),
            Entry(_("Back-tests"), "chart-dots", "warehouse:backtests", (Can.SEE_PLACEMENT,)),
            Entry(_("Planned events"), "calendar-event", "warehouse:planned_events", (Can.SEE_PLACEMENT,)),
            Entry(_("Lead times"), "hourglass", "warehouse:lead_times", (Can.SEE_LEAD_TIMES,)),
        ),
    ),
    Group(
        _("Control"),
        (
            Entry(_("Reports"), "report-analytics", "inventory:reports", (Can.SEE_REPORTS,)),
            Entry(_("Findings"), "flag", "inventory:findings", (Can.SEE_FINDINGS,)),
            Entry(_("Background work"), "progress", "inventory:jobs", (Can.EXPORT, Can.IMPORT_DEMAND)),
            Entry(_("Audit trail"), "history", "inventory:audit", (Can.SEE_AUDIT,)),
            Entry(_("Administration"), "settings", "admin:index", (Can.ADMINISTER,)),
        ),
    ),
)

# What a thumb reaches on a phone, in this order, as far as the role allows.
THUMB = (HOME, RECEIVING, SHIPPING, STOCK, MOVEMENTS)
THUMB_PLACES = 4


def menu_for(access: Access, path: str) -> list[tuple[Text, list[Link]]]:
    """The groups this person sees, with the entry they are in marked; groups without entries are left out."""
    groups = [(group.label, list(_links(group.entries, access, path))) for group in MENU]
    return [(label, links) for label, links in groups if links]


def thumb_menu_for(access: Access, path: str) -> list[Link]:
    """The few entries at the bottom of a phone."""
    return list(_links(THUMB, access, path))[:THUMB_PLACES]


def _links(entries: tuple[Entry, ...], access: Access, path: str) -> Iterator[Link]:
    for entry in entries:
        if entry.is_for(access) and (url := address_of(entry)):
            current = path == url if entry is HOME else path.startswith(url)
            yield Link(entry.label, entry.icon, url, current)


def address_of(entry: Entry) -> str | None:
    """Where an entry leads; None while no page answers to its name."""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return None
