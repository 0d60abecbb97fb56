"""Entering a pedimento: the form with its rows, and a file with the same content."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from inventory.customs import flat_file
from inventory.customs import services as books
from inventory.customs.pedimento_number import display
from inventory.errors import DomainError, InvalidInputs
from inventory.models import Client, Country, Currency, Identifier, ListedCode, Pedimento, Site
from inventory.parties.roles import Can
from inventory.reference import selectors as reference
from inventory.web.access import WebRequest, requires
from inventory.web.actions import sent
from inventory.web.export import csv_file
from inventory.web.pedimento_entry import Entry, image_of
from inventory.web.pedimento_forms import Choices
from inventory.web.pedimentos import pedimento_of
from inventory.web.stock import sku_options

ROW, UPLOAD = "inventory/customs/_entry_row.html", "inventory/customs/upload.html"


@requires(Can.EDIT_PEDIMENTO)
def new_pedimento(request: WebRequest) -> HttpResponse:
    """The form; `add`, `remove` and `redraw` only change how many rows it has, anything else enters the pedimento."""
    choices = Choices(request.access)
    if request.method != "POST":
        rectifies = request.GET.get("rectifies")
        begun = image_of(pedimento_of(request, rectifies)) if rectifies else None
        return draw(request, Entry(choices, begun=begun))
    entry = Entry(choices, request.POST)
    if "add" in request.POST:
        entry.add(request.POST["add"])
        return draw(request, entry)
    if "remove" in request.POST:
        entry.remove(request.POST["remove"])
        return draw(request, entry)
    if "redraw" in request.POST:
        for row in entry.rows["lines"]:
            entry.fill(row.prefix)
        return draw(request, entry)
    return enter(request, entry)


def enter(request: WebRequest, entry: Entry) -> HttpResponse:
    """Hand the form to the books; what they refuse comes back on its fields."""
    client = entry.client()
    if client is None:
        entry.header.add_error("client", _("Choose the client."))
        entry.problems.append(gettext("Choose the client."))
        return draw(request, entry, 422)
    data, origin = entry.data()
    try:
        if clashes := entry.clashes():
            raise InvalidInputs(clashes)
        refuse_site(request, data.get("site", ""))
        pedimento = books.enter_pedimento(client=client, data=data, at=timezone.now(), actor=request.access.actor)
    except DomainError as error:
        entry.refuse(error, origin)
        return draw(request, entry, error.status)
    return entered(request, pedimento)


def refuse_site(request: WebRequest, code: str) -> None:
    """Raise Http404 for a site where this person does not work; an unknown one is for the books to refuse."""
    site = Site.objects.filter(code=code).first()
    if site and not request.access.allows_site(site.pk):
        raise Http404


def entered(request: WebRequest, pedimento: Pedimento) -> HttpResponse:
    """Say so and show it."""
    shown = " ".join(display(pedimento.number).split())
    messages.success(request, gettext("Pedimento %(number)s is in the books.") % {"number": shown})
    return redirect("inventory:pedimento", pedimento.number)


def draw(request: WebRequest, entry: Entry, status: int = 200) -> HttpResponse:
    """The page of the form."""
    client = entry.client()
    page = {
        "title": _("Rectification") if entry.header["rectifies"].value() else _("New pedimento"),
        "crumbs": [(_("Pedimentos"), reverse("inventory:pedimentos"))],
        "entry": entry,
        "lists": lists(request, client),
    }
    return render(request, "inventory/customs/entry.html", page, status=status)


def lists(request: WebRequest, client: Client | None) -> dict[str, Any]:
    """What the fields suggest while one types."""
    today = timezone.localdate()
    return {
        "skus": sku_options(request, client.pk if client else request.access.active_client_id),
        "countries": [(row.code, row.name) for row in reference.valid_on(Country, today)],
        "currencies": [(row.code, row.name) for row in reference.valid_on(Currency, today)],
        "permits": sorted(
            {(row.code, row.name[:80]) for row in reference.valid_on(ListedCode, today).filter(list="non_tariff")}
        ),
        "identifiers": sorted({row.code for row in reference.valid_on(Identifier, today)}),
    }


@requires(Can.EDIT_PEDIMENTO)
@require_POST
def part(request: WebRequest) -> HttpResponse:
    """For htmx: one more row, a line filled from its item, nothing where a row was taken out, or the client's SKUs."""
    entry = Entry(Choices(request.access), request.POST)
    if "remove" in request.POST:
        return HttpResponse("")
    if "skus" in request.POST:
        client = entry.client()
        return render(
            request, "inventory/customs/_skus.html", {"skus": sku_options(request, client.pk if client else None)}
        )
    wanted = request.POST.get("fill")
    row = entry.fill(wanted) if wanted else entry.add(request.POST.get("add", ""))
    if row is None:
        raise Http404
    return render(request, ROW, {"row": row, "is_new": not wanted})


