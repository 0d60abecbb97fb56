"""Receiving: what is expected, what arrived, what was counted, and what entered the books."""

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
from django.views.decorators.http import require_POST, require_safe

from inventory.customs import selectors as customs
from inventory.errors import DomainError
from inventory.models import Carrier, LegalNotice, Location, Pedimento
from inventory.parties.roles import Can
from inventory.templatetags.recinto import day, moment
from inventory.templatetags.trade import pedimento_no
from inventory.web import offers
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page, press, sent
from inventory.web.cells import TABLET, WHOLE, WIDE, PairColumn
from inventory.web.columns import DayColumn, LinkColumn, MomentColumn, StatusColumn
from inventory.web.fields import SiteMomentField, this_minute
from inventory.web.forms import DateInput
from inventory.web.lists import Action, ListPage
from inventory.web.pedimento_facts import link_to
from inventory.web.places_of import at_sites, found, shelves
from warehouse.models import Receipt
from warehouse.receiving import selectors as receipts
from warehouse.receiving import services as receiving

State = Receipt.State


# ── The list ────────────────────────────────────────────────────────────────────────────────────


class ReceiptTable(tables.Table):
    """Receipts."""

    number = LinkColumn(
        attrs=WHOLE, verbose_name=_("Receipt"), url=lambda row: reverse("warehouse:receipt", args=[row.number])
    )
    state = StatusColumn(verbose_name=_("State"))
    client = PairColumn(
        accessor="client__name", verbose_name=_("Client"), below=lambda row: pedimento_no(row.pedimento.number)
    )
    container_number = tables.Column(verbose_name=_("Container"), attrs=TABLET)
    site = tables.Column(accessor="site__name", verbose_name=_("Site"), attrs=WIDE)
    expected_on = DayColumn(verbose_name=_("Expected"), attrs=TABLET)
    arrived_at = MomentColumn(zone="site__time_zone", verbose_name=_("Arrived"), attrs=WIDE)

    class Meta:
        order_by = "-number"

    def render_state(self, record: Receipt, column: StatusColumn, bound_column: Any) -> Any:
        """The state in words and its tone."""
        return column.render(record.get_state_display(), record, bound_column)


class ReceiptFilters(filters.FilterSet):
    """State, whose, where."""

    state = filters.ChoiceFilter(choices=State.choices, label=_("State"))
    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    site = filters.ModelChoiceFilter(queryset=offers.zones, label=_("Site"))
    pedimento = filters.CharFilter("pedimento__number", lookup_expr="contains", label=_("Pedimento"))


class ReceiptList(ListPage):
    """What comes in."""

    capability, title = (Can.RECEIVE, Can.SEE_SHIPMENTS), _("Receiving")
    table_class, filterset_class = ReceiptTable, ReceiptFilters
    search_fields = ("number", "container_number", "plates", "pedimento__number", "client__name")
    search_hint, export_name = _("Receipt, container, plates or pedimento"), "receipts"
    empty_title, empty_text = _("Nothing to receive"), _("Expect the goods of a paid pedimento to begin.")

    def rows(self) -> QuerySet[Receipt]:
        """Receipts of this person's sites."""
        return at_sites(self.request.access, receipts.receipts(self.request.access.scope), "site")

    def actions(self) -> list[Action]:
        """Begin one."""
        return [Action(_("Expect goods"), reverse("warehouse:receipt_expect"), "plus", Can.RECEIVE)]


# ── Expecting ───────────────────────────────────────────────────────────────────────────────────


