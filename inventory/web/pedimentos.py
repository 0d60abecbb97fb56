"""Pedimentos: the list, the page of one with its tabs, and what may still be done with it."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from inventory.customs import flat_file
from inventory.customs import selectors as customs
from inventory.customs import services as books
from inventory.customs.image import declared
from inventory.customs.pedimento_number import display
from inventory.errors import DomainError
from inventory.models import Pedimento
from inventory.parties.roles import Can
from inventory.places.clock import local_date
from inventory.templatetags.trade import pedimento_no
from inventory.web import offers
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page, sent
from inventory.web.cells import TABLET, WIDE, PedimentoColumn
from inventory.web.columns import DayColumn, MoneyColumn, StatusColumn
from inventory.web.export import csv_file
from inventory.web.fields import SiteMomentField
from inventory.web.forms import DateInput, ReasonField
from inventory.web.lists import Action, ListPage
from inventory.web.pedimento_facts import facts_of
from inventory.web.pedimento_tabs import context_of, tabs_for
from inventory.web.places_of import at_sites, found

State, Effect = Pedimento.State, Pedimento.Effect


# ── The list ────────────────────────────────────────────────────────────────────────────────────


class PedimentoTable(tables.Table):
    """Pedimentos."""

    number = PedimentoColumn(
        verbose_name=_("Pedimento"), url=lambda row: reverse("inventory:pedimento", args=[row.number])
    )
    state = StatusColumn(verbose_name=_("State"))
    document_key = tables.Column(verbose_name=_("Key"))
    effect = tables.Column(verbose_name=_("Effect"), attrs=TABLET)
    client = tables.Column(accessor="client__name", verbose_name=_("Client"), attrs=TABLET)
    site = tables.Column(accessor="site__name", verbose_name=_("Site"), attrs=WIDE)
    regime = tables.Column(verbose_name=_("Regime"), attrs=WIDE)
    paid_on = DayColumn(verbose_name=_("Paid"), attrs=TABLET)
    customs_value_mxn = MoneyColumn(verbose_name=_("Customs value, MXN"))

    class Meta:
        order_by = "-number"

    def render_state(self, record: Pedimento, column: StatusColumn, bound_column: Any) -> Any:
        """The state in words and its tone."""
        return column.render(record.get_state_display(), record, bound_column)

    def render_effect(self, record: Pedimento) -> str:
        """The effect in words."""
        return record.get_effect_display()


class PedimentoFilters(filters.FilterSet):
    """State, effect, key, whose, where, when."""

    state = filters.ChoiceFilter(choices=State.choices, label=_("State"))
    effect = filters.ChoiceFilter(choices=Effect.choices, label=_("Effect"))
    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    site = filters.ModelChoiceFilter(queryset=offers.zones, label=_("Site"))
    document_key = filters.CharFilter(lookup_expr="iexact", label=_("Document key (clave)"))
    sku = filters.CharFilter("lines__sublines__item__sku", lookup_expr="iexact", distinct=True, label=_("With SKU"))
    paid_from = filters.DateFilter("paid_on", lookup_expr="gte", label=_("Paid from"), widget=DateInput)
    paid_to = filters.DateFilter("paid_on", lookup_expr="lte", label=_("Paid to"), widget=DateInput)


class PedimentoList(ListPage):
    """Declarations."""

    capability, title = Can.SEE_CUSTOMS, _("Pedimentos")
    table_class, filterset_class = PedimentoTable, PedimentoFilters
    search_fields = ("number", "document_key", "client__name", "remarks")
    search_hint, export_name = _("Number, key or client"), "pedimentos"
    empty_title, empty_text = _("No pedimentos yet"), _("Enter the first one, or upload it as CSV.")

    def rows(self) -> QuerySet[Pedimento]:
        """Pedimentos of this person's sites."""
        return at_sites(self.request.access, customs.pedimentos(self.request.access.scope), "site")

    def searched(self, rows: Any) -> Any:
        """Numbers are found however they are written: with spaces, with hyphens, without."""
        text = self.request.GET.get("q", "")
        digits = "".join(character for character in text if character.isdigit())
        if digits and not text.strip(" -0123456789"):
            return rows.filter(number__contains=digits)
        return super().searched(rows)

    def actions(self) -> list[Action]:
        """Enter one, on a form or as a file."""
        return [
            Action(_("New pedimento"), reverse("inventory:pedimento_new"), "plus", Can.EDIT_PEDIMENTO),
            Action(_("Upload CSV"), reverse("inventory:pedimento_upload"), "file-upload", Can.EDIT_PEDIMENTO, "ghost"),
        ]


