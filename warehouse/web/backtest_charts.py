"""A back-test drawn: what each policy costs, line by line, and how much stock each service takes."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.placement.backtest_told import POLICIES, settings_text, share_text
from inventory.placement.engine.compare import ENGINE
from inventory.web.charts import Chart, stacked
from inventory.web.formatting import DASH

COST_LINES = {
    "holding_bond": _("Holding in bond"),
    "holding_dc": _("Holding forward"),
    "short": _("Units not served"),
    "expired": _("Forced out at the limit"),
    "trucks": _("Trucks"),
}
SHARES = {"format": "percent"}
LONG_NAMES = {"interval": 0, "hideOverlap": False, "overflow": "break", "lineHeight": 14, "width": 110}
ROOM = 0.04  # beyond the policies that were chosen, so that the frontier is seen where it matters


def charts_of(figures: Mapping[str, Any]) -> list[Chart]:
    """Both charts, in the order of the page."""
    return [frontier(figures), cost_lines(figures)]


def frontier(figures: Mapping[str, Any]) -> Chart:
    """Holding against service: a line through the efficient settings of each rule, the engine and what was chosen as points."""
    lines = figures["lines"]
    others = [line for line in lines if line["policy"] != ENGINE]
    least = min(line["fill"] for line in lines) - ROOM
    most = max(line["holding"] for line in lines)
    drawn = {
        policy: [point for point in points if point["fill"] >= least and point["holding"] <= 2 * most]
        for policy, points in figures["frontiers"].items()
    }
    option = {
        "legend": {},
        "recinto": SHARES,
        "tooltip": {"trigger": "item"},
        "xAxis": {
            "type": "value", "min": max(0, int(least * 20) / 20), "max": 1, "splitNumber": 4, "name": now("Served at once"),
            "nameLocation": "middle", "nameGap": 28,
        },
        "yAxis": {"type": "value", "min": 0},
        "grid": {"bottom": 32, "right": 32},
        "series": [
            *(
                {"type": "line", "name": str(POLICIES[policy]), "showSymbol": True, "data": [_point(one) for one in points]}
                for policy, points in drawn.items()
            ),
            {
                "type": "scatter", "name": now("As played"), "symbol": "circle", "symbolSize": 11,
                "itemStyle": {"color": "tone:ink"},
                "data": [{"name": str(POLICIES[line["policy"]]), "value": _point(line)} for line in others],
            },
            {
                "type": "scatter", "name": str(POLICIES[ENGINE]), "symbol": "diamond", "symbolSize": 20, "z": 6,
                "itemStyle": {"color": "tone:danger"}, "data": [_point(lines[0])],
            },
        ],
    }  # fmt: skip
    chosen = [
        [POLICIES[line["policy"]], settings_text(line["policy"], line["settings"]) or DASH, *_shares(line)]
        for line in lines
    ]
    tried = [
        [POLICIES[policy], settings_text(policy, point["settings"]), *_shares(point)]
        for policy, points in figures["frontiers"].items()
        for point in points
    ]
    return Chart(
        "backtest-frontier", _("Stock against service"), option,
        [_("Policy"), _("Settings"), _("Served at once"), _("Holding")], chosen + tried,
        note=_(
            "Holding as a share of what was asked for, for each share served at once. Lower and further right is better. Each line"
            " is a rule at those of its settings that no other beats; the diamond is the engine."
        ),
        size="large",
    )  # fmt: skip


def cost_lines(figures: Mapping[str, Any]) -> Chart:
    """The controllable costs of each policy on top of each other."""
    lines = figures["lines"]
    names = [str(POLICIES[line["policy"]]) for line in lines]
    told = {key: title for key, title in COST_LINES.items() if any(line[key] for line in lines)}
    series = [(str(title), [round(line[key] / 100, 6) for line in lines]) for key, title in told.items()]
    option = {
        **stacked(names, series, say=SHARES),
        "xAxis": {"type": "value", "splitNumber": 4},
        "yAxis": {"type": "category", "data": names, "inverse": True, "axisLabel": LONG_NAMES},
    }
    return Chart(
        "backtest-costs", _("What each policy costs"), option, [_("Policy"), *told.values()],
        [[name, *(share_text(line[key]) for key in told)] for name, line in zip(names, lines, strict=True)],
        note=_("Controllable costs over the weeks that were counted, as shares of what was asked for, by value."), size="large",
    )  # fmt: skip


def _point(row: Mapping[str, Any]) -> list[float]:
    return [round(row["fill"], 4), round(row["holding"] / 100, 6)]


def _shares(row: Mapping[str, Any]) -> list[str]:
    return [share_text(100 * row["fill"], 1), share_text(row["holding"])]
