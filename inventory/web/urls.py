"""The pages of the books, one module per topic."""

from django.urls import URLPattern, URLResolver, path

from inventory.web import jobs, reports, trail
from inventory.web.choices import choose_client
from inventory.web.language import switch_language

app_name = "inventory"
urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", switch_language, name="set_language"),
    path("client/", choose_client, name="choose_client"),
    *jobs.urlpatterns,
    *reports.urlpatterns,
    *trail.urlpatterns,
]
