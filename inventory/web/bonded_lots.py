"""Layers and deadlines: what each entry still owes customs, and until when its goods may stay."""

from datetime import timedelta
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from inventory.customs import selectors as customs
from inventory.models import BondedLot
from inventory.parties.roles import Can
from inventory.reference import selectors as reference
from inventory.reference.models import Regime
from inventory.templatetags.recinto import badge, day, deadline
from inventory.web import formatting, offers
from inventory.web.access import WebRequest, requires
from inventory.web.cells import TABLET, TABLET_NUMBER, WIDE, WIDE_NUMBER, PairColumn, PedimentoColumn, joined
from inventory.web.columns import DayColumn, DeadlineColumn, MoneyColumn
from inventory.web.lists import Action, ListPage
from inventory.web.pedimento_facts import link_to
from inventory.web.places_of import at_sites, found
from inventory.web.units import UnitColumn, unit_symbol

SITE = "account__authorisation__site_link__site"
ITEM = "account__item__"


def _described(lot: BondedLot) -> Any:
    """What the goods are, and whether the layer is frozen."""
    what = lot.account.item.description
    return joined((what, badge(_("on hold"), "warning", "lock")), " ") if lot.hold_reason else what


class BondedLotTable(tables.Table):
    """Bonded lots, nearest deadline first."""

    must_leave_by = DeadlineColumn(verbose_name=_("Must leave by"))
    pedimento_number = PedimentoColumn(
        verbose_name=_("Pedimento"), url=lambda lot: reverse("inventory:bonded_lot", args=[lot.pk])
    )
    line_seq = tables.Column(verbose_name=_("Line"), attrs=TABLET)
    sku = PairColumn(accessor=f"{ITEM}sku", verbose_name=_("Item"), below=_described)
    client = tables.Column(accessor="account__client__name", verbose_name=_("Client"), attrs=WIDE)
    regime = tables.Column(accessor="account__regime", verbose_name=_("Regime"), attrs=TABLET)
    remaining = UnitColumn(unit=f"{ITEM}stock_unit", verbose_name=_("Remaining"))
    quantity = UnitColumn(unit=f"{ITEM}stock_unit", verbose_name=_("Entered"), attrs=WIDE_NUMBER)
    remaining_value_mxn = MoneyColumn(verbose_name=_("Value, MXN"), attrs=TABLET_NUMBER)
    clock_start = DayColumn(verbose_name=_("Stay since"), attrs=WIDE)

    class Meta:
        order_by = "must_leave_by"


class BondedLotFilters(filters.FilterSet):
    """How near the deadline is, whose, which regime, open or closed."""

    due = filters.ChoiceFilter(
        choices=[
            ("past", _("overdue")),
            ("30", _("within 30 days")),
            ("90", _("within 90 days")),
            ("365", _("within a year")),
        ],
        method="by_deadline",
        label=_("Must leave"),
    )
    client = filters.ModelChoiceFilter("account__client", queryset=offers.clients, label=_("Client"))
    regime = filters.ChoiceFilter(
        "account__regime", choices=lambda: reference.choices(Regime, timezone.localdate()), label=_("Regime")
    )
    item = filters.CharFilter(f"{ITEM}sku", lookup_expr="istartswith", label=_("SKU begins with"))
    closed = filters.BooleanFilter(method="with_closed", label=_("Written off in full"))
    held = filters.BooleanFilter("hold_reason", method="only_held", label=_("On hold"))
    provisional = filters.BooleanFilter("is_clock_provisional", label=_("Provisional clock"))

    def by_deadline(self, rows: QuerySet[BondedLot], _name: str, value: str) -> QuerySet[BondedLot]:
        """Lots that must leave by then."""
        today = timezone.localdate()
        if value == "past":
            return rows.filter(must_leave_by__lt=today)
        return rows.filter(must_leave_by__lte=today + timedelta(days=int(value)))

    def only_held(self, rows: QuerySet[BondedLot], _name: str, value: bool) -> QuerySet[BondedLot]:
        """Lots that are frozen, or that are not."""
        return rows.exclude(hold_reason="") if value else rows.filter(hold_reason="")

    def with_closed(self, rows: QuerySet[BondedLot], _name: str, value: bool) -> QuerySet[BondedLot]:
        """Lots with nothing left, or with something."""
        return rows.filter(remaining=0) if value else rows.filter(remaining__gt=0)


