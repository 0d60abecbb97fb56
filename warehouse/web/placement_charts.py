"""What a DC was asked of an item, and may be asked in the coming weeks, drawn as a fan with its numbers beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.placement import explain
from inventory.placement.engine.fans import SHARES, WEEKS_AHEAD, Fan
from inventory.web.charts import Chart, drawn
from inventory.web.formatting import DASH, day_text, quantity_text

WEEKS_BACK = 52


@dataclass(frozen=True)
class Ahead:
    """One coming week: what is expected and its quantiles at SHARES, and the same of all weeks up to it."""

    week: date
    mean: float
    quantiles: tuple[float, ...]
    sum_mean: float
    sum_quantiles: tuple[float, ...]


def weeks_ahead(fan: Fan, first: date) -> list[Ahead]:
    """The coming weeks of a fan, the first of them beginning on the Monday `first`."""
    return [
        Ahead(first + timedelta(weeks=n), *fan.week(n), *fan.sum_of(n + 1))
        for n in range(min(WEEKS_AHEAD, len(fan.factors)))
    ]


def chart_of_fan(name: str, asked: Mapping[date, Decimal], fan: Fan, first: date) -> Chart:
    """A DC's demand of the last year by week, and its fan for the coming ones."""
    past = [first - timedelta(weeks=n) for n in range(WEEKS_BACK, 0, -1)]
    ahead = weeks_ahead(fan, first)
    gap: list[float | None] = [None] * len(past)
    option = {
        "legend": {"data": [str(now("Asked")), *(str(one) for one in _names()), str(now("Expected"))]},
        "recinto": {"format": "quantity"},
        "xAxis": {"type": "category", "data": [day_text(week) for week in (*past, *(one.week for one in ahead))]},
        "yAxis": {"type": "value"},
        "series": [
            {"type": "bar", "name": now("Asked"), "data": [drawn(asked.get(week)) for week in past]},
            *_band(ahead, gap, 0, 4, 0.2),
            *_band(ahead, gap, 1, 3, 0.35),
            {
                "type": "line",
                "name": now("Expected"),
                "data": [*gap, *(drawn(one.mean) for one in ahead)],
                "lineStyle": {"color": "tone:info"},
                "itemStyle": {"color": "tone:info"},
            },
        ],
    }
    return Chart(
        "fan", _("Demand and forecast of %(site)s") % {"site": name}, option, _head(), _rows(past, asked, ahead),
        note=_(
            "Units a week. The bands hold half and nine tenths of what may be asked: what the level counts on, for one week. "
            "The table also adds up the coming weeks."
        ),
        size="large",
    )  # fmt: skip


def _names() -> tuple[str, str]:
    return now("9 in 10 weeks"), now("1 in 2 weeks")


def _band(ahead: list[Ahead], gap: list[float | None], low: int, high: int, opacity: float) -> list[dict[str, Any]]:
    """A band between two quantiles: an invisible line, and the height above it filled."""
    shared = {"type": "line", "stack": f"band-{low}", "silent": True, "showSymbol": False, "tooltip": {"show": False}}
    unseen = {"lineStyle": {"opacity": 0, "width": 0}, "itemStyle": {"color": "tone:info", "opacity": opacity}}
    floor = [*gap, *(drawn(one.quantiles[low]) for one in ahead)]
    height = [*gap, *(drawn(one.quantiles[high] - one.quantiles[low]) for one in ahead)]
    return [
        {**shared, **unseen, "name": f"band-{low}", "data": floor},
        {**shared, **unseen, "name": _names()[low], "data": height, "areaStyle": {"color": "tone:info", "opacity": opacity}},
    ]  # fmt: skip


def _head() -> list[Any]:
    levels = [f"{int(share * 100)} %" for share in SHARES]
    return [_("Week"), _("Asked"), _("Expected"), *levels, _("Expected in all"), _("In all, 5 %"), _("In all, 95 %")]


def _rows(past: list[date], asked: Mapping[date, Decimal], ahead: list[Ahead]) -> list[list[str]]:
    """The coming weeks first, then the past ones from the newest."""
    empty = [DASH] * (len(SHARES) + 4)
    coming = [
        [day_text(one.week), DASH, *(explain.text(value, 1) for value in (
            one.mean, *one.quantiles, one.sum_mean, one.sum_quantiles[0], one.sum_quantiles[-1]))]
        for one in ahead
    ]  # fmt: skip
    return coming + [[day_text(week), quantity_text(asked.get(week, Decimal(0))), *empty] for week in reversed(past)]