# ── One pedimento ───────────────────────────────────────────────────────────────────────────────


def pedimento_of(request: WebRequest, number: str) -> Pedimento:
    """The pedimento with all its parts, if this person may see it. Raises Http404."""
    pedimento = customs.pedimento(request.access.scope, "".join(c for c in number if c.isdigit()))
    return found(request.access, pedimento, pedimento.site_id if pedimento else None)


@requires(Can.SEE_CUSTOMS)
@require_safe
def pedimento_page(request: WebRequest, number: str) -> HttpResponse:
    """One pedimento, tab by tab."""
    return draw(request, pedimento_of(request, number))


def draw(request: WebRequest, pedimento: Pedimento, refusal: DomainError | None = None) -> HttpResponse:
    """The page of a pedimento, with what was refused above it."""
    tabs = tabs_for(request.access)
    tab = request.GET.get("tab", "lines")
    tab = tab if tab in tabs else "lines"
    url = reverse("inventory:pedimento", args=[pedimento.number])
    page = {
        "title": " ".join(display(pedimento.number).split()),
        "subtitle": f"{pedimento.client} · {pedimento.site}",
        "crumbs": [(_("Pedimentos"), reverse("inventory:pedimentos"))],
        "pedimento": pedimento,
        "facts": facts_of(pedimento),
        "tab": tab,
        "tabs": [(label, f"{url}?tab={name}", name == tab) for name, label in tabs.items()],
        "tab_template": f"inventory/customs/_pedimento_{tab}.html",
        "deeds": deeds_of(request, pedimento),
        "refusal": refusal,
        **context_of(request, pedimento, tab),
    }
    return render(request, "inventory/customs/pedimento.html", page, status=refusal.status if refusal else 200)


@requires(Can.SEE_CUSTOMS)
@require_safe
def pedimento_file(request: WebRequest, number: str) -> HttpResponse:
    """The whole pedimento as the CSV it can be uploaded with."""
    pedimento = pedimento_of(request, number)
    return csv_file(f"pedimento-{pedimento.number}", flat_file.write(declared(pedimento)))


# ── What may be done with it ────────────────────────────────────────────────────────────────────


def deeds_of(request: WebRequest, pedimento: Pedimento) -> list[Action]:
    """The buttons that make sense now."""
    access, number, state = request.access, pedimento.number, pedimento.state

    def deed(label: Any, name: str, icon: str, capability: str, tone: str = "primary") -> Action:
        return Action(label, reverse(f"inventory:pedimento_{name}", args=[number]), icon, capability, tone)

    found_: list[Action] = []
    is_open = pedimento.is_consolidated and pedimento.consolidated_closed_on is None
    lets_in = pedimento.effect == Effect.INBOUND and (state in (State.PAID, State.CLEARED) or is_open)
    if lets_in and not pedimento.receipts.exclude(state="cancelled").exists():
        url = f"{reverse('warehouse:receipt_expect')}?pedimento={number}"
        found_.append(Action(_("Expect its goods"), url, "package-import", Can.RECEIVE))
    if state in (State.DRAFT, State.VALIDATED) and not pedimento.is_consolidated:
        found_.append(deed(_("Record payment"), "pay", "currency-dollar", Can.EDIT_PEDIMENTO))
    if state == State.PAID:
        found_.append(deed(_("Record clearance (MSA)"), "clear", "check", Can.EDIT_PEDIMENTO))
    if pedimento.is_consolidated and state != State.CANCELLED:
        found_.append(deed(_("Record a remesa"), "remesa", "plus", Can.EDIT_PEDIMENTO, "ghost"))
        found_ += [deed(_("Close the consolidated"), "close", "lock", Can.EDIT_PEDIMENTO)] if is_open else []
    if pedimento.effect == Effect.CORRECTIVE and state not in (State.APPLIED, State.CANCELLED):
        found_.append(deed(_("Apply the rectification"), "rectify", "refresh", Can.EDIT_PEDIMENTO))
    if pedimento.effect == Effect.INBOUND and state in (State.PAID, State.CLEARED):
        url = f"{reverse('inventory:pedimento_new')}?rectifies={number}"
        if not hasattr(pedimento, "rectified_by"):
            found_.append(Action(_("Rectify (R1)"), url, "edit", Can.EDIT_PEDIMENTO, "ghost"))
    found_.append(deed(_("Download CSV"), "file", "download", Can.SEE_CUSTOMS, "ghost"))
    if state not in (State.CANCELLED, State.APPLIED):
        found_.append(deed(_("Withdraw"), "withdraw", "trash", Can.EDIT_PEDIMENTO, "ghost"))
    return [one for one in found_ if access.can(one.capability)]


