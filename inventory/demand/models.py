"""Demand history."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.fields import MoneyField, QuantityField, RateField
from inventory.parties.models import Client
from inventory.places.models import Market

__all__ = ["DemandRecord"]


class DemandRecord(models.Model):
    """What one market asked of one item in one week (demanda): orders booked where known, else sales, in stock units.

    The database asks for no parent of each row: over five million rows that took it longer than writing them. An import
    looks its items and markets up once and keeps them from being deleted meanwhile (services.check_history); whoever
    deletes one is refused by a trigger (migration 0011).
    """

    client = models.ForeignKey(
        Client,
        models.PROTECT,
        related_name="demand",
        verbose_name=_("client"),
        db_index=False,
        db_constraint=False,
    )
    item = models.ForeignKey(
        Item,
        models.PROTECT,
        related_name="demand",
        verbose_name=_("item"),
        db_index=False,
        db_constraint=False,
    )
    market = models.ForeignKey(
        Market,
        models.PROTECT,
        related_name="demand",
        verbose_name=_("market"),
        db_index=False,
        db_constraint=False,
    )
    week = models.DateField(_("week (Monday)"))
    quantity = QuantityField(_("quantity"))
    stockout_share = RateField(_("share of the week out of stock"), default=0)
    is_promotion = models.BooleanField(_("promotion"), default=False)
    price_usd = MoneyField(_("price, USD"), null=True, blank=True)
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
