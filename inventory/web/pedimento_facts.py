"""What the first card of a pedimento says, codes with their names."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from inventory.customs.draft import ADDITIONS, DEDUCTIONS, INSURED
from inventory.errors import ReferenceMissing
from inventory.models import Pedimento
from inventory.places.clock import local_date
from inventory.reference import selectors as reference
from inventory.templatetags.recinto import day, moment
from inventory.templatetags.trade import pedimento_no
from inventory.units import plain
from inventory.web.cells import joined
from inventory.web.formatting import money_text, quantity_text


def code_name(list_name: str, code: str, on: date) -> str:
    """A code of a short list with its name on the day; the bare code where the list has none."""
    try:
        return f"{code} · {reference.listed_code(list_name, code, on).name}" if code else ""
    except ReferenceMissing:
        return code


def named(look_up: Any, code: str, on: date) -> str:
    """A code with the name its list gives it on the day; the bare code where it has none."""
    try:
        return f"{code} · {look_up(code, on).name}" if code else ""
    except ReferenceMissing:
        return code


def facts_of(pedimento: Pedimento) -> list[tuple[Any, Any]]:
    """Label and value of every part of the header."""
    zone = pedimento.site.time_zone
    on = pedimento.paid_on or pedimento.entered_on or local_date(pedimento.recorded_at, zone)
    facts = [
        (_("Operation"), pedimento.get_operation_display()),
        (_("Document key (clave)"), named(reference.document_key, pedimento.document_key, on)),
        (_("Regime"), named(reference.regime, pedimento.regime, on)),
        (_("Effect"), pedimento.get_effect_display()),
        (_("Authorisation"), pedimento.authorisation.number if pedimento.authorisation else ""),
        (_("Customs office and section"), named(reference.customs_section, pedimento.customs_section, on)),
        (_("Customs broker"), pedimento.broker),
        (_("Entry date"), day(pedimento.entered_on)),
        (_("Paid"), day(pedimento.paid_on)),
        (_("Cleared (MSA)"), _cleared(pedimento, zone)),
        (_("Exchange rate"), plain(pedimento.fx_rate)),
        (_("Gross weight"), quantity_text(pedimento.gross_kg, "kg")),
        (_("Packages"), joined((pedimento.packages, pedimento.marks), " · ")),
        (_("Value"), money_text(pedimento.value_usd, "USD")),
        (_("Customs value"), money_text(pedimento.customs_value_mxn, "MXN")),
        (_("Price paid"), money_text(pedimento.price_paid_mxn, "MXN")),
    ]
    facts += [(label, value) for label, value in _rarer(pedimento, on) if value]
    if pedimento.is_consolidated:
        closed = day(pedimento.consolidated_closed_on) if pedimento.consolidated_closed_on else _("still open")
        facts.append((_("Consolidated"), joined((day(pedimento.consolidated_opened_on), closed), " → ")))
    if pedimento.update_option:
        facts.append((_("Update option"), pedimento.get_update_option_display()))
    if pedimento.rectifies:
        facts.append((_("Rectifies"), link_to(pedimento.rectifies.number)))
    if hasattr(pedimento, "rectified_by"):
        facts.append((_("Rectified by"), link_to(pedimento.rectified_by.number)))
    if pedimento.remarks:
        facts.append((_("Remarks"), pedimento.remarks))
    return facts


def _rarer(pedimento: Pedimento, on: date) -> list[tuple[Any, Any]]:
    """What few pedimentos declare; most of it is empty."""

    def mode(code: str) -> str:
        return code_name("transport_mode", code, on)

    amounts = [pedimento._meta.get_field(name) for name in (INSURED, *ADDITIONS, *DEDUCTIONS)]
    return [
        *((capfirst(field.verbose_name), _pesos(getattr(pedimento, field.name))) for field in amounts),
        (_("Section of entry or exit"), named(reference.customs_section, pedimento.entry_section, on)),
        (_("Transport mode"), mode(pedimento.transport_mode)),
        (_("Transport mode of arrival"), mode(pedimento.arrival_mode)),
        (_("Transport mode of departure"), mode(pedimento.departure_mode)),
        (_("Destination or origin zone"), code_name("destination_zone", pedimento.destination_zone, on)),
        (_("Validated"), _day(pedimento.validated_on)),
        (_("Validation acknowledgement"), pedimento.validation_ack),
        (_("Presented"), _day(pedimento.presented_on)),
        (_("Withdrawn from deposit"), _day(pedimento.extracted_on)),
        (_("Imported in the US or Canada"), _day(pedimento.foreign_import_on)),
        (_("Constancia of the bonded zone"), pedimento.rfe_constancia),
    ]


def _pesos(amount: Decimal) -> Any:
    return money_text(amount, "MXN") if amount else ""


def _day(on: date | None) -> Any:
    return day(on) if on else ""


def link_to(number: str) -> Any:
    """A pedimento's number that opens its page."""
    return format_html('<a href="{}">{}</a>', reverse("inventory:pedimento", args=[number]), pedimento_no(number))


def _cleared(pedimento: Pedimento, zone: str) -> Any:
    if pedimento.cleared_at is None:
        return ""
    light = _("red light") if pedimento.was_examined else _("green light")
    return joined((moment(pedimento.cleared_at, zone), light))