class PaymentForm(forms.Form):
    """The day it was paid, and where."""

    paid_on = forms.DateField(label=_("Paid on"), widget=DateInput, help_text=_("The bank's date on the receipt."))
    capture_line = forms.CharField(
        label=_("Línea de captura"),
        max_length=30,
        required=False,
        help_text=_("20 letters and digits, if cash was paid."),
    )
    bank = forms.CharField(label=_("Bank"), max_length=80, required=False)
    operation_number = forms.CharField(label=_("Bank operation number"), max_length=30, required=False)


class ClearanceForm(forms.Form):
    """When the selection mechanism was activated."""

    cleared_at = SiteMomentField(label=_("Selection mechanism activated"))
    was_examined = forms.BooleanField(label=_("Red light: the goods were examined"), required=False)


class RemesaForm(forms.Form):
    """The electronic notice of one remesa."""

    remesa = forms.IntegerField(label=_("Remesa"), min_value=1)
    number = forms.CharField(label=_("Number of the notice"), max_length=40)
    issued_on = forms.DateField(label=_("Date of the notice"), widget=DateInput)


class ClosingForm(forms.Form):
    """When the consolidated was closed and paid."""

    closed_on = forms.DateField(label=_("Closed on"), widget=DateInput)
    paid_on = forms.DateField(label=_("Paid on"), widget=DateInput)


class WithdrawalForm(forms.Form):
    """Why it is withdrawn."""

    reason = ReasonField(label=_("Why it is withdrawn"))


def _deed_page(
    request: WebRequest, pedimento: Pedimento, form: forms.Form, service: Any, title: Any, done: str, **page: Any
) -> HttpResponse:
    """The page of one deed: its form, the service it calls, and back to the pedimento."""
    url = reverse("inventory:pedimento", args=[pedimento.number])
    shown = pedimento_no(pedimento.number)

    def do(values: dict[str, Any]) -> str:
        service(pedimento=pedimento, at=timezone.now(), actor=request.access.actor, **values)
        messages.success(request, done)
        return url

    crumbs = [(_("Pedimentos"), reverse("inventory:pedimentos")), (shown, url)]
    subtitle = f"{pedimento.client} · {pedimento.document_key} · {pedimento.regime}"
    return form_page(
        request, form, do, title=title, subtitle=subtitle, crumbs=crumbs, cancel_url=url, button=title, **page
    )


def _today(pedimento: Pedimento) -> Any:
    return local_date(timezone.now(), pedimento.site.time_zone)


@requires(Can.EDIT_PEDIMENTO)
def pay(request: WebRequest, number: str) -> HttpResponse:
    """Record its payment."""
    pedimento = pedimento_of(request, number)
    form = PaymentForm(sent(request), initial={"paid_on": _today(pedimento)})
    return _deed_page(
        request, pedimento, form, books.record_payment, _("Record payment"), gettext("The payment is recorded.")
    )


