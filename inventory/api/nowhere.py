"""URLs that lead nowhere: answered as problems too, never as a page."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from inventory.api.endpoint import Endpoint
from inventory.api.throttling import AddressThrottle


@extend_schema(exclude=True)
class Nowhere(Endpoint):
    """404 for every method, with a hint where only the last slash is missing."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [AddressThrottle]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Any method ends here."""
        self.http_method_not_allowed = self._nothing  # type: ignore[method-assign]
        return super().dispatch(request, *args, **kwargs)

    def _nothing(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Raise NotFound."""
        with_slash = f"{request.path}/"
        try:
            known = resolve(with_slash).func.cls is not Nowhere  # type: ignore[attr-defined]
        except (Resolver404, AttributeError):
            known = False
        if known:
            raise NotFound(_("URLs end with a slash: %(url)s") % {"url": with_slash})
        raise NotFound(_("The API has no such URL."))
