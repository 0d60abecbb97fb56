"""Movement orders, which a shipment carries out, and moves from bin to bin."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from inventory.errors import DomainError
from inventory.ledger import selectors as ledger
from inventory.models import Balance, Site
from inventory.parties.roles import Can
from inventory.templatetags.recinto import day
from inventory.templatetags.trade import in_unit
from inventory.web import offers
from inventory.web.access import WebRequest, requires
from inventory.web.actions import OnceField, form_page, press, sent
from inventory.web.cells import TABLET, WHOLE, WIDE, PairColumn
from inventory.web.columns import DayColumn, LinkColumn, MomentColumn, StatusColumn
from inventory.web.fields import LocationField, QuantityFormField
from inventory.web.forms import DateInput
from inventory.web.lists import Action, ListPage
from inventory.web.places_of import at_sites, found, shelves, sites_of
from inventory.web.units import UnitColumn
from warehouse.models import BinMove, MovementOrder
from warehouse.movements import selectors as movements
from warehouse.movements import services as moving
from warehouse.movements.loads import load_of
from warehouse.shipping import services as shipping
from warehouse.web.placement_loads import facts_of_load
from warehouse.web.scanning import Sought

MOST_HITS = 60

# ── Orders ──────────────────────────────────────────────────────────────────────────────────────


class OrderTable(tables.Table):
    """Movement orders."""

    number = LinkColumn(
        attrs=WHOLE, verbose_name=_("Order"), url=lambda row: reverse("warehouse:movement", args=[row.number])
    )
    state = StatusColumn(verbose_name=_("State"))
    destination = PairColumn(
        accessor="destination__name",
        verbose_name=_("Where to"),
        below=lambda row: gettext("from %(site)s") % {"site": row.origin.name},
    )
    client = tables.Column(accessor="client__name", verbose_name=_("Client"), attrs=TABLET)
    ship_by = DayColumn(verbose_name=_("Ship by"))
    created_at = MomentColumn(verbose_name=_("Ordered"), attrs=WIDE)
    created_by = tables.Column(verbose_name=_("By"), attrs=WIDE)

    class Meta:
        order_by = "-created_at"

    def render_state(self, record: MovementOrder, column: StatusColumn, bound_column: Any) -> Any:
        """The state in words and its tone."""
        return column.render(record.get_state_display(), record, bound_column)


class OrderFilters(filters.FilterSet):
    """State, and where to."""

    state = filters.ChoiceFilter(choices=MovementOrder.State.choices, label=_("State"))
    destination = filters.ModelChoiceFilter(queryset=Site.objects.filter(is_active=True), label=_("Destination"))


class OrderList(ListPage):
    """What is to be moved."""

    capability, title = (Can.MOVE, Can.DECIDE_PLACEMENT, Can.SHIP), _("Movements")
    table_class, filterset_class = OrderTable, OrderFilters
    search_fields, search_hint = ("number", "note", "lines__item__sku", "client__name"), _("Order, SKU or client")
    export_name = "movement-orders"
    empty_title, empty_text = _("No movement orders"), _("An accepted recommendation becomes one.")

    def rows(self) -> QuerySet[MovementOrder]:
        """Orders from or to this person's sites."""
        return at_sites(self.request.access, movements.orders(self.request.access.scope), "origin", "destination")

    def searched(self, rows: Any) -> Any:
        """A search by SKU finds an order once."""
        found_ = super().searched(rows)
        return found_.distinct() if found_ is not rows else rows

    def actions(self) -> list[Action]:
        """Bin moves."""
        return [
            Action(_("Move between locations"), reverse("warehouse:bin_move"), "transfer", Can.MOVE),
            Action(_("Bin moves"), reverse("warehouse:bin_moves"), "history", Can.MOVE, "ghost"),
        ]


def order_of(request: WebRequest, number: str) -> MovementOrder:
    """The order with its lines, if one of its ends is this person's site. Raises Http404."""
    order = movements.order(request.access.scope, number)
    ends = (order.origin_id, order.destination_id) if order else (None,)
    return found(request.access, order, *ends)


@requires(Can.MOVE, Can.DECIDE_PLACEMENT, Can.SHIP)
@require_safe
def order_page(request: WebRequest, number: str) -> HttpResponse:
    """One order: what to bring, why, and the shipment that does."""
    return draw(request, order_of(request, number))