# ── The same as a file ──────────────────────────────────────────────────────────────────────────


class UploadForm(forms.Form):
    """Whose pedimento, and the file."""

    client = forms.ModelChoiceField(Client.objects.none(), empty_label="—", label=_("Client"))
    file = forms.FileField(
        label=_("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}), allow_empty_file=True
    )

    def __init__(self, *args: Any, request: WebRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = request.access.full_scope.filter(Client.objects.filter(is_active=True), "pk").order_by("name")
        self.fields["client"].queryset = rows
        self.fields["client"].initial = request.access.active_client_id


@requires(Can.EDIT_PEDIMENTO)
def upload(request: WebRequest) -> HttpResponse:
    """Take a whole pedimento from a CSV: entered as a whole, or refused row by row."""
    form = UploadForm(sent(request), request.FILES, request=request)
    page: dict[str, Any] = {
        "title": _("Upload a pedimento"),
        "crumbs": [(_("Pedimentos"), reverse("inventory:pedimentos"))],
        "form": form,
        "columns": [(column, flat_file.form_of(column)) for column in flat_file.COLUMNS],
        "cancel_url": reverse("inventory:pedimentos"),
        "multipart": True,
        "button": _("Upload and enter"),
        "button_icon": "file-upload",
    }
    status = 200
    if request.method == "POST":
        if form.is_valid():
            return enter_file(request, form.cleaned_data["client"], form.cleaned_data["file"], page)
        status = 422
    return render(request, UPLOAD, page, status=status)


def enter_file(request: WebRequest, client: Client, file: Any, page: dict[str, Any]) -> HttpResponse:
    """Hand what the file says to the books; what they refuse comes back row by row."""
    read = None
    try:
        read = flat_file.read(file.read(settings.UPLOAD_MAX_BYTES + 1), settings.UPLOAD_MAX_BYTES)
        refuse_site(request, str(read.data.get("site", "")))
        pedimento = books.enter_pedimento(client=client, data=read.data, at=timezone.now(), actor=request.access.actor)
    except DomainError as error:
        return render(request, UPLOAD, {**page, **_faults(error, read)}, status=error.status)
    return entered(request, pedimento)


def _faults(error: DomainError, read: flat_file.FlatFile | None) -> dict[str, Any]:
    """What was wrong, by row and column of the file where it is known."""
    if read is None or not isinstance(error, InvalidInputs):
        return {"refusal": error}
    rows = [(*read.where(one.field), one.value, str(one.at(read.where(one.field)[1]))) for one in error.errors]
    return {"faults": sorted(rows, key=lambda row: row[0])}


@requires(Can.EDIT_PEDIMENTO)
@require_safe
def template(request: WebRequest) -> HttpResponse:
    """An empty file with every column, and one line as an example."""
    return csv_file("pedimento", flat_file.example())


urlpatterns = [
    path("pedimentos/new/", new_pedimento, name="pedimento_new"),
    path("pedimentos/new/part/", part, name="pedimento_part"),
    path("pedimentos/upload/", upload, name="pedimento_upload"),
    path("pedimentos/upload/template.csv", template, name="pedimento_template"),
]
