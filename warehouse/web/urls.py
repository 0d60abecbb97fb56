"""The pages of the work, one module per topic."""

from django.urls import URLPattern, URLResolver

from warehouse.web import (
    counts,
    deliveries,
    home,
    lead_times,
    movements,
    picking,
    placement,
    placement_items,
    placement_loads,
    placement_network,
    placement_overrides,
    placement_runs,
    placement_what_if,
    planned_events,
    receipt_counting,
    receipts,
    scenario_results,
    scenarios,
    shipment_building,
    shipments,
    shortages,
    tracking,
)

app_name = "warehouse"
urlpatterns: list[URLPattern | URLResolver] = [
    *home.urlpatterns,
    *receipts.urlpatterns,
    *receipt_counting.urlpatterns,
    *shipment_building.urlpatterns,
    *shipments.urlpatterns,
    *picking.urlpatterns,
    *deliveries.urlpatterns,
    *shortages.urlpatterns,
    *tracking.urlpatterns,
    *movements.urlpatterns,
    *placement.urlpatterns,
    *placement_loads.urlpatterns,
    *placement_runs.urlpatterns,
    *scenario_results.urlpatterns,
    *scenarios.urlpatterns,
    *placement_items.urlpatterns,
    *placement_overrides.urlpatterns,
    *placement_what_if.urlpatterns,
    *placement_network.urlpatterns,
    *planned_events.urlpatterns,
    *lead_times.urlpatterns,
    *counts.urlpatterns,
]
