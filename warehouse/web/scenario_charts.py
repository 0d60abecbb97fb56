"""A comparison of scenarios drawn: what each costs, by how much that differs, service, stock, and what drives the costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.web.charts import Chart, drawn, stacked
from inventory.web.formatting import percent_text
from warehouse.web.scenario_words import DRIVERS, LINES, money, name_of, number

USD = {"format": "money", "unit": "USD"}
TWO_ERRORS = 2
LONG_NAMES = {"interval": 0, "hideOverlap": False, "overflow": "break", "lineHeight": 14, "width": 110}
Outcomes = Sequence[Mapping[str, Any]]


def charts_of(figures: Mapping[str, Any]) -> list[Chart]:
    """Every chart of a comparison, in the order of its page."""
    outcomes = figures["outcomes"]
    return [
        cost_lines(outcomes),
        differences(outcomes[1:]),
        fill(outcomes),
        stock(outcomes),
        tornado(figures["tornado"]),
    ]


def cost_lines(outcomes: Outcomes) -> Chart:
    """The costs without the goods, line by line on top of each other."""
    names = [name_of(outcome["name"]) for outcome in outcomes]
    lines = {line: title for line, title in LINES.items() if line != "goods"}
    lines = {
        line: title for line, title in lines.items() if any(outcome["lines"][line]["mean"] for outcome in outcomes)
    }
    series = [
        (str(title), [drawn(outcome["lines"][line]["mean"]) for outcome in outcomes]) for line, title in lines.items()
    ]
    option = {**stacked(names, series, say=USD), **_over(names)}
    return Chart(
        "scenario-costs", _("What each costs"), option, [_("Scenario"), *lines.values()],
        [[name_of(outcome["name"]), *(money(outcome["lines"][line]["mean"]) for line in lines)] for outcome in outcomes],
        note=_("Over the weeks that were counted, without the goods themselves."), size="large",
    )  # fmt: skip


def differences(outcomes: Outcomes) -> Chart:
    """By how much each costs more or less than today, with twice the standard error either way."""
    names = [name_of(outcome["name"]) for outcome in outcomes]
    deltas = [outcome["lines"]["total"]["delta"] for outcome in outcomes]
    bars = [
        {"value": drawn(delta["mean"]), "itemStyle": {"color": f"tone:{'warning' if delta['mean'] > 0 else 'success'}"}}
        for delta in deltas
    ]
    reach = [
        [drawn(delta["mean"] - TWO_ERRORS * delta["error"]), drawn(delta["mean"] + TWO_ERRORS * delta["error"]), n]
        for n, delta in enumerate(deltas)
    ]
    option = {
        **_over(names),
        "recinto": USD,
        "series": [
            {"type": "bar", "name": now("More than today"), "data": bars},
            {"type": "whiskers", "name": now("Twice the standard error"), "data": reach},
        ],
    }
    return Chart(
        "scenario-differences", _("More or less than today"), option,
        [_("Scenario"), _("Difference"), _("Standard error")],
        [[name, money(delta["mean"]), money(delta["error"])] for name, delta in zip(names, deltas, strict=True)],
        note=_("All costs, the goods included. The line is twice the standard error either way."),
        size="large", has_data=bool(outcomes),
    )  # fmt: skip


def fill(outcomes: Outcomes) -> Chart:
    """The share of what was asked for that was served at once."""
    names = [name_of(outcome["name"]) for outcome in outcomes]
    shares = [outcome["lines"]["fill"] for outcome in outcomes]
    option = {
        **_over(names, scale=True, max=1),
        "recinto": {"format": "percent"},
        "series": [
            {"type": "bar", "name": now("Served at once"), "data": [round(share["mean"], 4) for share in shares]}
        ],
    }
    rows = [
        [name, percent_text(number(share["mean"])), percent_text(number(share["delta"]["mean"]), 2)]
        for name, share in zip(names, shares, strict=True)
    ]
    return Chart(
        "scenario-fill", _("Service"), option, [_("Scenario"), _("Served at once"), _("Difference")], rows,
        note=_("The share of demand, by value, that was served at once."), size="large",
    )  # fmt: skip


def stock(outcomes: Outcomes) -> Chart:
    """What lies at each place on the average."""
    nodes = sorted({node for outcome in outcomes for node in outcome["stock"]})
    names = [name_of(outcome["name"]) for outcome in outcomes]
    series = [
        {"type": "bar", "name": name, "data": [drawn(outcome["stock"].get(node)) for node in nodes]}
        for name, outcome in zip(names, outcomes, strict=True)
    ]
    option = {
        "legend": {}, "recinto": USD, "xAxis": {"type": "category", "data": nodes}, "yAxis": {"type": "value"}, "series": series,
    }  # fmt: skip
    rows = [[node, *(money(outcome["stock"].get(node, 0)) for outcome in outcomes)] for node in nodes]
    return Chart(
        "scenario-stock", _("Stock by site"), option, [_("Site"), *names], rows,
        note=_("Mean value on hand over the weeks that were counted."), size="large",
    )  # fmt: skip


def tornado(bars: Sequence[Mapping[str, Any]]) -> Chart:
    """What the costs without the goods do when a driver is 20 % less, and 20 % more; the greatest first."""
    names = [str(DRIVERS.get(bar["driver"], bar["driver"])) for bar in bars]
    sides = (("less", now("20 % less"), "info"), ("more", now("20 % more"), "warning"))
    option = {
        **_over(names),
        "legend": {},
        "recinto": USD,
        "series": [
            {"type": "bar", "name": title, "barGap": "-100%", "itemStyle": {"color": f"tone:{tone}"},
             "data": [drawn(bar[side]["mean"]) for bar in bars]}
            for side, title, tone in sides
        ],
    }  # fmt: skip
    rows = [
        [
            name,
            money(bar["less"]["mean"]),
            money(bar["more"]["mean"]),
            money(max(bar["less"]["error"], bar["more"]["error"])),
        ]
        for name, bar in zip(names, bars, strict=True)
    ]
    return Chart(
        "scenario-tornado", _("What matters most"), option,
        [_("Driver"), _("20 % less"), _("20 % more"), _("Standard error")], rows,
        note=_("By how much all costs but the goods change today when one thing is 20 % less or more."),
        size="large", has_data=bool(bars),
    )  # fmt: skip


def _over(names: Sequence[str], **value: Any) -> dict[str, Any]:
    """Axes for bars that lie on their side under each other, for names longer than a bar is wide."""
    return {
        "xAxis": {"type": "value", "splitNumber": 4, **value},
        "yAxis": {"type": "category", "data": list(names), "inverse": True, "axisLabel": LONG_NAMES},
    }
