"""Count sheets."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.fields import QuantityField
from inventory.models import Location, Lot, Posting, Site

__all__ = ["CountLine", "CountSheet"]


class CountSheet(models.Model):
    """A blind count of some locations of a site (hoja de conteo)."""

    class State(models.TextChoices):
        """How far it got."""

        OPEN = "open", _("Open")
        RECOUNT = "recount", _("To be recounted")
        COUNTED = "counted", _("Counted")
        POSTED = "posted", _("Posted")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(_("number"), max_length=24, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="count_sheets", verbose_name=_("site"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(_("opened by"), max_length=120)
    counted_by = models.CharField(_("counted by"), max_length=120, blank=True)
    recounted_by = models.CharField(_("recounted by"), max_length=120, blank=True)
    posted_at = models.DateTimeField(_("posted"), null=True, blank=True)
    posted_by = models.CharField(_("posted by"), max_length=120, blank=True)
    posting = models.OneToOneField(
        Posting,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="count_sheet",
        verbose_name=_("posting"),
    )

    class Meta:
        verbose_name = _("count sheet")
        verbose_name_plural = _("count sheets")
        indexes = [models.Index(fields=["site", "state", "-id"], name="count_sheet_newest")]

    def __str__(self) -> str:
        return self.number


class CountLine(models.Model):
    """One lot at one location: what the books said when the sheet was opened, what was counted, what the recount said."""

    sheet = models.ForeignKey(CountSheet, models.CASCADE, related_name="lines", verbose_name=_("count sheet"))
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+", verbose_name=_("lot"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", verbose_name=_("location"))
    expected = QuantityField(_("expected"))
    counted = QuantityField(_("counted"), null=True, blank=True)
    recounted = QuantityField(_("recounted"), null=True, blank=True)

    class Meta:
        verbose_name = _("count line")
        verbose_name_plural = _("count lines")
        ordering = ["sheet", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "lot", "location"], name="count_line_once"),
            models.CheckConstraint(
                condition=(Q(counted__isnull=True) | Q(counted__gte=0))
                & (Q(recounted__isnull=True) | Q(recounted__gte=0)),
                name="count_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}: {self.lot_id}@{self.location_id}"
