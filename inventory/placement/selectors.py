"""Reading runs and what they recommend. Every answer is limited to the scope's clients, and its order is unique."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from inventory.catalog.models import Item
from inventory.demand import selectors as demand
from inventory.errors import NotFound
from inventory.parties.models import Client
from inventory.parties.scope import ClientScope
from inventory.placement import track_record as following
from inventory.placement.beside import Moved
from inventory.placement.engine.model import LeadTime
from inventory.placement.models import (
    BacktestResult,
    LeadTimeStat,
    LevelOverride,
    PlacementLevel,
    PlacementRun,
    PlannedEvent,
    Recommendation,
    Scenario,
    ScenarioResult,
)
from inventory.placement.track_record import DAYS_BACK, Decision, TrackRecord, Week
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


def newest_levels(scope: ClientScope) -> QuerySet[PlacementLevel]:
    """The levels of each client's newest run."""
    newest = runs(scope).order_by().values("client").annotate(newest=Max("pk")).values("newest")
    return levels(scope).filter(run__in=newest)


def levels(
    scope: ClientScope, *, run: PlacementRun | None = None, item_id: int | None = None
) -> QuerySet[PlacementLevel]:
    """Levels with item and site, by item and site, newest run first."""
    rows = PlacementLevel.objects.select_related("item", "site", "run").defer("footing")
    rows = scope.filter(rows, "run__client")
    wanted = {"run": run, "item_id": item_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return rows.order_by("-run_id", "item__sku", "site__code", "pk")


def with_footing(scope: ClientScope, of: Iterable[PlacementLevel]) -> set[int]:
    """The numbers of those levels of which it was kept what they stand on."""
    rows = levels(scope).filter(pk__in=[level.pk for level in of], footing__isnull=False)
    return set(rows.order_by().values_list("pk", flat=True))


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


def inputs(scope: ClientScope, run: PlacementRun) -> dict[str, bytes]:
    """The files a run was computed from, by name, as `recommend_placement` reads them; none of a run before they were kept."""
    rows = run.inputs.order_by("name") if scope.allows(run.client_id) else ()
    return {row.name: row.file for row in rows}


def scenarios(scope: ClientScope) -> QuerySet[Scenario]:
    """Scenarios with their clients, newest first."""
    return scope.filter(Scenario.objects.select_related("client")).order_by("-pk")


def scenario(scope: ClientScope, pk: int) -> Scenario:
    """One scenario. Raises NotFound, also for another client's."""
    found = scenarios(scope).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no scenario %(id)s."), id=pk)
    return found


def scenario_results(scope: ClientScope) -> QuerySet[ScenarioResult]:
    """Comparisons of scenarios, newest first."""
    return scope.filter(ScenarioResult.objects.select_related("client")).order_by("-pk")


def scenario_result(scope: ClientScope, pk: int) -> ScenarioResult:
    """One comparison. Raises NotFound, also for another client's."""
    found = scenario_results(scope).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no comparison %(id)s."), id=pk)
    return found


def backtests(scope: ClientScope) -> QuerySet[BacktestResult]:
    """Back-tests with their clients, newest first."""
    return scope.filter(BacktestResult.objects.select_related("client")).order_by("-pk")


def backtest(scope: ClientScope, pk: int) -> BacktestResult:
    """One back-test. Raises NotFound, also for another client's."""
    found = backtests(scope).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no back-test %(id)s."), id=pk)
    return found


def backtest_inputs(scope: ClientScope, result: BacktestResult) -> dict[str, bytes]:
    """The files a back-test was computed from, by name, as `backtest_placement` reads them."""
    rows = result.inputs.order_by("name") if scope.allows(result.client_id) else ()
    return {row.name: row.file for row in rows}


def overrides(scope: ClientScope, *, item: Item | None = None) -> QuerySet[LevelOverride]:
    """Levels that planners set, the newest first."""
    rows = scope.filter(LevelOverride.objects.select_related("item", "site"), "item__client")
    return (rows if item is None else rows.filter(item=item)).order_by("-created_at", "-pk")


def overrides_on(scope: ClientScope, on: date) -> QuerySet[LevelOverride]:
    """The levels set by planners that hold on a day."""
    return overrides(scope).filter(ended_at__isnull=True, until__gte=on)


def planned_events(scope: ClientScope) -> QuerySet[PlannedEvent]:
    """Events that are known to come: the operator's, which count for all, and those of the clients in scope; the newest first."""
    rows = PlannedEvent.objects.select_related(
        "client", "item", "lane__origin", "lane__destination", "lane__crossing", "crossing", "market"
    )
    seen = Q() if scope.client_ids is None else Q(client=None) | Q(client__in=scope.client_ids)
    return rows.filter(seen).order_by("-created_at", "-pk")


def planned_event(scope: ClientScope, pk: int) -> PlannedEvent:
    """One event. Raises NotFound, also for another client's."""
    found = planned_events(scope).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no planned event %(id)s."), id=pk)
    return found


def planned_events_on(scope: ClientScope, on: date) -> QuerySet[PlannedEvent]:
    """The events that are known on a day, to come or going on: nobody ended them, and their last day is not past."""
    return planned_events(scope).filter(Q(last_day=None) | Q(last_day__gte=on), ended_at=None)


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


def decisions(scope: ClientScope, *, since: date, item: Item | None = None) -> list[Decision]:
    """The recommendations that somebody accepted or refused from a day on, the oldest first. One statement."""
    rows = _decided_since(scope, since, item, Recommendation.State.ACCEPTED, Recommendation.State.REFUSED)
    rows = rows.order_by("decided_at", "pk")
    fields = (
        "item_id", "target_id", "state", "quantity", "accepted_quantity", "decision_reason", "arrive_week_p50",
        "explanation__expected_demand", "explanation__protection_weeks", "expected_fill_before", "expected_fill_after",
    )  # fmt: skip
    return [_decision(row) for row in rows.values(*fields)]


def advised(scope: ClientScope, *, item: Item, since: date) -> tuple[dict[date, int], list[Moved]]:
    """The first run of each week from a Monday on, by the week's Monday, and what these advised to move of an item. Two statements.

    The first, because what was accepted after it is no longer advised by those that follow.
    """
    made = runs(scope).filter(client=item.client_id, as_of__gte=since).order_by("pk")
    first: dict[date, int] = {}
    for pk, day in made.values_list("pk", "as_of"):
        first.setdefault(day - timedelta(days=day.weekday()), pk)
    rows = recommendations(scope).filter(item=item, run__in=first.values()).order_by()
    return first, [Moved(*row) for row in rows.values_list("target_id", "run__as_of", "quantity")]


def track_record(scope: ClientScope, *, today: date, item: Item | None = None) -> TrackRecord:
    """The last twelve months of one item, or of all in scope. Three statements."""
    since = today - timedelta(days=DAYS_BACK)
    made = decisions(scope, since=since, item=item)
    superseded = number_superseded(scope, since=since, item=item)
    weeks = weeks_of(scope, since=since, decided=made)
    return following.track_record(made, superseded, weeks, since=since, today=today)


def number_superseded(scope: ClientScope, *, since: date, item: Item | None = None) -> int:
    """How many recommendations the next run superseded from a day on, before anyone decided on them."""
    return _decided_since(scope, since, item, Recommendation.State.SUPERSEDED).count()


def _decided_since(
    scope: ClientScope, since: date, item: Item | None, *states: Recommendation.State
) -> QuerySet[Recommendation]:
    rows = recommendations(scope).filter(state__in=states, decided_at__date__gte=since).order_by()
    return rows if item is None else rows.filter(item=item)


def _decision(row: dict[str, Any]) -> Decision:
    is_changed = row["state"] == Recommendation.State.ACCEPTED and row["accepted_quantity"] != row["quantity"]
    fill = row["expected_fill_before" if row["state"] == Recommendation.State.REFUSED else "expected_fill_after"]
    expected, weeks = row["explanation__expected_demand"] or 0.0, row["explanation__protection_weeks"]
    return Decision(
        item=row["item_id"],
        site=row["target_id"],
        outcome="changed" if is_changed else row["state"],
        reason=row["decision_reason"],
        arrives=row["arrive_week_p50"],
        weekly=expected / weeks if weeks else 0.0,
        fill=float(fill),
    )


def weeks_of(scope: ClientScope, *, since: date, decided: Iterable[Decision]) -> dict[tuple[int, int, date], Week]:
    """What was asked and out of stock since a day, by item, DC and week, for the items of these decisions. One statement."""
    items = {one.item for one in decided}
    if not items:
        return {}
    rows = demand.records(scope, since=since).filter(item__in=items, market__primary_dc__isnull=False).order_by()
    sums = rows.values_list("item_id", "market__primary_dc_id", "week").annotate(
        asked=Sum("quantity"), stockout=Max("stockout_share")
    )  # fmt: skip
    return {(item, site, week): Week(float(asked), float(out)) for item, site, week, asked, out in sums}
