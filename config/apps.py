"""The admin site under Recinto's own brand."""

from django.contrib.admin.apps import AdminConfig


class RecintoAdminConfig(AdminConfig):
    """The Django admin, for master data, users, rules and the audit trail."""

    default_site = "inventory.admin.site.RecintoAdminSite"
