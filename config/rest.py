"""What holds for the whole API: where each app's endpoints hang, its schema and its documentation."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from inventory.api.nowhere import Nowhere
from inventory.api.throttling import AddressThrottle

OPEN = {"authentication_classes": [], "permission_classes": [AllowAny], "throttle_classes": [AddressThrottle]}

# Swagger UI writes style attributes; this one page may.
relax_styles = csp_update({"style-src": [SELF, "'unsafe-inline'"]})

urlpatterns = [
    path("", include("inventory.api.urls")),
    path("", include("warehouse.api.urls")),
    path("schema/", SpectacularAPIView.as_view(**OPEN), name="api_schema"),
    path("docs/", relax_styles(SpectacularSwaggerSplitView.as_view(url_name="api_schema", **OPEN)), name="api_docs"),
    re_path(r"^.*$", Nowhere.as_view()),
]
