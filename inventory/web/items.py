"""The items of each client: list, page, and the forms that add and change them."""

from collections.abc import Iterable
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from inventory.catalog import services as catalog
from inventory.catalog.tariff import display_hts, parse_tariff
from inventory.customs import selectors as customs
from inventory.errors import InvalidInput
from inventory.ledger import selectors as ledger
from inventory.models import Client, Item
from inventory.parties.roles import Can
from inventory.reference import selectors as reference
from inventory.reference.models import UnitOfMeasure
from inventory.web import formatting, offers
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page, sent
from inventory.web.cells import TABLET, WIDE, PairColumn
from inventory.web.columns import MoneyColumn
from inventory.web.forms import DateInput
from inventory.web.lists import Action, ListPage
from inventory.web.places_of import at_sites, found
from inventory.web.units import unit_symbol

UNITS = ("stock_unit", "commercial_unit", "tariff_unit")
FIELDS = (
    "sku", "description", "goods_kind", "gtin", *UNITS, "commercial_numerator", "commercial_denominator",
    "tariff_numerator", "tariff_denominator", "tariff_code", "hts_code", "origin_country", "is_usmca",
    "usmca_valid_to", "us_duty_rate", "unit_value_usd", "weight_kg", "volume_m3", "pack_size", "is_sensitive",
    "is_serialised", "is_active",
)  # fmt: skip


def tariff_text(code: str) -> str:
    """A tariff code as papers print it; what is no code comes back as it is."""
    try:
        return parse_tariff(code).display()
    except InvalidInput:
        return code


class ItemTable(tables.Table):
    """Items."""

    sku = PairColumn(
        verbose_name=_("SKU"),
        url=lambda item: reverse("inventory:item", args=[item.pk]),
        below=lambda item: item.description,
    )
    client = tables.Column(accessor="client__name", verbose_name=_("Client"), attrs=TABLET)
    tariff_code = tables.Column(verbose_name=_("Tariff code + NICO"))
    origin_country = tables.Column(verbose_name=_("Origin"), attrs=TABLET)
    stock_unit = tables.Column(verbose_name=_("Unit"), attrs=TABLET)
    unit_value_usd = MoneyColumn(currency="USD", verbose_name=_("Unit value"))
    gtin = tables.Column(verbose_name="GTIN", attrs=WIDE)

    class Meta:
        order_by = "sku"

    def render_tariff_code(self, value: str) -> str:
        """The printed form."""
        return tariff_text(value)

    def render_stock_unit(self, value: str) -> str:
        """The unit's short name."""
        return unit_symbol(value)


class ItemFilters(filters.FilterSet):
    """Whose, what kind, still in use or not."""

    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    goods_kind = filters.ChoiceFilter(choices=Item.GoodsKind.choices, label=_("Kind of goods"))
    tariff_code = filters.CharFilter(lookup_expr="istartswith", label=_("Tariff code begins with"))
    is_active = filters.BooleanFilter(label=_("Active"))


class ItemList(ListPage):
    """The catalogue."""

    capability, title = Can.SEE_CATALOG, _("Items")
    table_class, filterset_class = ItemTable, ItemFilters
    search_fields = ("sku", "description", "gtin", "tariff_code")
    search_hint, export_name = _("SKU, description, GTIN or tariff code"), "items"
    empty_title, empty_text = (
        _("No items yet"),
        _("Add the first one: pedimentos and receipts name items by their SKU."),
    )

    def rows(self) -> QuerySet[Item]:
        """Items in scope."""
        return self.request.access.scope.filter(Item.objects.select_related("client"))

    def actions(self) -> list[Action]:
        """Add one."""
        return [Action(_("New item"), reverse("inventory:item_new"), "plus", Can.EDIT_CATALOG)]


