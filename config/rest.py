"""What holds for the whole API: where each app's endpoints hang, its schema and its documentation."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.urls import include, path, re_path
from django.utils import translation
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.nowhere import Nowhere
from inventory.api.throttling import AddressThrottle

OPEN = {"authentication_classes": [], "permission_classes": [AllowAny], "throttle_classes": [AddressThrottle]}


class EnglishSchema(SpectacularAPIView):
    """The schema, word for word the one that is checked in, whatever the reader's language."""

    def _get_schema_response(self, request: Request) -> Response:
        """The schema in English."""
        with translation.override("en"):
            return super()._get_schema_response(request)


class Manual(SpectacularSwaggerSplitView):
    """The documentation one may try requests in, on a page of ours."""

    template_name = "api_docs.html"


# Swagger UI writes style attributes; this one page may.
relax_styles = csp_update({"style-src": [SELF, "'unsafe-inline'"]})

urlpatterns = [
    path("", include("inventory.api.urls")),
    path("", include("warehouse.api.urls")),
    path("schema/", EnglishSchema.as_view(**OPEN), name="api_schema"),
    path("docs/", relax_styles(Manual.as_view(url_name="api_schema", **OPEN)), name="api_docs"),
    re_path(r"", Nowhere.as_view()),
]
