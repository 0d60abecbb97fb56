"""Files of demand history and of customers' orders: what they must hold, an example to fill in, and the import itself."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from inventory.demand import order_imports
from inventory.errors import InvalidInput
from inventory.jobs import messages as nudges
from inventory.jobs import services as jobs
from inventory.models import Client, Market
from inventory.parties.roles import Can
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page
from inventory.web.export import xlsx_response

SUFFIXES = (".csv", ".csv.gz", ".gz", ".xlsx")


@dataclass(frozen=True)
class Upload:
    """A kind of file: the job that reads it, what its columns say (name, text, needed), a line as an example, and its pages."""

    kind: str
    title: Any
    job_title: Any
    columns: tuple[tuple[str, Any, bool], ...]
    example: tuple[str, ...]
    file_name: str
    page: str
    template: str
    crumb: Any

    @property
    def rows(self) -> list[list[str]]:
        """An empty file with the right columns and one example."""
        return [[name for name, _text, _needed in self.columns], list(self.example)]


HISTORY = Upload(
    kind="demand_import",
    title=_("Import demand"),
    job_title=_("Demand of %(client)s: %(file)s"),
    columns=(
        ("sku", _("The item's SKU, as in the catalogue."), True),
        ("market", _("The code of the US market."), True),
        ("date", _("Any day of the week, as 2026-03-31; days of one week are added up."), True),
        ("quantity", _("Units asked, in the item's stock unit; below zero is a return, blank is not known."), True),
        ("stockout", _("Share of the week that was out of stock, from 0 to 1."), False),
        ("promo", _("1 when the week was promoted."), False),
        ("price", _("Price in USD."), False),
    ),
    example=("SKU-1", "los-angeles", "2026-03-02", "12", "0", "0", "19.90"),
    file_name="demand-template",
    page="inventory:demand",
    template="inventory:demand_template",
    crumb=_("Demand"),
)
ORDERS = Upload(
    kind=order_imports.KIND,
    title=_("Import customers' orders"),
    job_title=_("Orders of %(client)s: %(file)s"),
    columns=(
        ("order", _("The number of the order; with the line it tells a line from all others."), True),
        ("line", _("The number of the line within its order."), True),
        ("sku", _("The item's SKU, as in the catalogue."), True),
        ("market", _("The code of the US market."), True),
        ("requested_on", _("The day it was requested for, as 2026-03-31; it counts in that week."), True),
        ("quantity", _("Units requested, in the item's stock unit, whatever was shipped of them."), True),
        ("shipped", _("Units shipped; blank is not known."), False),
        (
            "cancelled",
            _("out_of_stock: it stays demand. customer: it was withdrawn, and is none. Blank: neither."),
            False,
        ),
    ),
    example=("PO-1001", "1", "SKU-1", "los-angeles", "2026-03-02", "12", "8", "out_of_stock"),
    file_name="orders-template",
    page="inventory:demand_orders",
    template="inventory:order_template",
    crumb=_("Customers' orders"),
)


class ImportForm(forms.Form):
    """A file, and whose it is."""

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
def import_page(request: WebRequest, upload: Upload) -> HttpResponse:
    """The page of an import; once sent, a worker does it and its own page shows how far it is."""
    form = ImportForm(request.POST or None, request.FILES or None, request=request)

    def ask(given: dict[str, Any]) -> str:
        file, client = given["file"], given["client"]
        if not request.access.scope.allows(client.pk):
            raise InvalidInput(now("There is no client %(value)s."), field="client", value=client.pk, rule="choice")
        job = jobs.request(
            kind=upload.kind,
            title=upload.job_title % {"client": client.name, "file": file.name},
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
        request, form, ask, template="inventory/demand/import.html", title=upload.title, multipart=True,
        button=pgettext_lazy("button", "Import"), button_icon="file-upload", crumbs=[(upload.crumb, reverse(upload.page))],
        cancel_url=reverse(upload.page), markets=markets, column_help=upload.columns,
        examples=[reverse(upload.template, args=[form]) for form in ("csv", "xlsx")],
    )  # fmt: skip


@require_GET
@requires(Can.IMPORT_DEMAND)
def example_file(request: WebRequest, form: str, upload: Upload) -> HttpResponse:
    """An empty file with the right columns and one example."""
    if form == "xlsx":
        return xlsx_response(upload.file_name, upload.rows)
    if form != "csv":
        raise Http404
    text = io.StringIO()
    csv.writer(text).writerows(upload.rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{upload.file_name}.csv"'
    return response


urlpatterns = [
    path("demand/import/", import_page, {"upload": HISTORY}, name="demand_import"),
    path("demand/template.<slug:form>", example_file, {"upload": HISTORY}, name="demand_template"),
    path("demand/orders/import/", import_page, {"upload": ORDERS}, name="order_import"),
    path("demand/orders/template.<slug:form>", example_file, {"upload": ORDERS}, name="order_template"),
]
