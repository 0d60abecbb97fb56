"""The branded admin site, entered only by administrators, through the house's own log-in."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inventory.admin.access import is_administrator

OURS = ("inventory.admin.", "warehouse.admin.")
# The modules of the admin, in the order and under the headings in which the index shows them.
GROUPS = {
    "inventory.admin.parties": _("People and companies"),
    "inventory.admin.api_keys": _("API keys"),
    "inventory.admin.catalog": _("Catalogue"),
    "inventory.admin.places": _("Places"),
    "inventory.admin.rules": _("Rules of law"),
    "inventory.admin.lists": _("Lists of codes (read only)"),
    "inventory.admin.books": _("The books (read only)"),
    "warehouse.admin.books": _("The work (read only)"),
    "inventory.admin.trail": _("Audit trail (read only)"),
}


class RecintoAdminSite(admin.AdminSite):
    """The Django admin under Recinto's name, with the pages that our own admin modules register and no others."""

    site_header = "Recinto"
    site_title = "Recinto"
    index_title = _("Master data, users, rules and audit trail")
    site_url = "/"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """True for administrators."""
        return is_administrator(request)

    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send whoever is not logged in to the log-in of the house, with its limits and second factor; refuse others."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        if request.user.is_authenticated:
            return redirect("admin:index")
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Passwords are changed where everyone changes theirs."""
        return redirect("account_change_password")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take our own admin classes; those that other packages bring would open ways around the services."""
        if admin_class is not None and admin_class.__module__.startswith(OURS):
            super().register(model_or_iterable, admin_class, **options)

    def unregister(self, model_or_iterable: Any) -> None:
        """Take models back, if they are there: other packages swap registrations of theirs that were never taken."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        super().unregister([model for model in models if issubclass(model, Model) and self.is_registered(model)])

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The models by topic, not by app: people look for sites, not for `inventory`."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        groups: dict[str, list[dict[str, Any]]] = {module: [] for module in GROUPS}
        for app in super().get_app_list(request):
            for model in app["models"]:
                groups[type(self._registry[model["model"]]).__module__].append(model)
        home = reverse("admin:index")
        return [
            {
                "name": GROUPS[module],
                "app_label": module.replace(".", "-"),
                "app_url": home,
                "has_module_perms": True,
                "models": sorted(models, key=lambda model: str(model["name"]).lower()),
            }
            for module, models in groups.items()
            if models
        ]
