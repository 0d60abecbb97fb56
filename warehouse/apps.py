"""The Django app of the work."""

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    """The work: what people do to move goods."""

    name = "warehouse"

    def ready(self) -> None:
        """Add the work's reports to those of the books."""
        from inventory.reports import registry  # noqa: PLC0415  models exist only now

        registry.register("in_transit", "warehouse.tracking.reports.IN_TRANSIT")
        registry.register("flows", "warehouse.tracking.reports.FLOWS")
