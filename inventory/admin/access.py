"""Who may enter the admin."""

from django.http import HttpRequest

from inventory.parties.roles import Can


def is_administrator(request: HttpRequest) -> bool:
    """True for an active person whose roles allow administering; read from the memberships, not from Django's flags."""
    access = getattr(request, "access", None)
    return bool(request.user.is_authenticated and access is not None and access.can(Can.ADMINISTER))
