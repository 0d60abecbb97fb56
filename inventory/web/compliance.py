"""What compliance must explain or send: differences between shelf and books, and notices the law wants by an hour."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.customs import selectors as customs
from inventory.customs import services as books
from inventory.models import LegalNotice, StockDifference
from inventory.parties.roles import Can
from inventory.templatetags.recinto import badge, moment
from inventory.templatetags.trade import in_unit
from inventory.web import offers
from inventory.web.access import WebRequest, refuse_unless, requires
from inventory.web.actions import form_page, sent
from inventory.web.bonded_lots import ITEM, SITE
from inventory.web.cells import TABLET, WIDE, PairColumn, PedimentoColumn
from inventory.web.columns import DayColumn
from inventory.web.forms import ReasonField
from inventory.web.lists import ListPage
from inventory.web.places_of import at_sites, found
from inventory.web.units import UnitColumn

# ── Differences ─────────────────────────────────────────────────────────────────────────────────


class DifferenceTable(tables.Table):
    """Differences not yet explained."""

    sku = PairColumn(accessor=f"{ITEM}sku", verbose_name=_("Item"), below=lambda row: row.account.item.description)
    quantity = UnitColumn(unit=f"{ITEM}stock_unit", verbose_name=_("Difference"))
    origin = tables.Column(verbose_name=_("Found by"), attrs=TABLET)
    document = tables.Column(verbose_name=_("Document"))
    client = tables.Column(accessor="account__client__name", verbose_name=_("Client"), attrs=WIDE)
    found_on = DayColumn(verbose_name=_("Found"))
    deeds = tables.Column(empty_values=(), orderable=False, verbose_name="", exclude_from_export=True)

    class Meta:
        order_by = "found_on"

    def render_deeds(self, record: StockDifference) -> Any:
        """The button that explains it."""
        if not self.request.access.can(Can.RESOLVE_FINDING):
            return ""
        url = reverse("inventory:difference_resolve", args=[record.pk])
        return format_html('<a class="btn" href="{}">{}</a>', url, _("Explain"))

    def render_origin(self, record: StockDifference) -> str:
        """How it was found, in words."""
        return record.get_origin_display()

    def render_quantity(self, record: StockDifference) -> Any:
        """More or less, never by colour alone."""
        short = record.quantity < 0
        text = in_unit(record.quantity, record.account.item.stock_unit)
        return badge(
            text if short else f"+{text}", "danger" if short else "warning", "arrow-down" if short else "arrow-up"
        )


class DifferenceFilters(filters.FilterSet):
    """How it was found."""

    origin = filters.ChoiceFilter(choices=StockDifference.Origin.choices, label=_("Found by"))


class DifferenceList(ListPage):
    """What the shelf has more or less than the customs books."""

    capability, title = Can.SEE_CUSTOMS, _("Differences")
    subtitle = _("A shortage discharges nothing by itself: it needs a rectification, an A3 or an official record.")
    table_class, filterset_class = DifferenceTable, DifferenceFilters
    search_fields, search_hint = (f"{ITEM}sku", "document"), _("SKU or document")
    export_name = "differences"
    empty_title, empty_text = (
        _("Shelf and books agree"),
        _("Differences found by receipts and counts stand here until explained."),
    )

    def rows(self) -> QuerySet[StockDifference]:
        """Open differences of this person's sites."""
        return at_sites(self.request.access, customs.differences(self.request.access.scope), SITE)

    def extra_context(self) -> dict[str, Any]:
        """The way back."""
        return {"crumbs": [(_("Layers and deadlines"), reverse("inventory:bonded_lots"))]}


class ResolutionForm(forms.Form):
    """The document that explains it."""

    resolution = ReasonField(
        label=_("What explains it"),
        help_text=_("The pedimento, regularisation or official record, with its number."),
    )


@requires(Can.RESOLVE_FINDING)
def resolve_difference(request: WebRequest, pk: int) -> HttpResponse:
    """Close a difference that a document of law explained."""
    rows = at_sites(request.access, customs.differences(request.access.scope), SITE)
    difference = found(request.access, rows.filter(pk=pk).first())
    url = reverse("inventory:differences")
    item = difference.account.item

    def resolve(values: dict[str, Any]) -> str:
        books.resolve_difference(
            difference=difference, resolution=values["resolution"], at=timezone.now(), actor=request.access.actor
        )
        messages.success(request, gettext("The difference of %(sku)s is explained.") % {"sku": item.sku})
        return url

    return form_page(
        request,
        ResolutionForm(sent(request)),
        resolve,
        title=_("Explain a difference"),
        subtitle=f"{item.sku} · {in_unit(difference.quantity, item.stock_unit)} · {difference.document}",
        crumbs=[(_("Differences"), url)],
        cancel_url=url,
        button=_("It is explained"),
    )


# ── Notices ─────────────────────────────────────────────────────────────────────────────────────


