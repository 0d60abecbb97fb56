"""Writing about parties: the API keys of clients, issued, rotated and revoked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_network

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.errors import DomainError, InvalidInput
from inventory.parties.keys import hash_of, new_token
from inventory.parties.models import ApiKey, Client, IdempotentRequest
from inventory.parties.roles import ApiScope
from inventory.parties.scope import Actor

ROTATION_OVERLAP = timedelta(days=7)


class KeyRevoked(DomainError):
    """The API key was revoked; it can be neither used nor rotated."""

    code = "api_key_revoked"


@dataclass(frozen=True)
class IssuedKey:
    """A new API key and its text, which can be read this once and never again."""

    key: ApiKey
    token: str


def issue_api_key(
    *,
    client: Client,
    name: str,
    scopes: Iterable[str],
    at: datetime,
    actor: Actor,
    expires_at: datetime | None = None,
    allowed_networks: Iterable[str] = (),
) -> IssuedKey:
    """A key for one client's own rows. Raises InvalidInput for an unknown scope, a bad network or an expiry in the past."""
    token = new_token()
    key = ApiKey.objects.create(
        client=client,
        name=_required(name),
        prefix=token.prefix,
        secret_hash=hash_of(token.secret),
        scopes=_known(scopes),
        allowed_networks=_networks(allowed_networks),
        created_at=at,
        created_by_id=actor.user_id,
        expires_at=_future(expires_at, at),
    )
    return IssuedKey(key, str(token))


@transaction.atomic
def rotate(*, key: ApiKey, at: datetime, actor: Actor, overlap: timedelta = ROTATION_OVERLAP) -> IssuedKey:
    """A new key with the same rights; the old one works on for `overlap`, so that no caller is cut off.

    Raises KeyRevoked.
    """
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("client").get(pk=key.pk)
    if key.revoked_at:
        raise KeyRevoked(_("API key %(key)s was revoked: issue a new one."), key=key.prefix)
    issued = issue_api_key(
        client=key.client, name=key.name, scopes=key.scopes, at=at, actor=actor, allowed_networks=key.allowed_networks
    )
    key.expires_at = min(filter(None, (key.expires_at, at + overlap)))
    key.save(update_fields=["expires_at"])
    return issued


def revoke(*, key: ApiKey, at: datetime) -> ApiKey:
    """Stop a key from working at once. Revoking it twice keeps the first moment."""
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
    return key


def note_use(*, key: ApiKey, on: date) -> None:
    """Keep the day of a key's last use: one write on the first call of a day, none afterwards."""
    if key.last_used_on != on:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=on)
        key.last_used_on = on


def forget_requests(*, before: datetime) -> int:
    """Delete the stored answers of API calls older than `before`; returns how many. Their keys may then be used anew."""
    return IdempotentRequest.objects.filter(created_at__lt=before).delete()[0]


def _required(name: str) -> str:
    """The name without blanks around it."""
    if not name.strip():
        raise InvalidInput(
            _("Name the key, so that people know what uses it."), field="name", value=name, rule="required"
        )
    return name.strip()


def _known(scopes: Iterable[str]) -> list[str]:
    """The scopes, in the order they are listed in, each once."""
    asked = {str(scope) for scope in scopes}
    for scope in sorted(asked - set(ApiScope)):
        raise InvalidInput(_("%(value)s is no scope of the API."), field="scopes", value=scope, rule="choice")
    if not asked:
        raise InvalidInput(_("A key needs one scope or more."), field="scopes", value="", rule="required")
    return [scope.value for scope in ApiScope if scope in asked]


def _networks(networks: Iterable[str]) -> list[str]:
    """The networks in their usual notation."""
    found = []
    for text in networks:
        try:
            found.append(str(ip_network(text.strip(), strict=False)))
        except ValueError:
            message = _("%(value)s is no network address, such as 203.0.113.0/24.")
            raise InvalidInput(message, field="allowed_networks", value=text, rule="network") from None
    return found


def _future(expires_at: datetime | None, at: datetime) -> datetime | None:
    """The expiry, which must lie ahead."""
    if expires_at is not None and expires_at <= at:
        raise InvalidInput(_("The expiry lies in the past."), field="expires_at", value=expires_at, rule="future")
    return expires_at
