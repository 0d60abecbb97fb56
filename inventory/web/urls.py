"""The pages of the books, one module per topic."""

from django.urls import URLPattern

app_name = "inventory"
urlpatterns: list[URLPattern] = []
