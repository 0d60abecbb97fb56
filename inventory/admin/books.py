"""The books, for looking at. Nothing here adds, changes or deletes: that is what the services and their documents are for."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from inventory.admin.base import ReadOnly, ReadOnlyInline
from inventory.models import (
    Account,
    BacktestResult,
    Balance,
    BondedLot,
    BondedLotHold,
    ClockChange,
    CustomerOrderLine,
    DemandRecord,
    Discharge,
    Finding,
    Hold,
    Job,
    LeadTimeStat,
    Leg,
    LegalNotice,
    LevelOverride,
    Lot,
    LotCorrection,
    Pedimento,
    PedimentoLine,
    PlacementLevel,
    PlacementRun,
    PlannedEvent,
    Posting,
    Recommendation,
    Reservation,
    Scenario,
    ScenarioResult,
    StockDifference,
)


class LegInline(ReadOnlyInline):
    """Both sides of every move of a posting."""

    model = Leg
    fields = ("account", "lot", "location", "quantity", "legal_date", "recorded_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Legs with what they name."""
        return super().get_queryset(request).select_related("account", "lot", "location__site")


@admin.register(Posting)
class Postings(ReadOnly):
    """Indivisible changes of stock."""

    list_display = ("key", "kind", "document", "legal_date", "recorded_at", "actor_label")
    list_filter = ("kind",)
    search_fields = ("key", "document", "actor_label")
    date_hierarchy = "recorded_at"
    ordering = ("-pk",)
    inlines = (LegInline,)


@admin.register(Account)
class Accounts(ReadOnly):
    """Client × regime × authorisation × item."""

    list_display = ("id", "client", "regime", "authorisation", "item")
    list_filter = ("regime", "client")
    search_fields = ("item__sku",)
    list_select_related = ("client", "authorisation", "item")


@admin.register(Balance)
class Balances(ReadOnly):
    """Running sums of legs."""

    list_display = ("id", "account", "lot", "location", "quantity", "is_virtual")
    list_filter = ("is_virtual", "location__site")
    search_fields = ("account__item__sku", "location__code")
    list_select_related = ("account", "lot", "location__site")


@admin.register(Lot)
class Lots(ReadOnly):
    """Goods one can point at."""

    list_display = ("id", "account", "batch", "serial", "expires_on", "hold_reason")
    search_fields = ("batch", "serial", "account__item__sku")
    list_select_related = ("account",)


@admin.register(Reservation)
class Reservations(ReadOnly):
    """Stock promised to documents."""

    list_display = ("document", "lot", "location", "quantity", "reserved_at", "released_at")
    search_fields = ("document",)
    list_select_related = ("lot", "location__site")
    ordering = ("-pk",)


@admin.register(Hold)
class Holds(ReadOnly):
    """Freezes on lots."""

    list_display = ("lot", "reason", "opened_at", "opened_by", "closed_at", "release_document")
    list_filter = ("reason",)
    list_select_related = ("lot",)


class PedimentoLineInline(ReadOnlyInline):
    """The lines of a declaration."""

    model = PedimentoLine
    fields = ("seq", "tariff_code", "nico", "description", "tariff_quantity", "tariff_unit", "customs_value_mxn")


@admin.register(Pedimento)
class Pedimentos(ReadOnly):
    """Customs declarations."""

    list_display = ("number", "client", "document_key", "regime", "effect", "state", "paid_on", "recorded_at")
    list_filter = ("state", "effect", "regime", "document_key")
    search_fields = ("number", "client__name")
    list_select_related = ("client",)
    inlines = (PedimentoLineInline,)


@admin.register(BondedLotHold)
class BondedLotHolds(ReadOnly):
    """Freezes on bonded lots."""

    list_display = ("bonded_lot", "reason", "opened_at", "opened_by", "closed_at", "release_document")
    list_filter = ("reason",)
    list_select_related = ("bonded_lot",)


@admin.register(BondedLot)
class BondedLots(ReadOnly):
    """What lines of inbound pedimentos still owe customs."""

    list_display = ("pedimento_number", "line_seq", "account", "quantity", "remaining", "clock_start", "must_leave_by")
    search_fields = ("pedimento_number", "account__item__sku")
    list_select_related = ("account",)


@admin.register(Discharge)
class Discharges(ReadOnly):
    """Write-offs of bonded lots."""

    list_display = ("id", "bonded_lot", "outbound_line", "quantity", "value_mxn", "legal_date", "recorded_at")
    search_fields = ("bonded_lot__pedimento_number", "outbound_line__pedimento__number")
    list_select_related = ("bonded_lot", "outbound_line")
    ordering = ("-pk",)


@admin.register(LotCorrection)
class LotCorrections(ReadOnly):
    """Corrections by rectification."""

    list_display = ("id", "bonded_lot", "rectification", "quantity", "value_mxn", "legal_date")
    list_select_related = ("bonded_lot", "rectification")


