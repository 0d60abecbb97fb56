"""The pictures that belong to some reports, made of the same rows as their tables."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.reports.bonded import BUCKETS, LATER, NEVER
from inventory.units import round_half_up
from inventory.web.charts import Chart, bars, drawn, stacked
from inventory.web.formatting import money_text, percent_text, quantity_text

Rows = Sequence[dict[str, Any]]
MXN = {"format": "money", "unit": "MXN"}
USD = {"format": "money", "unit": "USD"}
WORST = 15
_paths: dict[str, str] = {
    "exposure": "inventory.web.report_charts.exposure",
    "deadlines": "inventory.web.report_charts.deadlines",
    "stock_by_site": "inventory.web.report_charts.stock_by_site",
    "demand_accuracy": "inventory.web.report_charts.accuracy",
}


def register(code: str, path: str) -> None:
    """Draw the picture that the function at a dotted path makes of the rows above the report of this code."""
    _paths[code] = path


def chart_of(code: str, rows: Rows) -> Chart | None:
    """The picture of a report; None for one that is a table and nothing else."""
    if code not in _paths or not rows:
        return None
    draw: Callable[[Rows], Chart] = import_string(_paths[code])
    return draw(rows)


def exposure(rows: Rows) -> Chart:
    """Customs value and deferred contributions, regime by regime."""
    sums: dict[str, list[Decimal]] = {}
    for row in rows:
        of = sums.setdefault(row["regime"], [Decimal(0), Decimal(0)])
        of[0], of[1] = of[0] + row["value_mxn"], of[1] + row["deferred_mxn"]
    series = [
        (now("Customs value"), [drawn(value) for value, _owed in sums.values()]),
        (now("Deferred contributions"), [drawn(owed) for _value, owed in sums.values()]),
    ]
    option = stacked(list(sums), series, say=MXN)
    for one in option["series"]:
        one.pop("stack")
    return Chart(
        "exposure", _("Stock and duty exposure by regime"), option,
        [_("Regime"), _("Customs value"), _("Deferred contributions")],
        [[code, money_text(value, "MXN"), money_text(owed, "MXN")] for code, (value, owed) in sums.items()],
    )  # fmt: skip


def deadlines(rows: Rows) -> Chart:
    """Customs value by how near the last day of a stay is."""
    tones = dict(zip([*(title for _limit, title in BUCKETS), LATER, NEVER],
                     ("danger", "danger", "warning", "warning", "info", "info", "success", "neutral"), strict=True))  # fmt: skip
    sums: dict[str, list[Decimal]] = {str(title): [Decimal(0), Decimal(0)] for title in tones}
    for row in rows:
        of = sums.setdefault(row["bucket"], [Decimal(0), Decimal(0)])
        of[0], of[1] = of[0] + 1, of[1] + row["value_mxn"]
    by_name = {str(title): tone for title, tone in tones.items()}
    data = [
        {"value": drawn(value), "itemStyle": {"color": f"tone:{by_name.get(name, 'neutral')}"}}
        for name, (_count, value) in sums.items()
    ]
    return Chart(
        "deadlines", _("Layers by deadline"), bars(list(sums), data, name=_("Value, MXN"), say=MXN, flat=True),
        [_("Time left"), _("Layers"), _("Customs value")],
        [[name, quantity_text(count), money_text(value, "MXN")] for name, (count, value) in sums.items()],
    )  # fmt: skip


def stock_by_site(rows: Rows) -> Chart:
    """Value on the shelves of each site, by regime."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        sums[row["regime"]][row["site"]] += row["value_usd"]
    sites = sorted({row["site"] for row in rows})
    series = [(regime, [drawn(values.get(site)) for site in sites]) for regime, values in sums.items()]
    return Chart(
        "stock-by-site", _("Stock by site"), stacked(sites, series, say=USD),
        [_("Site"), _("Regime"), _("Value")],
        [[site, regime, money_text(values[site], "USD")] for site in sites for regime, values in sums.items() if site in values],
    )  # fmt: skip


def accuracy(rows: Rows) -> Chart:
    """The items whose forecasts missed most pieces: what was asked beside what was foretold.

    A share would put first the items of which hardly anything was asked.
    """
    judged = sorted((row for row in rows if row["wape"] is not None), key=_missed, reverse=True)[:WORST]
    option = bars([row["sku"] for row in judged], [drawn(row["asked"]) for row in judged],
                  name=now("Asked"), say={"format": "quantity"}, flat=True)  # fmt: skip
    foretold = {"type": "bar", "name": now("Forecast"), "data": [drawn(row["forecast"]) for row in judged]}
    option = {**option, "legend": {}, "series": [*option["series"], foretold]}
    return Chart(
        "accuracy", _("Where the forecasts missed most"), option,
        [_("SKU"), _("Asked"), _("Forecast"), _("Missed"), _("Weighted error (WAPE)"), _("Bias")],
        [[row["sku"], quantity_text(row["asked"]), quantity_text(row["forecast"]), quantity_text(round_half_up(_missed(row), 0)),
          percent_text(row["wape"]), percent_text(row["bias"])] for row in judged],
        note=_("The items whose weekly forecasts of the last twelve weeks were furthest off, in pieces, the worst first."),
        size="large" if len(judged) > 8 else "normal", has_data=bool(judged),
    )  # fmt: skip


def _missed(row: dict[str, Any]) -> Decimal:
    """By how much the weekly forecasts of an item were off, all weeks together."""
    return Decimal(row["wape"] * row["asked"])
