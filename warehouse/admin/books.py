"""The documents of the work, for looking at: people write them on the operators' pages and by the API."""

from django.contrib import admin

from inventory.admin.base import ReadOnly, ReadOnlyInline
from warehouse.models import (
    BinMove,
    CountLine,
    CountSheet,
    Delivery,
    DeliveryLine,
    Milestone,
    MovementOrder,
    MovementOrderLine,
    Receipt,
    ReceiptLine,
    Shipment,
    ShipmentLine,
)


class ReceiptLineInline(ReadOnlyInline):
    """What was counted."""

    model = ReceiptLine
    fields = ("subline", "declared", "good", "damaged", "location", "note")


@admin.register(Receipt)
class Receipts(ReadOnly):
    """Goods at the gate."""

    list_display = ("number", "client", "site", "pedimento", "state", "expected_on", "closed_at")
    list_filter = ("state", "site", "client")
    search_fields = ("number", "container_number", "pedimento__number")
    list_select_related = ("client", "site", "pedimento")
    inlines = (ReceiptLineInline,)


class ShipmentLineInline(ReadOnlyInline):
    """What is on the truck."""

    model = ShipmentLine
    fields = ("seq", "account", "quantity", "lot", "location", "is_picked", "outbound_line")


@admin.register(Shipment)
class Shipments(ReadOnly):
    """Loads to the US."""

    list_display = ("number", "client", "origin", "crossing", "destination", "state", "dispatched_at", "eta")
    list_filter = ("state", "origin", "destination", "client")
    search_fields = ("number", "trailer", "seal")
    list_select_related = ("client", "origin", "crossing", "destination")
    inlines = (ShipmentLineInline,)


class DeliveryLineInline(ReadOnlyInline):
    """What arrived."""

    model = DeliveryLine
    fields = ("shipment_line", "good", "damaged", "location", "note")


@admin.register(Delivery)
class Deliveries(ReadOnly):
    """What distribution centers received."""

    list_display = ("shipment", "received_at", "received_by")
    list_select_related = ("shipment",)
    inlines = (DeliveryLineInline,)


@admin.register(Milestone)
class Milestones(ReadOnly):
    """Facts about journeys."""

    list_display = ("shipment", "code", "occurred_at", "source", "recorded_at", "actor_label")
    list_filter = ("code", "source")
    search_fields = ("shipment__number",)
    list_select_related = ("shipment",)
    ordering = ("-pk",)


class MovementOrderLineInline(ReadOnlyInline):
    """What is to be moved."""

    model = MovementOrderLine
    fields = ("item", "quantity", "recommendation")


@admin.register(MovementOrder)
class MovementOrders(ReadOnly):
    """Orders to bring goods from one site to another."""

    list_display = ("number", "client", "origin", "destination", "state", "ship_by", "created_by")
    list_filter = ("state", "origin", "destination", "client")
    search_fields = ("number",)
    list_select_related = ("client", "origin", "destination")
    inlines = (MovementOrderLineInline,)


@admin.register(BinMove)
class BinMoves(ReadOnly):
    """Moves from bin to bin."""

    list_display = ("number", "account", "origin", "destination", "quantity", "moved_at", "moved_by")
    list_select_related = ("account", "origin__site", "destination__site")


class CountLineInline(ReadOnlyInline):
    """What was found."""

    model = CountLine
    fields = ("lot", "location", "expected", "counted", "recounted")


@admin.register(CountSheet)
class CountSheets(ReadOnly):
    """Blind counts."""

    list_display = ("number", "site", "state", "opened_at", "opened_by", "posted_at")
    list_filter = ("state", "site")
    list_select_related = ("site",)
    inlines = (CountLineInline,)
