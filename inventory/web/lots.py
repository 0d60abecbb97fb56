"""One lot: where it lies, what happened to it, and its holds, put and lifted."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from inventory.ledger import selectors as ledger
from inventory.ledger import services as books
from inventory.models import Hold, Lot
from inventory.parties.roles import Can
from inventory.templatetags.recinto import day
from inventory.web import offers
from inventory.web.access import WebRequest, refuse_unless, requires
from inventory.web.actions import form_page, sent
from inventory.web.cells import TABLET, WIDE, PairColumn
from inventory.web.columns import LinkColumn, MomentColumn
from inventory.web.forms import DateInput
from inventory.web.lists import ListPage
from inventory.web.places_of import at_sites, found

HISTORY = 100
PUTS = (Can.MOVE, Can.OVERRIDE)
LIFTS = (Can.REVERSE,)


class HoldForm(forms.Form):
    """Why the lot may not move."""

    reason = forms.ChoiceField(label=_("Why it may not move"), choices=Hold.Reason)
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class LiftForm(forms.Form):
    """The document that lets the lot move again."""

    release_document = forms.CharField(
        label=_("Document that allows it"),
        max_length=120,
        min_length=3,
        help_text=_("The number of the official letter, the inspection report or the client's instruction."),
    )


def lot_of(request: WebRequest, pk: int) -> Lot:
    """The lot, if this person may see it. Raises Http404."""
    lot = found(request.access, ledger.lots(request.access.scope).filter(pk=pk).first())
    if request.access.site_ids is not None:
        lies_here = lot.balances.filter(location__site__in=request.access.site_ids).exists()
        found(request.access, lot if lies_here else None)
    return lot


@requires(Can.SEE_STOCK)
@require_safe
def lot_page(request: WebRequest, pk: int) -> HttpResponse:
    """Where the lot lies, its holds and its last hundred moves."""
    lot = lot_of(request, pk)
    access = request.access
    where = at_sites(access, ledger.stock(access.scope).filter(lot=lot), "location__site")
    legs = at_sites(access, ledger.legs(access.scope).filter(lot=lot, location__is_virtual=False), "location__site")
    item, account = lot.account.item, lot.account
    page = {
        "title": gettext("Lot %(lot)s") % {"lot": lot},
        "subtitle": f"{item.sku} · {item.description}",
        "crumbs": [(_("Stock"), reverse("inventory:stock"))],
        "lot": lot,
        "where": where,
        "total": where.order_by().aggregate(total=Sum("quantity"))["total"],
        "legs": legs[:HISTORY],
        "holds": lot.holds.order_by("-opened_at", "-pk"),
        "may_put": any(access.can(one) for one in PUTS),
        "may_lift": any(access.can(one) for one in LIFTS),
        "facts": [
            (_("Client"), account.client),
            (_("Regime"), account.regime),
            (_("Authorisation"), account.authorisation.number if account.authorisation else ""),
            (_("Serial number"), lot.serial),
            (_("Expires"), day(lot.expires_on)),
        ],
    }
    return render(request, "inventory/stock/lot.html", page)


@requires(*PUTS)
def put_hold(request: WebRequest, pk: int) -> HttpResponse:
    """Freeze a lot."""
    lot = lot_of(request, pk)
    back = reverse("inventory:lot", args=[lot.pk])

    def put(values: dict[str, Any]) -> str:
        books.hold(lot=lot, at=timezone.now(), actor=request.access.actor, **values)
        messages.success(request, gettext("Lot %(lot)s is on hold.") % {"lot": lot})
        return back

    return form_page(
        request,
        HoldForm(sent(request)),
        put,
        title=gettext("Put lot %(lot)s on hold") % {"lot": lot},
        subtitle=f"{lot.account.item.sku} · {lot.account.item.description}",
        crumbs=[(_("Stock"), reverse("inventory:stock")), (str(lot), back)],
        button=_("Put on hold"),
        button_icon="lock",
        cancel_url=back,
    )


def lift_hold(request: WebRequest, pk: int) -> HttpResponse:
    """Let a lot move again, citing the document that allows it."""
    refuse_unless(request, *LIFTS)
    hold = found(request.access, ledger.open_holds(request.access.scope).filter(pk=pk).first())
    lot = lot_of(request, hold.lot_id)
    back = reverse("inventory:lot", args=[lot.pk])

    def lift(values: dict[str, Any]) -> str:
        books.lift_hold(hold=hold, at=timezone.now(), actor=request.access.actor, **values)
        messages.success(request, gettext("The hold on lot %(lot)s is lifted.") % {"lot": lot})
        return back

    return form_page(
        request,
        LiftForm(sent(request)),
        lift,
        title=gettext("Lift the hold on lot %(lot)s") % {"lot": lot},
        subtitle=hold.get_reason_display(),
        crumbs=[(_("Stock"), reverse("inventory:stock")), (str(lot), back)],
        button=_("Lift the hold"),
        button_icon="lock-open",
        cancel_url=back,
    )


class HoldTable(tables.Table):
    """Open holds."""

    lot = LinkColumn(
        verbose_name=_("Lot"),
        order_by=("lot__batch", "lot__serial"),
        url=lambda hold: reverse("inventory:lot", args=[hold.lot_id]),
    )
    sku = PairColumn(
        accessor="lot__account__item__sku",
        verbose_name=_("Item"),
        below=lambda hold: hold.lot.account.item.description,
    )
    client = tables.Column(accessor="lot__account__client__name", verbose_name=_("Client"), attrs=WIDE)
    reason = tables.Column(verbose_name=_("Reason"))
    note = tables.Column(verbose_name=_("Note"), attrs=TABLET)
    opened_at = MomentColumn(verbose_name=_("Since"))
    opened_by = tables.Column(verbose_name=_("Put by"), attrs=TABLET)

    class Meta:
        order_by = "opened_at"


class HoldFilters(filters.FilterSet):
    """Why, whose, where, since when."""

    reason = filters.ChoiceFilter(choices=Hold.Reason.choices, label=_("Reason"))
    client = filters.ModelChoiceFilter("lot__account__client", queryset=offers.clients, label=_("Client"))
    site = filters.ModelChoiceFilter("lot__balances__location__site", queryset=offers.sites, label=_("Site"))
    since = filters.DateFilter("opened_at__date", lookup_expr="gte", label=_("From"), widget=DateInput)
    until = filters.DateFilter("opened_at__date", lookup_expr="lte", label=_("To"), widget=DateInput)


class HoldList(ListPage):
    """What may not move, and why."""

    capability, title = Can.SEE_STOCK, _("Holds")
    table_class, filterset_class = HoldTable, HoldFilters
    search_fields = ("lot__batch", "lot__serial", "lot__account__item__sku", "note")
    search_hint, export_name = _("Lot, SKU or note"), "holds"
    empty_title, empty_text = _("Nothing is on hold"), _("Open a lot to put it on hold.")

    def rows(self) -> QuerySet[Hold]:
        """Open holds of lots that lie at this person's sites."""
        access = self.request.access
        return at_sites(access, ledger.open_holds(access.scope), "lot__balances__location__site").distinct()

    def extra_context(self) -> dict[str, Any]:
        """The way back."""
        return {"crumbs": [(_("Stock"), reverse("inventory:stock"))]}


urlpatterns = [
    path("stock/lots/<int:pk>/", lot_page, name="lot"),
    path("stock/lots/<int:pk>/hold/", put_hold, name="hold_put"),
    path("stock/holds/", HoldList.as_view(), name="holds"),
    path("stock/holds/<int:pk>/lift/", lift_hold, name="hold_lift"),
]
