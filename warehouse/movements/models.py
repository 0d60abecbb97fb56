"""Movement orders."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.fields import QuantityField
from inventory.models import (
    Account,
    Client,
    Item,
    Lane,
    Location,
    Posting,
    Recommendation,
    Site,
)

__all__ = ["BinMove", "MovementOrder", "MovementOrderLine"]


class MovementOrder(models.Model):
    """Goods to bring from one site to another (orden de movimiento)."""

    class State(models.TextChoices):
        """How far it got."""

        OPEN = "open", _("Open")
        SHIPPING = "shipping", _("Being shipped")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(_("number"), max_length=24, unique=True)
    client = models.ForeignKey(Client, models.PROTECT, related_name="movement_orders", verbose_name=_("client"))
    origin = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("origin"))
    destination = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("destination"))
    lane = models.ForeignKey(Lane, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lane"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    ship_by = models.DateField(_("ship by"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.CharField(_("created by"), max_length=120)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("movement order")
        verbose_name_plural = _("movement orders")
        indexes = [models.Index(fields=["client", "state", "-created_at"], name="movement_order_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(origin=F("destination")),
                name="movement_order_goes_somewhere",
            )
        ]

    def __str__(self) -> str:
        return self.number


class MovementOrderLine(models.Model):
    """One item of a movement order, with the recommendation it came from."""

    order = models.ForeignKey(
        MovementOrder,
        models.CASCADE,
        related_name="lines",
        verbose_name=_("movement order"),
    )
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("item"))
    quantity = QuantityField(_("quantity"))
    recommendation = models.OneToOneField(
        Recommendation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movement_line",
        verbose_name=_("recommendation"),
    )

    class Meta:
        verbose_name = _("movement order line")
        verbose_name_plural = _("movement order lines")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="movement_line_is_positive")]

    def __str__(self) -> str:
        return f"{self.order}: {self.item}"


class BinMove(models.Model):
    """Stock carried from one location to another of the same site (reubicación), put away or moved."""

    number = models.CharField(_("number"), max_length=24, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("account"))
    origin = models.ForeignKey(Location, models.PROTECT, related_name="+", verbose_name=_("from"))
    destination = models.ForeignKey(Location, models.PROTECT, related_name="+", verbose_name=_("to"))
    quantity = QuantityField(_("quantity"))
    posting = models.OneToOneField(Posting, models.PROTECT, related_name="bin_move", verbose_name=_("posting"))
    moved_at = models.DateTimeField(_("moved"))
    moved_by = models.CharField(_("moved by"), max_length=120)

    class Meta:
        verbose_name = _("bin move")
        verbose_name_plural = _("bin moves")

    def __str__(self) -> str:
        return self.number
