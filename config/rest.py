"""What holds for the whole API: its version and where each app's endpoints hang."""

from django.urls import include, path

urlpatterns = [
    path("", include("inventory.api.urls")),
    path("", include("warehouse.api.urls")),
]
