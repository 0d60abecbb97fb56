"""What lies where: the stock of the sites a person works at, today or on any day past."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.ledger import selectors as ledger
from inventory.models import Item, Location
from inventory.parties.roles import Can
from inventory.reference import selectors as reference
from inventory.reference.models import Regime
from inventory.templatetags.recinto import badge
from inventory.web import offers
from inventory.web.access import WebRequest
from inventory.web.cells import TABLET, TABLET_NUMBER, WIDE, PairColumn, of_row
from inventory.web.columns import LinkColumn
from inventory.web.lists import Action, ListPage
from inventory.web.places_of import at_sites
from inventory.web.units import UnitColumn

ITEM, PLACE = "account__item__", "location__"
NAMES = (
    "account_id", "lot_id", "location_id", "on_hand", f"{ITEM}sku", f"{ITEM}description", f"{ITEM}stock_unit",
    f"{ITEM}id", "account__client__name", "account__regime", "lot__batch", "lot__serial", "lot__hold_reason",
    f"{PLACE}code", f"{PLACE}kind", f"{PLACE}site__name", f"{PLACE}site__code", f"{PLACE}site_id",
)  # fmt: skip


def at_path(record: Any, path_: str) -> Any:
    """A value of a row of stock by its path, whether the row is a dictionary or a balance."""
    if isinstance(record, dict):
        return record[path_]
    for name in path_.split("__"):
        record = getattr(record, name)
    return record


def lot_name(record: Any) -> str:
    """What people call the lot: its batch, its serial number, else its own number."""
    return at_path(record, "lot__batch") or at_path(record, "lot__serial") or f"#{of_row(record, 'lot_id')}"


class StockTable(tables.Table):
    """Stock now, with what is promised and what is free."""

    sku = PairColumn(
        accessor=f"{ITEM}sku",
        verbose_name=_("Item"),
        url=lambda row: reverse("inventory:item", args=[at_path(row, f"{ITEM}id")]),
        capability=Can.SEE_CATALOG,
        below=lambda row: at_path(row, f"{ITEM}description"),
    )
    lot = LinkColumn(
        accessor="lot__batch",
        empty_values=(),
        verbose_name=_("Lot"),
        url=lambda row: reverse("inventory:lot", args=[of_row(row, "lot_id")]),
    )
    place = PairColumn(
        accessor=f"{PLACE}code", verbose_name=_("Location"), below=lambda row: at_path(row, f"{PLACE}site__name")
    )
    client = tables.Column(accessor="account__client__name", verbose_name=_("Client"), attrs=WIDE)
    regime = tables.Column(accessor="account__regime", verbose_name=_("Regime"), attrs=TABLET)
    quantity = UnitColumn(unit=f"{ITEM}stock_unit", verbose_name=_("On hand"))
    reserved = UnitColumn(unit=f"{ITEM}stock_unit", verbose_name=_("Reserved"), attrs=TABLET_NUMBER)
    free = UnitColumn(unit=f"{ITEM}stock_unit", verbose_name=_("Free"), attrs=TABLET_NUMBER)

    class Meta:
        order_by = ("sku", "place")

    def render_lot(self, record: Any, column: LinkColumn) -> Any:
        """The lot's name as a link, with a mark when it is on hold."""
        link = column.render(lot_name(record), record)
        return link + badge(_("on hold"), "warning", "lock") if at_path(record, "lot__hold_reason") else link

    def value_lot(self, record: Any) -> str:
        """The lot's name."""
        return lot_name(record)


class StockThenTable(StockTable):
    """Stock at the end of a day; what was promised then is not kept."""

    quantity = UnitColumn(accessor="on_hand", unit=f"{ITEM}stock_unit", verbose_name=_("On hand"))
    reserved = None
    free = None


class StockFilters(filters.FilterSet):
    """Where, which regime, which kind of place, held or not."""

    site = filters.ModelChoiceFilter("location__site", queryset=offers.sites, label=_("Site"))
    location = filters.CharFilter("location__code", lookup_expr="istartswith", label=_("Location begins with"))
    item = filters.CharFilter(f"{ITEM}sku", lookup_expr="istartswith", label=_("SKU begins with"))
    lot = filters.CharFilter("lot__batch", lookup_expr="icontains", label=_("Lot or batch"))
    regime = filters.ChoiceFilter(
        "account__regime", choices=lambda: reference.choices(Regime, timezone.localdate()), label=_("Regime")
    )
    kind = filters.ChoiceFilter(
        "location__kind",
        choices=[(kind.value, kind.label) for kind in Location.Kind if kind not in Location.VIRTUAL_KINDS],
        label=_("Kind of location"),
    )
    held = filters.BooleanFilter("lot__hold_reason", method="only_held", label=_("On hold"))

    def only_held(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Stock on hold, or stock that may move."""
        return rows.exclude(lot__hold_reason="") if value else rows.filter(lot__hold_reason="")


class StockList(ListPage):
    """Stock, now or as of a day, as known on a day."""

    capability, title = Can.SEE_STOCK, _("Stock")
    filterset_class = StockFilters
    search_fields = (f"{ITEM}sku", f"{ITEM}description", f"{ITEM}gtin", "lot__batch", "lot__serial", f"{PLACE}code")
    search_hint, export_name, as_of = _("SKU, lot, serial number or location"), "stock", True
    empty_title, empty_text = _("Nothing on the shelves"), _("Goods appear here as soon as a receipt is closed.")

    @property
    def table_class(self) -> type[tables.Table]:
        """What was promised is known only for today."""
        return StockThenTable if self.asks_past() else StockTable

    @property
    def tie_breaker(self) -> tuple[str, ...]:
        """Rows of the past are sums; the selector orders them."""
        return ("account_id", "lot_id", "location_id") if self.asks_past() else ("pk",)

    def asks_past(self) -> bool:
        """True when a day was asked for."""
        return bool(self.as_of_day() or self.as_of_day("known_on"))

    def rows(self) -> QuerySet[Any]:
        """Balances, or sums of legs."""
        scope, access = self.request.access.scope, self.request.access
        if not self.asks_past():
            return at_sites(access, ledger.stock(scope), "location__site")
        known_on = self.as_of_day("known_on")
        on = self.as_of_day() or timezone.localdate()
        rows = ledger.stock_as_of(scope, on, end_of(known_on) if known_on else None)
        return at_sites(access, rows, "location__site").values(*NAMES)

    def actions(self) -> list[Action]:
        """Holds, and the shortest way to carry something elsewhere."""
        return [
            Action(_("Holds"), reverse("inventory:holds"), "lock", Can.SEE_STOCK, tone="ghost"),
            Action(_("Move between locations"), reverse("warehouse:bin_move"), "transfer", Can.MOVE),
        ]


def end_of(day: date) -> datetime:
    """The last moment of a day on the company's clock."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(microseconds=1)


def sku_options(request: WebRequest, client_id: int | None = None) -> list[str]:
    """The SKUs a form may offer, the first five hundred of them."""
    rows = request.access.full_scope.filter(Item.objects.filter(is_active=True))
    rows = rows.filter(client=client_id) if client_id else rows
    return list(rows.order_by("sku").values_list("sku", flat=True)[:500])


urlpatterns = [path("stock/", StockList.as_view(), name="stock")]
