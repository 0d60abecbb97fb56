"""Shipments: the list, the page of one with its next step, and the steps that need a form."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from inventory.customs import selectors as customs
from inventory.errors import DomainError
from inventory.models import Pedimento, Site
from inventory.parties.roles import Can
from inventory.templatetags.recinto import day, moment
from inventory.web import offers
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page, press, sent
from inventory.web.cells import TABLET, WHOLE, WIDE, PairColumn
from inventory.web.columns import DayColumn, LinkColumn, MomentColumn, StatusColumn
from inventory.web.fields import SiteMomentField, this_minute
from inventory.web.forms import ReasonField
from inventory.web.lists import Action, ListPage
from inventory.web.pedimento_facts import link_to
from inventory.web.places_of import at_sites, found, sites_of
from warehouse.models import Shipment
from warehouse.shipping import selectors as shipments
from warehouse.shipping import services as shipping
from warehouse.web.shipment_steps import steps_of

State = Shipment.State


# ── The list ────────────────────────────────────────────────────────────────────────────────────


class ShipmentTable(tables.Table):
    """Shipments."""

    number = LinkColumn(
        attrs=WHOLE, verbose_name=_("Shipment"), url=lambda row: reverse("warehouse:shipment", args=[row.number])
    )
    state = StatusColumn(verbose_name=_("State"))
    destination = PairColumn(
        accessor="destination__name",
        verbose_name=_("Where to"),
        below=lambda row: gettext("from %(site)s") % {"site": row.origin.name},
    )
    client = tables.Column(accessor="client__name", verbose_name=_("Client"), attrs=TABLET)
    trailer = tables.Column(verbose_name=_("Trailer"), attrs=WIDE)
    dispatched_at = MomentColumn(zone="origin__time_zone", verbose_name=_("Dispatched"), attrs=TABLET)
    eta = MomentColumn(zone="destination__time_zone", verbose_name=_("ETA"), attrs=WIDE)
    due_on = DayColumn(verbose_name=_("Due"), attrs=WIDE)

    class Meta:
        order_by = "-number"

    def render_state(self, record: Shipment, column: StatusColumn, bound_column: Any) -> Any:
        """The state in words and its tone."""
        return column.render(record.get_state_display(), record, bound_column)


def _origins(request: HttpRequest) -> QuerySet[Site]:
    return sites_of(request.access, Site.Kind.BONDED)  # type: ignore[attr-defined]


def _destinations(_request: HttpRequest) -> QuerySet[Site]:
    return Site.objects.filter(kind__in=[Site.Kind.US_DC, Site.Kind.CONSIGNEE], is_active=True)


class ShipmentFilters(filters.FilterSet):
    """State, whose, from where, to where."""

    state = filters.ChoiceFilter(choices=State.choices, label=_("State"))
    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    origin = filters.ModelChoiceFilter(queryset=_origins, label=_("Origin"))
    destination = filters.ModelChoiceFilter(queryset=_destinations, label=_("Destination"))
    sku = filters.CharFilter(
        "lines__account__item__sku", lookup_expr="istartswith", distinct=True, label=_("SKU begins with")
    )


class ShipmentList(ListPage):
    """What goes out."""

    capability, title = Can.SEE_SHIPMENTS, _("Shipping")
    table_class, filterset_class = ShipmentTable, ShipmentFilters
    search_fields = ("number", "trailer", "plates", "seal", "pedimento__number", "client__name", "destination__name")
    search_hint, export_name = _("Shipment, trailer, seal or pedimento"), "shipments"
    empty_title, empty_text = _("No shipments yet"), _("Build the first one from free stock, or from a movement order.")

    def rows(self) -> QuerySet[Shipment]:
        """Shipments from or to this person's sites."""
        return at_sites(self.request.access, shipments.shipments(self.request.access.scope), "origin", "destination")

    def actions(self) -> list[Action]:
        """Build one."""
        return [Action(_("Build a shipment"), reverse("warehouse:shipment_new"), "plus", Can.SHIP)]


# ── One shipment ────────────────────────────────────────────────────────────────────────────────


def shipment_of(request: WebRequest, number: str) -> Shipment:
    """The shipment with its lines, if one of its ends is this person's site. Raises Http404."""
    shipment = shipments.shipment(request.access.scope, number)
    ends = (shipment.origin_id, shipment.destination_id) if shipment else (None,)
    return found(request.access, shipment, *ends)


def leaving(request: WebRequest, number: str) -> Shipment:
    """The shipment, if this person works where it leaves. Raises Http404."""
    shipment = shipment_of(request, number)
    return found(request.access, shipment, shipment.origin_id)


