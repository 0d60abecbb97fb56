"""Findings (hallazgos)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.parties.models import Client

__all__ = ["Finding"]


class Finding(models.Model):
    """Something a person must look at: a deadline near, a shortage, books that differ, a rule overridden."""

    class Severity(models.TextChoices):
        """How urgent."""

        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")
        CRITICAL = "critical", _("Critical")

    code = models.CharField(_("code"), max_length=40)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    client = models.ForeignKey(
        Client,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("client"),
    )
    site_code = models.CharField(_("site"), max_length=24, blank=True)
    subject = models.CharField(
        _("subject"),
        max_length=120,
        help_text=_("What it is about, e.g. bonded_lot/12."),
    )
    context = models.JSONField(_("numbers"), default=dict)
    due_on = models.DateField(_("act by"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=120, blank=True)
    resolution = models.CharField(_("resolution"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        indexes = [
            models.Index(
                fields=["client", "severity", "-opened_at"],
                condition=Q(closed_at__isnull=True),
                name="finding_open",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "subject"],
                condition=Q(closed_at__isnull=True),
                name="finding_open_once",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(resolution=""),
                name="finding_closed_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}"
