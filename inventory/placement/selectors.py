"""Reading runs and what they recommend. Every answer is limited to the scope's clients, and its order is unique."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from inventory.errors import NotFound
from inventory.parties.models import Client
from inventory.parties.scope import ClientScope
from inventory.placement.models import PlacementLevel, PlacementRun, Recommendation


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
    rows = Recommendation.objects.select_related("client", "item", "source", "target", "run")
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
