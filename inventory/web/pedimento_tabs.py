"""What each tab of a pedimento's page draws; only the tab that is asked for is read."""

from functools import cache
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from inventory.audit.selectors import trail_of
from inventory.customs import selectors as customs
from inventory.customs.models import ClockChange, LotCorrection
from inventory.models import Pedimento
from inventory.parties.roles import Can
from inventory.places.clock import local_date
from inventory.web.access import WebAccess, WebRequest
from inventory.web.pedimento_facts import code_name

LINES_A_PAGE = 100
NEWEST_OF_TRAIL = 50
TABS = {
    "lines": _("Lines"),
    "taxes": _("Taxes and papers"),
    "balance": _("Bonded lots"),
    "discharges": _("Discharges"),
    "work": _("Warehouse"),
    "history": _("History"),
}


def tabs_for(access: WebAccess) -> dict[str, Any]:
    """The tabs this person may open: the work is for those who see shipments."""
    return {name: label for name, label in TABS.items() if name != "work" or access.can(Can.SEE_SHIPMENTS)}


def context_of(request: WebRequest, pedimento: Pedimento, tab: str) -> dict[str, Any]:
    """What the tab's template needs."""
    draw = {
        "lines": _lines, "taxes": _taxes, "balance": _balance, "discharges": _discharges, "work": _work,
        "history": _history,
    }[tab]  # fmt: skip
    return draw(request, pedimento)


def _lines(request: WebRequest, pedimento: Pedimento) -> dict[str, Any]:
    return {"lines": Paginator(pedimento.lines.all(), LINES_A_PAGE).get_page(request.GET.get("page"))}


def _taxes(_request: WebRequest, pedimento: Pedimento) -> dict[str, Any]:
    on = pedimento.paid_on or pedimento.entered_on or local_date(pedimento.recorded_at, pedimento.site.time_zone)
    seqs: dict[int | None, int] = {line.pk: line.seq for line in pedimento.lines.all()}

    @cache
    def name_of(list_name: str, code: str) -> str:
        return code_name(list_name, code, on)

    return {
        "contributions": [
            (seqs.get(row.line_id), name_of("contribution", row.code), name_of("payment_form", row.payment_form), row)
            for row in pedimento.contributions.all()
        ],
        "identifiers": [(seqs.get(row.line_id), row) for row in pedimento.identifiers.all()],
        "payments": [(name_of("payment_form", row.payment_form), row) for row in pedimento.payments.all()],
        "accounts": [
            (
                name_of("account_kind", row.account_kind),
                name_of("guarantee_kind", row.guarantee_kind),
                name_of("account_issuer", row.issuer),
                row,
            )
            for row in pedimento.customs_accounts.all()
        ],
        "offsets": [(name_of("contribution", row.code), row) for row in pedimento.offsets.all()],
        "documents": [(name_of("payment_form", row.payment_form), row) for row in pedimento.payment_documents.all()],
        "containers": [(name_of("container_type", row.type_code), row) for row in pedimento.containers.all()],
    }


def _balance(request: WebRequest, pedimento: Pedimento) -> dict[str, Any]:
    lots = customs.bonded_lots(request.access.scope).filter(subline__line__pedimento=pedimento)
    return {"lots": lots.order_by("line_seq", "pk")}


def _discharges(request: WebRequest, pedimento: Pedimento) -> dict[str, Any]:
    return {
        "entries": customs.entries_of_exit(request.access.scope, pedimento.number),
        "exits": customs.exits_of_entry(request.access.scope, pedimento.number),
    }


def _work(_request: WebRequest, pedimento: Pedimento) -> dict[str, Any]:
    return {"receipts": pedimento.receipts.order_by("-pk"), "shipments": pedimento.shipments.order_by("-pk")}


def _history(request: WebRequest, pedimento: Pedimento) -> dict[str, Any]:
    of_it = {"bonded_lot__subline__line__pedimento": pedimento}
    corrections = LotCorrection.objects.filter(**of_it).select_related("rectification", "bonded_lot__account__item")
    return {
        "trail": trail_of(pedimento)[:NEWEST_OF_TRAIL] if request.access.can(Can.SEE_AUDIT) else [],
        "clock_changes": ClockChange.objects.filter(**of_it).order_by("pk"),
        "corrections": corrections.order_by("pk"),
    }
