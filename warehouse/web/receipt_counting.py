"""Counting a receipt: blind or beside what was declared, line by line, found by scanning the box."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from inventory.errors import DomainError
from inventory.models import Location
from inventory.parties.roles import Can
from inventory.web.access import WebRequest, requires
from inventory.web.actions import press
from inventory.web.fields import LocationField, QuantityFormField
from inventory.web.places_of import found, shelves
from inventory.web.scan import scanned
from warehouse.models import Receipt, ReceiptLine
from warehouse.receiving import services as receiving
from warehouse.web.receipts import receipt_of
from warehouse.web.scanning import find

State = Receipt.State
LAST_SHELF = "last_shelf"


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


urlpatterns = [
    path("receipts/<str:number>/count/", count_page, name="receipt_count"),
    path("receipts/<str:number>/count/scan/", count_scan, name="receipt_count_scan"),
    path("receipts/<str:number>/count/rest/", count_rest, name="receipt_count_rest"),
    path("receipts/<str:number>/count/<int:pk>/", count_line, name="receipt_count_line"),
]
