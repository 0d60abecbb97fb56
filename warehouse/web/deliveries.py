"""A shipment at the distribution center: what came good, what came damaged, what did not come."""

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

from inventory.errors import DomainError, InvalidInput
from inventory.models import Location
from inventory.parties.roles import Can
from inventory.web.access import WebRequest, requires
from inventory.web.actions import refuse, sent
from inventory.web.fields import LocationField, QuantityFormField, SiteMomentField, this_minute
from inventory.web.places_of import shelves
from warehouse.models import Shipment, ShipmentLine
from warehouse.shipping import services as shipping
from warehouse.web.shipments import arriving

ABROAD = "EXD"


class DeliveryForm(forms.Form):
    """When it was received, and the seal that was found."""

    received_at = SiteMomentField(label=_("Received at"))
    seal_found = forms.CharField(label=_("Seal found"), max_length=20, required=False)

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_at"].at_site(shipment.destination)


class LineForm(forms.Form):
    """What came of one line."""

    good = QuantityFormField(label=_("Good"))
    damaged = QuantityFormField(label=_("Damaged"), required=False)
    location = LocationField(label=_("Put away at"), required=False)

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = shelves(shipment.destination_id, ABROAD, Location.Kind.STORAGE, Location.Kind.DOCK)
        self.fields["location"].choose_from(places, "shelves")

    def received(self) -> shipping.Received:
        """The line as the service takes it."""
        values = self.cleaned_data
        return shipping.Received(values["good"], values["damaged"] or Decimal(0), values["location"])


@requires(Can.RECEIVE)
def receive(request: WebRequest, number: str) -> HttpResponse:
    """The form of a delivery; `?as=shipped` fills in what was shipped."""
    shipment = arriving(request, number)
    url = reverse("warehouse:shipment", args=[shipment.number])
    if shipment.state not in Shipment.IN_TRANSIT:
        return redirect(url)
    form = DeliveryForm(sent(request), shipment=shipment, initial={"received_at": this_minute()})
    fill = request.GET.get("as") == "shipped"
    cards = [
        (
            line,
            LineForm(
                sent(request),
                shipment=shipment,
                prefix=f"line-{line.seq}",
                initial={"good": line.quantity} if fill else {},
            ),
        )
        for line in shipment.lines.all()
    ]
    page: dict[str, Any] = {
        "title": _("Receive"),
        "subtitle": f"{shipment.number} · {shipment.client} · {shipment.destination}",
        "crumbs": [(_("Shipping"), reverse("warehouse:shipments")), (shipment.number, url)],
        "shipment": shipment,
        "form": form,
        "cards": cards,
        "fill": fill,
        "shelves": list(shelves(shipment.destination_id, ABROAD).values_list("code", flat=True)),
    }
    status = 200
    if request.method == "POST":
        status = 422
        if all([form.is_valid(), *(card.is_valid() for _line, card in cards)]):
            try:
                enter(request, shipment, form, cards)
            except DomainError as error:
                page["refusal"], status = _place(form, error), error.status
            else:
                return redirect(url)
    return render(request, "warehouse/shipping/receive.html", page, status=status)


def enter(
    request: WebRequest, shipment: Shipment, form: DeliveryForm, cards: list[tuple[ShipmentLine, LineForm]]
) -> None:
    """Hand the delivery to the books and say what stays in sight."""
    delivery = shipping.receive(
        shipment=shipment,
        received={line.seq: card.received() for line, card in cards},
        at=timezone.now(),
        actor=request.access.actor,
        **form.cleaned_data,
    )
    short = [line for line in delivery.lines.select_related("shipment_line") if line.short > 0]
    if short:
        text = gettext("%(number)s is received. What is short stays in transit until it is explained.")
        messages.warning(request, text % {"number": shipment.number})
    else:
        messages.success(request, gettext("%(number)s is received.") % {"number": shipment.number})


def _place(form: DeliveryForm, error: DomainError) -> DomainError | None:
    """Put an error on the delivery's own field; what is about a line is said above."""
    if isinstance(error, InvalidInput) and error.field in form.fields:
        return refuse(form, error)
    return error


urlpatterns = [path("shipments/<str:number>/receive/", receive, name="shipment_receive")]
