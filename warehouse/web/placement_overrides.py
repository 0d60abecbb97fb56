"""Levels that planners set by hand: for how long, and why; and taking them back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from inventory.errors import DomainError
from inventory.models import Item, Site
from inventory.parties.roles import Can
from inventory.placement import overriding
from inventory.placement import selectors as placement
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page, sent
from inventory.web.fields import QuantityFormField
from inventory.web.forms import DateInput, ReasonField


class OverrideForm(forms.Form):
    """Where, how much, until when, and why."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none())
    value = QuantityFormField(
        label=_("Level"),
        help_text=_("What the site ought to own, in whole packs; for a bonded zone, with the DCs it feeds."),
    )
    until = forms.DateField(label=_("Until"), widget=DateInput, help_text=_("Runs up to this day honour it."))
    reason = ReasonField(label=_("Reason"), help_text=_("It is kept, and shown beside the level."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Site.objects.filter(kind__in=overriding.PLANNED, is_active=True)
        self.fields["site"].queryset = sites.order_by("kind", "name")


@requires(Can.DECIDE_PLACEMENT)
def override(request: WebRequest, pk: int) -> HttpResponse:
    """The page that sets the level of an item at a site."""
    item = get_object_or_404(request.access.scope.filter(Item.objects.select_related("client")), pk=pk)
    url = reverse("warehouse:placement_item", args=[item.pk])

    def set_level(given: dict[str, Any]) -> str:
        row = overriding.override_level(item=item, at=timezone.now(), actor=request.access.actor, **given)
        messages.success(request, now("The level of %(site)s is set.") % {"site": row.site.name})
        return url

    initial = {name: request.GET[name] for name in ("site",) if name in request.GET}
    return form_page(
        request, OverrideForm(sent(request), initial=initial), set_level, title=_("Set a level"),
        subtitle=item.sku, crumbs=[(item.sku, url)], button=_("Set the level"), button_icon="target", cancel_url=url,
        lead=_("It holds from the next run on, instead of the level that is computed, which stays shown beside it."),
    )  # fmt: skip


@require_POST
@requires(Can.DECIDE_PLACEMENT)
def end(request: WebRequest, pk: int) -> HttpResponse:
    """Let the computed level hold again."""
    row = get_object_or_404(placement.overrides(request.access.scope), pk=pk)
    try:
        overriding.end_override(override=row, at=timezone.now(), actor=request.access.actor)
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(
            request, now("From the next run on the computed level of %(site)s holds.") % {"site": row.site.name}
        )
    return redirect("warehouse:placement_item", row.item_id)


urlpatterns = [
    path("placement/items/<int:pk>/override/", override, name="placement_override"),
    path("placement/overrides/<int:pk>/end/", end, name="placement_override_end"),
]
