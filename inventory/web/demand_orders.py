"""Orders of clients' customers, line by line: what was asked for, and what became of it."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.demand import selectors as demand
from inventory.demand.models import CustomerOrderLine
from inventory.models import Market
from inventory.parties.roles import Can
from inventory.web import offers
from inventory.web.cells import TABLET, WIDE
from inventory.web.columns import DayColumn, LinkColumn, MomentColumn, QuantityColumn
from inventory.web.forms import DateInput
from inventory.web.lists import Action, ListPage


class OrderLineTable(tables.Table):
    """Order lines."""

    reference = tables.Column(verbose_name=_("Order"), attrs={"td": {"class": "text-nowrap"}})
    line = tables.Column(verbose_name=_("Line"), attrs=TABLET)
    item = LinkColumn(
        accessor="item__sku",
        verbose_name=_("Item"),
        url=lambda row: reverse("inventory:demand_item", args=[row.item_id]),
    )
    client = tables.Column(accessor="client__name", verbose_name=_("Client"), attrs=WIDE)
    market = tables.Column(accessor="market__name", verbose_name=_("Market"))
    requested_on = DayColumn(verbose_name=_("Requested for"))
    quantity = QuantityColumn(verbose_name=_("Requested"))
    shipped = QuantityColumn(verbose_name=_("Shipped"))
    cancelled = tables.Column(verbose_name=_("Cancelled"), attrs=TABLET)
    recorded_at = MomentColumn(verbose_name=_("Recorded"), attrs=WIDE)

    class Meta:
        order_by = "-requested_on"


class OrderLineFilters(filters.FilterSet):
    """Whose, where, when, and why it was cancelled."""

    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    market = filters.ModelChoiceFilter(queryset=Market.objects.order_by("name"), label=_("Market"))
    cancelled = filters.ChoiceFilter(choices=CustomerOrderLine.Cancelled.choices, label=_("Cancelled"))
    since = filters.DateFilter("requested_on", lookup_expr="gte", label=_("From"), widget=DateInput)
    until = filters.DateFilter("requested_on", lookup_expr="lte", label=_("To"), widget=DateInput)


class OrderLineList(ListPage):
    """What customers ordered."""

    capability, title = Can.SEE_DEMAND, _("Customers' orders")
    subtitle = _("Counted as demand as requested, not as shipped.")
    table_class, filterset_class = OrderLineTable, OrderLineFilters
    search_fields = ("reference", "item__sku", "item__description")
    search_hint, export_name = _("Order, SKU or description"), "customer-orders"
    empty_title = _("No orders yet")
    empty_text = _("Import a file of them, or have clients send them by API.")

    def rows(self) -> QuerySet[CustomerOrderLine]:
        """The lines in scope."""
        return demand.order_lines(self.request.access.scope)

    def actions(self) -> list[Action]:
        """Import a file of more."""
        return [
            Action(
                pgettext_lazy("button", "Import"), reverse("inventory:order_import"), "file-upload", Can.IMPORT_DEMAND
            )
        ]

    def extra_context(self) -> dict[str, Any]:
        """The way back."""
        return {"crumbs": [(_("Demand"), reverse("inventory:demand"))]}


urlpatterns = [path("demand/orders/", OrderLineList.as_view(), name="demand_orders")]
