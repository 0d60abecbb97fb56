"""The Django app of the books."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """The books: what is where, under which customs status."""

    name = "inventory"
