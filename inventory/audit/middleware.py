"""Tells the audit trail whose request this is, and where it came from."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from inventory.audit.context import Circumstances, within


class AuditMiddleware:
    """Puts the request behind every row of the trail that is written while it is answered.

    Takes the place of auditlog's own, which believes any `X-Forwarded-For` a caller makes up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the request known to the trail."""
        with within(Circumstances(address=address_of(request), request=request)):
            return self.get_response(request)


def address_of(request: HttpRequest) -> str | None:
    """The caller's address: what our own proxies say, as many as there are, and never what the caller says."""
    hops = settings.TRUSTED_PROXY_HOPS
    said = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    try:
        return str(ip_address(said[-hops] if hops and len(said) >= hops else request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None