class NoticeTable(tables.Table):
    """Notices not yet sent."""

    due_at = tables.Column(verbose_name=_("Due"))
    kind = tables.Column(verbose_name=_("Notice"))
    pedimento = PedimentoColumn(
        accessor="pedimento__number",
        verbose_name=_("Pedimento"),
        url=lambda notice: reverse("inventory:pedimento", args=[notice.pedimento.number]),
    )
    document = tables.Column(verbose_name=_("Document"), attrs=TABLET)
    client = tables.Column(accessor="pedimento__client__name", verbose_name=_("Client"), attrs=WIDE)
    deeds = tables.Column(empty_values=(), orderable=False, verbose_name="", exclude_from_export=True)

    class Meta:
        order_by = "due_at"

    def render_due_at(self, record: LegalNotice) -> Any:
        """The hour on the site's clock, and how urgent it is."""
        late = record.due_at < timezone.now()
        tone, text = ("danger", _("overdue")) if late else ("warning", _("open"))
        return format_html("{} {}", moment(record.due_at, record.pedimento.site.time_zone), badge(text, tone, "clock"))

    def render_kind(self, record: LegalNotice) -> str:
        """Which notice, in words."""
        return record.get_kind_display()

    def render_deeds(self, record: LegalNotice) -> Any:
        """The button that closes it."""
        if not self.request.access.can(Can.EDIT_PEDIMENTO):
            return ""
        url = reverse("inventory:notice_close", args=[record.pk])
        return format_html('<a class="btn" href="{}">{}</a>', url, _("Record acknowledgement"))


class NoticeFilters(filters.FilterSet):
    """Which notice, whose, where, late or not."""

    kind = filters.ChoiceFilter(choices=LegalNotice.Kind.choices, label=_("Notice"))
    client = filters.ModelChoiceFilter("pedimento__client", queryset=offers.clients, label=_("Client"))
    site = filters.ModelChoiceFilter("pedimento__site", queryset=offers.zones, label=_("Site"))
    late = filters.BooleanFilter(method="by_hour", label=_("Late"))

    def by_hour(self, rows: QuerySet[LegalNotice], _name: str, value: bool) -> QuerySet[LegalNotice]:
        """Notices whose hour has passed, or those still in time."""
        past = {"due_at__lt": timezone.now()}
        return rows.filter(**past) if value else rows.exclude(**past)


class NoticeList(ListPage):
    """What the authority must be told, most urgent first."""

    capability, title = Can.SEE_CUSTOMS, _("Legal notices")
    subtitle = _("A receipt in fiscal deposit is closed only after its notices are acknowledged or excepted.")
    table_class, filterset_class = NoticeTable, NoticeFilters
    search_fields, search_hint = ("document", "pedimento__number"), _("Document or pedimento")
    empty_title, empty_text = _("No notice is due"), _("Arrivals in fiscal deposit open them.")

    def rows(self) -> QuerySet[LegalNotice]:
        """Open notices of this person's sites."""
        return at_sites(self.request.access, customs.open_notices(self.request.access.scope), "pedimento__site")

    def extra_context(self) -> dict[str, Any]:
        """The way back."""
        return {"crumbs": [(_("Layers and deadlines"), reverse("inventory:bonded_lots"))]}


class NoticeForm(forms.Form):
    """The acknowledgement, or why there is none."""

    acknowledgement = forms.CharField(label=_("Acknowledgement number"), max_length=60, required=False)
    exception_reason = forms.CharField(
        label=_("Or the reason why there is none"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only customs compliance may except a notice."),
    )


def close_notice(request: WebRequest, pk: int) -> HttpResponse:
    """Record the acknowledgement of a notice, or except it."""
    refuse_unless(request, Can.EDIT_PEDIMENTO)
    rows = at_sites(request.access, customs.open_notices(request.access.scope), "pedimento__site")
    notice = found(request.access, rows.filter(pk=pk).first())
    url = reverse("inventory:notices")
    form = NoticeForm(sent(request))
    if not request.access.can(Can.OVERRIDE):
        del form.fields["exception_reason"]

    def close(values: dict[str, Any]) -> str:
        books.close_notice(notice=notice, at=timezone.now(), actor=request.access.actor, **values)
        messages.success(request, gettext("The notice of %(document)s is closed.") % {"document": notice.document})
        return url

    return form_page(
        request,
        form,
        close,
        title=notice.get_kind_display(),
        subtitle=f"{notice.document} · {notice.pedimento.client}",
        crumbs=[(_("Legal notices"), url)],
        cancel_url=url,
        button=_("Close the notice"),
    )


urlpatterns = [
    path("differences/", DifferenceList.as_view(), name="differences"),
    path("differences/<int:pk>/", resolve_difference, name="difference_resolve"),
    path("notices/", NoticeList.as_view(), name="notices"),
    path("notices/<int:pk>/", close_notice, name="notice_close"),
]