@requires(Can.EDIT_PEDIMENTO)
def clear(request: WebRequest, number: str) -> HttpResponse:
    """Record its clearance by the selection mechanism."""
    pedimento = pedimento_of(request, number)
    form = ClearanceForm(sent(request), initial={"cleared_at": timezone.now()})
    form.fields["cleared_at"].at_site(pedimento.site)
    return _deed_page(
        request,
        pedimento,
        form,
        books.record_clearance,
        _("Record clearance (MSA)"),
        gettext("Cleared: the stays of its bonded lots are counted from that day."),
        lead=_("The stay of the goods is counted from this day."),
    )


@requires(Can.EDIT_PEDIMENTO)
def remesa(request: WebRequest, number: str) -> HttpResponse:
    """Record one remesa of a consolidated pedimento."""
    pedimento = pedimento_of(request, number)
    last = max((row.remesa for row in pedimento.remesa_notices.all()), default=0)
    form = RemesaForm(sent(request), initial={"remesa": last + 1, "issued_on": _today(pedimento)})
    return _deed_page(
        request, pedimento, form, books.record_remesa, _("Record a remesa"), gettext("The remesa is recorded.")
    )


@requires(Can.EDIT_PEDIMENTO)
def close(request: WebRequest, number: str) -> HttpResponse:
    """Close a consolidated pedimento."""
    pedimento = pedimento_of(request, number)
    today = _today(pedimento)
    form = ClosingForm(sent(request), initial={"closed_on": today, "paid_on": today})
    return _deed_page(
        request,
        pedimento,
        form,
        books.close_consolidated,
        _("Close the consolidated"),
        gettext("Closed: its bonded lots stand from now on."),
    )


@requires(Can.EDIT_PEDIMENTO)
def withdraw(request: WebRequest, number: str) -> HttpResponse:
    """Withdraw a declaration that did nothing yet."""
    pedimento = pedimento_of(request, number)
    form = WithdrawalForm(sent(request))
    return _deed_page(
        request, pedimento, form, books.withdraw_pedimento, _("Withdraw"), gettext("The pedimento is withdrawn.")
    )


@requires(Can.EDIT_PEDIMENTO)
def rectify(request: WebRequest, number: str) -> HttpResponse:
    """Ask whether to apply a rectification to the lots of what it rectifies, and do it."""
    pedimento = pedimento_of(request, number)
    url = reverse("inventory:pedimento", args=[pedimento.number])

    def apply(_values: dict[str, Any]) -> str:
        done = books.rectify(rectification=pedimento, at=timezone.now(), actor=request.access.actor)
        if done.state == State.PENDING:
            text = gettext(
                "Nothing was changed: other entries cannot absorb what was discharged. A finding says how much."
            )
            messages.warning(request, text)
        else:
            messages.success(request, gettext("The rectification is applied."))
        return url

    return form_page(
        request,
        forms.Form(sent(request)),
        apply,
        title=_("Apply the rectification"),
        subtitle=f"{pedimento.client} · R1",
        crumbs=[(_("Pedimentos"), reverse("inventory:pedimentos")), (pedimento_no(pedimento.number), url)],
        cancel_url=url,
        button=_("Apply the rectification"),
        lead=_(
            "Each line of the R1 is the complete new image of its line. Differences are appended to the bonded lots; "
            "nothing is edited."
        ),
    )


urlpatterns = [
    path("pedimentos/", PedimentoList.as_view(), name="pedimentos"),
    path("pedimentos/<str:number>/", pedimento_page, name="pedimento"),
    path("pedimentos/<str:number>/pedimento.csv", pedimento_file, name="pedimento_file"),
    path("pedimentos/<str:number>/pay/", pay, name="pedimento_pay"),
    path("pedimentos/<str:number>/clear/", clear, name="pedimento_clear"),
    path("pedimentos/<str:number>/remesa/", remesa, name="pedimento_remesa"),
    path("pedimentos/<str:number>/close/", close, name="pedimento_close"),
    path("pedimentos/<str:number>/rectify/", rectify, name="pedimento_rectify"),
    path("pedimentos/<str:number>/withdraw/", withdraw, name="pedimento_withdraw"),
]
