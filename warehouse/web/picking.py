"""The pick list: scan the location, scan the item, carry it to the dock. By hand it works by a button on each line."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.errors import DomainError, InvalidInput
from inventory.models import Location
from inventory.parties.roles import Can
from inventory.web.access import WebRequest, requires
from inventory.web.fields import location_named
from inventory.web.places_of import shelves
from inventory.web.scan import scanned
from warehouse.models import Shipment, ShipmentLine
from warehouse.shipping import services as shipping
from warehouse.web.scanning import find, lot_of
from warehouse.web.shipments import leaving


@requires(Can.SHIP)
def pick_page(request: WebRequest, number: str) -> HttpResponse:
    """The list, and what one scan or one button did to it."""
    shipment = leaving(request, number)
    if request.method == "POST":
        return pick(request, shipment)
    if shipment.state != Shipment.State.RESERVED:
        return redirect("warehouse:shipment", shipment.number)
    return render(request, "warehouse/shipping/pick.html", page_of(request, shipment))


def pick(request: WebRequest, shipment: Shipment) -> HttpResponse:
    """Carry a line to the dock: the one whose button was pressed, or the one that the scans mean."""
    at = request.POST.get("at", "")
    try:
        if seq := request.POST.get("seq"):
            text = carry(request, shipment, [int(seq)] if seq.isdecimal() else None)
        else:
            text, at = scan(request, shipment, request.POST.get("code", ""), at)
    except DomainError as error:
        return answer(request, shipment, at, ok=False, text=str(error), status=error.status)
    return answer(request, shipment, at, ok=True, text=text)


def scan(request: WebRequest, shipment: Shipment, code: str, at: str) -> tuple[str, str]:
    """What a scan did, and the location one stands at now. Raises InvalidInput for what is not on the list."""
    waiting = [line for line in shipment.lines.all() if not line.is_picked]
    here = location_named(Location.objects.filter(pk__in={line.location_id for line in waiting}), code)
    if here:
        return gettext("At %(location)s: scan the item.") % {"location": here.code}, here.code
    hits = find(code, waiting, lot_of)
    at_place = [line for line in hits if line.location.code == at]
    if not hits:
        raise _not_wanted(_("%(value)s is not on this pick list."), code)
    if not at:
        raise _not_wanted(_("%(value)s is on the list. Scan the location first."), code)
    if not at_place:
        raise _not_wanted(_("%(value)s is on the list, but not at %(location)s."), code, location=at)
    line = at_place[0]
    return carry(request, shipment, [line.seq]), at


def _not_wanted(message: Any, code: str, **context: Any) -> InvalidInput:
    return InvalidInput(message, field="code", value=code[:60], rule="on_list", **context)


def carry(request: WebRequest, shipment: Shipment, seqs: list[int] | None) -> str:
    """Pick lines to the dock chosen; returns what to say."""
    lines = [line for line in shipment.lines.all() if not line.is_picked and (seqs is None or line.seq in seqs)]
    dock = dock_of(request, shipment, lines[0] if lines else None)
    shipping.pick(shipment=shipment, dock=dock, seqs=seqs, at=timezone.now(), actor=request.access.actor)
    names = ", ".join(sorted({line.account.item.sku for line in lines}))
    return gettext("%(what)s is at %(dock)s.") % {"what": names, "dock": dock.code}


def docks_of(shipment: Shipment) -> list[Location]:
    """The docks of the origin for the regimes on the list."""
    regimes = {line.account.regime for line in shipment.lines.all()}
    return list(shelves(shipment.origin_id, "", Location.Kind.DOCK).filter(regime__in=regimes))


def dock_of(request: WebRequest, shipment: Shipment, line: ShipmentLine | None) -> Location:
    """The dock chosen, or the first one for the line's regime. Raises InvalidInput when the site has none."""
    docks = docks_of(shipment)
    chosen = request.POST.get("dock") or request.GET.get("dock", "")
    regime = line.account.regime if line else ""
    fitting = [dock for dock in docks if str(dock.pk) == chosen and (not regime or dock.regime == regime)]
    fitting = fitting or [dock for dock in docks if not regime or dock.regime == regime]
    if not fitting:
        raise InvalidInput(_("The site has no dock for %(value)s."), field="dock", value=regime, rule="dock_of_site")
    return fitting[0]


def page_of(request: WebRequest, shipment: Shipment, at: str = "") -> dict[str, Any]:
    """What page and partial draw: what is left, bin by bin, and what is done."""
    lines = list(shipment.lines.all())
    waiting = sorted((line for line in lines if not line.is_picked), key=lambda line: (line.location.code, line.seq))
    return {
        "title": _("Pick list"),
        "subtitle": f"{shipment.number} · {shipment.client} · {shipment.destination}",
        "crumbs": [
            (_("Shipping"), reverse("warehouse:shipments")),
            (shipment.number, reverse("warehouse:shipment", args=[shipment.number])),
        ],
        "shipment": shipment,
        "waiting": waiting,
        "done": [line for line in lines if line.is_picked],
        "total": len(lines),
        "at": at,
        "docks": docks_of(shipment),
        "dock": request.POST.get("dock", ""),
    }


def answer(request: WebRequest, shipment: Shipment, at: str, *, ok: bool, text: str, status: int = 200) -> HttpResponse:
    """The list as it stands now, with a beep; to a browser without scripts the whole page, and a message."""
    shipment = leaving(request, shipment.number)
    page = {**page_of(request, shipment, at), "is_part": True}
    if request.htmx:
        return scanned(render(request, "warehouse/shipping/_pick_lines.html", page, status=status), ok=ok, text=text)
    if ok:
        messages.success(request, text)
        done = shipment.state != Shipment.State.RESERVED
        name = "warehouse:shipment" if done else "warehouse:shipment_pick"
        return redirect(name, shipment.number)
    return render(request, "warehouse/shipping/pick.html", {**page, "is_part": False, "error": text}, status=status)


urlpatterns = [path("shipments/<str:number>/pick/", pick_page, name="shipment_pick")]
