"""The REST endpoints of the books, one module per topic."""

from django.urls import URLPattern

app_name = "inventory_api"
urlpatterns: list[URLPattern] = []
