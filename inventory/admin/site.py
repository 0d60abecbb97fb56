"""The branded admin site, entered only by administrators."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class RecintoAdminSite(admin.AdminSite):
    """The Django admin under Recinto's name."""

    site_header = "Recinto"
    site_title = "Recinto"
    index_title = _("Master data, users, rules and audit trail")

    def has_permission(self, request: HttpRequest) -> bool:
        """True for active administrators."""
        return bool(request.user.is_active and request.user.is_staff)
