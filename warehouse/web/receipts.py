"""Receiving: what is expected, what arrived, what was counted, and what entered the books."""

from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from inventory.customs import selectors as customs
from inventory.errors import DomainError
from inventory.models import Carrier, Client, LegalNotice, Location, Pedimento, Site
from inventory.parties.roles import Can
from inventory.templatetags.recinto import day, moment
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page, press, sent
from inventory.web.cells import TABLET, WHOLE, WIDE, PairColumn
from inventory.web.columns import DayColumn, LinkColumn, MomentColumn, StatusColumn
from inventory.web.fields import LocationField, QuantityFormField, SiteMomentField, this_minute
from inventory.web.forms import DateInput
from inventory.web.lists import Action, ListPage
from inventory.web.pedimento_facts import link_to
from inventory.web.places_of import at_sites, found, shelves, sites_of
from inventory.web.scan import scanned
from warehouse.models import Receipt, ReceiptLine
from warehouse.receiving import selectors as receipts
from warehouse.receiving import services as receiving
from warehouse.web.scanning import find

State = Receipt.State
LAST_SHELF = "last_shelf"


# ── The list ────────────────────────────────────────────────────────────────────────────────────


class ReceiptTable(tables.Table):
    """Receipts."""

    number = LinkColumn(
        attrs=WHOLE, verbose_name=_("Receipt"), url=lambda row: reverse("warehouse:receipt", args=[row.number])
    )
    state = StatusColumn(verbose_name=_("State"))
    client = PairColumn(
        accessor="client__name", verbose_name=_("Client"), below=lambda row: " ".join(row.pedimento.number.split())
    )
    container_number = tables.Column(verbose_name=_("Container"), attrs=TABLET)
    site = tables.Column(accessor="site__name", verbose_name=_("Site"), attrs=WIDE)
    expected_on = DayColumn(verbose_name=_("Expected"), attrs=TABLET)
    arrived_at = MomentColumn(zone="site__time_zone", verbose_name=_("Arrived"), attrs=WIDE)

    class Meta:
        order_by = "-number"

    def render_state(self, record: Receipt, column: StatusColumn, bound_column: Any) -> Any:
        """The state in words and its tone."""
        return column.render(record.get_state_display(), record, bound_column)


def _clients(request: HttpRequest) -> QuerySet[Client]:
    access = request.access  # type: ignore[attr-defined]
    return access.full_scope.filter(Client.objects.filter(is_active=True), "pk")


def _sites(request: HttpRequest) -> QuerySet[Site]:
    return sites_of(request.access, Site.Kind.BONDED)  # type: ignore[attr-defined]


class ReceiptFilters(filters.FilterSet):
    """State, whose, where."""

    state = filters.ChoiceFilter(choices=State.choices, label=_("State"))
    client = filters.ModelChoiceFilter(queryset=_clients, label=_("Client"))
    site = filters.ModelChoiceFilter(queryset=_sites, label=_("Site"))
    pedimento = filters.CharFilter("pedimento__number", lookup_expr="contains", label=_("Pedimento"))


class ReceiptList(ListPage):
    """What comes in."""

    capability, title = (Can.RECEIVE, Can.SEE_SHIPMENTS), _("Receiving")
    table_class, filterset_class = ReceiptTable, ReceiptFilters
    search_fields = ("number", "container_number", "plates", "pedimento__number", "client__name")
    search_hint, export_name = _("Receipt, container, plates or pedimento"), "receipts"
    empty_title, empty_text = _("Nothing to receive"), _("Expect the goods of a paid pedimento to begin.")

    def rows(self) -> QuerySet[Receipt]:
        """Receipts of this person's sites."""
        return at_sites(self.request.access, receipts.receipts(self.request.access.scope), "site")

    def actions(self) -> list[Action]:
        """Begin one."""
        return [Action(_("Expect goods"), reverse("warehouse:receipt_expect"), "plus", Can.RECEIVE)]


# ── Expecting ───────────────────────────────────────────────────────────────────────────────────