def draw(request: WebRequest, order: MovementOrder, refusal: DomainError | None = None) -> HttpResponse:
    """The page of an order, with what was refused above it."""
    parts = [(line.quantity, line.item.volume_m3, line.item.weight_kg) for line in order.lines.all()]
    page = {
        "title": gettext("Movement order %(number)s") % {"number": order.number},
        "subtitle": f"{order.client} · {order.origin} → {order.destination}",
        "crumbs": [(_("Movements"), reverse("warehouse:movements"))],
        "order": order,
        "shipment": getattr(order, "shipment", None),
        "may_ship": request.access.can(Can.SHIP) and request.access.allows_site(order.origin_id),
        "refusal": refusal,
        "facts": [
            (_("Origin"), order.origin),
            (_("Destination"), order.destination),
            (_("Ship by"), day(order.ship_by)),
            (_("Ordered by"), order.created_by),
            (_("Note"), order.note),
            *([(_("Crossing"), order.lane.crossing)] if order.lane and order.lane.crossing else []),
            *facts_of_load(load_of(parts, order.lane.truck_m3 if order.lane else None)),
        ],
    }
    return render(request, "warehouse/movements/order.html", page, status=refusal.status if refusal else 200)


@requires(Can.SHIP)
@require_POST
def ship(request: WebRequest, number: str) -> HttpResponse:
    """Draft the shipment that carries the order out; pressed twice, the same shipment."""
    order = order_of(request, number)
    found(request.access, order, order.origin_id)
    try:
        shipment = shipping.draft_from_order(order=order, at=timezone.now(), actor=request.access.actor)
    except DomainError as error:
        return draw(request, order, error)
    messages.success(request, gettext("%(number)s is built: reserve its goods next.") % {"number": shipment.number})
    return redirect("warehouse:shipment", shipment.number)


@requires(Can.SHIP)
@require_POST
def cancel(request: WebRequest, number: str) -> HttpResponse:
    """Take back an order nobody ships yet."""
    order = order_of(request, number)
    found(request.access, order, order.origin_id)
    return press(
        request,
        lambda: moving.cancel(order=order, at=timezone.now(), actor=request.access.actor),
        done=gettext("%(number)s is cancelled.") % {"number": order.number},
        url=reverse("warehouse:movement", args=[order.number]),
        draw=lambda error: draw(request, order, error),
    )


# ── Bin to bin ──────────────────────────────────────────────────────────────────────────────────


class BinMoveTable(tables.Table):
    """Moves from bin to bin."""

    number = tables.Column(verbose_name=_("Move"))
    sku = PairColumn(
        accessor="account__item__sku", verbose_name=_("Item"), below=lambda row: row.account.item.description
    )
    quantity = UnitColumn(unit="account__item__stock_unit", verbose_name=_("Quantity"))
    origin = tables.Column(accessor="origin__code", verbose_name=_("From"))
    destination = tables.Column(accessor="destination__code", verbose_name=_("To"))
    moved_at = MomentColumn(zone="origin__site__time_zone", verbose_name=_("Moved"), attrs=TABLET)
    moved_by = tables.Column(verbose_name=_("By"), attrs=TABLET)

    class Meta:
        order_by = "-moved_at"


class BinMoveFilters(filters.FilterSet):
    """Where, what, whose, when."""

    site = filters.ModelChoiceFilter("origin__site", queryset=offers.sites, label=_("Site"))
    item = filters.CharFilter("account__item__sku", lookup_expr="istartswith", label=_("SKU begins with"))
    client = filters.ModelChoiceFilter("account__client", queryset=offers.clients, label=_("Client"))
    since = filters.DateFilter("moved_at__date", lookup_expr="gte", label=_("From"), widget=DateInput)
    until = filters.DateFilter("moved_at__date", lookup_expr="lte", label=_("To"), widget=DateInput)


class BinMoveList(ListPage):
    """What was carried from one location to another."""

    capability, title = Can.MOVE, _("Bin moves")
    table_class, filterset_class = BinMoveTable, BinMoveFilters
    search_fields = ("number", "account__item__sku", "origin__code", "destination__code", "moved_by")
    search_hint, export_name = _("Item, location or person"), "bin-moves"
    empty_title, empty_text = _("Nothing was moved yet"), _("Scan a lot or a location to begin.")

    def rows(self) -> QuerySet[BinMove]:
        """Moves at this person's sites."""
        return at_sites(self.request.access, movements.bin_moves(self.request.access.scope), "origin__site")

    def actions(self) -> list[Action]:
        """Another one."""
        return [Action(_("Move between locations"), reverse("warehouse:bin_move"), "transfer", Can.MOVE)]


