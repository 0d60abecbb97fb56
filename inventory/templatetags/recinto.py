"""Tags of Recinto's pages: exact numbers, days, moments, icons and badges. `{% load recinto %}`."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory.web import formatting
from inventory.web.tones import tone_of

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of static/icons.svg: decoration, unless a label says what it means."""
    meaning = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {} focusable="false"><use href="{}#{}"></use></svg>',
        css,
        meaning,
        static("icons.svg"),
        name,
    )


@register.filter
def quantity(value: Decimal | int | None, unit: str = "") -> str:
    """`{{ lot.remaining|quantity:"kg" }}` → 1,234.5 kg."""
    return formatting.quantity_text(value, str(unit))


@register.filter
def money(value: Decimal | int | None, currency: str = "") -> str:
    """`{{ line.value_usd|money:"USD" }}` → $1,234.50 USD."""
    return formatting.money_text(value, str(currency))


@register.filter
def percent(value: Decimal | None) -> str:
    """`{{ fill_rate|percent }}` → 98.3 %."""
    return formatting.percent_text(value)


@register.filter
def day(value: date | None) -> SafeString | str:
    """`{{ lot.must_leave_by|day }}` → 3 mar 2026."""
    if value is None:
        return formatting.DASH
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formatting.day_text(value))


@register.filter
def moment(value: datetime | None, zone: str | None = None) -> SafeString | str:
    """`{{ shipment.dispatched_at|moment:site.time_zone }}` → 3 mar 2026, 12:00 CST."""
    if value is None:
        return formatting.DASH
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formatting.moment_text(value, zone))


@register.simple_tag
def badge(text: Any, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A badge of one tone: neutral, info, success, warning, danger or accent."""
    drawn = icon(icon_name) if icon_name else ""
    return format_html('<span class="badge tone-{}">{}{}</span>', tone, drawn, text)


@register.simple_tag
def status(value: Any, text: Any = "") -> SafeString:
    """`{% status shipment.state shipment.get_state_display %}`: the state in the tone it has everywhere."""
    return format_html(
        '<span class="badge tone-{}"><span class="badge-spot"></span>{}</span>', tone_of(str(value)), text or value
    )


@register.simple_tag
def deadline(on: date | None, today: date | None = None) -> SafeString | str:
    """`{% deadline lot.must_leave_by %}`: the day, and how far away it is, louder as it comes near."""
    if on is None:
        return formatting.DASH
    days = (on - (today or timezone.localdate())).days
    tone = formatting.deadline_tone(days)
    return format_html(
        '<span class="deadline"><time datetime="{}">{}</time> {}</span>',
        on.isoformat(),
        formatting.day_text(on),
        badge(formatting.deadline_text(days), tone, {"danger": "clock-exclamation"}.get(tone, "")),
    )


@register.simple_tag(takes_context=True)
def url_with(context: template.Context, **changes: Any) -> str:
    """The address of this page with some of its query changed; an empty value takes a name out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = value
    text = query.urlencode()
    return f"?{text}" if text else context["request"].path
