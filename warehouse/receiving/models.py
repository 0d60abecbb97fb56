"""Receipts."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.fields import QuantityField
from inventory.models import (
    Carrier,
    Client,
    Location,
    Pedimento,
    PedimentoSubline,
    Posting,
    Site,
)

__all__ = ["Receipt", "ReceiptLine", "ReceiptSeal"]


class Receipt(models.Model):
    """One vehicle's goods at the gate (recibo, arribo), against one inbound pedimento."""

    class State(models.TextChoices):
        """How far it got."""

        EXPECTED = "expected", _("Expected")
        ARRIVED = "arrived", _("Arrived")
        COUNTED = "counted", _("Counted")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(_("number"), max_length=24, unique=True)
    client = models.ForeignKey(Client, models.PROTECT, related_name="receipts", verbose_name=_("client"))
    site = models.ForeignKey(Site, models.PROTECT, related_name="receipts", verbose_name=_("site"))
    pedimento = models.ForeignKey(Pedimento, models.PROTECT, related_name="receipts", verbose_name="pedimento")
    dock = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("dock"),
    )
    carrier = models.ForeignKey(
        Carrier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("carrier"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.EXPECTED)
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    container_number = models.CharField(_("container"), max_length=11, blank=True)
    plates = models.CharField(_("plates"), max_length=7, blank=True)
    driver = models.CharField(_("driver"), max_length=120, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=120, blank=True)
    posting = models.OneToOneField(
        Posting,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipt",
        verbose_name=_("posting"),
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        indexes = [models.Index(fields=["client", "state", "-id"], name="receipt_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", posting__isnull=False, closed_at__isnull=False) | ~Q(state="closed"),
                name="receipt_closed_has_its_posting",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ReceiptSeal(models.Model):
    """A seal (candado) of the vehicle: what was declared, what was found."""

    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="seals", verbose_name=_("receipt"))
    expected = models.CharField(_("expected"), max_length=20, blank=True)
    found = models.CharField(_("found"), max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return self.found or self.expected

    @property
    def matches(self) -> bool:
        """True when the seal found is the one declared."""
        return bool(self.found) and self.found == self.expected


class ReceiptLine(models.Model):
    """What was counted of one subline: good, damaged; over and short follow from what was declared."""

    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="lines", verbose_name=_("receipt"))
    subline = models.ForeignKey(
        PedimentoSubline,
        models.PROTECT,
        related_name="receipt_lines",
        verbose_name=_("subline"),
    )
    declared = QuantityField(_("declared"))
    good = QuantityField(_("good"), null=True, blank=True)
    damaged = QuantityField(_("damaged"), default=0)
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("put away at"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        ordering = ["receipt", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "subline"], name="receipt_line_subline_once"),
            models.CheckConstraint(
                condition=Q(declared__gt=0, damaged__gte=0) & (Q(good__isnull=True) | Q(good__gte=0)),
                name="receipt_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt}: {self.subline}"

    @property
    def counted(self) -> Decimal | None:
        """Good plus damaged, or None before the count."""
        return None if self.good is None else self.good + self.damaged

    @property
    def difference(self) -> Decimal:
        """Counted less declared: positive is over, negative short; zero before the count."""
        return Decimal(0) if self.good is None else self.good + self.damaged - self.declared
