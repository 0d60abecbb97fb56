"""The Django app of the books."""

from django.apps import AppConfig
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.errors import DomainError


class InventoryConfig(AppConfig):
    """The books: what is where, under which customs status."""

    name = "inventory"
    verbose_name = _("The books")

    def ready(self) -> None:
        """Let refusals speak the reader's language, switch the audit trail on, and name who does which long work."""
        from inventory.audit import registry, signals  # noqa: PLC0415  models exist only now
        from inventory.jobs import registry as work  # noqa: PLC0415

        DomainError.translate = staticmethod(gettext)
        registry.register()
        signals.connect()
        work.register("report_export", "inventory.reports.handler.export")
        work.register("demand_import", "inventory.demand.services.import_job")
        work.register("order_import", "inventory.demand.order_imports.import_job")
        work.register("placement_run", "inventory.placement.parted.run_job", is_alone=True)
        work.register("placement_part", "inventory.placement.parted.part_job")
        work.register("scenario_comparison", "inventory.placement.scenarios.run_job")
        work.register("placement_backtest", "inventory.placement.backtests.run_job")
