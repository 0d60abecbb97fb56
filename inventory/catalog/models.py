"""Items and what they are made of."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.fields import MoneyField, QuantityField, RateField
from inventory.parties.models import Client
from inventory.units import Factor

__all__ = ["BillOfMaterials", "BomLine", "Item"]


class Item(models.Model):
    """One part number of one client (número de parte)."""

    class GoodsKind(models.TextChoices):
        """What the permanence rules call the goods (mexico.md §1.5)."""

        INPUT = "input", _("raw material, part or component")
        CONSUMABLE = "consumable", _("lubricant or consumable")
        PACKAGING = "packaging", _("packaging or label")
        CONTAINER = "container", _("container or trailer box")
        FIXED_ASSET = "fixed_asset", _("machinery, tool or equipment")
        PRODUCT = "product", _("finished product")

    client = models.ForeignKey(Client, models.PROTECT, related_name="items", verbose_name=_("client"))
    sku = models.CharField(_("SKU"), max_length=64)
    description = models.CharField(_("description"), max_length=250)
    goods_kind = models.CharField(_("kind of goods"), max_length=12, choices=GoodsKind, default=GoodsKind.INPUT)
    stock_unit = models.CharField(
        _("stock unit"),
        max_length=2,
        help_text=_("Code of Apéndice 7: 6 is piece, 1 is kilo."),
    )
    commercial_unit = models.CharField(_("commercial unit"), max_length=2)
    tariff_unit = models.CharField(_("tariff unit"), max_length=2)
    commercial_numerator = models.BigIntegerField(_("commercial units"), default=1)
    commercial_denominator = models.BigIntegerField(_("per stock units"), default=1)
    tariff_numerator = models.BigIntegerField(_("tariff units"), default=1)
    tariff_denominator = models.BigIntegerField(_("per commercial units"), default=1)
    tariff_code = models.CharField(_("tariff code + NICO"), max_length=10)
    hts_code = models.CharField("HTS", max_length=10, blank=True)
    origin_country = models.CharField(_("country of origin"), max_length=3)
    is_usmca = models.BooleanField(_("USMCA qualifying"), default=False)
    usmca_valid_to = models.DateField(_("USMCA certificate valid to"), null=True, blank=True)
    us_duty_rate = RateField(_("US duty rate"), null=True, blank=True)
    unit_value_usd = MoneyField(_("unit value, USD"), default=0)
    weight_kg = QuantityField(_("weight, kg"), default=0)
    volume_m3 = QuantityField(_("volume, m³"), default=0)
    pack_size = QuantityField(_("pack size"), default=1)
    gtin = models.CharField("GTIN", max_length=14, blank=True)
    is_sensitive = models.BooleanField(_("sensitive (Anexo II)"), default=False)
    is_serialised = models.BooleanField(_("tracked by serial number"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["client", "sku"]
        constraints = [
            models.UniqueConstraint(fields=["client", "sku"], name="item_sku_unique_per_client"),
            models.CheckConstraint(
                condition=Q(
                    commercial_numerator__gt=0,
                    commercial_denominator__gt=0,
                    tariff_numerator__gt=0,
                    tariff_denominator__gt=0,
                ),
                name="item_factors_are_positive",
            ),
            models.CheckConstraint(
                condition=Q(
                    unit_value_usd__gte=0,
                    weight_kg__gte=0,
                    volume_m3__gte=0,
                    pack_size__gt=0,
                ),
                name="item_measures_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def to_commercial(self) -> Factor:
        """Commercial units in one stock unit."""
        return Factor(self.commercial_numerator, self.commercial_denominator)

    @property
    def to_tariff(self) -> Factor:
        """Tariff units in one commercial unit."""
        return Factor(self.tariff_numerator, self.tariff_denominator)


class BillOfMaterials(models.Model):
    """A dated recipe of one product: what one unit of it takes (lista de materiales)."""

    class Basis(models.TextChoices):
        """What shrinkage and waste percentages are declared on (mexico.md §3.6)."""

        GROSS = "gross", _("of the gross quantity")
        NET = "net", _("of the net quantity")

    product = models.ForeignKey(Item, models.PROTECT, related_name="bills", verbose_name=_("product"))
    version = models.PositiveIntegerField(_("version"), default=1)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    basis = models.CharField(_("percentage basis"), max_length=5, choices=Basis, default=Basis.GROSS)

    class Meta:
        verbose_name = _("bill of materials")
        verbose_name_plural = _("bills of materials")
        constraints = [
            models.UniqueConstraint(fields=["product", "version"], name="bill_version_unique"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="bill_validity_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} v{self.version}"


class BomLine(models.Model):
    """One material of a bill: net content, shrinkage (merma) and waste (desperdicio) per unit of product."""

    bill = models.ForeignKey(
        BillOfMaterials,
        models.CASCADE,
        related_name="lines",
        verbose_name=_("bill of materials"),
    )
    material = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("material"))
    net_quantity = QuantityField(_("net quantity"))
    shrinkage_rate = RateField(_("shrinkage (merma)"), default=0)
    waste_rate = RateField(_("waste (desperdicio)"), default=0)

    class Meta:
        verbose_name = _("material of a bill")
        verbose_name_plural = _("materials of a bill")
        constraints = [
            models.UniqueConstraint(fields=["bill", "material"], name="bom_line_material_unique"),
            models.CheckConstraint(
                condition=Q(net_quantity__gt=0, shrinkage_rate__gte=0, waste_rate__gte=0),
                name="bom_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill}: {self.material}"
