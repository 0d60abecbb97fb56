"""Putting a bonded lot on hold, and lifting it: compliance alone does either, and lifts it citing a document."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.customs import selectors as customs
from inventory.customs import services as books
from inventory.models import BondedLot, BondedLotHold
from inventory.parties.roles import Can
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page, sent
from inventory.web.lots import LiftForm
from inventory.web.places_of import at_sites, found

SITE = "account__authorisation__site_link__site"


class BondedLotHoldForm(forms.Form):
    """Why nothing may be written off the layer."""

    reason = forms.ChoiceField(label=_("Why nothing may be written off"), choices=BondedLotHold.Reason)
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


@requires(Can.OVERRIDE)
def put_hold(request: WebRequest, pk: int) -> HttpResponse:
    """Freeze a layer."""
    rows = at_sites(request.access, customs.bonded_lots(request.access.scope), SITE)
    lot = found(request.access, rows.filter(pk=pk).first())
    back = reverse("inventory:bonded_lot", args=[lot.pk])

    def put(values: dict[str, Any]) -> str:
        books.hold(bonded_lot=lot, at=timezone.now(), actor=request.access.actor, **values)
        messages.success(request, gettext("Layer %(layer)s is on hold.") % {"layer": lot})
        return back

    return form_page(
        request,
        BondedLotHoldForm(sent(request)),
        put,
        title=gettext("Put layer %(layer)s on hold") % {"layer": lot},
        subtitle=gettext("Exits pass it by; its balance and its deadline stay."),
        crumbs=_crumbs(lot, back),
        button=_("Put on hold"),
        button_icon="lock",
        cancel_url=back,
    )


@requires(Can.OVERRIDE)
def lift_hold(request: WebRequest, pk: int) -> HttpResponse:
    """Let a layer take its turn again, citing the document that allows it."""
    rows = at_sites(request.access, customs.bonded_lot_holds(request.access.scope), f"bonded_lot__{SITE}")
    hold = found(request.access, rows.filter(pk=pk, closed_at=None).first())
    back = reverse("inventory:bonded_lot", args=[hold.bonded_lot_id])

    def lift(values: dict[str, Any]) -> str:
        books.lift_hold(hold=hold, at=timezone.now(), actor=request.access.actor, **values)
        messages.success(request, gettext("The hold on layer %(layer)s is lifted.") % {"layer": hold.bonded_lot})
        return back

    return form_page(
        request,
        LiftForm(sent(request)),
        lift,
        title=gettext("Lift the hold on layer %(layer)s") % {"layer": hold.bonded_lot},
        subtitle=hold.get_reason_display(),
        crumbs=_crumbs(hold.bonded_lot, back),
        button=_("Lift the hold"),
        button_icon="lock-open",
        cancel_url=back,
    )


def _crumbs(lot: BondedLot, url: str) -> list[tuple[Any, str]]:
    return [(_("Layers and deadlines"), reverse("inventory:bonded_lots")), (str(lot), url)]


urlpatterns = [
    path("bonded-lots/<int:pk>/hold/", put_hold, name="bonded_lot_hold"),
    path("bonded-lots/holds/<int:pk>/lift/", lift_hold, name="bonded_lot_hold_lift"),
]