class BondedLotList(ListPage):
    """Open bonded lots by deadline; closed ones only when asked for."""

    capability, title = Can.SEE_CUSTOMS, _("Layers and deadlines")
    table_class, filterset_class = BondedLotTable, BondedLotFilters
    search_fields = ("pedimento_number", f"{ITEM}sku", f"{ITEM}description", "serial")
    search_hint, export_name = _("Pedimento, SKU or serial number"), "bonded-lots"
    empty_title, empty_text = _("Nothing is under bond"), _("Layers open when the receipt of their goods is closed.")

    def rows(self) -> QuerySet[BondedLot]:
        """What is open; everything when the filter speaks of closed ones."""
        scope = self.request.access.scope
        asks = self.request.GET.get("closed") in ("true", "false")
        rows = customs.bonded_lots(scope) if asks else customs.open_bonded_lots(scope)
        return at_sites(self.request.access, rows, SITE)

    def actions(self) -> list[Action]:
        """Accounts and differences, which hang on the layers."""
        return [
            Action(_("Kardex"), reverse("inventory:kardexes"), "list-details", Can.SEE_CUSTOMS, "ghost"),
            Action(_("Differences"), reverse("inventory:differences"), "scale", Can.SEE_CUSTOMS, "ghost"),
            Action(_("Legal notices"), reverse("inventory:notices"), "bell", Can.SEE_CUSTOMS, "ghost"),
        ]


@requires(Can.SEE_CUSTOMS)
@require_safe
def bonded_lot_page(request: WebRequest, pk: int) -> HttpResponse:
    """One layer: its opening, what changed it, and its stay."""
    rows = at_sites(request.access, customs.bonded_lots(request.access.scope), SITE)
    lot = found(request.access, rows.filter(pk=pk).first())
    unit = unit_symbol(lot.account.item.stock_unit)
    today = timezone.localdate()
    page = {
        "title": gettext("Layer %(layer)s") % {"layer": lot},
        "subtitle": f"{lot.account.item.sku} · {lot.account.item.description}",
        "crumbs": [(_("Layers and deadlines"), reverse("inventory:bonded_lots"))],
        "lot": lot,
        "share_left": _share(lot),
        "discharges": customs.discharges(request.access.scope).filter(bonded_lot=lot).order_by("pk"),
        "corrections": lot.corrections.select_related("rectification").order_by("pk"),
        "clock_changes": lot.clock_changes.order_by("pk"),
        "holds": lot.holds.order_by("-opened_at", "-pk"),
        "may_lift": request.access.can(Can.OVERRIDE),
        "facts": [
            (
                _("Pedimento"),
                joined((link_to(lot.pedimento_number), gettext("line %(line)s") % {"line": lot.line_seq})),
            ),
            (_("Client"), lot.account.client),
            (_("Regime"), lot.account.regime),
            (_("Authorisation"), lot.account.authorisation.number),
            (_("Remaining"), formatting.quantity_text(lot.remaining, unit)),
            (_("Declared"), formatting.quantity_text(lot.declared, unit)),
            (
                _("Tariff quantity left"),
                formatting.quantity_text(lot.remaining_tariff, unit_symbol(lot.subline.line.tariff_unit)),
            ),
            (_("Value left"), formatting.money_text(lot.remaining_value_mxn, "MXN")),
            (_("Provenance"), lot.get_goods_display()),
            (
                _("Stay since"),
                joined(
                    (day(lot.clock_start), badge(_("provisional"), "warning") if lot.is_clock_provisional else ""), " "
                ),
            ),
            (_("Permanence rule"), lot.stay_limit_code),
            (_("Must leave by"), deadline(lot.must_leave_by, today)),
            (_("Legal deadline"), day(lot.legal_deadline)),
        ],
    }
    return render(request, "inventory/customs/bonded_lot.html", page)


def _share(lot: BondedLot) -> int:
    return int(lot.remaining * 100 / lot.declared) if lot.declared else 0


urlpatterns: list[Any] = [
    path("bonded-lots/", BondedLotList.as_view(), name="bonded_lots"),
    path("bonded-lots/<int:pk>/", bonded_lot_page, name="bonded_lot"),
]
