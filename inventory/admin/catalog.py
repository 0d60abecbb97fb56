"""Items and what they are made of."""

from typing import Any

from django.contrib import admin
from django.utils import timezone

from inventory.admin.base import Administered, AdministeredInline, ByService, ServiceForm
from inventory.catalog import services as catalog
from inventory.models import BillOfMaterials, BomLine, Item


class ItemForm(ServiceForm):
    """An item, its codes checked against the lists of the day."""

    class Meta:
        model = Item
        fields = "__all__"

    def deed(self, values: dict[str, Any]) -> Item:
        """Add or change the item."""
        today = timezone.localdate()
        if self.instance.pk:
            return catalog.change_item(item=self.instance, values=values, on=today)
        given = dict(values)
        return catalog.add_item(client=given.pop("client"), values=given, on=today)


@admin.register(Item)
class Items(ByService, Administered):
    """Part numbers of clients. Units and factors stand once the books count in them."""

    form = ItemForm
    list_display = ("sku", "description", "client", "tariff_code", "stock_unit", "origin_country", "is_active")
    list_filter = ("client", "goods_kind", "is_usmca", "is_sensitive", "is_active")
    search_fields = ("sku", "description", "tariff_code", "gtin")
    list_select_related = ("client",)
    frozen = ("client", "sku")


class BomLineInline(AdministeredInline):
    """What one unit of the product takes."""

    model = BomLine
    autocomplete_fields = ("material",)


@admin.register(BillOfMaterials)
class BillsOfMaterials(Administered):
    """Dated recipes; a change is a new version."""

    list_display = ("product", "version", "valid_from", "valid_to", "basis")
    search_fields = ("product__sku",)
    list_select_related = ("product",)
    autocomplete_fields = ("product",)
    inlines = (BomLineInline,)
    frozen = ("product", "version", "valid_from")
