"""The discharge trail in both directions, and the kardex of an account."""

from itertools import islice
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from inventory.customs import selectors as customs
from inventory.ledger import selectors as ledger
from inventory.models import Account, Discharge, Pedimento
from inventory.parties.roles import Can
from inventory.reference import selectors as reference
from inventory.reference.models import Regime
from inventory.templatetags.recinto import badge
from inventory.web import offers
from inventory.web.access import WebRequest, requires
from inventory.web.bonded_lots import ITEM, SITE
from inventory.web.cells import TABLET, TABLET_NUMBER, WIDE, WIDE_NUMBER, PairColumn, PedimentoColumn
from inventory.web.columns import DayColumn, MoneyColumn, QuantityColumn
from inventory.web.forms import DateInput
from inventory.web.lists import Action, ListPage
from inventory.web.places_of import at_sites, found
from inventory.web.units import UnitColumn

KARDEX_PAGE = 200
KINDS = {
    "entry": (_("Entry"), "success"),
    "discharge": (_("Discharge"), "accent"),
    "reversal": (_("Reversal"), "warning"),
    "correction": (_("Correction"), "info"),
}
FLAGS = dict(Discharge.Flag.choices)


class DischargeTable(tables.Table):
    """Discharges and their reversals."""

    entry = PedimentoColumn(
        accessor="bonded_lot__pedimento_number",
        verbose_name=_("Entry"),
        url=lambda row: reverse("inventory:trail", args=[row.bonded_lot.pedimento_number]),
    )
    exit = PedimentoColumn(
        accessor="outbound_line__pedimento__number",
        verbose_name=_("Exit"),
        url=lambda row: reverse("inventory:trail", args=[row.outbound_line.pedimento.number]),
    )
    sku = PairColumn(accessor=f"{ITEM}sku", verbose_name=_("Item"), below=lambda row: row.account.item.description)
    client = tables.Column(accessor="account__client__name", verbose_name=_("Client"), attrs=WIDE)
    quantity = UnitColumn(unit=f"{ITEM}stock_unit", verbose_name=_("Quantity"))
    tariff_quantity = QuantityColumn(verbose_name=_("Tariff quantity"), attrs=WIDE_NUMBER)
    value_mxn = MoneyColumn(verbose_name=_("Value, MXN"), attrs=TABLET_NUMBER)
    legal_date = DayColumn(verbose_name=_("Legal date"), attrs=TABLET)
    flags = tables.Column(verbose_name=_("Marks"), empty_values=(), orderable=False, attrs=WIDE)

    class Meta:
        order_by = "-legal_date"

    def render_flags(self, record: Discharge) -> Any:
        """Why the row stands out of plain order."""
        return (
            badge(_("reversal"), "warning")
            if record.reverses_id
            else ", ".join(str(FLAGS.get(f, f)) for f in record.flags)
        )

    def value_flags(self, record: Discharge) -> str:
        """The marks as they are stored."""
        return "reversal" if record.reverses_id else " ".join(record.flags)


class DischargeFilters(filters.FilterSet):
    """Which entry, which exit, which item, when."""

    entry = filters.CharFilter("bonded_lot__pedimento_number", method="digits", label=_("Entry pedimento"))
    exit = filters.CharFilter("outbound_line__pedimento__number", method="digits", label=_("Exit pedimento"))
    item = filters.CharFilter(f"{ITEM}sku", lookup_expr="istartswith", label=_("SKU begins with"))
    since = filters.DateFilter("legal_date", lookup_expr="gte", label=_("From"), widget=DateInput)
    until = filters.DateFilter("legal_date", lookup_expr="lte", label=_("To"), widget=DateInput)

    def digits(self, rows: QuerySet[Discharge], name: str, value: str) -> QuerySet[Discharge]:
        """A number, however it is written."""
        return rows.filter(**{f"{name}__contains": "".join(c for c in value if c.isdigit()) or value})


class DischargeList(ListPage):
    """Every write-off."""

    capability, title = Can.SEE_CUSTOMS, _("Discharges")
    subtitle = _("Open a number to see its trail: which exits used an entry, which entries an exit used.")
    table_class, filterset_class = DischargeTable, DischargeFilters
    search_fields = ("bonded_lot__pedimento_number", "outbound_line__pedimento__number", f"{ITEM}sku", "reason")
    search_hint, export_name = _("Pedimento or SKU"), "discharges"
    empty_title, empty_text = _("Nothing was discharged yet"), _("A dispatched shipment discharges what left bond.")

    def rows(self) -> QuerySet[Discharge]:
        """Discharges of this person's sites."""
        return at_sites(self.request.access, customs.discharges(self.request.access.scope), SITE)

    def actions(self) -> list[Action]:
        """By account."""
        return [Action(_("Kardex"), reverse("inventory:kardexes"), "list-details", Can.SEE_CUSTOMS, "ghost")]


