"""Demand history."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.fields import MoneyField, QuantityField, RateField
from inventory.parties.models import Client
from inventory.places.models import Market

__all__ = ["CustomerOrderLine", "DemandRecord"]


class DemandRecord(models.Model):
    """What one market asked of one item in one week (demanda): orders booked where known, else sales, in stock units.

    PostgreSQL asks for no parent of each row: over five million rows that took it longer than writing them. An import looks
    its items and markets up once and keeps them meanwhile (bulk); who deletes one is refused (migration 0011).
    """

    client = models.ForeignKey(
        Client,
        models.PROTECT,
        related_name="demand",
        verbose_name=_("client"),
        db_index=False,
    )
    item = models.ForeignKey(
        Item,
        models.PROTECT,
        related_name="demand",
        verbose_name=_("item"),
        db_index=False,
    )
    market = models.ForeignKey(
        Market,
        models.PROTECT,
        related_name="demand",
        verbose_name=_("market"),
        db_index=False,
    )
    week = models.DateField(_("week (Monday)"))
    quantity = QuantityField(_("quantity"))
    stockout_share = RateField(_("share of the week out of stock"), default=0)
    is_promotion = models.BooleanField(_("promotion"), default=False)
    price_usd = MoneyField(_("price, USD"), null=True, blank=True)
    is_from_orders = models.BooleanField(_("summed from orders"), default=False)
    source = models.CharField(_("source"), max_length=80)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demand")
        indexes = [models.Index(fields=["client", "week"], name="demand_client_week")]
        constraints = [
            models.UniqueConstraint(fields=["item", "market", "week"], name="demand_week_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, stockout_share__gte=0, stockout_share__lte=1),
                name="demand_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.market_id}/{self.week}: {self.quantity}"


class CustomerOrderLine(models.Model):
    """What a client's customer ordered at a US market (renglón de pedido): demand as requested, whatever was shipped of it.

    A replenishment is none: no movement order or shipment of ours is ever counted as demand.
    """

    class Cancelled(models.TextChoices):
        """Why nothing (more) is shipped: what we did not have was asked for all the same, what was withdrawn was not."""

        OUT_OF_STOCK = "out_of_stock", _("Out of stock")
        CUSTOMER = "customer", _("Withdrawn by the customer")

    client = models.ForeignKey(
        Client, models.PROTECT, related_name="customer_orders", verbose_name=_("client"), db_index=False
    )
    reference = models.CharField(_("order"), max_length=40)
    line = models.PositiveIntegerField(_("line"))
    item = models.ForeignKey(
        Item, models.PROTECT, related_name="customer_orders", verbose_name=_("item"), db_index=False
    )
    market = models.ForeignKey(Market, models.PROTECT, related_name="customer_orders", verbose_name=_("market"))
    requested_on = models.DateField(_("requested for"))
    quantity = QuantityField(_("quantity requested"))
    shipped = QuantityField(_("quantity shipped"), null=True, blank=True)
    cancelled = models.CharField(_("cancelled"), max_length=12, choices=Cancelled, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("customer order line")
        verbose_name_plural = _("customer order lines")
        indexes = [models.Index(fields=["item", "market", "requested_on"], name="order_line_item_market_day")]
        constraints = [
            models.UniqueConstraint(fields=["client", "reference", "line"], name="order_line_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_asks_for_something"),
            models.CheckConstraint(
                condition=Q(shipped__isnull=True) | Q(shipped__gte=0), name="order_line_shipped_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}/{self.line}"
