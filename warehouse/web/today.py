"""What wants attention today: one card for each kind of work, with the few most urgent rows of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.customs import selectors as customs
from inventory.customs.pedimento_number import display
from inventory.findings import selectors as findings
from inventory.findings.catalogue import entry, sentence
from inventory.jobs import selectors as jobs
from inventory.models import Job, Recommendation, Site
from inventory.parties.roles import Can
from inventory.templatetags import recinto as tags
from inventory.web.access import WebAccess
from inventory.web.formatting import deadline_text, moment_text, quantity_text, readable
from inventory.web.links import link_to
from warehouse.models import MovementOrder, Receipt, Shipment
from warehouse.movements import selectors as movements
from warehouse.receiving import selectors as receiving
from warehouse.shipping import selectors as shipping
from warehouse.tracking import selectors as tracking

FEW = 5
DEADLINE_DAYS = 90


@dataclass(frozen=True)
class Matter:
    """One row of a card: what it is, its page, a word about it, and how pressing it is."""

    title: str
    text: str = ""
    url: str = ""
    mark: SafeString | str = ""


@dataclass(frozen=True)
class Card:
    """One kind of work: its rows, whether there are more than are shown, and where all of them are."""

    title: Promise
    icon: str
    url: str
    matters: list[Matter] = field(default_factory=list)
    has_more: bool = False


def cards(access: WebAccess, at: datetime, today: date) -> list[Card]:
    """The cards that this person can act on and that have something in them, in the order of the day."""
    made = (make(access, at, today) for make, capabilities in CARDS if any(access.can(one) for one in capabilities))
    return [card for card in made if card.matters]


def _card(title: Promise, icon: str, url: str, rows: Any, draw: Callable[[Any], Matter]) -> Card:
    """A card of the first rows; one row more is read to know whether there are more."""
    found = list(islice(rows[: FEW + 1] if isinstance(rows, QuerySet) else rows, FEW + 1))
    return Card(title, icon, url, [draw(row) for row in found[:FEW]], len(found) > FEW)


def due(day: date | None, today: date) -> SafeString | str:
    """The mark of a day of work: red once it has passed, amber when it is today."""
    if day is None:
        return ""
    days = (day - today).days
    return tags.badge(deadline_text(days), "danger" if days < 0 else "warning" if days == 0 else "neutral")


def _codes(access: WebAccess) -> list[str] | None:
    """The codes of the sites that a person is bound to; None when it is all of them."""
    if access.site_ids is None:
        return None
    return list(Site.objects.filter(pk__in=access.site_ids).values_list("code", flat=True))


def _at(access: WebAccess, rows: QuerySet[Any], *paths: str) -> QuerySet[Any]:
    """The rows at the sites this person works at, by any of the paths from a row to a site."""
    if access.site_ids is None:
        return rows
    within = Q()
    for path in paths:
        within |= Q(**{f"{path}__in": access.site_ids})
    return rows.filter(within)


def _findings(access: WebAccess, at: datetime, today: date) -> Card:
    rows = findings.open_findings(access.scope, _codes(access))

    def draw(row: Any) -> Matter:
        mark = tags.deadline(row.due_on, today) if row.due_on else tags.status(row.severity, row.get_severity_display())
        return Matter(str(entry(row.code).title), sentence(row, readable), link_to("inventory:finding", row.pk), mark)

    return _card(gettext_lazy("Findings"), "flag", link_to("inventory:findings"), rows, draw)


def _notices(access: WebAccess, at: datetime, today: date) -> Card:
    rows = _at(access, customs.open_notices(access.scope), "pedimento__site")

    def draw(row: Any) -> Matter:
        zone = row.pedimento.site.time_zone
        late = row.due_at < at
        mark = tags.badge(moment_text(row.due_at, zone), "danger" if late else "warning", "clock-exclamation")
        about = f"{row.document} · {row.pedimento.client.name}"
        return Matter(row.get_kind_display(), about, link_to("inventory:pedimento", row.pedimento.number), mark)

    return _card(gettext_lazy("Notices due"), "gavel", link_to("inventory:pedimentos"), rows, draw)


def _layers(access: WebAccess, at: datetime, today: date) -> Card:
    rows = _at(access, customs.lots_by_deadline(access.scope), "account__authorisation__site_link__site")
    rows = rows.filter(must_leave_by__lte=date.fromordinal(today.toordinal() + DEADLINE_DAYS))

    def draw(row: Any) -> Matter:
        about = _("%(quantity)s left · %(pedimento)s, line %(line)s · %(client)s") % {
            "quantity": quantity_text(row.remaining), "pedimento": display(row.pedimento_number), "line": row.line_seq,
            "client": row.account.client.name,
        }  # fmt: skip
        url = link_to("inventory:bonded_lot", row.pk)
        return Matter(row.account.item.sku, about, url, tags.deadline(row.must_leave_by, today))

    return _card(gettext_lazy("Stays that end soon"), "calendar-due", link_to("inventory:bonded_lots"), rows, draw)


def _receipts(access: WebAccess, at: datetime, today: date) -> Card:
    rows = _at(access, receiving.receipts(access.scope), "site")
    under_way = Q(state__in=(Receipt.State.ARRIVED, Receipt.State.COUNTED))
    rows = rows.filter(under_way | Q(state=Receipt.State.EXPECTED, expected_on__lte=today))
    rows = rows.order_by("expected_on", "pk")

    def draw(row: Receipt) -> Matter:
        mark = tags.status(row.state, row.get_state_display())
        if row.state == Receipt.State.EXPECTED and row.expected_on:
            mark = due(row.expected_on, today)
        about = " · ".join(filter(None, (row.site.name, row.client.name, row.container_number)))
        return Matter(row.number, about, link_to("warehouse:receipt", row.number), mark)

    return _card(gettext_lazy("To receive"), "package-import", link_to("warehouse:receipts"), rows, draw)


READY = (Shipment.State.DRAFT, Shipment.State.RESERVED, Shipment.State.PICKED, Shipment.State.CLEARED)


def _to_ship(access: WebAccess, at: datetime, today: date) -> Card:
    rows = _at(access, shipping.shipments(access.scope).filter(state__in=READY), "origin").order_by("due_on", "pk")

    def draw(row: Shipment) -> Matter:
        mark = due(row.due_on, today) or tags.status(row.state, row.get_state_display())
        about = f"{row.origin.name} → {row.destination.name} · {row.get_state_display()} · {row.client.name}"
        return Matter(row.number, about, link_to("warehouse:shipment", row.number), mark)

    return _card(gettext_lazy("To ship"), "truck-loading", link_to("warehouse:shipments"), rows, draw)


def _late(access: WebAccess, at: datetime, today: date) -> Card:
    rows = _at(access, tracking.late(access.scope, at), "origin", "destination")

    def draw(row: Shipment) -> Matter:
        mark = tags.status("late", row.get_state_display())
        there = row.destination.time_zone
        about = _("%(destination)s · expected %(eta)s") % {
            "destination": row.destination.name, "eta": moment_text(row.eta or row.promised_at, there),
        }  # fmt: skip
        return Matter(row.number, about, link_to("warehouse:shipment", row.number), mark)

    return _card(gettext_lazy("Late on the road"), "clock-exclamation", link_to("warehouse:tracking"), rows, draw)


def _orders(access: WebAccess, at: datetime, today: date) -> Card:
    rows = movements.orders(access.scope).filter(state=MovementOrder.State.OPEN).order_by("ship_by", "pk")
    rows = _at(access, rows, "origin")

    def draw(row: MovementOrder) -> Matter:
        mark = due(row.ship_by, today) or tags.status(row.state, row.get_state_display())
        about = f"{row.origin.name} → {row.destination.name} · {row.client.name}"
        return Matter(row.number, about, link_to("warehouse:movement", row.number), mark)

    return _card(gettext_lazy("Movement orders"), "transfer", link_to("warehouse:movements"), rows, draw)


def _recommendations(access: WebAccess, at: datetime, today: date) -> Card:
    rows = access.scope.filter(Recommendation.objects.filter(state=Recommendation.State.PROPOSED))
    rows = rows.select_related("item", "source", "target").order_by("priority", "pk")

    def draw(row: Recommendation) -> Matter:
        about = f"{row.source.name} → {row.target.name}"
        mark = tags.badge(quantity_text(row.quantity), "accent")
        return Matter(row.item.sku, about, link_to("warehouse:recommendation", row.pk), mark)

    return _card(gettext_lazy("To decide"), "target-arrow", link_to("warehouse:recommendations"), rows, draw)


def _jobs(access: WebAccess, at: datetime, today: date) -> Card:
    rows = jobs.jobs_for(access.full_scope, access.user_id)
    rows = rows.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING))

    def draw(row: Job) -> Matter:
        percent = f"{row.percent} %" if row.total else ""
        mark = tags.status(row.state, row.get_state_display())
        return Matter(row.title, " · ".join(filter(None, (row.stage, percent))), link_to("inventory:job", row.pk), mark)

    return _card(gettext_lazy("Your background work"), "progress", link_to("inventory:jobs"), rows, draw)


Make = Callable[[WebAccess, datetime, date], Card]
CARDS: tuple[tuple[Make, tuple[str, ...]], ...] = (
    (_findings, (Can.SEE_FINDINGS,)),
    (_notices, (Can.EDIT_PEDIMENTO, Can.RECEIVE)),
    (_receipts, (Can.RECEIVE, Can.SEE_SHIPMENTS)),
    (_to_ship, (Can.SEE_SHIPMENTS,)),
    (_late, (Can.SEE_SHIPMENTS,)),
    (_orders, (Can.MOVE, Can.DECIDE_PLACEMENT)),
    (_recommendations, (Can.DECIDE_PLACEMENT,)),
    (_layers, (Can.SEE_CUSTOMS,)),
    (_jobs, (Can.EXPORT, Can.IMPORT_DEMAND, Can.RUN_PLACEMENT)),
)


def numbers(access: WebAccess, at: datetime, today: date) -> Iterator[dict[str, Any]]:
    """The figures at the top: one card each, for those whose business it is."""
    for make, capability in NUMBERS:
        if access.can(capability):
            yield make(access, at, today)


def _open_findings(access: WebAccess, at: datetime, today: date) -> dict[str, Any]:
    rows = findings.open_findings(access.scope, _codes(access))
    total, critical = rows.count(), rows.filter(severity="critical").count()
    return {
        "label": _("Open findings"), "value": total, "icon": "flag", "url": link_to("inventory:findings"),
        "note": _("%(count)s critical") % {"count": critical},
        "tone": "danger" if critical else "warning" if total else "success",
    }  # fmt: skip


def _ending(access: WebAccess, at: datetime, today: date) -> dict[str, Any]:
    rows = _at(access, customs.lots_by_deadline(access.scope), "account__authorisation__site_link__site")
    month = date.fromordinal(today.toordinal() + 30)
    near, over = rows.filter(must_leave_by__lte=month).count(), rows.filter(must_leave_by__lt=today).count()
    return {
        "label": _("Stays ending in 30 days"), "value": near, "icon": "calendar-due",
        "url": link_to("inventory:bonded_lots"), "note": _("%(count)s overdue") % {"count": over},
        "tone": "danger" if over else "warning" if near else "success",
    }  # fmt: skip


def _to_receive(access: WebAccess, at: datetime, today: date) -> dict[str, Any]:
    rows = _at(access, receiving.receipts(access.scope), "site")
    expected = rows.filter(state=Receipt.State.EXPECTED, expected_on__lte=today).count()
    here = rows.filter(state__in=(Receipt.State.ARRIVED, Receipt.State.COUNTED)).count()
    return {
        "label": _("Receipts expected"), "value": expected, "icon": "package-import",
        "url": link_to("warehouse:receipts"), "note": _("%(count)s at the dock") % {"count": here},
    }  # fmt: skip


def _on_road(access: WebAccess, at: datetime, today: date) -> dict[str, Any]:
    rows = _at(access, tracking.in_transit(access.scope), "origin", "destination")
    late = _at(access, tracking.late(access.scope, at), "origin", "destination").count()
    return {
        "label": _("Shipments on the road"), "value": rows.count(), "icon": "route", "url": link_to("warehouse:tracking"),
        "note": _("%(count)s late") % {"count": late}, "tone": "warning" if late else "accent",
    }  # fmt: skip


def _to_decide(access: WebAccess, at: datetime, today: date) -> dict[str, Any]:
    rows = access.scope.filter(Recommendation.objects.filter(state=Recommendation.State.PROPOSED))
    return {
        "label": _("Recommendations to decide"), "value": rows.count(), "icon": "target-arrow",
        "url": link_to("warehouse:recommendations"), "tone": "accent",
    }  # fmt: skip


NUMBERS: tuple[tuple[Callable[[WebAccess, datetime, date], dict[str, Any]], str], ...] = (
    (_open_findings, Can.SEE_FINDINGS),
    (_ending, Can.SEE_CUSTOMS),
    (_to_receive, Can.RECEIVE),
    (_on_road, Can.SEE_SHIPMENTS),
    (_to_decide, Can.DECIDE_PLACEMENT),
)
