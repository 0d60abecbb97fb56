"""Demand: what was asked of each item, week by week; and the import of more."""

import csv
import io
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_filters import DateFilter, FilterSet, ModelChoiceFilter

from inventory.catalog.models import Item
from inventory.demand import selectors as demand
from inventory.demand.models import DemandRecord
from inventory.errors import InvalidInput
from inventory.jobs import messages as nudges
from inventory.jobs import services as jobs
from inventory.models import Client, Market
from inventory.parties.roles import Can
from inventory.templatetags import recinto as tags
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page
from inventory.web.columns import DayColumn, LinkColumn, QuantityColumn
from inventory.web.demand_charts import by_week, of_item
from inventory.web.export import xlsx_response
from inventory.web.formatting import percent_text, quantity_text
from inventory.web.forms import DateInput
from inventory.web.lists import Action, ListPage

TABLET = {"td": {"class": "d-none d-md-table-cell"}, "th": {"class": "d-none d-md-table-cell"}}
RIGHT_TABLET = {
    "td": {"class": "d-none d-md-table-cell text-end number"},
    "th": {"class": "d-none d-md-table-cell text-end"},
}
SUFFIXES = (".csv", ".csv.gz", ".gz", ".xlsx")
EXAMPLE = (
    ("sku", "market", "date", "quantity", "stockout", "promo", "price"),
    ("SKU-1", "los-angeles", "2026-03-02", "12", "0", "0", "19.90"),
)


class DemandTable(tables.Table):
    """Items with demand, and how much."""

    item__sku = LinkColumn(
        url=lambda row: reverse("inventory:demand_item", args=[row["item_id"]]),
        verbose_name=_("SKU"),
        attrs={"td": {"class": "text-nowrap"}},
    )
    item__description = tables.Column(verbose_name=_("Description"), attrs=TABLET)
    client__name = tables.Column(verbose_name=_("Client"), attrs=TABLET)
    quantity = QuantityColumn(verbose_name=_("Asked"))
    weeks = tables.Column(verbose_name=_("Weeks with demand"), attrs=RIGHT_TABLET)
    markets = tables.Column(verbose_name=_("Markets"), attrs=RIGHT_TABLET)
    last_week = DayColumn(verbose_name=_("Last week"))

    class Meta:
        order_by = "item__sku"


class DemandFilters(FilterSet):
    """By market and span."""

    market = ModelChoiceFilter(label=_("Market"), queryset=Market.objects.order_by("name"))
    since = DateFilter(label=_("From"), field_name="week", lookup_expr="gte", widget=DateInput)
    until = DateFilter(label=_("To"), field_name="week", lookup_expr="lte", widget=DateInput)

    class Meta:
        model = DemandRecord
        fields = ["market"]


class DemandList(ListPage):
    """What was asked, item by item."""

    capability = Can.SEE_DEMAND
    title = _("Demand")
    subtitle = _("What US markets asked for, week by week.")
    table_class = DemandTable
    filterset_class = DemandFilters
    search_fields = ("item__sku", "item__description")
    search_hint = _("SKU or description")
    tie_breaker = ("item_id",)
    export_name = "demand"
    template_name = "inventory/demand/list.html"
    empty_title = _("No demand yet")
    empty_text = _("Import the history of orders or sales; recommendations grow from it.")

    def rows(self) -> QuerySet[DemandRecord]:
        """The weeks in scope."""
        return demand.records(self.request.access.scope).order_by()

    def searched(self, rows: Any) -> Any:
        """Weeks added up to one row for each item, in the order of the SKUs."""
        keys = ("item_id", "item__sku", "item__description", "client__name")
        sums = super().searched(rows).values(*keys).annotate(
            quantity=Sum("quantity"), weeks=Count("week", distinct=True), markets=Count("market", distinct=True),
            last_week=Max("week"),
        )  # fmt: skip
        return sums.order_by("item__sku", "item_id")

    def actions(self) -> list[Action]:
        """Import, and the empty file to fill in."""
        return [
            Action(_("Import"), reverse("inventory:demand_import"), "file-upload", Can.IMPORT_DEMAND),
            Action(_("Orders"), reverse("inventory:demand_orders"), "list-details", Can.SEE_DEMAND, ""),
            Action(_("Accuracy"), reverse("inventory:report", args=["demand_accuracy"]), "target", Can.SEE_REPORTS, ""),
        ]

    def extra_context(self) -> dict[str, Any]:
        """Totals and the chart of all of it."""
        if self.request.htmx:
            return {}
        scope = self.request.access.scope
        totals = demand.records(scope).order_by().aggregate(
            items=Count("item", distinct=True), markets=Count("market", distinct=True), first=Min("week"), last=Max("week")
        )  # fmt: skip
        return {"totals": totals, "chart": by_week(scope)}