@requires(Can.SEE_CUSTOMS)
@require_safe
def trail_page(request: WebRequest, number: str) -> HttpResponse:
    """The trail of one pedimento: what used it, and what it used."""
    access = request.access
    rows = at_sites(access, customs.pedimentos(access.scope), "site")
    pedimento: Pedimento = found(access, rows.filter(number="".join(c for c in number if c.isdigit())).first())
    exits = customs.exits_of_entry(access.scope, pedimento.number)
    entries = customs.entries_of_exit(access.scope, pedimento.number)
    page = {
        "title": _("Discharge trail"),
        "crumbs": [(_("Discharges"), reverse("inventory:discharges"))],
        "pedimento": pedimento,
        "exits": exits,
        "entries": entries,
        "lots": customs.bonded_lots(access.scope).filter(subline__line__pedimento=pedimento).order_by("line_seq", "pk"),
    }
    return render(request, "inventory/customs/trail.html", page)


class AccountTable(tables.Table):
    """Accounts."""

    sku = PairColumn(
        accessor="item__sku",
        verbose_name=_("Item"),
        url=lambda account: reverse("inventory:kardex", args=[account.pk]),
        below=lambda account: account.item.description,
    )
    client = tables.Column(accessor="client__name", verbose_name=_("Client"))
    regime = tables.Column(verbose_name=_("Regime"))
    authorisation = tables.Column(accessor="authorisation__number", verbose_name=_("Authorisation"), attrs=TABLET)

    class Meta:
        order_by = "sku"


class AccountFilters(filters.FilterSet):
    """Whose, where, which regime and authorisation."""

    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    site = filters.ModelChoiceFilter("authorisation__site_link__site", queryset=offers.zones, label=_("Site"))
    regime = filters.ChoiceFilter(choices=lambda: reference.choices(Regime, timezone.localdate()), label=_("Regime"))
    item = filters.CharFilter("item__sku", lookup_expr="istartswith", label=_("SKU begins with"))
    authorisation = filters.CharFilter("authorisation__number", lookup_expr="icontains", label=_("Authorisation"))


class AccountList(ListPage):
    """The accounts whose kardex can be read."""

    capability, title = Can.SEE_CUSTOMS, _("Accounts (kardex)")
    subtitle = _("Client × regime × authorisation × item: the unit of first in, first out.")
    table_class, filterset_class = AccountTable, AccountFilters
    search_fields, search_hint = ("item__sku", "item__description", "authorisation__number"), _("SKU or authorisation")
    empty_title, empty_text = _("No accounts yet"), _("An account opens with the first receipt of its item.")

    def rows(self) -> QuerySet[Account]:
        """Bonded accounts of this person's sites."""
        rows = ledger.accounts(self.request.access.scope).filter(authorisation__isnull=False)
        return at_sites(self.request.access, rows, "authorisation__site_link__site")

    def extra_context(self) -> dict[str, Any]:
        """The way back."""
        return {"crumbs": [(_("Layers and deadlines"), reverse("inventory:bonded_lots"))]}


@requires(Can.SEE_CUSTOMS)
@require_safe
def kardex_page(request: WebRequest, pk: int) -> HttpResponse:
    """Every event of one account with its running balance, the newest two hundred first on the page."""
    access = request.access
    rows = at_sites(access, ledger.accounts(access.scope), "authorisation__site_link__site", "balances__location__site")
    account: Account = found(access, rows.filter(pk=pk).distinct().first())
    events = list(customs.kardex(access.scope, account))
    page_number = int(number) if (number := request.GET.get("page", "1")).isdecimal() and int(number) > 0 else 1
    newest = events[::-1]
    shown = list(islice(newest, (page_number - 1) * KARDEX_PAGE, page_number * KARDEX_PAGE))
    page = {
        "title": gettext("Kardex of %(sku)s") % {"sku": account.item.sku},
        "subtitle": account.item.description,
        "crumbs": [(_("Accounts (kardex)"), reverse("inventory:kardexes"))],
        "account": account,
        "events": [(*KINDS[event.kind], event, [FLAGS.get(flag, flag) for flag in event.flags]) for event in shown],
        "balance": events[-1].account_balance if events else 0,
        "older": page_number + 1 if len(events) > page_number * KARDEX_PAGE else None,
        "newer": page_number - 1 if page_number > 1 else None,
        "facts": [
            (_("Client"), account.client),
            (_("Regime"), account.regime),
            (_("Authorisation"), account.authorisation.number if account.authorisation else ""),
        ],
    }
    return render(request, "inventory/customs/kardex.html", page)


urlpatterns = [
    path("discharges/", DischargeList.as_view(), name="discharges"),
    path("discharges/<str:number>/", trail_page, name="trail"),
    path("kardex/", AccountList.as_view(), name="kardexes"),
    path("kardex/<int:pk>/", kardex_page, name="kardex"),
]