class ItemForm(forms.ModelForm):
    """What an item is; its codes are checked against the lists of the day by the service."""

    client = forms.ModelChoiceField(Client.objects.none(), empty_label="—", label=_("Client"))

    class Meta:
        model, fields = Item, FIELDS
        widgets = {"usmca_valid_to": DateInput}
        help_texts = {
            "tariff_code": _("Ten digits: fracción and NICO, with or without points."),
            "commercial_numerator": _("How many commercial units …"),
            "commercial_denominator": _("… are so many stock units. Whole numbers: 1 box of 12 is 1 per 12."),
            "tariff_numerator": _("How many tariff units …"),
            "tariff_denominator": _("… are so many commercial units."),
            "gtin": _("The number under the bar code; scans find the item by it."),
            "us_duty_rate": _("As a share: 0.025 is 2.5 %."),
        }

    def __init__(self, *args: Any, request: WebRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        units = [(code, f"{unit_symbol(code)} · {name}") for code, name in _units(today)]
        for name in UNITS:
            label = self.fields[name].label
            self.fields[name] = forms.ChoiceField(choices=units, label=label, initial="6")
        # The service reads printed forms with points too, so the column's length is no limit here.
        for name in ("tariff_code", "hts_code"):
            self.fields[name].max_length = 16
            self.fields[name].widget.attrs["maxlength"] = 16
            self.fields[name].validators = []
        if self.instance.pk:
            del self.fields["client"]
        else:
            clients = offers.clients(request)
            self.fields["client"].queryset = clients
            self.fields["client"].initial = request.access.active_client_id or (
                clients.first() if clients.count() == 1 else None
            )
        self.order_fields(["client", *FIELDS])

    def _post_clean(self) -> None:
        """Nothing: the service checks the values and writes them; the instance stays as it was read."""


def _units(on: Any) -> list[tuple[str, str]]:
    rows = reference.valid_on(UnitOfMeasure, on)
    return sorted(((row.code, row.name) for row in rows), key=lambda pair: int(pair[0]))


def item_of(request: WebRequest, pk: int) -> Item:
    """The item, if this person may see it. Raises Http404."""
    return found(
        request.access, request.access.scope.filter(Item.objects.select_related("client")).filter(pk=pk).first()
    )


@requires(Can.EDIT_CATALOG)
def new_item(request: WebRequest) -> HttpResponse:
    """The form of a new item."""

    def add(values: dict[str, Any]) -> str:
        client = values.pop("client")
        item = catalog.add_item(client=client, values=values, on=timezone.localdate())
        messages.success(request, gettext("Item %(sku)s is in the catalogue.") % {"sku": item.sku})
        return reverse("inventory:item", args=[item.pk])

    form = ItemForm(sent(request), request=request)
    url = reverse("inventory:items")
    crumbs = [(_("Items"), url)]
    return form_page(request, form, add, title=_("New item"), crumbs=crumbs, cancel_url=url, button=_("Add the item"))


@requires(Can.EDIT_CATALOG)
def edit_item(request: WebRequest, pk: int) -> HttpResponse:
    """The form that changes an item."""
    item = item_of(request, pk)
    url = reverse("inventory:item", args=[item.pk])

    def change(values: dict[str, Any]) -> str:
        catalog.change_item(item=item, values=values, on=timezone.localdate())
        messages.success(request, gettext("Item %(sku)s was changed.") % {"sku": item.sku})
        return url

    form = ItemForm(sent(request), instance=item, request=request)
    crumbs = [(_("Items"), reverse("inventory:items")), (item.sku, url)]
    return form_page(
        request, form, change, title=gettext("Change %(sku)s") % {"sku": item.sku}, crumbs=crumbs, cancel_url=url
    )


@requires(Can.SEE_CATALOG)
@require_safe
def item_page(request: WebRequest, pk: int) -> HttpResponse:
    """What an item is, where it lies, and the accounts it has."""
    item, access = item_of(request, pk), request.access
    where = ()
    if access.can(Can.SEE_STOCK):
        where = at_sites(access, ledger.stock(access.scope).filter(account__item=item), "location__site")
    accounts: Iterable[Any] = ()
    if access.can(Can.SEE_CUSTOMS):
        rows = ledger.accounts(access.scope).filter(item=item)
        accounts = at_sites(access, rows, "authorisation__site_link__site", "balances__location__site").distinct()
    page = {
        "title": item.sku,
        "subtitle": item.description,
        "crumbs": [(_("Items"), reverse("inventory:items"))],
        "item": item,
        "facts": facts_of(item),
        "where": where,
        "accounts": [(account, _remaining(access, account)) for account in accounts],
    }
    return render(request, "inventory/catalog/item.html", page)


def _remaining(access: Any, account: Any) -> Any:
    return sum((lot.remaining for lot in customs.open_bonded_lots(access.scope).filter(account=account)), 0)


def facts_of(item: Item) -> list[tuple[Any, Any]]:
    """What the first card says."""
    per_stock = f"{item.commercial_numerator} {unit_symbol(item.commercial_unit)} / {item.commercial_denominator} "
    per_commercial = f"{item.tariff_numerator} {unit_symbol(item.tariff_unit)} / {item.tariff_denominator} "
    return [
        (_("Client"), item.client),
        (_("Kind of goods"), item.get_goods_kind_display()),
        (_("Tariff code + NICO"), tariff_text(item.tariff_code)),
        ("HTS", display_hts(item.hts_code) if item.hts_code else ""),
        (_("Origin"), item.origin_country),
        (_("USMCA qualifying"), _("yes") if item.is_usmca else _("no")),
        (_("Stock unit"), unit_symbol(item.stock_unit)),
        (_("Commercial unit"), per_stock + unit_symbol(item.stock_unit)),
        (_("Tariff unit"), per_commercial + unit_symbol(item.commercial_unit)),
        (_("Unit value"), formatting.money_text(item.unit_value_usd, "USD")),
        (_("Weight"), formatting.quantity_text(item.weight_kg, "kg")),
        (_("Volume"), formatting.quantity_text(item.volume_m3, "m³")),
        ("GTIN", item.gtin),
        (_("Tracked by serial number"), _("yes") if item.is_serialised else _("no")),
    ]


urlpatterns = [
    path("items/", ItemList.as_view(), name="items"),
    path("items/new/", new_item, name="item_new"),
    path("items/<int:pk>/", item_page, name="item"),
    path("items/<int:pk>/edit/", edit_item, name="item_edit"),
]
