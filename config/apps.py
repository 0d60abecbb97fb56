"""The admin site under Recinto's own brand."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class RecintoAdminConfig(AdminConfig):
    """The Django admin, for master data, users, rules and the audit trail."""

    default_site = "inventory.admin.site.RecintoAdminSite"

    def ready(self) -> None:
        """Register our own pages: the packages hold one module a topic, which a look into `admin` alone would not find."""
        super().ready()
        for name in ("inventory.admin.topics", "warehouse.admin.topics"):
            import_module(name)