@requires(Can.MOVE)
@require_safe
def find_stock(request: WebRequest) -> HttpResponse:
    """Scan a location, an item or a lot: what lies there, ready to be moved."""
    code = request.GET.get("code", "").strip()
    hits = stock_meant(request, code) if code else []
    page = {
        "title": _("Move between locations"),
        "crumbs": [(_("Movements"), reverse("warehouse:movements"))],
        "code": code,
        "hits": hits[:MOST_HITS],
        "is_cut": len(hits) > MOST_HITS,
        "sites": sites_of(request.access),
    }
    return render(request, "warehouse/movements/find.html", page)


def stock_meant(request: WebRequest, code: str) -> list[Balance]:
    """The balances a scan may mean: all at a location of that code, else all of that item or lot."""
    rows = at_sites(request.access, ledger.stock(request.access.scope), "location__site")
    place = code.rsplit("/", 1)[-1]
    here = list(rows.filter(location__code__iexact=place))
    if here:
        return here
    sought = Sought.of(code)
    if sought.gtins:
        rows = rows.filter(account__item__gtin__in=sought.gtins)
    else:
        rows = (
            rows.filter(account__item__sku__iexact=code)
            | rows.filter(lot__batch__iexact=code)
            | rows.filter(lot__serial__iexact=code)
        )
    return sought.find(rows, lambda row: (row.account.item, row.lot.batch, row.lot.serial))


class BinMoveForm(forms.Form):
    """How much, and where to."""

    key = OnceField()
    destination = LocationField(label=_("Move it to"), help_text=_("Scan or type the code of the location."))
    quantity = QuantityFormField(label=_("Quantity"))

    def __init__(self, *args: Any, balance: Balance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = shelves(balance.location.site_id, balance.account.regime).exclude(pk=balance.location_id)
        self.fields["destination"].choose_from(places, "shelves")
        self.fields["quantity"].help_text = _("%(free)s are free.") % {
            "free": in_unit(balance.free, balance.account.item.stock_unit)
        }


@requires(Can.MOVE)
def move(request: WebRequest, pk: int) -> HttpResponse:
    """Carry so much of a lot to another location; the same form sent twice moves once."""
    rows = at_sites(request.access, ledger.stock(request.access.scope), "location__site")
    balance = rows.filter(pk=pk).first()
    if balance is None and request.method == "POST":
        # All of it may be gone by the first of two taps: the service knows the key.
        balance = _emptied(request, pk)
    balance = found(request.access, balance)
    item = balance.account.item

    def carry(values: dict[str, Any]) -> str:
        done = moving.move_bin(
            lot=balance.lot, origin=balance.location, at=timezone.now(), actor=request.access.actor, **values
        )
        text = gettext("%(quantity)s of %(sku)s is at %(location)s.")
        quantity = in_unit(done.quantity, item.stock_unit)
        messages.success(request, text % {"quantity": quantity, "sku": item.sku, "location": done.destination.code})
        return reverse("warehouse:bin_move")

    url = reverse("warehouse:bin_move")
    places = shelves(balance.location.site_id, balance.account.regime)
    return form_page(
        request,
        BinMoveForm(sent(request), balance=balance, initial={"quantity": balance.free}),
        carry,
        template="warehouse/movements/move.html",
        title=_("Move %(sku)s") % {"sku": item.sku},
        subtitle=f"{balance.lot} · {balance.location}",
        crumbs=[(_("Move between locations"), url)],
        cancel_url=url,
        button=_("Move it"),
        button_icon="transfer",
        balance=balance,
        shelves=list(places.values_list("code", flat=True)),
    )


def _emptied(request: WebRequest, pk: int) -> Balance | None:
    """A balance that has come to nothing, as the stock selector would give it."""
    rows = Balance.objects.filter(is_virtual=False, quantity=0).select_related("account__item", "lot", "location__site")
    rows = at_sites(request.access, request.access.scope.filter(rows, "account__client"), "location__site")
    balance = rows.filter(pk=pk).first()
    if balance:
        balance.free = balance.quantity
    return balance


urlpatterns = [
    path("movements/", OrderList.as_view(), name="movements"),
    path("movements/<str:number>/", order_page, name="movement"),
    path("movements/<str:number>/ship/", ship, name="movement_ship"),
    path("movements/<str:number>/cancel/", cancel, name="movement_cancel"),
    path("bin-moves/", BinMoveList.as_view(), name="bin_moves"),
    path("bin-moves/new/", find_stock, name="bin_move"),
    path("bin-moves/new/<int:pk>/", move, name="bin_move_of"),
]
