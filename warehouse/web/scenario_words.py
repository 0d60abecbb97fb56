"""What a scenario changes, and what its figures are called, in words."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.units import round_half_up
from inventory.web.formatting import DASH, day_text, money_text, percent_text, quantity_text
from warehouse.web.scenario_forms import FORM_OF

BASE = _("Today")
LINES = {
    "hold_bond": _("Holding in bond"),
    "hold_forward": _("Holding forward"),
    "duty_capital": _("Capital in duty paid"),
    "short": _("Units not served"),
    "expired": _("Forced out at the limit"),
    "trucks": _("Trucks"),
    "freight": _("Freight"),
    "on_road": _("Capital on the way"),
    "duty": _("US duty"),
    "goods": _("Goods"),
}
TOTALS = {"logistics": _("All but the goods"), "total": _("Total")}
DRIVERS = {
    "demand": _("Demand"),
    "lead_time_supply": _("Lead time to bond"),
    "lead_time_crossing": _("Lead time over the border"),
    "duty": _("US duty"),
    "capital": _("Capital rate"),
    "storage": _("Storage price"),
    "freight": _("Freight and trucks"),
    "shortage": _("Cost of a lost unit"),
}
BREAK_EVENS = {
    "duty_points_forward_equals_bond": _("Change of duty at which forward costs as much as bond"),
    "probability_preparing_pays": _("Preparing for it pays from a probability of"),
    "duty_points_switch_pays": _("The switch pays once today's duty rises by"),
}
LEGS = {"supply": _("From suppliers to bond"), "crossing": _("From bond to distribution centers")}
QUALIFIES = {True: _("They qualify"), False: _("They no longer qualify")}
BINDING = {
    "bond_stock": _("Stock in bond"),
    "dc_space": _("Space at the distribution centers"),
    "border": _("Trucks over the border"),
    "": _("Nothing"),
}


def number(value: float | int | None) -> Decimal | None:
    """A figure out of JSON as an exact number."""
    return None if value is None else Decimal(str(value))


def money(value: float | None) -> str:
    """An amount in whole dollars."""
    found = number(value)
    return DASH if found is None else f"{money_text(round_half_up(found, 0)).removesuffix('.00')} USD"


def points(value: float | None) -> str:
    """A change of a rate, in points."""
    found = number(value)
    return DASH if found is None else now("%(n)s points") % {"n": quantity_text(round_half_up(found * 100, 1))}


def name_of(name: str) -> str:
    """The name of an outcome; the base is today."""
    return str(BASE) if name == "base" else name


def change_text(change: Mapping[str, Any]) -> str:
    """One change in words: what, of what, by how much, from when and how likely."""
    form = FORM_OF.get(str(change.get("kind")))
    parts = [
        ", ".join(change.get("skus") or []), change.get("origin"), change.get("category"), change.get("crossing"),
        change.get("dc"), change.get("node"), str(change.get("region") or "").removeprefix("market:"), change.get("supplier"),
        change.get("mode"), _amount(change), _days(change), _likely(change),
    ]  # fmt: skip
    title = str(form.title) if form else str(change.get("kind"))
    return f"{title}: {' · '.join(str(part) for part in parts if part)}"


def _amount(change: Mapping[str, Any]) -> str:
    """By how much, whichever way it is stated."""
    told: dict[str, Callable[[Any], str]] = {
        "leg": lambda value: str(LEGS[value]),
        "delta": lambda value: f"{'+' if value > 0 else ''}{points(value)}",
        "rate": lambda value: percent_text(number(value)),
        "duty_rate": lambda value: now("duty %(rate)s") % {"rate": percent_text(number(value))},
        "factor": lambda value: f"× {quantity_text(number(value))}",
        "value_factor": lambda value: now("unit value × %(n)s") % {"n": quantity_text(number(value))},
        "lead_time_weeks": lambda value: now("%(n)s weeks") % {"n": quantity_text(number(value.get("mean")))},
        "qualifies": lambda value: str(QUALIFIES[bool(value)]),
    }
    parts = [say(change[name]) for name, say in told.items() if change.get(name) is not None]
    if change.get("kind") == "dc_removed" and change.get("to"):
        parts.append(f"→ {change['to']}")
    return " · ".join(parts)


def _days(change: Mapping[str, Any]) -> str:
    begin, end = change.get("from"), change.get("to") if change.get("crossing") else None
    if not begin:
        return ""
    first = day_text(date.fromisoformat(begin))
    return f"{first} – {day_text(date.fromisoformat(end))}" if end else now("from %(day)s") % {"day": first}


def _likely(change: Mapping[str, Any]) -> str:
    share = change.get("probability")
    return percent_text(number(share)) if share is not None and share < 1 else ""
