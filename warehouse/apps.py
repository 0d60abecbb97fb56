"""The Django app of the work."""

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    """The work: what people do to move goods."""

    name = "warehouse"