class ExpectForm(forms.Form):
    """Which pedimento's goods, and when."""

    pedimento = forms.ModelChoiceField(
        Pedimento.objects.none(), label=_("Pedimento"), to_field_name="number", help_text=_("Paid, with goods to come.")
    )
    expected_on = forms.DateField(label=_("Expected on"), required=False, widget=DateInput)

    def __init__(self, *args: Any, request: WebRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pedimento"].queryset = to_come(request)
        self.fields["pedimento"].label_from_instance = lambda row: f"{row.number} · {row.client} · {row.site}"


def to_come(request: WebRequest) -> QuerySet[Pedimento]:
    """Inbound pedimentos that may let goods in at this person's sites, newest first."""
    rows = at_sites(request.access, customs.pedimentos(request.access.scope), "site")
    rows = rows.filter(effect=Pedimento.Effect.INBOUND)
    paid = rows.filter(state__in=[Pedimento.State.PAID, Pedimento.State.CLEARED])
    open_ones = rows.filter(is_consolidated=True, consolidated_closed_on=None).exclude(state="cancelled")
    return paid | open_ones


@requires(Can.RECEIVE)
def expect(request: WebRequest) -> HttpResponse:
    """Begin a receipt for the goods of a pedimento."""

    def begin(values: dict[str, Any]) -> str:
        receipt = receiving.expect(at=timezone.now(), actor=request.access.actor, **values)
        messages.success(request, gettext("Receipt %(number)s is expected.") % {"number": receipt.number})
        return reverse("warehouse:receipt", args=[receipt.number])

    url = reverse("warehouse:receipts")
    return form_page(
        request,
        ExpectForm(sent(request), request=request, initial={"pedimento": request.GET.get("pedimento", "")}),
        begin,
        title=_("Expect goods"),
        crumbs=[(_("Receiving"), url)],
        cancel_url=url,
        button=_("Expect them"),
        button_icon="package-import",
    )


# ── One receipt ─────────────────────────────────────────────────────────────────────────────────


def receipt_of(request: WebRequest, number: str) -> Receipt:
    """The receipt with its lines, if it is of this person's sites. Raises Http404."""
    receipt = receipts.receipt(request.access.scope, number)
    return found(request.access, receipt, receipt.site_id if receipt else None)


@requires(Can.RECEIVE, Can.SEE_SHIPMENTS)
def receipt_page(request: WebRequest, number: str) -> HttpResponse:
    """How far a receipt got, and what comes next."""
    return draw(request, receipt_of(request, number))


def draw(request: WebRequest, receipt: Receipt, refusal: DomainError | None = None) -> HttpResponse:
    """The page of a receipt, with what was refused above it."""
    zone = receipt.site.time_zone
    lines = list(receipt.lines.all())
    page = {
        "title": gettext("Receipt %(number)s") % {"number": receipt.number},
        "subtitle": f"{receipt.client} · {receipt.site}",
        "crumbs": [(_("Receiving"), reverse("warehouse:receipts"))],
        "receipt": receipt,
        "lines": lines,
        "counted": sum(line.good is not None for line in lines),
        "differs": [line for line in lines if line.difference or line.damaged],
        "notices": LegalNotice.objects.filter(document=receipt.number).order_by("due_at"),
        # Who counts blind must not read the declared quantity here first.
        "shows_declared": receipt.state in (State.COUNTED, State.CLOSED) or not request.access.can(Can.RECEIVE),
        "refusal": refusal,
        "facts": [
            (_("Pedimento"), link_to(receipt.pedimento.number)),
            (_("Expected"), day(receipt.expected_on)),
            (_("Arrived"), moment(receipt.arrived_at, zone)),
            (_("Dock"), receipt.dock.code if receipt.dock else ""),
            (_("Container"), receipt.container_number),
            (_("Plates"), receipt.plates),
            (_("Carrier"), receipt.carrier),
            (_("Driver"), receipt.driver),
        ],
        "steps": steps_of(receipt),
    }
    return render(request, "warehouse/receiving/receipt.html", page, status=refusal.status if refusal else 200)


def steps_of(receipt: Receipt) -> list[dict[str, Any]]:
    """The road of a receipt, for the timeline."""
    order = [State.EXPECTED, State.ARRIVED, State.COUNTED, State.CLOSED]
    zone = receipt.site.time_zone
    moments = {State.ARRIVED: receipt.arrived_at, State.CLOSED: receipt.closed_at}
    if receipt.state == State.CANCELLED:
        return [{"label": State.CANCELLED.label, "at": None, "zone": zone, "note": "", "state": "wrong"}]
    reached = order.index(State(receipt.state))
    return [
        {
            "label": state.label,
            "at": moments.get(state),
            "zone": zone,
            "note": receipt.closed_by if state == State.CLOSED else "",
            "state": "done" if place <= reached else "current" if place == reached + 1 else "future",
        }
        for place, state in enumerate(order)
    ]


# ── Arriving ────────────────────────────────────────────────────────────────────────────────────


class ArrivalForm(forms.Form):
    """The vehicle at the gate."""

    arrived_at = SiteMomentField(label=_("Arrived at"))
    dock = forms.ModelChoiceField(Location.objects.none(), empty_label="—", label=_("Dock"))
    container_number = forms.CharField(label=_("Container"), max_length=20, required=False)
    plates = forms.CharField(label=_("Plates"), max_length=12, required=False)
    carrier = forms.ModelChoiceField(Carrier.objects.none(), empty_label="—", label=_("Carrier"), required=False)
    driver = forms.CharField(label=_("Driver"), max_length=120, required=False)
    seal_1_expected = forms.CharField(label=_("Seal declared"), max_length=20, required=False)
    seal_1_found = forms.CharField(label=_("Seal found"), max_length=20, required=False)
    seal_2_expected = forms.CharField(label=_("Second seal declared"), max_length=20, required=False)
    seal_2_found = forms.CharField(label=_("Second seal found"), max_length=20, required=False)
    seal_note = forms.CharField(label=_("Note about the seals"), max_length=200, required=False)

    def __init__(self, *args: Any, receipt: Receipt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["arrived_at"].at_site(receipt.site)
        regime = receipt.pedimento.authorisation.regime
        docks = shelves(receipt.site_id, regime, Location.Kind.DOCK)
        self.fields["dock"].queryset = docks if docks.exists() else shelves(receipt.site_id, regime)
        self.fields["dock"].label_from_instance = lambda place: place.code
        self.fields["dock"].initial = self.fields["dock"].queryset.first()
        self.fields["carrier"].queryset = Carrier.objects.filter(is_active=True)

    def seals(self) -> list[receiving.SealCheck]:
        """The seals that were filled in."""
        values, note = self.cleaned_data, self.cleaned_data["seal_note"]
        pairs = [(values[f"seal_{n}_expected"].strip(), values[f"seal_{n}_found"].strip()) for n in (1, 2)]
        return [receiving.SealCheck(expected, found_, note) for expected, found_ in pairs if expected or found_]


@requires(Can.RECEIVE)
def arrive(request: WebRequest, number: str) -> HttpResponse:
    """Note the vehicle at the gate."""
    receipt = receipt_of(request, number)
    url = reverse("warehouse:receipt", args=[receipt.number])
    form = ArrivalForm(sent(request), receipt=receipt, initial={"arrived_at": this_minute()})

    def note(values: dict[str, Any]) -> str:
        names = ("arrived_at", "dock", "container_number", "plates", "carrier", "driver")
        receiving.arrive(
            receipt=receipt,
            seals=form.seals(),
            at=timezone.now(),
            actor=request.access.actor,
            **{name: values[name] for name in names},
        )
        messages.success(request, gettext("%(number)s is at the dock: count it now.") % {"number": receipt.number})
        return reverse("warehouse:receipt_count", args=[receipt.number])

    crumbs = [(_("Receiving"), reverse("warehouse:receipts")), (receipt.number, url)]
    return form_page(
        request,
        form,
        note,
        title=_("Arrival"),
        subtitle=f"{receipt.number} · {receipt.client}",
        crumbs=crumbs,
        cancel_url=url,
        button=_("It is here"),
        button_icon="truck",
    )


# ── Counting ────────────────────────────────────────────────────────────────────────────────────


class CountForm(forms.Form):
    """What was counted of one line."""

    good = QuantityFormField(label=_("Good"))
    damaged = QuantityFormField(label=_("Damaged"), required=False)
    location = LocationField(label=_("Put away at"), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, receipt: Receipt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regime = receipt.pedimento.authorisation.regime
        kinds = (Location.Kind.STORAGE, Location.Kind.DOCK)
        self.fields["location"].choose_from(shelves(receipt.site_id, regime, *kinds), "shelves")

    def counted(self) -> receiving.Count:
        """The count as the service takes it."""
        values = self.cleaned_data
        damaged = values["damaged"] or Decimal(0)
        return receiving.Count(values["good"], damaged, values["location"], values["note"])


def count_form(request: WebRequest, receipt: Receipt, line: ReceiptLine, data: Any = None) -> CountForm:
    """The form of a line, filled with what was counted before; a new one with the shelf used last."""
    begun: dict[str, Any] = {"location": request.session.get(LAST_SHELF, "")}
    if line.good is not None:
        begun = {"good": line.good, "damaged": line.damaged or None, "location": line.location, "note": line.note}
    return CountForm(data, receipt=receipt, prefix=f"line-{line.pk}", initial=begun)


@requires(Can.RECEIVE)
def count_page(request: WebRequest, number: str, refusal: DomainError | None = None) -> HttpResponse:
    """The lines of a receipt to count, blind unless the declared view is asked for."""
    receipt = receipt_of(request, number)
    if receipt.state not in (State.ARRIVED, State.COUNTED):
        return redirect("warehouse:receipt", receipt.number)
    lines = list(receipt.lines.all())
    url = reverse("warehouse:receipt_count", args=[receipt.number])
    blind = request.GET.get("view") != "declared"
    page = {
        "title": _("Count"),
        "subtitle": f"{receipt.number} · {receipt.client}",
        "crumbs": [
            (_("Receiving"), reverse("warehouse:receipts")),
            (receipt.number, reverse("warehouse:receipt", args=[receipt.number])),
        ],
        "receipt": receipt,
        "cards": [card_of(request, receipt, line) for line in lines],
        "counted": sum(line.good is not None for line in lines),
        "blind": blind,
        "refusal": refusal,
        "tabs": [(_("Blind"), url, blind), (_("With what was declared"), f"{url}?view=declared", not blind)],
        "shelves": list(
            shelves(receipt.site_id, receipt.pedimento.authorisation.regime).values_list("code", flat=True)
        ),
    }
    status = refusal.status if refusal else 200
    return render(request, "warehouse/receiving/count.html", page, status=status)


def card_of(request: WebRequest, receipt: Receipt, line: ReceiptLine, **more: Any) -> dict[str, Any]:
    """What the card of one line needs."""
    return {"line": line, "form": count_form(request, receipt, line), **more}


def draw_card(
    request: WebRequest,
    receipt: Receipt,
    line: ReceiptLine,
    *,
    form: CountForm | None = None,
    is_found: bool = False,
    status: int = 200,
) -> HttpResponse:
    """One line's card alone, and how far the count is."""
    receipt = receipt_of(request, receipt.number)
    lines = list(receipt.lines.all())
    fresh = next(one for one in lines if one.pk == line.pk)
    page = {
        "receipt": receipt,
        "card": {"line": fresh, "form": form or count_form(request, receipt, fresh), "is_found": is_found},
        "counted": sum(one.good is not None for one in lines),
        "total": len(lines),
        "blind": request.GET.get("view") != "declared",
        "is_part": True,
    }
    return render(request, "warehouse/receiving/_count_card.html", page, status=status)


@requires(Can.RECEIVE)
@require_POST
def count_line(request: WebRequest, number: str, pk: int) -> HttpResponse:
    """Write down one line's count."""
    receipt = receipt_of(request, number)
    line = found(request.access, receipt.lines.filter(pk=pk).first())
    form = count_form(request, receipt, line, request.POST)
    refusal, status = None, 422
    if form.is_valid():
        try:
            counted = form.counted()
            receiving.count(receipt=receipt, counts={line.pk: counted}, at=timezone.now(), actor=request.access.actor)
        except DomainError as error:
            refusal, status = error, error.status
            form.add_error(None, str(error))
        else:
            status = 200
            if counted.location:
                request.session[LAST_SHELF] = counted.location.code
    if request.htmx:
        return draw_card(request, receipt, line, form=None if status == 200 else form, status=status)
    if status == 200:
        return redirect(f"{reverse('warehouse:receipt_count', args=[number])}{_view(request)}#line-{line.pk}")
    return _count_page_with(request, receipt, line, form, refusal, status)


def _count_page_with(
    request: WebRequest, receipt: Receipt, line: ReceiptLine, form: CountForm, refusal: DomainError | None, status: int
) -> HttpResponse:
    """The whole page with one line's refused form, for browsers without scripts."""
    page = {
        "title": _("Count"),
        "receipt": receipt,
        "card": {"line": line, "form": form},
        "refusal": refusal,
        "blind": request.GET.get("view") != "declared",
        "back": reverse("warehouse:receipt_count", args=[receipt.number]),
        "shelves": list(
            shelves(receipt.site_id, receipt.pedimento.authorisation.regime).values_list("code", flat=True)
        ),
    }
    return render(request, "warehouse/receiving/count_line.html", page, status=status)


def _view(request: WebRequest) -> str:
    return "?view=declared" if request.GET.get("view") == "declared" else ""


@requires(Can.RECEIVE)
@require_POST
def count_scan(request: WebRequest, number: str) -> HttpResponse:
    """Find the line a scan means; with `each` ticked, one more good piece of it is counted at once."""
    receipt = receipt_of(request, number)
    lines = list(receipt.lines.all())
    hits = find(
        request.POST.get("code", ""), lines, lambda row: (row.subline.item, row.subline.batch, row.subline.serial)
    )
    if not hits:
        text = gettext("%(code)s is not in this receipt.") % {"code": request.POST.get("code", "")[:60]}
        return scanned(_scan_answer(request, receipt, None, text), ok=False, text=text)
    line = next((row for row in hits if row.good is None), hits[0])
    text = f"{line.subline.item.sku} {line.subline.batch}".strip()
    if request.POST.get("each"):
        more = receiving.Count((line.good or Decimal(0)) + 1, line.damaged, line.location, line.note)
        try:
            receiving.count(receipt=receipt, counts={line.pk: more}, at=timezone.now(), actor=request.access.actor)
        except DomainError as error:
            return scanned(_scan_answer(request, receipt, line, str(error)), ok=False, text=str(error))
        text = f"{text}: {more.good.normalize():f}"
    return scanned(_scan_answer(request, receipt, line, text), ok=True, text=text)


def _scan_answer(request: WebRequest, receipt: Receipt, line: ReceiptLine | None, text: str) -> HttpResponse:
    """The card of the line to htmx; the page at that line to a browser without scripts."""
    if not request.htmx:
        if line is None:
            messages.error(request, text)
        place = f"#line-{line.pk}" if line else ""
        return redirect(f"{reverse('warehouse:receipt_count', args=[receipt.number])}{_view(request)}{place}")
    if line is None:
        response = HttpResponse(status=200)
        response["HX-Reswap"] = "none"
        return response
    response = draw_card(request, receipt, line, is_found=True)
    response["HX-Retarget"] = f"#line-{line.pk}"
    response["HX-Reswap"] = "outerHTML show:top"
    return response


@requires(Can.RECEIVE)
@require_POST
def count_rest(request: WebRequest, number: str) -> HttpResponse:
    """Count every line not counted yet as it was declared."""
    receipt = receipt_of(request, number)
    last = request.session.get(LAST_SHELF, "")
    regime = receipt.pedimento.authorisation.regime
    shelf = shelves(receipt.site_id, regime).filter(code=last).first()
    rest = {
        line.pk: receiving.Count(line.declared, location=shelf) for line in receipt.lines.all() if line.good is None
    }
    return press(
        request,
        lambda: receiving.count(receipt=receipt, counts=rest, at=timezone.now(), actor=request.access.actor),
        done=gettext("The rest is counted as declared."),
        url=f"{reverse('warehouse:receipt_count', args=[receipt.number])}?view=declared",
        draw=lambda error: count_page(request, number, refusal=error),
    )


# ── Closing and cancelling ──────────────────────────────────────────────────────────────────────


@requires(Can.RECEIVE)
@require_POST
def close(request: WebRequest, number: str) -> HttpResponse:
    """Enter the goods in the books."""
    receipt = receipt_of(request, number)
    return press(
        request,
        lambda: receiving.close(receipt=receipt, at=timezone.now(), actor=request.access.actor),
        done=gettext("%(number)s is closed: stock and bonded lots are in the books.") % {"number": receipt.number},
        url=reverse("warehouse:receipt", args=[receipt.number]),
        draw=lambda error: draw(request, receipt, error),
    )


@requires(Can.RECEIVE)
@require_POST
def cancel(request: WebRequest, number: str) -> HttpResponse:
    """Take back a receipt that entered nothing."""
    receipt = receipt_of(request, number)
    return press(
        request,
        lambda: receiving.cancel(receipt=receipt, at=timezone.now(), actor=request.access.actor),
        done=gettext("%(number)s is cancelled.") % {"number": receipt.number},
        url=reverse("warehouse:receipt", args=[receipt.number]),
        draw=lambda error: draw(request, receipt, error),
    )


urlpatterns = [
    path("receipts/", ReceiptList.as_view(), name="receipts"),
    path("receipts/expect/", expect, name="receipt_expect"),
    path("receipts/<str:number>/", receipt_page, name="receipt"),
    path("receipts/<str:number>/arrive/", arrive, name="receipt_arrive"),
    path("receipts/<str:number>/count/", count_page, name="receipt_count"),
    path("receipts/<str:number>/count/scan/", count_scan, name="receipt_count_scan"),
    path("receipts/<str:number>/count/rest/", count_rest, name="receipt_count_rest"),
    path("receipts/<str:number>/count/<int:pk>/", count_line, name="receipt_count_line"),
    path("receipts/<str:number>/close/", close, name="receipt_close"),
    path("receipts/<str:number>/cancel/", cancel, name="receipt_cancel"),
]
