"""Saying what became of goods that a delivery was short of."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.parties.roles import Can
from inventory.web import formatting
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page, sent
from inventory.web.fields import LocationField, QuantityFormField
from inventory.web.places_of import found, shelves
from inventory.web.units import unit_symbol
from warehouse.models import DeliveryLine, Shipment
from warehouse.shipping import services as shipping
from warehouse.web.deliveries import ABROAD
from warehouse.web.shipments import arriving


class ShortageForm(forms.Form):
    """Found or lost, how many, and the paper that says so."""

    outcome = forms.ChoiceField(label=_("What became of it"), choices=DeliveryLine.Outcome, widget=forms.RadioSelect)
    quantity = QuantityFormField(label=_("Quantity"))
    document = forms.CharField(
        label=_("Document"),
        max_length=60,
        help_text=_("The number of the carrier's claim, or of the sheet it was found by."),
    )
    location = LocationField(label=_("Put away at, if found"), required=False)

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].choose_from(shelves(shipment.destination_id, ABROAD))


@requires(Can.RESOLVE_FINDING)
def explain(request: WebRequest, number: str, seq: int) -> HttpResponse:
    """Take what was short out of transit, found or lost."""
    shipment = arriving(request, number)
    rows = DeliveryLine.objects.filter(delivery__shipment=shipment, shipment_line__seq=seq, missing__gt=0)
    row = found(request.access, rows.select_related("shipment_line__account__item").first())
    item = row.shipment_line.account.item
    back = reverse("warehouse:shipment", args=[shipment.number])

    def deed(values: dict[str, Any]) -> str:
        left = shipping.explain_short(
            shipment=shipment, seq=seq, at=timezone.now(), actor=request.access.actor, **values
        ).missing
        if left:
            unit = unit_symbol(item.stock_unit)
            text = gettext("Noted. %(left)s are still missing.") % {"left": formatting.quantity_text(left, unit)}
            messages.warning(request, text)
        else:
            messages.success(request, gettext("Noted. Nothing of this line is missing any more."))
        return back

    return form_page(
        request,
        ShortageForm(sent(request), shipment=shipment, initial={"quantity": row.missing}),
        deed,
        title=_("Explain what was short"),
        subtitle=f"{shipment.number} · {item.sku} · {item.description}",
        crumbs=[(_("Shipping"), reverse("warehouse:shipments")), (shipment.number, back)],
        button=_("Note it"),
        button_icon="check",
        cancel_url=back,
    )


urlpatterns = [path("shipments/<str:number>/short/<int:seq>/", explain, name="shipment_short")]
