"""What a key may do. Default deny: a view that names no scope is refused to everyone."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from inventory.parties.roles import ApiScope


def scope_for(view: Any, method: str) -> ApiScope | None:
    """The scope a view asks for: `required_scope` for reading, `write_scope` for all else; None: nobody may."""
    if method in {"GET", "HEAD", "OPTIONS"}:
        return getattr(view, "required_scope", None)
    return getattr(view, "write_scope", None)


class HasScope(BasePermission):
    """True when the key carries the scope the view names for this method."""

    code = "scope_missing"

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether the key may go on. Without a key nobody may, whatever the view says."""
        needed = scope_for(view, request.method or "")
        self.message = _("This API key lacks the scope %(scope)s.") % {"scope": needed or "-"}
        return request.auth is not None and needed is not None and needed.value in request.auth.scopes
