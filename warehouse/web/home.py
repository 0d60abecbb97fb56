"""The first page: what needs attention today, the stock at a glance, and the corridor."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inventory.parties.roles import Can
from inventory.web import figures
from inventory.web.access import WebRequest
from inventory.web.charts import Chart
from inventory.web.formatting import day_text
from inventory.web.links import link_to
from warehouse.tracking.flows import flows
from warehouse.web.corridor import corridor_map
from warehouse.web.today import cards, numbers

FLOW_DAYS = 90


@require_safe
def home(request: WebRequest) -> HttpResponse:
    """The page of the day, as far as the person's role reaches."""
    access, at = request.access, timezone.now()
    today = timezone.localdate(at)
    page = {
        "title": _("Today"),
        "subtitle": day_text(today),
        "numbers": list(numbers(access, at, today)),
        "cards": cards(access, at, today),
        **pictures(request),
    }
    return render(request, "warehouse/home.html", page)


def pictures(request: WebRequest) -> dict[str, Any]:
    """The charts and the map that this person may see."""
    access, at = request.access, timezone.now()
    charts: list[Chart] = []
    if access.can(Can.SEE_STOCK):
        charts.append(figures.stock_by_regime(access.scope, access.site_ids, link_to("inventory:stock")))
    if access.can(Can.SEE_CUSTOMS):
        url = link_to("inventory:bonded_lots")
        charts.append(figures.layers_by_deadline(access.scope, timezone.localdate(at), access.site_ids, url))
    if not (access.can(Can.SEE_SHIPMENTS) and access.can(Can.SEE_STOCK)):
        return {"charts": charts, "corridor": None}
    found = flows(access.scope, since=at - timedelta(days=FLOW_DAYS), site_ids=access.site_ids)
    return {"charts": charts, "corridor": corridor_map(access.scope, found, access.site_ids)}


urlpatterns = [path("", home, name="home")]
