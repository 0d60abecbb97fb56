"""The Django app of the work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WarehouseConfig(AppConfig):
    """The work: what people do to move goods."""

    name = "warehouse"
    verbose_name = _("The work")

    def ready(self) -> None:
        """Add the work's reports, and their charts, to those of the books, and the long work that it does."""
        from inventory.jobs import registry as work  # noqa: PLC0415
        from inventory.reports import registry  # noqa: PLC0415  models exist only now
        from inventory.web import report_charts  # noqa: PLC0415

        work.register("lead_times", "warehouse.tracking.lead_times.learn_job")
        registry.register("in_transit", "warehouse.tracking.reports.IN_TRANSIT")
        registry.register("flows", "warehouse.tracking.reports.FLOWS")
        report_charts.register("in_transit", "warehouse.web.report_charts.in_transit")
        report_charts.register("flows", "warehouse.web.report_charts.flows")