@admin.register(ClockChange)
class ClockChanges(ReadOnly):
    """Changes of when a stay began."""

    list_display = ("id", "bonded_lot", "before", "after", "recorded_at", "actor_label", "reason")
    list_select_related = ("bonded_lot",)


@admin.register(StockDifference)
class StockDifferences(ReadOnly):
    """Differences between shelf and books."""

    list_display = ("document", "account", "quantity", "origin", "found_on", "resolved_at")
    list_filter = ("origin",)
    list_select_related = ("account",)


@admin.register(LegalNotice)
class LegalNotices(ReadOnly):
    """Notices the law asks for."""

    list_display = ("document", "kind", "pedimento", "due_at", "acknowledgement", "closed_at")
    list_filter = ("kind",)
    list_select_related = ("pedimento",)


@admin.register(Finding)
class Findings(ReadOnly):
    """What is wrong or due."""

    list_display = ("code", "subject", "severity", "client", "opened_at", "closed_at")
    list_filter = ("severity", "code")
    search_fields = ("subject",)
    list_select_related = ("client",)


@admin.register(DemandRecord)
class DemandRecords(ReadOnly):
    """Weeks of demand."""

    list_display = ("item", "market", "week", "quantity", "source", "recorded_at")
    list_filter = ("client", "market")
    search_fields = ("item__sku",)
    list_select_related = ("item", "market")


@admin.register(CustomerOrderLine)
class CustomerOrderLines(ReadOnly):
    """What customers of clients ordered."""

    list_display = ("reference", "line", "client", "item", "market", "requested_on", "quantity", "shipped", "cancelled")
    list_filter = ("client", "market", "cancelled")
    search_fields = ("reference", "item__sku")
    list_select_related = ("client", "item", "market")


@admin.register(PlacementRun)
class PlacementRuns(ReadOnly):
    """Runs of the engine."""

    list_display = ("id", "client", "as_of", "created_at", "actor_label", "code_version")
    list_filter = ("client",)
    list_select_related = ("client",)


@admin.register(PlacementLevel)
class PlacementLevels(ReadOnly):
    """How much a site ought to own."""

    list_display = ("run", "item", "site", "order_up_to", "safety_stock", "position")
    search_fields = ("item__sku",)
    list_select_related = ("run", "item", "site")


@admin.register(LevelOverride)
class LevelOverrides(ReadOnly):
    """Levels that planners set."""

    list_display = ("item", "site", "value", "computed", "until", "created_by", "ended_at")
    search_fields = ("item__sku", "created_by")
    list_select_related = ("item", "site")


@admin.register(PlannedEvent)
class PlannedEvents(ReadOnly):
    """What planners know to come."""

    list_display = ("kind", "client", "first_day", "last_day", "value", "created_by", "ended_at")
    list_filter = ("kind", "client")
    search_fields = ("reason", "created_by")
    list_select_related = ("client",)


@admin.register(Recommendation)
class Recommendations(ReadOnly):
    """What to move, and what the planner made of it."""

    list_display = ("id", "item", "source", "target", "quantity", "state", "priority", "decided_by")
    list_filter = ("state", "client", "target")
    search_fields = ("item__sku",)
    list_select_related = ("item", "source", "target")


@admin.register(Scenario)
class Scenarios(ReadOnly):
    """What clients' planning would look like if."""

    list_display = ("id", "client", "name", "created_at", "created_by", "changed_at")
    list_filter = ("client",)
    search_fields = ("name",)
    list_select_related = ("client",)


@admin.register(ScenarioResult)
class ScenarioResults(ReadOnly):
    """Scenarios computed beside the base."""

    list_display = ("id", "client", "as_of", "created_at", "actor_label", "code_version")
    list_filter = ("client",)
    list_select_related = ("client",)


@admin.register(BacktestResult)
class BacktestResults(ReadOnly):
    """What the engine would have cost over past weeks."""

    list_display = ("id", "client", "as_of", "weeks", "seed", "engine_cost", "rule_cost", "created_at", "code_version")
    list_filter = ("client",)
    list_select_related = ("client",)


@admin.register(LeadTimeStat)
class LeadTimeStats(ReadOnly):
    """How long lanes take, as learned."""

    list_display = ("lane", "as_of", "n", "is_prior_only", "mean_weeks", "p90_weeks", "on_time_share")
    list_filter = ("is_prior_only", "as_of")
    search_fields = ("lane__origin__code", "lane__destination__code")
    list_select_related = ("lane__origin", "lane__destination")


@admin.register(Job)
class Jobs(ReadOnly):
    """Long work."""

    list_display = ("id", "kind", "title", "state", "requested_label", "requested_at", "finished_at", "attempts")
    list_filter = ("kind", "state")
    search_fields = ("title", "requested_label")
    exclude = ("result_file", "source_file")
