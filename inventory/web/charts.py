"""Charts as pages hand them to their templates: a picture for ECharts, and the exact numbers beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from inventory.web.navigation import Text

Option = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """One chart. `rows` are the same numbers as `option` draws, exact and in words, for those who do not see it."""

    id: str
    title: Text
    option: Option
    head: Sequence[Text]
    rows: Sequence[Sequence[Any]]
    note: Text = ""
    size: str = "normal"
    url: str = ""
    has_data: bool = field(default=True)


def drawn(value: Decimal | float | None) -> float:
    """A number as the picture needs it; the table beside it keeps the exact one.

    >>> drawn(Decimal("12.3456")), drawn(None)
    (12.35, 0.0)
    """
    return round(float(value or 0), 2)


def bars(names: Sequence[str], data: Sequence[Any], *, name: Text, say: Option, flat: bool = False) -> Option:
    """Bars over names; `flat` lays them on their side, for long names."""
    label = {"interval": 0, "hideOverlap": False, "overflow": "break", "lineHeight": 14, "width": 120 if flat else 68}
    category = {"type": "category", "data": [str(one) for one in names], "axisLabel": label}
    value = {"type": "value"}
    axes = {"xAxis": value, "yAxis": {**category, "inverse": True}} if flat else {"xAxis": category, "yAxis": value}
    return {**axes, "recinto": say, "series": [{"type": "bar", "name": str(name), "data": list(data)}]}


def stacked(names: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], *, say: Option) -> Option:
    """Bars over names, each made of several series on top of each other, with a legend."""
    return {
        "legend": {},
        "recinto": say,
        "xAxis": {"type": "category", "data": [str(one) for one in names]},
        "yAxis": {"type": "value"},
        "series": [{"type": "bar", "stack": "all", "name": str(name), "data": list(data)} for name, data in series],
    }