def arriving(request: WebRequest, number: str) -> Shipment:
    """The shipment, if this person works where it arrives. Raises Http404."""
    shipment = shipment_of(request, number)
    return found(request.access, shipment, shipment.destination_id)


@requires(Can.SEE_SHIPMENTS)
@require_safe
def shipment_page(request: WebRequest, number: str) -> HttpResponse:
    """How far a shipment got, and what comes next."""
    return draw(request, shipment_of(request, number))


def draw(request: WebRequest, shipment: Shipment, refusal: DomainError | None = None) -> HttpResponse:
    """The page of a shipment, with what was refused above it."""
    lines = list(shipment.lines.all())
    delivery = getattr(shipment, "delivery", None)
    page = {
        "title": gettext("Shipment %(number)s") % {"number": shipment.number},
        "subtitle": f"{shipment.client} · {shipment.origin} → {shipment.destination}",
        "crumbs": [(_("Shipping"), reverse("warehouse:shipments"))],
        "shipment": shipment,
        "lines": lines,
        "picked": sum(line.is_picked for line in lines),
        "delivery": delivery,
        "refusal": refusal,
        "is_late": shipment.state in Shipment.IN_TRANSIT
        and shipment.promised_at is not None
        and shipment.promised_at < timezone.now(),
        "works_at_origin": request.access.allows_site(shipment.origin_id),
        "works_at_destination": request.access.allows_site(shipment.destination_id),
        "may_assign": request.access.can(Can.SHIP) or request.access.can(Can.DISPATCH),
        "is_before_dispatch": shipment.state in (State.DRAFT, State.RESERVED, State.PICKED, State.CLEARED),
        "is_reversible": shipment.state in (State.DISPATCHED, State.AT_BORDER),
        "is_on_its_way": shipment.state in Shipment.IN_TRANSIT,
        "facts": facts_of(shipment),
        "steps": steps_of(shipment, delivery),
    }
    return render(request, "warehouse/shipping/shipment.html", page, status=refusal.status if refusal else 200)


def facts_of(shipment: Shipment) -> list[tuple[Any, Any]]:
    """What the first card says."""
    arrival = shipment.destination.time_zone
    return [
        (_("Origin"), shipment.origin),
        (_("Crossing"), shipment.crossing),
        (_("Destination"), shipment.destination),
        (_("Outbound pedimento"), link_to(shipment.pedimento.number) if shipment.pedimento else ""),
        (_("Carrier"), shipment.carrier),
        (_("Trailer or container"), shipment.trailer),
        (_("Plates"), shipment.plates),
        (_("Seal"), shipment.seal),
        (_("Dispatched"), moment(shipment.dispatched_at, shipment.origin.time_zone)),
        (_("ETA"), moment(shipment.eta, arrival)),
        (_("Promised"), moment(shipment.promised_at, arrival)),
        (_("Due"), day(shipment.due_on)),
        (_("Movement order"), shipment.movement_order),
    ]


# ── Steps without a form ────────────────────────────────────────────────────────────────────────


@requires(Can.SHIP)
@require_POST
def reserve(request: WebRequest, number: str) -> HttpResponse:
    """Promise free stock to every line."""
    shipment = leaving(request, number)
    return press(
        request,
        lambda: shipping.reserve(shipment=shipment, at=timezone.now(), actor=request.access.actor),
        done=gettext("Reserved: the pick list is ready."),
        url=reverse("warehouse:shipment", args=[shipment.number]),
        draw=lambda error: draw(request, shipment, error),
    )


@requires(Can.SHIP)
@require_POST
def cancel(request: WebRequest, number: str) -> HttpResponse:
    """Call the shipment off before it leaves."""
    shipment = leaving(request, number)
    return press(
        request,
        lambda: shipping.cancel(shipment=shipment, at=timezone.now(), actor=request.access.actor),
        done=gettext("%(number)s is cancelled: what was promised is free again.") % {"number": shipment.number},
        url=reverse("warehouse:shipment", args=[shipment.number]),
        draw=lambda error: draw(request, shipment, error),
    )


# ── Steps with a form ───────────────────────────────────────────────────────────────────────────


