"""What a recommendation or a level says, as facts, charts and tables."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.models import PlacementLevel, Recommendation
from inventory.placement import explain
from inventory.templatetags import recinto as tags
from inventory.templatetags.trade import in_unit
from inventory.units import round_half_up
from inventory.web.charts import Chart, bars, drawn
from inventory.web.formatting import DASH, money_text, percent_text, quantity_text
from inventory.web.units import unit_symbol

CONFIDENCE = {
    "A": _("A: a year of steady history"),
    "B": _("B: half a year of history"),
    "C": _("C: little history"),
    "D": _("D: by analogy only"),
}
NAMES = {
    "value": _("Level"),
    "computed": _("Computed level"),
    "expected_demand": _("Expected demand"),
    "protection_weeks": _("Weeks to cover"),
    "lead_weeks": _("Weeks to arrive"),
    "safety_stock": _("Safety stock"),
    "position": _("Position"),
    "position_after": _("Position after the move"),
    "p": _("Cost of a lost unit, USD"),
    "h_B": _("Holding a unit in bond, USD a week"),
    "h_D": _("Holding a unit forward, USD a week"),
    "delta": _("Being forward instead of in bond, USD a week"),
    "phi": _("Hold-back factor"),
    "lambda": _("Value of a unit in bond, USD"),
    "fill_before": _("Expected fill before, if bond supplies"),
    "fill_after": _("Expected fill after, if bond supplies"),
    "cost_before": _("Expected cost before, USD a week"),
    "cost_after": _("Expected cost after, USD a week"),
    "value_last_unit": _("Gain of the last unit, USD a week"),
    "stays_in_bond": _("Stays in bond"),
    "class": _("Demand class"),
    "confidence": _("Confidence"),
    "family": _("Forecast family"),
}
SHARES = ("fill_before", "fill_after")


def estimate_text(value: Decimal, unit: str = "") -> str:
    """An estimate for people: nobody believes its sixth decimal."""
    return quantity_text(round_half_up(value, 1), unit)


def confidence_text(explanation: Mapping[str, Any]) -> str:
    """The grade of confidence in words."""
    grade = str(explanation.get("confidence", ""))
    return str(CONFIDENCE.get(grade, grade or DASH))


def in_short(row: Recommendation) -> str:
    """What the destination has and ought to have, in a few words."""
    has, ought = row.explanation.get("position"), row.explanation.get("value")
    if has is None or ought is None:
        return ""
    return now("%(has)s of %(ought)s there") % {"has": explain.text(has, 1), "ought": explain.text(ought, 1)}


def facts_of(row: Recommendation) -> list[tuple[Any, Any]]:
    """What a recommendation says and costs, and what became of it."""
    unit = row.item.stock_unit
    facts = [
        (_("How many"), in_unit(row.quantity, unit)),
        (
            _("Expected fill if bond supplies"),
            f"{percent_text(row.expected_fill_before)} → {percent_text(row.expected_fill_after)}",
        ),
        (_("Expected cost, USD a week"), money_text(row.expected_cost_usd, "USD")),
        (_("Value of the last unit"), money_text(row.marginal_value_usd, "USD")),
        (_("Rank"), row.priority),
        (_("Ship in the week of"), tags.day(row.ship_week)),
        (_("Arrives, median"), tags.day(row.arrive_week_p50)),
        (_("Arrives, 90 %"), tags.day(row.arrive_week_p90)),
        (_("Client"), row.client.name),
    ]
    if row.decided_at:
        facts += [
            (_("Decided"), tags.moment(row.decided_at)),
            (_("Decided by"), row.decided_by),
            (_("Reason given"), row.decision_reason),
        ]
    if row.accepted_quantity is not None:
        facts.append((_("Accepted"), in_unit(row.accepted_quantity, unit)))
    return facts


def facts_of_level(level: PlacementLevel) -> list[tuple[Any, str]]:
    """What a site ought to have of an item, what it has, and what that costs."""
    unit = unit_symbol(level.item.stock_unit)
    computed = level.explanation.get("computed")
    by_hand = [] if computed is None else [(_("Computed level"), explain.text(computed, 1))]
    return [
        (_("Order up to"), estimate_text(level.order_up_to, unit)),
        *by_hand,
        (_("Position"), estimate_text(level.position, unit)),
        (_("Expected demand"), estimate_text(level.expected_demand, unit)),
        (_("Safety stock"), estimate_text(level.safety_stock, unit)),
        (_("Reorder point"), estimate_text(level.reorder_point, unit)),
        (_("Weeks to cover"), estimate_text(level.protection_weeks)),
        (_("Expected fill if bond supplies"), percent_text(level.expected_fill)),
        (_("Cost, USD a week"), money_text(level.expected_weekly_cost_usd, "USD")),
    ]


def chart_of_move(row: Recommendation) -> Chart:
    """The position there before and after the move, beside its level."""
    facts = row.explanation
    unit = row.item.stock_unit
    numbers = [
        (now("Before"), facts.get("position"), "tone:neutral"),
        (now("After"), facts.get("position_after"), "tone:info"),
        (now("Level"), facts.get("value"), "tone:success"),
    ]
    known = [(name, value, tone) for name, value, tone in numbers if isinstance(value, int | float)]
    data = [{"value": drawn(value), "itemStyle": {"color": tone}} for _name, value, tone in known]
    return Chart(
        "move", _("What the destination has and ought to have"),
        bars([name for name, _value, _tone in known], data, name=_("Units"), say={"format": "quantity"}, flat=True),
        ["", _("Units")], [[name, in_unit(Decimal(str(value)), unit)] for name, value, _tone in known],
        size="small", has_data=bool(known),
    )  # fmt: skip


def chart_of_levels(levels: Sequence[PlacementLevel]) -> Chart:
    """What each site ought to have, made of expected demand and safety stock, beside what it has."""
    sites = [level.site.name for level in levels]
    parts = (
        (now("Expected demand"), "demand", [drawn(level.expected_demand) for level in levels]),
        (now("Safety stock"), "demand", [drawn(level.safety_stock) for level in levels]),
        (now("Position"), "position", [drawn(level.position) for level in levels]),
    )
    option = {
        "legend": {},
        "recinto": {"format": "quantity"},
        "xAxis": {"type": "category", "data": sites},
        "yAxis": {"type": "value"},
        "series": [
            {
                "type": "bar",
                "stack": stack,
                "name": name,
                "data": data,
                **({"itemStyle": {"color": "tone:neutral"}} if stack == "position" else {}),
            }
            for name, stack, data in parts
        ],
    }
    head = [_("Site"), _("Expected demand"), _("Safety stock"), _("Order up to"), _("Position")]
    cells = [
        [
            level.site.name,
            *(estimate_text(n) for n in (level.expected_demand, level.safety_stock, level.order_up_to, level.position)),
        ]
        for level in levels
    ]
    return Chart("levels", _("Levels and positions"), option, head, cells, has_data=bool(levels))


def numbers_behind(explanation: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """Every number of an explanation that has a name, as text."""
    found = []
    for name, title in NAMES.items():
        value = explanation.get(name)
        if value is None or isinstance(value, dict | list):
            continue
        if name in SHARES:
            found.append((title, explain.percent(value)))
        elif name == "class":
            found.append((title, str(explain.CLASSES.get(value, value))))
        else:
            found.append((title, explain.text(value, 4) if isinstance(value, int | float) else str(value)))
    return found
