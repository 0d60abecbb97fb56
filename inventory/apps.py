"""The Django app of the books."""

from django.apps import AppConfig
from django.utils.translation import gettext

from inventory.errors import DomainError


class InventoryConfig(AppConfig):
    """The books: what is where, under which customs status."""

    name = "inventory"

    def ready(self) -> None:
        """Let refusals of pure modules speak the reader's language."""
        DomainError.translate = staticmethod(gettext)
