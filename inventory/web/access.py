"""What the person behind a request may see and do, and the gates that pages stand behind."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from inventory.models import Client, SiteAssignment, User
from inventory.parties.access import Access, access_of
from inventory.parties.roles import Role
from inventory.parties.scope import Actor, ClientScope
from inventory.statements import Statement

_SITES = Statement(
    lambda given: SiteAssignment.objects.filter(user=given.number("user")).values_list("site_id", flat=True)
)

ACTIVE_CLIENT = "active_client"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class WebAccess(Access):
    """An `Access` as pages need it: narrowed to the chosen client, with the sites an operator is bound to.

    `site_ids=None` means every site. `scope` is already narrowed; `full_scope` is what the person could choose from.
    """

    site_ids: frozenset[int] | None
    full_scope: ClientScope
    active_client_id: int | None = None

    def allows_site(self, site_id: int | None) -> bool:
        """True when this person works at the site."""
        return self.site_ids is None or site_id in self.site_ids

    def narrowed_to(self, client_id: int | None) -> "WebAccess":
        """The same access over one client's rows; unchanged when that client may not be seen."""
        if client_id is None or not self.full_scope.allows(client_id):
            return self
        return replace(self, scope=ClientScope.of(client_id), active_client_id=client_id)


class WebRequest(HttpRequest):
    """A request as the middleware leaves it."""

    access: WebAccess
    htmx: HtmxDetails
    user: User


NOBODY = WebAccess(0, Actor(""), frozenset(), ClientScope.of(), frozenset(), frozenset(), ClientScope.of())


def web_access(request: HttpRequest) -> WebAccess:
    """The access of whoever sent the request; nothing at all for someone who is not logged in."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    known = access_of(user)
    bound = known.roles == {Role.OPERATOR}
    sites = frozenset(_SITES.rows(user=user.pk)) if bound else None
    access = WebAccess(**vars(known), site_ids=sites, full_scope=known.scope)
    return access.narrowed_to(request.session.get(ACTIVE_CLIENT))


def choosable_clients(access: WebAccess) -> list[Client]:
    """The clients a person may narrow all pages to; none when there is nothing to choose."""
    clients = list(access.full_scope.filter(Client.objects.filter(is_active=True), "pk"))
    return clients if len(clients) > 1 else []


def requires(*capabilities: str) -> Callable[[View], View]:
    """Let a function view answer only those who have one of these capabilities; others get a 403."""

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(request: WebRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refuse_unless(request, *capabilities)
            return view(request, *args, **kwargs)

        return cast(View, guarded)

    return gate


class RequiresCapability:
    """Let a class view answer only those who have its `capability` (or one of several); others get a 403."""

    capability: str | tuple[str, ...]

    def dispatch(self, request: WebRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask first."""
        wanted = (self.capability,) if isinstance(self.capability, str) else self.capability
        refuse_unless(request, *wanted)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def refuse_unless(request: WebRequest, *capabilities: str) -> None:
    """Raise PermissionDenied unless the person has one of these capabilities."""
    if not any(request.access.can(capability) for capability in capabilities):
        raise PermissionDenied
