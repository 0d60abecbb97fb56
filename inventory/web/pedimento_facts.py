"""What the first card of a pedimento says, codes with their names."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

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
        (_("Packages"), pedimento.packages),
        (_("Value"), money_text(pedimento.value_usd, "USD")),
        (_("Customs value"), money_text(pedimento.customs_value_mxn, "MXN")),
        (_("Price paid"), money_text(pedimento.price_paid_mxn, "MXN")),
    ]
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


def link_to(number: str) -> Any:
    """A pedimento's number that opens its page."""
    return format_html('<a href="{}">{}</a>', reverse("inventory:pedimento", args=[number]), pedimento_no(number))


def _cleared(pedimento: Pedimento, zone: str) -> Any:
    if pedimento.cleared_at is None:
        return ""
    light = _("red light") if pedimento.was_examined else _("green light")
    return joined((moment(pedimento.cleared_at, zone), light))
