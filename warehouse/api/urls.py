"""The REST endpoints of the work, one module per topic."""

from django.urls import URLPattern

app_name = "warehouse_api"
urlpatterns: list[URLPattern] = []