class ExpectForm(forms.Form):
    """Which pedimento's goods, and when."""

    pedimento = forms.ModelChoiceField(
        Pedimento.objects.none(), label=_("Pedimento"), to_field_name="number", help_text=_("Paid, with goods to come.")
    )
    expected_on = forms.DateField(label=_("Expected on"), required=False, widget=DateInput)

    def __init__(self, *args: Any, request: WebRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pedimento"].queryset = to_come(request)
        self.fields["pedimento"].label_from_instance = lambda row: f"{row.number} · {row.client} · {row.site}"


def to_come(request: WebRequest) -> QuerySet[Pedimento]:
    """Inbound pedimentos that may let goods in at this person's sites, newest first."""
    rows = at_sites(request.access, customs.pedimentos(request.access.scope), "site")
    rows = rows.filter(effect=Pedimento.Effect.INBOUND)
    paid = rows.filter(state__in=[Pedimento.State.PAID, Pedimento.State.CLEARED])
    open_ones = rows.filter(is_consolidated=True, consolidated_closed_on=None).exclude(state="cancelled")
    return paid | open_ones


@requires(Can.RECEIVE)
def expect(request: WebRequest) -> HttpResponse:
    """Begin a receipt for the goods of a pedimento."""

    def begin(values: dict[str, Any]) -> str:
        receipt = receiving.expect(at=timezone.now(), actor=request.access.actor, **values)
        messages.success(request, gettext("Receipt %(number)s is expected.") % {"number": receipt.number})
        return reverse("warehouse:receipt", args=[receipt.number])

    url = reverse("warehouse:receipts")
    return form_page(
        request,
        ExpectForm(sent(request), request=request, initial={"pedimento": request.GET.get("pedimento", "")}),
        begin,
        title=_("Expect goods"),
        crumbs=[(_("Receiving"), url)],
        cancel_url=url,
        button=_("Expect them"),
        button_icon="package-import",
    )


# ── One receipt ─────────────────────────────────────────────────────────────────────────────────


def receipt_of(request: WebRequest, number: str) -> Receipt:
    """The receipt with its lines, if it is of this person's sites. Raises Http404."""
    receipt = receipts.receipt(request.access.scope, number)
    return found(request.access, receipt, receipt.site_id if receipt else None)


@requires(Can.RECEIVE, Can.SEE_SHIPMENTS)
@require_safe
def receipt_page(request: WebRequest, number: str) -> HttpResponse:
    """How far a receipt got, and what comes next."""
    return draw(request, receipt_of(request, number))


def draw(request: WebRequest, receipt: Receipt, refusal: DomainError | None = None) -> HttpResponse:
    """The page of a receipt, with what was refused above it."""
    zone = receipt.site.time_zone
    lines = list(receipt.lines.all())
    page = {
        "title": gettext("Receipt %(number)s") % {"number": receipt.number},
        "subtitle": f"{receipt.client} · {receipt.site}",
        "crumbs": [(_("Receiving"), reverse("warehouse:receipts"))],
        "receipt": receipt,
        "lines": lines,
        "counted": sum(line.good is not None for line in lines),
        "differs": [line for line in lines if line.difference or line.damaged],
        "notices": LegalNotice.objects.filter(document=receipt.number).order_by("due_at"),
        # Who counts blind must not read the declared quantity here first.
        "shows_declared": receipt.state in (State.COUNTED, State.CLOSED) or not request.access.can(Can.RECEIVE),
        "refusal": refusal,
        "facts": [
            (_("Pedimento"), link_to(receipt.pedimento.number)),
            (_("Expected"), day(receipt.expected_on)),
            (_("Arrived"), moment(receipt.arrived_at, zone)),
            (_("Dock"), receipt.dock.code if receipt.dock else ""),
            (_("Container"), receipt.container_number),
            (_("Plates"), receipt.plates),
            (_("Carrier"), receipt.carrier),
            (_("Driver"), receipt.driver),
        ],
        "steps": steps_of(receipt),
    }
    return render(request, "warehouse/receiving/receipt.html", page, status=refusal.status if refusal else 200)


def steps_of(receipt: Receipt) -> list[dict[str, Any]]:
    """The road of a receipt, for the timeline."""
    order = [State.EXPECTED, State.ARRIVED, State.COUNTED, State.CLOSED]
    zone = receipt.site.time_zone
    moments = {State.ARRIVED: receipt.arrived_at, State.CLOSED: receipt.closed_at}
    if receipt.state == State.CANCELLED:
        return [{"label": State.CANCELLED.label, "at": None, "zone": zone, "note": "", "state": "wrong"}]
    reached = order.index(State(receipt.state))
    return [
        {
            "label": state.label,
            "at": moments.get(state),
            "zone": zone,
            "note": receipt.closed_by if state == State.CLOSED else "",
            "state": "done" if place <= reached else "current" if place == reached + 1 else "future",
        }
        for place, state in enumerate(order)
    ]


# ── Arriving ────────────────────────────────────────────────────────────────────────────────────


class ArrivalForm(forms.Form):
    """The vehicle at the gate."""

    arrived_at = SiteMomentField(label=_("Arrived at"))
    dock = forms.ModelChoiceField(Location.objects.none(), empty_label="—", label=_("Dock"))
    container_number = forms.CharField(label=_("Container"), max_length=20, required=False)
    plates = forms.CharField(label=_("Plates"), max_length=12, required=False)
    carrier = forms.ModelChoiceField(Carrier.objects.none(), empty_label="—", label=_("Carrier"), required=False)
    driver = forms.CharField(label=_("Driver"), max_length=120, required=False)
    seal_1_expected = forms.CharField(label=_("Seal declared"), max_length=20, required=False)
    seal_1_found = forms.CharField(label=_("Seal found"), max_length=20, required=False)
    seal_2_expected = forms.CharField(label=_("Second seal declared"), max_length=20, required=False)
    seal_2_found = forms.CharField(label=_("Second seal found"), max_length=20, required=False)
    seal_note = forms.CharField(label=_("Note about the seals"), max_length=200, required=False)

    def __init__(self, *args: Any, receipt: Receipt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["arrived_at"].at_site(receipt.site)
        regime = receipt.pedimento.authorisation.regime
        docks = shelves(receipt.site_id, regime, Location.Kind.DOCK)
        self.fields["dock"].queryset = docks if docks.exists() else shelves(receipt.site_id, regime)
        self.fields["dock"].label_from_instance = lambda place: place.code
        self.fields["dock"].initial = self.fields["dock"].queryset.first()
        self.fields["carrier"].queryset = Carrier.objects.filter(is_active=True)

    def seals(self) -> list[receiving.SealCheck]:
        """The seals that were filled in."""
        values, note = self.cleaned_data, self.cleaned_data["seal_note"]
        pairs = [(values[f"seal_{n}_expected"].strip(), values[f"seal_{n}_found"].strip()) for n in (1, 2)]
        return [receiving.SealCheck(expected, found_, note) for expected, found_ in pairs if expected or found_]


@requires(Can.RECEIVE)
def arrive(request: WebRequest, number: str) -> HttpResponse:
    """Note the vehicle at the gate."""
    receipt = receipt_of(request, number)
    url = reverse("warehouse:receipt", args=[receipt.number])
    form = ArrivalForm(sent(request), receipt=receipt, initial={"arrived_at": this_minute()})

    def note(values: dict[str, Any]) -> str:
        names = ("arrived_at", "dock", "container_number", "plates", "carrier", "driver")
        receiving.arrive(
            receipt=receipt,
            seals=form.seals(),
            at=timezone.now(),
            actor=request.access.actor,
            **{name: values[name] for name in names},
        )
        messages.success(request, gettext("%(number)s is at the dock: count it now.") % {"number": receipt.number})
        return reverse("warehouse:receipt_count", args=[receipt.number])

    crumbs = [(_("Receiving"), reverse("warehouse:receipts")), (receipt.number, url)]
    return form_page(
        request,
        form,
        note,
        title=_("Arrival"),
        subtitle=f"{receipt.number} · {receipt.client}",
        crumbs=crumbs,
        cancel_url=url,
        button=_("It is here"),
        button_icon="truck",
    )


# ── Closing and cancelling ──────────────────────────────────────────────────────────────────────


@requires(Can.RECEIVE)
@require_POST
def close(request: WebRequest, number: str) -> HttpResponse:
    """Enter the goods in the books."""
    receipt = receipt_of(request, number)
    return press(
        request,
        lambda: receiving.close(receipt=receipt, at=timezone.now(), actor=request.access.actor),
        done=gettext("%(number)s is closed: stock and bonded lots are in the books.") % {"number": receipt.number},
        url=reverse("warehouse:receipt", args=[receipt.number]),
        draw=lambda error: draw(request, receipt, error),
    )


@requires(Can.RECEIVE)
@require_POST
def cancel(request: WebRequest, number: str) -> HttpResponse:
    """Take back a receipt that entered nothing."""
    receipt = receipt_of(request, number)
    return press(
        request,
        lambda: receiving.cancel(receipt=receipt, at=timezone.now(), actor=request.access.actor),
        done=gettext("%(number)s is cancelled.") % {"number": receipt.number},
        url=reverse("warehouse:receipt", args=[receipt.number]),
        draw=lambda error: draw(request, receipt, error),
    )


urlpatterns = [
    path("receipts/", ReceiptList.as_view(), name="receipts"),
    path("receipts/expect/", expect, name="receipt_expect"),
    path("receipts/<str:number>/", receipt_page, name="receipt"),
    path("receipts/<str:number>/arrive/", arrive, name="receipt_arrive"),
    path("receipts/<str:number>/close/", close, name="receipt_close"),
    path("receipts/<str:number>/cancel/", cancel, name="receipt_cancel"),
]
