"""The pages of the work, one module per topic."""

from django.urls import URLPattern

app_name = "warehouse"
urlpatterns: list[URLPattern] = []
