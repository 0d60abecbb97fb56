"""Who calls: a client's API key, sent as `Authorization: Bearer rk_<prefix>_<secret>`."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from inventory.parties import selectors as parties
from inventory.parties import services
from inventory.parties.models import ApiKey


@dataclass(frozen=True)
class ApiCaller:
    """What stands in for a user when a key calls: it can do nothing but what the key may."""

    key: ApiKey
    pk = None
    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False
    is_superuser = False

    def get_username(self) -> str:
        """The key's public name."""
        return f"api:{self.key.client.code}/{self.key.name}"

    def __str__(self) -> str:
        return self.get_username()


class ApiKeyAuthentication(BaseAuthentication):
    """One statement finds the key and its client. `request.auth` is the key, `request.user` an `ApiCaller`."""

    def authenticate(self, request: Request) -> tuple[ApiCaller, ApiKey] | None:
        """The caller and its key; None when no credentials came, which then lack permission."""
        kind, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not kind:
            return None
        key = parties.api_key_of(token.strip()) if kind.lower() == "bearer" else None
        if key is None:
            raise AuthenticationFailed(_("This is no valid API key."), "invalid_api_key")
        now = timezone.now()
        _refuse_ended(key, now)
        _refuse_elsewhere(key, request._request)
        services.note_use(key=key, on=now.date())
        return ApiCaller(key), key

    def authenticate_header(self, request: Request) -> str:
        """What to send, for the 401 answer."""
        return 'Bearer realm="recinto"'


def client_address(request: HttpRequest) -> str:
    """The caller's IP address: what our own proxies say, as many as there are, and never what the caller says."""
    hops = settings.TRUSTED_PROXY_HOPS
    said = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return said[-hops] if hops and len(said) >= hops else request.META.get("REMOTE_ADDR", "")


def _refuse_ended(key: ApiKey, now: datetime) -> None:
    """Raise when the key's time is over."""
    if key.revoked_at is not None:
        raise AuthenticationFailed(_("This API key was revoked."), "api_key_revoked")
    if key.expires_at is not None and key.expires_at <= now:
        raise AuthenticationFailed(_("This API key has expired."), "api_key_expired")
    if not key.client.is_active:
        raise AuthenticationFailed(_("This client is not active."), "client_inactive")


def _refuse_elsewhere(key: ApiKey, request: HttpRequest) -> None:
    """Raise when the key is bound to networks and the call comes from elsewhere."""
    if not key.allowed_networks:
        return
    address = client_address(request)
    try:
        found = any(ip_address(address) in ip_network(network) for network in key.allowed_networks)
    except ValueError:
        found = False
    if not found:
        raise PermissionDenied(_("This API key may not be used from here."), "network_not_allowed")
