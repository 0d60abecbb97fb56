"""Tags of the trade: pedimento numbers as papers show them, quantities with their unit. `{% load trade %}`."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory.customs.pedimento_number import display
from inventory.web import formatting
from inventory.web.units import unit_symbol

register = template.Library()


@register.filter
def pedimento_no(number: str | None) -> SafeString | str:
    """`{{ lot.pedimento_number|pedimento_no }}` → 26 24 3456 6000123, never broken over two lines."""
    if not number:
        return formatting.DASH
    return format_html(
        '<span class="font-monospace text-nowrap small">{}</span>',
        " ".join(display(str(number)).split()).replace(" ", "\u00a0"),
    )


@register.filter
def in_unit(value: Decimal | int | None, code: Any) -> str:
    """`{{ line.quantity|in_unit:item.stock_unit }}` → 1,200 pz."""
    return formatting.quantity_text(value, unit_symbol(str(code)))


@register.filter
def unit(code: Any) -> str:
    """`{{ item.stock_unit|unit }}` → pz."""
    return unit_symbol(str(code))


@register.filter
def overdue(moment: datetime | None) -> bool:
    """True when the moment has passed."""
    return moment is not None and moment < timezone.now()


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """The value of a mapping under a key that is not known beforehand."""
    return mapping.get(key)
