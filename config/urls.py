"""Pages at /, clients at /api/v1/, the admin at /admin/; /livez and /readyz for whoever watches over it."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("config.rest")),
    path("", include("config.health")),
    path("", include("inventory.web.urls")),
    path("", include("warehouse.web.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
