"""The pages of the work, one module per topic."""

from django.urls import URLPattern, URLResolver

from warehouse.web import home

app_name = "warehouse"
urlpatterns: list[URLPattern | URLResolver] = [
    *home.urlpatterns,
]
