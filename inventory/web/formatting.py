"""Numbers, days and moments as people read them in Mexico and the US: 1,234.5, 3 mar 2026, 12:00 CST."""

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.units import plain, round_half_up

DASH = "—"
SOON, NEAR = 30, 90
_DAY = re.compile(r"\d{4}-\d\d-\d\d")  # as json_safe writes them
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d")


def quantity_text(value: Decimal | int | None, unit: str = "") -> str:
    """A quantity with thousands separated and no trailing zeros: "1,234.5 kg"."""
    if value is None:
        return DASH
    whole, dot, decimals = plain(value).partition(".")
    text = f"{int(whole):,}" if whole != "-0" else whole
    return f"{text}{dot}{decimals} {unit}".strip()


def money_text(value: Decimal | int | None, currency: str = "") -> str:
    """An amount with two decimals: "$1,234.50 USD"."""
    if value is None:
        return DASH
    rounded = round_half_up(value, 2)
    sign = "-" if rounded < 0 else ""
    return f"{sign}${abs(rounded):,.2f} {currency}".strip()


def percent_text(value: Decimal | None, places: int = 1) -> str:
    """A share as per cent: 0.983 is "98.3 %"."""
    return DASH if value is None else f"{plain(round_half_up(value * 100, places))} %"


def day_text(day: date | None) -> str:
    """A calendar day: "3 mar 2026" in Spanish, "Mar 3, 2026" in English."""
    return DASH if day is None else date_format(day, _("M j, Y"))


def local(moment: datetime, zone: str | None = None) -> datetime:
    """The moment on the clock of a place (an IANA zone), or on that of the company."""
    return timezone.localtime(moment, ZoneInfo(zone) if zone else None)


def moment_text(moment: datetime | None, zone: str | None = None) -> str:
    """A moment on the clock of a place, with the name of its zone: "3 mar 2026, 12:00 CST"."""
    if moment is None:
        return DASH
    there = local(moment, zone)
    return f"{day_text(there.date())}, {there:%H:%M} {there.tzname()}"


def readable(value: object) -> str:
    """A value out of JSON as people read it: a moment or a day instead of its ISO text, anything else as it is."""
    text = str(value)
    if _DAY.fullmatch(text):
        return day_text(date.fromisoformat(text))
    return moment_text(datetime.fromisoformat(text)) if _MOMENT.fullmatch(text) else text


def deadline_tone(days: int) -> str:
    """The tone of a deadline so many days away: danger when past or near, warning when it comes up."""
    if days < 0 or days <= SOON:
        return "danger"
    return "warning" if days <= NEAR else "neutral"


def deadline_text(days: int) -> str:
    """How far a deadline is away, in words."""
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day overdue", "%(days)d days overdue", -days) % {"days": -days}
