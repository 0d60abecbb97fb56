"""Several recommendations together: how they load the trucks of each lane, and their acceptance, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from inventory.errors import DomainError
from inventory.models import Lane, Recommendation
from inventory.parties.roles import Can
from inventory.parties.scope import ClientScope
from inventory.placement import selectors as placement
from inventory.units import round_half_up
from inventory.web.access import WebAccess, WebRequest, requires
from inventory.web.formatting import percent_text, quantity_text
from inventory.web.lists import wants_part
from warehouse.movements import accepting
from warehouse.movements.loads import Load, load_of

MOST_AT_ONCE, MOST_DIGITS = 200, 19
State = Recommendation.State


@dataclass(frozen=True)
class LaneLoad:
    """The chosen moves of one client over one lane, and what they fill."""

    title: str
    crossing: str
    client: str
    rows: list[Recommendation]
    load: Load

    @property
    def facts(self) -> list[tuple[Any, str]]:
        """Volume, weight and trucks."""
        return facts_of_load(self.load)

    @property
    def percent(self) -> int | None:
        """How full the trucks are, as a whole number; None where nobody said what a truck takes."""
        return None if self.load.filled is None else int(self.load.filled * 100)


def facts_of_load(load: Load) -> list[tuple[Any, str]]:
    """Volume, weight, trucks, how full they are and what would still go along."""
    return [
        (_("Volume"), _about(load.volume_m3, "m³")),
        (_("Weight"), _about(load.weight_kg, "kg")),
        (_("Trucks"), _trucks(load)),
        (_("How full"), "" if load.filled is None else percent_text(load.filled)),
        (_("Room left"), "" if load.room_m3 is None else _about(load.room_m3, "m³")),
    ]


def _about(value: Decimal, unit: str) -> str:
    return quantity_text(round_half_up(value, 2), unit)


def _trucks(load: Load) -> str:
    if load.trucks is None or load.truck_m3 is None:
        return now("nobody said what a truck takes")
    return now("%(trucks)s of %(each)s") % {"trucks": load.trucks, "each": quantity_text(load.truck_m3, "m³")}


def lane_loads(rows: Sequence[Recommendation]) -> list[LaneLoad]:
    """The rows by client and lane, each with its load, as orders would be made of them."""
    groups: dict[tuple[int, int, int, int | None], list[Recommendation]] = {}
    for row in rows:
        groups.setdefault((row.client_id, row.source_id, row.target_id, row.lane_id), []).append(row)
    return [_lane_load(listed) for listed in groups.values()]


def _lane_load(rows: list[Recommendation]) -> LaneLoad:
    first, lane = rows[0], rows[0].lane
    parts = [(row.quantity, row.item.volume_m3, row.item.weight_kg) for row in rows]
    return LaneLoad(
        title=f"{first.source.name} → {first.target.name}",
        crossing=str(lane.crossing) if lane and lane.crossing else "",
        client=first.client.name,
        rows=rows,
        load=load_of(parts, lane.truck_m3 if lane else None),
    )


def lanes_to_decide(scope: ClientScope) -> list[tuple[str, int, str]]:
    """The lanes that have something to decide: what they are called, how much, and the page of all of it."""
    found = placement.recommendations(scope, state=State.PROPOSED).order_by()
    counts = dict(found.filter(lane__isnull=False).values_list("lane").annotate(n=Count("pk")))
    lanes = Lane.objects.filter(pk__in=counts).select_related("origin", "destination", "crossing")
    url = reverse("warehouse:recommendations_load")
    return [
        (f"{lane} · {lane.crossing}" if lane.crossing else str(lane), counts[lane.pk], f"{url}?lane={lane.pk}")
        for lane in lanes.order_by("origin__code", "destination__code", "pk")
    ]


def chosen_rows(access: WebAccess, numbers: Sequence[str]) -> list[Recommendation]:
    """The recommendations of these numbers, as far as this person may see them."""
    ids = [int(pk) for pk in numbers if _is_number(pk)]
    return list(placement.recommendations(access.scope).filter(pk__in=ids)[:MOST_AT_ONCE])


def rows_of_lane(access: WebAccess, lane: str) -> list[Recommendation]:
    """The first of what is to be decided on a lane."""
    if not _is_number(lane):
        return []
    return list(placement.recommendations(access.scope, state=State.PROPOSED).filter(lane=int(lane))[:MOST_AT_ONCE])


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < MOST_DIGITS


@require_GET
@requires(Can.DECIDE_PLACEMENT)
def load_page(request: WebRequest) -> HttpResponse:
    """What the chosen moves fill, lane by lane; `chosen` names them, `lane` takes all of one lane."""
    asked = request.GET
    lane = asked.get("lane", "")
    rows = rows_of_lane(request.access, lane) if lane else chosen_rows(request.access, asked.getlist("chosen"))
    if wants_part(request, "load"):
        return render(request, "warehouse/placement/_load.html", {"loads": lane_loads(rows)})
    return draw(request, rows)


def draw(request: WebRequest, rows: Sequence[Recommendation], refusal: DomainError | None = None) -> HttpResponse:
    """The page of a choice, less what is decided, with what was refused above it."""
    undecided = [row for row in rows if row.state == State.PROPOSED]
    page = {
        "title": _("Accept together"),
        "subtitle": _("One movement order for each lane; all of it or nothing."),
        "crumbs": [(_("Recommendations"), reverse("warehouse:recommendations"))],
        "loads": lane_loads(undecided),
        "most": MOST_AT_ONCE if len(rows) == MOST_AT_ONCE else 0,
        "refusal": refusal,
    }
    return render(request, "warehouse/placement/load.html", page, status=refusal.status if refusal else 200)


@require_POST
@requires(Can.DECIDE_PLACEMENT)
def accept_many(request: WebRequest) -> HttpResponse:
    """Accept all that were chosen, or say which could not be and accept none."""
    rows = chosen_rows(request.access, request.POST.getlist("chosen"))
    if not rows:
        messages.warning(request, now("Choose at least one recommendation."))
        return redirect("warehouse:recommendations")
    try:
        orders = accepting.accept_together(
            recommendations=[row.pk for row in rows], at=timezone.now(), actor=request.access.actor
        )
    except DomainError as refusal:
        return draw(request, rows, refusal)
    text = ngettext("%(count)s accepted: %(orders)s.", "%(count)s accepted: %(orders)s.", len(rows))
    messages.success(request, text % {"count": len(rows), "orders": ", ".join(order.number for order in orders)})
    if len(orders) == 1:
        return redirect("warehouse:movement", orders[0].number)
    return redirect("warehouse:recommendations")


urlpatterns = [
    path("recommendations/load/", load_page, name="recommendations_load"),
    path("recommendations/accept/", accept_many, name="accept_many"),
]
