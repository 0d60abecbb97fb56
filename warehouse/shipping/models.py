"""Shipments and their deliveries."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.fields import QuantityField
from inventory.models import (
    Account,
    Carrier,
    Client,
    Location,
    Lot,
    Pedimento,
    PedimentoLine,
    Posting,
    Site,
)
from warehouse.movements.models import MovementOrder

__all__ = ["Delivery", "DeliveryLine", "Shipment", "ShipmentLine"]


class Shipment(models.Model):
    """A load from a bonded zone to a US distribution center or another destination (embarque)."""

    class State(models.TextChoices):
        """How far it got; the road from dispatch on is projected from its milestones."""

        DRAFT = "draft", _("Draft")
        RESERVED = "reserved", _("Reserved")
        PICKED = "picked", _("Picked")
        CLEARED = "cleared", _("Cleared")
        DISPATCHED = "dispatched", _("Dispatched")
        AT_BORDER = "at_border", _("At the border")
        CROSSED = "crossed", _("Crossed")
        RELEASED = "released", _("Released in the US")
        ARRIVED = "arrived", _("Arrived")
        RECEIVED = "received", _("Received")
        RETURNED = "returned", _("Returned")
        CANCELLED = "cancelled", _("Cancelled")

    IN_TRANSIT = (
        State.DISPATCHED,
        State.AT_BORDER,
        State.CROSSED,
        State.RELEASED,
        State.ARRIVED,
    )

    number = models.CharField(_("number"), max_length=24, unique=True)
    client = models.ForeignKey(Client, models.PROTECT, related_name="shipments", verbose_name=_("client"))
    origin = models.ForeignKey(Site, models.PROTECT, related_name="shipments_out", verbose_name=_("origin"))
    destination = models.ForeignKey(Site, models.PROTECT, related_name="shipments_in", verbose_name=_("destination"))
    crossing = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("crossing"),
    )
    carrier = models.ForeignKey(
        Carrier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("carrier"),
    )
    movement_order = models.OneToOneField(
        MovementOrder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shipment",
        verbose_name=_("movement order"),
    )
    pedimento = models.ForeignKey(
        Pedimento,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shipments",
        verbose_name=_("outbound pedimento"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    trailer = models.CharField(_("trailer or container"), max_length=11, blank=True)
    plates = models.CharField(_("plates"), max_length=7, blank=True)
    seal = models.CharField(_("seal"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.CharField(_("created by"), max_length=120)
    dispatched_at = models.DateTimeField(_("dispatched"), null=True, blank=True)
    posting = models.OneToOneField(
        Posting,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shipment",
        verbose_name=_("posting"),
    )
    eta = models.DateTimeField(_("ETA"), null=True, blank=True)
    promised_at = models.DateTimeField(_("promised"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        indexes = [
            models.Index(fields=["client", "state", "-id"], name="shipment_newest"),
            models.Index(
                fields=["eta"],
                condition=Q(
                    state__in=[
                        "dispatched",
                        "at_border",
                        "crossed",
                        "released",
                        "arrived",
                    ]
                ),
                name="shipment_in_transit",
            ),
        ]
        constraints = [models.CheckConstraint(condition=~Q(origin=F("destination")), name="shipment_goes_somewhere")]

    def __str__(self) -> str:
        return self.number


class ShipmentLine(models.Model):
    """One item of a shipment: the account it leaves, where it was picked, the outbound line that clears it."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines", verbose_name=_("shipment"))
    seq = models.PositiveIntegerField(_("line"))
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="shipment_lines",
        verbose_name=_("account"),
    )
    quantity = QuantityField(_("quantity"))
    lot = models.ForeignKey(
        Lot,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lot"),
    )
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("location"),
    )
    is_picked = models.BooleanField(_("picked"), default=False)
    outbound_line = models.ForeignKey(
        PedimentoLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shipment_lines",
        verbose_name=_("outbound line"),
    )
    sscc = models.CharField("SSCC", max_length=18, blank=True)

    class Meta:
        verbose_name = _("shipment line")
        verbose_name_plural = _("shipment lines")
        ordering = ["shipment", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "seq"], name="shipment_line_seq_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment}-{self.seq}"


class Delivery(models.Model):
    """What a distribution center received of a shipment (entrega), posted once."""

    shipment = models.OneToOneField(Shipment, models.PROTECT, related_name="delivery", verbose_name=_("shipment"))
    received_at = models.DateTimeField(_("received"))
    received_by = models.CharField(_("received by"), max_length=120)
    seal_found = models.CharField(_("seal found"), max_length=20, blank=True)
    posting = models.OneToOneField(
        Posting,
        models.PROTECT,
        null=True,
        related_name="delivery",
        verbose_name=_("posting"),
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.shipment}"


class DeliveryLine(models.Model):
    """Good and damaged units of one shipment line; what is short stays in transit, visible, until explained."""

    class Outcome(models.TextChoices):
        """What became of units that were short."""

        FOUND = "found", _("Found")
        LOST = "lost", _("Lost")

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="lines", verbose_name=_("delivery"))
    shipment_line = models.OneToOneField(
        ShipmentLine,
        models.PROTECT,
        related_name="delivery_line",
        verbose_name=_("shipment line"),
    )
    good = QuantityField(_("good"))
    damaged = QuantityField(_("damaged"), default=0)
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("put away at"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    found = QuantityField(_("found later"), default=0)
    lost = QuantityField(_("lost"), default=0)
    missing = QuantityField(_("missing"), default=0, help_text=_("What is short and neither found nor lost."))

    class Meta:
        verbose_name = _("delivery line")
        verbose_name_plural = _("delivery lines")
        constraints = [
            models.CheckConstraint(
                condition=Q(good__gte=0, damaged__gte=0, found__gte=0, lost__gte=0, missing__gte=0),
                name="delivery_line_not_negative",
            )
        ]
        indexes = [
            models.Index(fields=["shipment_line"], condition=Q(missing__gt=0), name="delivery_line_missing"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery}: {self.shipment_line}"

    @property
    def short(self) -> Decimal:
        """Shipped less received; negative when more came than was shipped."""
        return self.shipment_line.quantity - self.good - self.damaged
