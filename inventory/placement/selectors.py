"""Reading runs and what they recommend. Every answer is limited to the scope's clients, and its order is unique."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from inventory.errors import NotFound
from inventory.parties.models import Client
from inventory.parties.scope import ClientScope
from inventory.placement.engine.model import LeadTime
from inventory.placement.models import LeadTimeStat, PlacementLevel, PlacementRun, Recommendation
from inventory.places.models import Lane

Way = tuple[str, str, str, str]  # origin, destination, mode, crossing: codes


def runs(scope: ClientScope) -> QuerySet[PlacementRun]:
    """Runs, newest first."""
    return scope.filter(PlacementRun.objects.select_related("client", "job")).order_by("-pk")


def run(scope: ClientScope, pk: int) -> PlacementRun:
    """One run. Raises NotFound, also for another client's."""
    found = runs(scope).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no placement run %(id)s."), id=pk)
    return found


def latest_run(scope: ClientScope, client: Client) -> PlacementRun | None:
    """The newest run of a client."""
    return runs(scope).filter(client=client).first()


def levels(
    scope: ClientScope, *, run: PlacementRun | None = None, item_id: int | None = None
) -> QuerySet[PlacementLevel]:
    """Levels with item and site, by item and site, newest run first."""
    rows = scope.filter(PlacementLevel.objects.select_related("item", "site", "run"), "run__client")
    wanted = {"run": run, "item_id": item_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return rows.order_by("-run_id", "item__sku", "site__code", "pk")


def recommendations(
    scope: ClientScope, *, client: Client | None = None, run: PlacementRun | None = None, state: str | None = None
) -> QuerySet[Recommendation]:
    """Recommendations with all they name, the most urgent of the newest run first."""
    rows = Recommendation.objects.select_related("client", "item", "source", "target", "run", "lane__crossing")
    wanted = {"client": client, "run": run, "state": state}
    rows = scope.filter(rows).filter(**{name: value for name, value in wanted.items() if value is not None})
    return rows.order_by("-run_id", "priority", "pk")


def recommendation(scope: ClientScope, pk: int) -> Recommendation:
    """One recommendation. Raises NotFound, also for another client's."""
    found = recommendations(scope).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no recommendation %(id)s."), id=pk)
    return found


def exceptions(scope: ClientScope, run: PlacementRun) -> list[dict[str, Any]]:
    """What the moves of a run do not settle: rows of sku, node, quantity, lot, limit_date, reason_code, flags, explanation."""
    return list(run.metrics.get("exceptions", [])) if scope.allows(run.client_id) else []


def lanes_by_way() -> dict[Way, int]:
    """The operator's lanes in use: the number of each by its origin, destination, mode and crossing."""
    rows = Lane.objects.filter(is_active=True).order_by("pk")
    ways = rows.values_list("pk", "origin__code", "destination__code", "mode", "crossing__code")
    return {(origin, to, mode, crossing or ""): pk for pk, origin, to, mode, crossing in ways}


def lead_times(*, as_of: date | None = None) -> QuerySet[LeadTimeStat]:
    """What is known of each lane on a day (None: now), by lane. It is the operator company's own, and belongs to no client."""
    of_lane = LeadTimeStat.objects.filter(lane=OuterRef("lane"))
    of_lane = of_lane.filter(as_of__lte=as_of) if as_of else of_lane
    newest = of_lane.order_by("-as_of").values("pk")[:1]
    rows = LeadTimeStat.objects.filter(pk=Subquery(newest), lane__is_active=True)
    return rows.select_related("lane__origin", "lane__destination", "lane__crossing").order_by("lane_id")


def learned_lead_times(as_of: date) -> dict[int, LeadTime]:
    """The lead times learned by a day, by the lane's id; a lane with too few arrivals is not among them. One statement."""
    rows = lead_times(as_of=as_of).filter(is_prior_only=False).values_list("lane_id", "distribution")
    return {lane: LeadTime(tuple(found["values"]), tuple(found["probs"])) for lane, found in rows}
