"""The pages of the books, one module per topic."""

from django.urls import URLPattern, URLResolver, path

from inventory.web import (
    bonded_lot_holds,
    bonded_lots,
    compliance,
    demand,
    demand_imports,
    demand_orders,
    discharges,
    findings,
    items,
    jobs,
    lots,
    pedimento_new,
    pedimentos,
    reports,
    sites,
    stock,
    trail,
)
from inventory.web.choices import choose_client
from inventory.web.language import switch_language

app_name = "inventory"
urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", switch_language, name="set_language"),
    path("client/", choose_client, name="choose_client"),
    *stock.urlpatterns,
    *lots.urlpatterns,
    *items.urlpatterns,
    *sites.urlpatterns,
    *pedimento_new.urlpatterns,
    *pedimentos.urlpatterns,
    *bonded_lots.urlpatterns,
    *bonded_lot_holds.urlpatterns,
    *discharges.urlpatterns,
    *compliance.urlpatterns,
    *findings.urlpatterns,
    *demand.urlpatterns,
    *demand_imports.urlpatterns,
    *demand_orders.urlpatterns,
    *jobs.urlpatterns,
    *reports.urlpatterns,
    *trail.urlpatterns,
]
