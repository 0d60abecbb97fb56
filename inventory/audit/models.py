"""The daily seal of the audit trail and the books."""

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["AuditSeal"]


class AuditSeal(models.Model):
    """One day's digest: SHA-256 over the seal before it and every append-only row recorded since."""

    sealed_on = models.DateField(_("day"), unique=True)
    sealed_at = models.DateTimeField(_("sealed"))
    previous_digest = models.CharField(_("previous digest"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    high_water = models.JSONField(_("last row of each table"))
    row_count = models.PositiveIntegerField(_("rows"))

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["sealed_on"]

    def __str__(self) -> str:
        return f"{self.sealed_on}: {self.digest[:12]}"
