"""What if: a DC holds more of an item, or the item's duty is another; answered from what the newest level stands on."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from inventory.parties.roles import Can
from inventory.placement import counterfactual, explain, records
from inventory.placement import selectors as placement
from inventory.placement.engine import what_if
from inventory.web.access import WebRequest, requires
from inventory.web.fields import QuantityFormField


class WhatIfForm(forms.Form):
    """How many units more, or how many points of duty more; one of them."""

    more = QuantityFormField(label=_("Units more"), required=False, max_value=Decimal(10**9))
    points = forms.DecimalField(
        label=_("Points of duty more"), required=False, min_value=-100, max_value=1000, decimal_places=4
    )

    def clean(self) -> dict[str, Any]:
        """The one that was asked."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and (given.get("more") is None) == (given.get("points") is None):
            raise forms.ValidationError(_("Ask for more units or for another duty."))
        return given


def answered(known: what_if.Footing, position: Decimal, given: dict[str, Any]) -> dict[str, Any]:
    """What is now and what would be, in rows of label, now and then; and a sentence that says what was asked."""
    if given["more"] is not None:
        before, after = counterfactual.if_held(known, position, given["more"])
        asked = now("If the DC held %(more)s more") % {"more": explain.text(given["more"])}
        first = _("On hand and on the way")
    else:
        before, after = counterfactual.if_duty(known, given["points"])
        asked = now("If duty were %(points)s points higher") % {"points": explain.text(given["points"])}
        first = _("Level")
    return {
        "asked": asked,
        "rows": [
            (first, explain.text(before.units), explain.text(after.units)),
            (_("Expected fill if bond supplies"), explain.percent(before.fill), explain.percent(after.fill)),
            (_("Expected cost, USD a week"), explain.text(before.weekly_cost), explain.text(after.weekly_cost)),
        ],
    }


@require_GET
@requires(Can.SEE_PLACEMENT)
def what_if_page(request: WebRequest, pk: int) -> HttpResponse:
    """The answer: the part of the item's page that shows it, to htmx, else a page of its own."""
    level = get_object_or_404(placement.levels(request.access.scope), pk=pk)
    known = records.footing_of(level)
    if known is None:
        raise Http404
    form = WhatIfForm(request.GET)
    is_asked = form.is_valid()
    page = {
        "title": now("What if"),
        "subtitle": f"{level.item.sku} · {level.site.name}",
        "crumbs": [(level.item.sku, reverse("warehouse:placement_item", args=[level.item_id]))],
        "errors": [error for errors in form.errors.values() for error in errors],
        "answer": answered(known, level.position, form.cleaned_data) if is_asked else None,
    }
    template = "_what_if.html" if request.htmx else "what_if.html"
    return render(request, f"warehouse/placement/{template}", page, status=200 if is_asked else 422)


urlpatterns = [path("placement/levels/<int:pk>/what-if/", what_if_page, name="what_if")]