class PedimentoForm(forms.Form):
    """The outbound pedimento that lets the goods leave."""

    pedimento = forms.ModelChoiceField(
        Pedimento.objects.none(),
        label=_("Outbound pedimento"),
        to_field_name="number",
        help_text=_("Paid, with lines that cover every item of the shipment."),
    )

    def __init__(self, *args: Any, request: WebRequest, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = customs.pedimentos(request.access.scope).filter(
            client=shipment.client, effect=Pedimento.Effect.OUTBOUND, site=shipment.origin
        )
        rows = rows.filter(state__in=[Pedimento.State.PAID, Pedimento.State.CLEARED])
        self.fields["pedimento"].queryset = rows
        self.fields["pedimento"].label_from_instance = lambda row: f"{row.number} · {row.document_key} · {row.paid_on}"


class DispatchForm(forms.Form):
    """When the truck left, and its seal."""

    dispatched_at = SiteMomentField(label=_("Left at"))
    seal = forms.CharField(label=_("Seal"), max_length=20, help_text=_("As it is on the door of the trailer."))
    override_reason = ReasonField(
        label=_("Why goods may leave whose stay has ended"),
        required=False,
        help_text=_("Only for a late return or a destruction. Compliance finds it among the findings."),
    )

    def __init__(self, *args: Any, shipment: Shipment, may_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dispatched_at"].at_site(shipment.origin)
        if not may_override:
            del self.fields["override_reason"]


class ReversalForm(forms.Form):
    """Why it comes back."""

    reason = ReasonField(label=_("Why the dispatch is taken back"))


def _step(
    request: WebRequest, shipment: Shipment, form: forms.Form, do: Any, title: Any, done: Any, **page: Any
) -> HttpResponse:
    """The page of one step of a shipment."""
    url = reverse("warehouse:shipment", args=[shipment.number])

    def deed(values: dict[str, Any]) -> str:
        do(shipment=shipment, at=timezone.now(), actor=request.access.actor, **values)
        messages.success(request, done)
        return url

    crumbs = [(_("Shipping"), reverse("warehouse:shipments")), (shipment.number, url)]
    subtitle = f"{shipment.number} · {shipment.client} · {shipment.destination}"
    page = {"button": title, **page}
    return form_page(
        request, form, deed, title=title, subtitle=subtitle, crumbs=crumbs, cancel_url=url, shipment=shipment, **page
    )


@requires(Can.SHIP, Can.DISPATCH)
def assign(request: WebRequest, number: str) -> HttpResponse:
    """Tie the shipment to the outbound pedimento that clears it."""
    shipment = leaving(request, number)
    form = PedimentoForm(
        sent(request),
        request=request,
        shipment=shipment,
        initial={"pedimento": shipment.pedimento and shipment.pedimento.number},
    )
    return _step(
        request,
        shipment,
        form,
        shipping.assign_pedimento,
        _("Assign the pedimento"),
        gettext("Cleared: it may be dispatched."),
        template="warehouse/shipping/assign.html",
    )


@requires(Can.DISPATCH)
def dispatch(request: WebRequest, number: str) -> HttpResponse:
    """Send it on its way."""
    shipment = leaving(request, number)
    form = DispatchForm(
        sent(request),
        shipment=shipment,
        may_override=request.access.can(Can.OVERRIDE),
        initial={"dispatched_at": this_minute(), "seal": shipment.seal},
    )
    return _step(
        request,
        shipment,
        form,
        shipping.dispatch,
        _("Dispatch"),
        gettext("%(number)s is on its way; what it took is discharged.") % {"number": shipment.number},
        template="warehouse/shipping/dispatch.html",
        button=_("Dispatch it"),
        button_icon="truck-delivery",
        lead=_("The discharge from bond and the move into transit are made together, or not at all."),
    )


@requires(Can.REVERSE)
def reverse_dispatch(request: WebRequest, number: str) -> HttpResponse:
    """Take a dispatch back, with a reason."""
    shipment = leaving(request, number)
    return _step(
        request,
        shipment,
        ReversalForm(sent(request)),
        shipping.reverse_dispatch,
        _("Take the dispatch back"),
        gettext("%(number)s is back at the dock; its discharges are reversed.") % {"number": shipment.number},
        button_icon="arrow-back-up",
    )


urlpatterns = [
    path("shipments/", ShipmentList.as_view(), name="shipments"),
    path("shipments/<str:number>/", shipment_page, name="shipment"),
    path("shipments/<str:number>/reserve/", reserve, name="shipment_reserve"),
    path("shipments/<str:number>/assign/", assign, name="shipment_assign"),
    path("shipments/<str:number>/dispatch/", dispatch, name="shipment_dispatch"),
    path("shipments/<str:number>/reverse/", reverse_dispatch, name="shipment_reverse"),
    path("shipments/<str:number>/cancel/", cancel, name="shipment_cancel"),
]
