"""Building a shipment: whose, from where to where, then how much of what is free there."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.errors import DomainError
from inventory.ledger import selectors as ledger
from inventory.models import Account, Carrier, Client, Lane, Location, Site
from inventory.parties.roles import Can
from inventory.parties.scope import ClientScope
from inventory.web.access import WebRequest, requires
from inventory.web.actions import OnceField, once, refuse, sent
from inventory.web.fields import QuantityFormField
from inventory.web.forms import DateInput
from inventory.web.places_of import found, sites_of
from inventory.web.units import unit_symbol
from warehouse.shipping import services as shipping


class RouteForm(forms.Form):
    """Whose goods, from where, to where."""

    client = forms.ModelChoiceField(Client.objects.none(), empty_label="—", label=_("Client"))
    origin = forms.ModelChoiceField(Site.objects.none(), empty_label="—", label=_("Origin"))
    destination = forms.ModelChoiceField(Site.objects.none(), empty_label="—", label=_("Destination"))

    def __init__(self, *args: Any, request: WebRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = request.access.scope.filter(Client.objects.filter(is_active=True), "pk").order_by("name")
        origins = sites_of(request.access, Site.Kind.BONDED)
        kinds = [Site.Kind.US_DC, Site.Kind.CONSIGNEE, Site.Kind.BONDED]
        self.fields["client"].queryset, self.fields["origin"].queryset = clients, origins
        self.fields["destination"].queryset = Site.objects.filter(is_active=True, kind__in=kinds).order_by(
            "kind", "name"
        )
        self.fields["client"].initial = clients.first() if len(clients) == 1 else None
        self.fields["origin"].initial = origins.first() if len(origins) == 1 else None

    def clean(self) -> dict[str, Any]:
        """Two different places."""
        values = super().clean() or {}
        if values.get("origin") and values.get("origin") == values.get("destination"):
            self.add_error("destination", _("Choose another place than the origin."))
        return values


class LoadForm(forms.Form):
    """How the goods travel; the quantities stand in fields of their own, one for each account with free stock."""

    key = OnceField()
    crossing = forms.ModelChoiceField(Site.objects.none(), empty_label="—", label=_("Crossing"), required=False)
    carrier = forms.ModelChoiceField(Carrier.objects.none(), empty_label="—", label=_("Carrier"), required=False)
    trailer = forms.CharField(label=_("Trailer or container"), max_length=11, required=False)
    plates = forms.CharField(label=_("Plates"), max_length=7, required=False)
    due_on = forms.DateField(label=_("Due"), required=False, widget=DateInput)

    def __init__(self, *args: Any, free: list[tuple[Account, Decimal]], lane: Lane | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.free = free
        self.fields["crossing"].queryset = Site.objects.filter(kind=Site.Kind.CROSSING, is_active=True)
        self.fields["crossing"].initial = lane.crossing if lane else None
        self.fields["carrier"].queryset = Carrier.objects.filter(is_active=True)
        for account, _free in free:
            self.fields[f"account-{account.pk}"] = QuantityFormField(label=account.item.sku, required=False)

    def rows(self) -> list[tuple[Account, Decimal, str, Any]]:
        """Each account with what is free, its unit and its field."""
        return [
            (account, free, unit_symbol(account.item.stock_unit), self[f"account-{account.pk}"])
            for account, free in self.free
        ]

    def transport(self) -> list[Any]:
        """The fields that say how it travels."""
        return [self[name] for name in ("crossing", "carrier", "trailer", "plates", "due_on")]

    def wanted(self) -> list[shipping.Wanted]:
        """What was asked for."""
        asked = ((account, self.cleaned_data.get(f"account-{account.pk}")) for account, _free in self.free)
        return [
            shipping.Wanted(account.item, quantity, account.authorisation) for account, quantity in asked if quantity
        ]

    def clean(self) -> dict[str, Any]:
        """Something must be asked for."""
        values = super().clean() or {}
        if not self.errors and not any(values.get(f"account-{account.pk}") for account, _free in self.free):
            raise forms.ValidationError(_("Say how much to ship of at least one item."))
        return values


def free_stock(client: Client, origin: Site) -> list[tuple[Account, Decimal]]:
    """What of a client's goods is free at a site, by account: quarantine and holds aside."""
    rows = ledger.stock(ClientScope.of(client.pk)).filter(location__site=origin, lot__hold_reason="", free__gt=0)
    rows = rows.exclude(location__kind=Location.Kind.QUARANTINE)
    sums: dict[int, Decimal] = {}
    accounts: dict[int, Account] = {}
    for row in rows:
        accounts[row.account_id] = row.account
        sums[row.account_id] = sums.get(row.account_id, Decimal(0)) + row.free
    return [(accounts[pk], total) for pk, total in sums.items()]


@requires(Can.SHIP)
def new_shipment(request: WebRequest) -> HttpResponse:
    """First the route, by GET; then the load, which makes the shipment."""
    source = request.GET if request.GET.get("client") else None
    route = RouteForm(source, request=request)
    page: dict[str, Any] = {
        "title": _("Build a shipment"),
        "crumbs": [(_("Shipping"), reverse("warehouse:shipments"))],
        "route": route,
    }
    if source is None or not route.is_valid():
        return render(request, "warehouse/shipping/build.html", page, status=422 if source is not None else 200)
    client, origin, destination = (route.cleaned_data[name] for name in ("client", "origin", "destination"))
    found(request.access, origin, origin.pk)
    lane = Lane.objects.filter(origin=origin, destination=destination, is_active=True).order_by("pk").first()
    free = free_stock(client, origin)
    load = LoadForm(sent(request), free=free, lane=lane)
    page.update(load=load, client=client, origin=origin, destination=destination)
    status = 200
    if request.method == "POST":
        status = 422
        if load.is_valid():
            try:
                return redirect(once(load.cleaned_data["key"], lambda: draft(request, route, load)))
            except DomainError as error:
                page["refusal"], status = refuse(load, error), error.status
    return render(request, "warehouse/shipping/build.html", page, status=status)


def draft(request: WebRequest, route: RouteForm, load: LoadForm) -> str:
    """Make the shipment; returns its address."""
    names = ("crossing", "carrier", "trailer", "plates", "due_on")
    shipment = shipping.draft(
        **route.cleaned_data,
        wanted=load.wanted(),
        at=timezone.now(),
        actor=request.access.actor,
        **{name: load.cleaned_data[name] for name in names},
    )
    messages.success(request, gettext("%(number)s is built: reserve its goods next.") % {"number": shipment.number})
    return reverse("warehouse:shipment", args=[shipment.number])


urlpatterns = [path("shipments/new/", new_shipment, name="shipment_new")]
