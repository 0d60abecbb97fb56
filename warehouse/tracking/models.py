"""Milestones. Append-only by database trigger."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models import Site
from warehouse.shipping.models import Shipment

__all__ = ["Milestone"]


class Milestone(models.Model):
    """One fact about a shipment's journey (hito): what, when it happened, who says so, when it was recorded."""

    class Code(models.TextChoices):
        """Canonical events of us-and-movements.md §4.2 that this step records."""

        GATE_OUT_ZONE = "GATE_OUT_ZONE", _("Left the zone")
        ARR_MX_YARD = "ARR_MX_YARD", _("At the Mexican border yard")
        MX_MODULE_GREEN = "MX_MODULE_GREEN", _("Released by Mexican customs")
        MX_MODULE_RED = "MX_MODULE_RED", _("Sent to Mexican examination")
        US_PRIMARY_ARRIVAL = "US_PRIMARY_ARRIVAL", _("Arrived at US customs")
        US_SECONDARY_REFERRED = "US_SECONDARY_REFERRED", _("Sent to US examination")
        US_RELEASED = "US_RELEASED", _("Released by US customs")
        DEP_US_YARD = "DEP_US_YARD", _("Left the US border yard")
        ARR_DC = "ARR_DC", _("Arrived at the distribution center")
        RECEIPT_POSTED = "RECEIPT_POSTED", _("Received")
        DISPATCH_REVERSED = "DISPATCH_REVERSED", _("Dispatch reversed")

    class Source(models.TextChoices):
        """Who says so, most trusted first."""

        CUSTOMS = "customs", _("Customs")
        GATE = "gate", _("Gate or warehouse scan")
        TELEMATICS = "telematics", _("Telematics")
        CARRIER = "carrier", _("Carrier")
        MANUAL = "manual", _("By hand")

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="milestones", verbose_name=_("shipment"))
    code = models.CharField(_("milestone"), max_length=24, choices=Code)
    occurred_at = models.DateTimeField(_("occurred"))
    offset_minutes = models.SmallIntegerField(_("offset, minutes"), default=0)
    recorded_at = models.DateTimeField(_("recorded"))
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.MANUAL)
    source_event_id = models.CharField(_("id at the source"), max_length=120)
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("place"),
    )
    references = models.JSONField(_("references"), default=dict, blank=True)
    actor_label = models.CharField(_("by"), max_length=120)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        indexes = [models.Index(fields=["shipment", "occurred_at"], name="milestone_of_shipment")]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_event_id"], name="milestone_once_per_source"),
            models.CheckConstraint(condition=~Q(source_event_id=""), name="milestone_names_its_id"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment}: {self.code}"
