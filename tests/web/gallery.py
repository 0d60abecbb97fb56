"""Pages made of nothing but the shared parts, for the tests that look at the parts in a real browser."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import django_filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path

from inventory.errors import DomainError
from inventory.jobs.models import Job
from inventory.models import Client, Item
from inventory.parties.roles import Can
from inventory.web.access import requires
from inventory.web.columns import LinkColumn, MoneyColumn, QuantityColumn, StatusColumn
from inventory.web.forms import DateInput, MomentInput, ReasonField, ScanInput
from inventory.web.lists import Action, ListPage
from inventory.web.scan import scanned


class NotEnough(DomainError):
    code = "not_enough_bonded"


class ItemTable(tables.Table):
    sku = LinkColumn(url=lambda item: f"/gallery/detail/?item={item.pk}", verbose_name="SKU")
    description = tables.Column()
    weight_kg = QuantityColumn(verbose_name="Peso")
    unit_value_usd = MoneyColumn(currency="USD", verbose_name="Valor")
    origin_country = StatusColumn(verbose_name="Origen")


class ItemFilters(django_filters.FilterSet):
    class Meta:
        model = Item
        fields = ["origin_country"]


class ItemList(ListPage):
    capability, title, subtitle = Can.SEE_CATALOG, "Artículos", "Lo que se guarda, por cliente"
    table_class, filterset_class, search_fields = ItemTable, ItemFilters, ("sku", "description")
    search_hint, export_name, as_of = "SKU o descripción", "items", True
    empty_title, empty_text = "Aún no hay artículos", "Agregue el primero."

    def rows(self):
        return self.request.access.scope.filter(Item.objects.all())

    def actions(self):
        return [Action("Artículo nuevo", "/gallery/form/", "plus", Can.SEE_CATALOG)]


class EveryField(forms.Form):
    code = forms.CharField(label="Código", widget=ScanInput, help_text="Escanee o escriba.")
    quantity = forms.DecimalField(label="Cantidad", min_value=Decimal(1), help_text="En piezas.")
    kind = forms.ChoiceField(label="Clase", choices=[("a", "Una"), ("b", "Otra")])
    side = forms.ChoiceField(label="Lado", choices=[("l", "Izquierdo"), ("r", "Derecho")], widget=forms.RadioSelect)
    seen_on = forms.DateField(label="Fecha", widget=DateInput)
    seen_at = forms.DateTimeField(label="Momento", widget=MomentInput, required=False)
    agreed = forms.BooleanField(label="Revisado", required=False)
    papers = forms.FileField(label="Archivo", required=False)
    reason = ReasonField(label="Motivo")


def form_page(request):
    form = EveryField(request.POST or None, request.FILES or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        refusal = NotEnough("%(asked)s pedidas, %(bonded)s en existencia.", asked=Decimal(60), bonded=Decimal(50))
    page = {
        "title": "Forma",
        "form": form,
        "refusal": refusal,
        "crumbs": [("Artículos", "/gallery/items/")],
        "cancel_url": "/",
    }
    return render(request, "components/form.html", page, status=422 if request.method == "POST" else 200)


SHARE = {
    "recinto": {"format": "money", "unit": "USD"},
    "legend": {},
    "xAxis": {"type": "category", "data": ["RFS", "ITE", "DFI"]},
    "yAxis": {"type": "value"},
    "series": [
        {"type": "bar", "name": "Valor", "data": [1250000, 830000, 410000]},
        {
            "type": "bar",
            "name": "Por vencer",
            "data": [125000, {"value": 330000, "itemStyle": {"color": "tone:danger"}}, 0],
        },
    ],
}
MAP = {
    "geo": {"map": "corridor"},
    "series": [
        {
            "type": "scatter",
            "coordinateSystem": "geo",
            "symbolSize": 14,
            "label": {"show": True},
            "data": [
                {"name": "San Luis Potosí", "value": [-100.98, 22.15, 1200]},
                {"name": "Nuevo Laredo", "value": [-99.5, 27.48, 300]},
                {"name": "Dallas", "value": [-96.8, 32.8, 900]},
                {"name": "Chicago", "value": [-87.6, 41.9, 500]},
            ],
        },
        {
            "type": "lines",
            "data": [
                {"coords": [[-100.98, 22.15], [-99.5, 27.48]]},
                {"coords": [[-99.5, 27.48], [-96.8, 32.8]]},
                {"coords": [[-99.5, 27.48], [-87.6, 41.9]]},
            ],
        },
    ],
}
FLOWS = {
    "series": [
        {
            "type": "sankey",
            "data": [{"name": "SLP"}, {"name": "Laredo"}, {"name": "Dallas"}, {"name": "Chicago"}],
            "links": [
                {"source": "SLP", "target": "Laredo", "value": 90},
                {"source": "Laredo", "target": "Dallas", "value": 60},
                {"source": "Laredo", "target": "Chicago", "value": 30},
            ],
        }
    ]
}


def charts_page(request):
    return render(
        request,
        "tests/charts.html",
        {"title": "Gráficas", "share_rows": [[1250000, 830000, 410000]], "share": SHARE, "map": MAP, "flows": FLOWS},
    )


def detail_page(request):
    messages.success(request, "Guardado.")
    noon = datetime(2026, 3, 3, 18, tzinfo=UTC)
    steps = [
        {"label": "Creado", "at": noon, "zone": "America/Mexico_City", "state": "done"},
        {"label": "Despachado", "at": noon, "zone": "America/Chicago", "state": "current", "note": "Caja 53'"},
        {"label": "Recibido", "at": None, "state": "future"},
    ]
    page = {
        "title": "Embarque E-0012",
        "subtitle": "A Dallas",
        "crumbs": [("Embarques", "/")],
        "facts": [("Cliente", "Acme"), ("Cantidad", "1,234.5 pza"), ("Sello", "")],
        "tabs": [("General", "?tab=1", True), ("Líneas", "?tab=2", False), ("Rastreo", "?tab=3", False)],
        "refusal": NotEnough("60 pedidas, 50 en existencia."),
        "steps": steps,
        "states": ["draft", "running", "dispatched", "paid", "pending", "failed"],
        "days": [date(2026, 3, 1), date(2026, 3, 20), date(2026, 5, 20), date(2027, 1, 1), None],
        "today": date(2026, 3, 3),
        "jobs": [
            Job(pk=1, title="Reporte de saldos", state="running", done=30, total=80, stage="Escribiendo"),
            Job(pk=2, title="Reporte de saldos", state="queued"),
            Job(pk=3, title="Reporte de saldos", state="failed", error_code="lost", error_message="Se perdió."),
            SimpleNamespace(
                pk=4, title="Reporte", state="done", finished_at=noon, is_finished=True, get_state_display="Listo"
            ),
        ],
    }
    return render(request, "tests/detail.html", page)


def job_part(request):
    return render(request, "components/_job.html", {"job": Job(pk=1, title="Reporte", state="done"), "file_url": "/x"})


def scan_page(request):
    if request.method == "POST":
        right = request.POST["code"].startswith("SKU")
        return scanned(
            HttpResponse(f"<p id='lines'>{request.POST['code']}</p>"), ok=right, text="Rueda" if right else "No existe."
        )
    return render(request, "tests/scan.html", {"title": "Escanear"})


@requires(Can.ADMINISTER)
def admins_only(request):
    return HttpResponse("in")


def rename(request):
    owner = Client.objects.get(pk=request.POST["client"])
    owner.name = request.POST["name"]
    owner.save()
    return HttpResponse("done")


def breaks(request):
    raise RuntimeError("as asked")


urlpatterns = [
    path("gallery/items/", ItemList.as_view()),
    path("gallery/form/", form_page),
    path("gallery/charts/", charts_page),
    path("gallery/detail/", detail_page),
    path("gallery/job/", job_part),
    path("gallery/scan/", scan_page),
    path("gallery/admins/", admins_only),
    path("gallery/rename/", rename),
    path("gallery/breaks/", breaks),
    path("", include("config.urls")),
]