class ImportForm(forms.Form):
    """A file of history, and whose it is."""

    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none())
    file = forms.FileField(label=_("File"), help_text=_("CSV in UTF-8 (also gzipped) or XLSX."))
    skip_bad_rows = forms.BooleanField(
        label=_("Take the good rows even when others are wrong"),
        required=False,
        help_text=_("Otherwise a single wrong row leaves everything as it was."),
    )

    def __init__(self, *args: Any, request: WebRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = request.access.scope.filter(Client.objects.filter(is_active=True), "pk").order_by("name")
        self.fields["client"].queryset = clients
        if len(only := clients[:2]) == 1:
            self.fields["client"].initial, self.fields["client"].widget = only[0].pk, forms.HiddenInput()
        self.fields["file"].widget.attrs["accept"] = ".csv,.gz,.xlsx"

    def clean_file(self) -> Any:
        """The file, if it is not too large and may be one of the kinds that are read."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            most = filesizeformat(settings.UPLOAD_MAX_BYTES)
            raise forms.ValidationError(
                now("The file has %(size)s; at most %(limit)s are taken at a time.")
                % {"size": filesizeformat(file.size), "limit": most}
            )
        if not file.name.lower().endswith(SUFFIXES):
            raise forms.ValidationError(
                now("%(name)s is neither CSV nor XLSX.") % {"name": file.name[:80]}, code="csv_or_xlsx"
            )
        return file


@requires(Can.IMPORT_DEMAND)
def demand_import(request: WebRequest) -> HttpResponse:
    """The page of an import; once sent, a worker does it and its own page shows how far it is."""
    form = ImportForm(request.POST or None, request.FILES or None, request=request)

    def ask(given: dict[str, Any]) -> str:
        file, client = given["file"], given["client"]
        if not request.access.scope.allows(client.pk):
            raise InvalidInput(now("There is no client %(value)s."), field="client", value=client.pk, rule="choice")
        job = jobs.request(
            kind="demand_import",
            title=now("Demand of %(client)s: %(file)s") % {"client": client.name, "file": file.name},
            parameters={"file_name": file.name[:200], "skip_bad_rows": given["skip_bad_rows"]},
            client=client,
            actor=request.access.actor,
            at=timezone.now(),
            source_file=file,
        )
        nudges.start(job)
        messages.success(request, now("The file is being read."))
        return reverse("inventory:job", args=[job.pk])

    markets = Market.objects.order_by("code").values_list("code", "name")
    return form_page(
        request, form, ask, template="inventory/demand/import.html", title=_("Import demand"), multipart=True,
        button=_("Import"), button_icon="file-upload", crumbs=[(_("Demand"), reverse("inventory:demand"))],
        cancel_url=reverse("inventory:demand"), markets=markets, column_help=COLUMN_HELP,
    )  # fmt: skip


COLUMN_HELP = (
    ("sku", _("The item's SKU, as in the catalogue."), True),
    ("market", _("The code of the US market."), True),
    ("date", _("Any day of the week, as 2026-03-31; days of one week are added up."), True),
    ("quantity", _("Units asked, in the item's stock unit; below zero is a return, blank is not known."), True),
    ("stockout", _("Share of the week that was out of stock, from 0 to 1."), False),
    ("promo", _("1 when the week was promoted."), False),
    ("price", _("Price in USD."), False),
)


@require_GET
@requires(Can.IMPORT_DEMAND)
def demand_template(request: WebRequest, form: str) -> HttpResponse:
    """An empty file with the right columns and one example."""
    if form == "xlsx":
        return xlsx_response("demand-template", [list(row) for row in EXAMPLE])
    if form != "csv":
        raise Http404
    text = io.StringIO()
    csv.writer(text).writerows(EXAMPLE)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="demand-template.csv"'
    return response


@require_GET
@requires(Can.SEE_DEMAND)
def demand_item(request: WebRequest, pk: int) -> HttpResponse:
    """The history of one item: by week and market, its totals, how well it was foretold."""
    scope = request.access.scope
    item = get_object_or_404(scope.filter(Item.objects.select_related("client")), pk=pk)
    records = demand.records(scope, item_id=item.pk)
    sums = records.order_by().aggregate(total=Sum("quantity"), weeks=Count("week", distinct=True), last=Max("week"))
    markets = list(
        records.order_by().values("market__name", "market__code", "market__primary_dc__name")
        .annotate(quantity=Sum("quantity"), weeks=Count("week", distinct=True), last_week=Max("week"))
        .order_by("-quantity", "market__code")
    )  # fmt: skip
    for market in markets:
        market["share"] = market["quantity"] / sums["total"] if sums["total"] else Decimal(0)
    judged = accuracy_of(request, item)
    page = {
        "title": item.sku,
        "subtitle": item.description,
        "crumbs": [(_("Demand"), reverse("inventory:demand"))],
        "item": item,
        "facts": [
            (_("Client"), item.client.name),
            (_("Asked"), quantity_text(sums["total"])),
            (_("Weeks with demand"), sums["weeks"]),
            (_("Last week"), tags.day(sums["last"])),
            (_("Weighted error (WAPE)"), percent_text(judged.get("wape"))),
            (_("Bias"), percent_text(judged.get("bias"))),
        ],
        "chart": of_item(scope, item),
        "markets": markets,
    }
    return render(request, "inventory/demand/item.html", page)


def accuracy_of(request: WebRequest, item: Item) -> dict[str, Any]:
    """How well an item's last weeks were foretold; nothing when it has no history."""
    rows = demand.forecast_accuracy(request.access.scope, client=item.client, before=timezone.localdate())
    return next((row for row in rows if row["item_id"] == item.pk), {})


urlpatterns = [
    path("demand/", DemandList.as_view(), name="demand"),
    path("demand/import/", demand_import, name="demand_import"),
    path("demand/template.<slug:form>", demand_template, name="demand_template"),
    path("demand/items/<int:pk>/", demand_item, name="demand_item"),
]
