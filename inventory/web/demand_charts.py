"""Demand drawn: all of it by week, and one item by week and market."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.demand import selectors as demand
from inventory.parties.scope import ClientScope
from inventory.web.charts import Chart, drawn
from inventory.web.formatting import day_text, quantity_text

WEEKS = 104
MOST_MARKETS = 7  # more colours than this cannot be told apart
UNITS = {"format": "quantity"}


def by_week(scope: ClientScope) -> Chart:
    """Units asked of all items in each of the last two years' weeks."""
    found = demand.totals(scope, by="week")[-WEEKS:]
    weeks = [row["week"] for row in found]
    option = {
        "recinto": UNITS,
        "xAxis": {"type": "category", "data": [day_text(week) for week in weeks], "boundaryGap": False},
        "yAxis": {"type": "value"},
        "series": [{"type": "line", "name": now("Asked"), "areaStyle": {"opacity": 0.15},
                    "data": [drawn(row["quantity"]) for row in found]}],
    }  # fmt: skip
    return Chart(
        "demand-by-week", _("Demand by week"), option, [_("Week"), _("Asked")],
        [[day_text(row["week"]), quantity_text(row["quantity"])] for row in found],
        note=_("Stock units of every item together."), size="small", has_data=bool(found),
    )  # fmt: skip


def of_item(scope: ClientScope, item: Item) -> Chart:
    """What each market asked of one item, week by week; the smallest markets are drawn as one."""
    rows = demand.records(scope, item_id=item.pk).order_by()
    sums = rows.values_list("market__name", "week").annotate(total=Sum("quantity")).order_by("week", "market__name")
    of: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for market, week, total in sums:
        of[market][week] = total
    weeks = _every_week([week for values in of.values() for week in values])
    drawn_as = _largest(of)
    return Chart(
        "demand-of-item", _("Demand by week and market"),
        {
            "legend": {},
            "recinto": UNITS,
            "xAxis": {"type": "category", "data": [day_text(week) for week in weeks]},
            "yAxis": {"type": "value"},
            "series": [
                {"type": "bar", "stack": "all", "name": name, "data": [drawn(values.get(week)) for week in weeks]}
                for name, values in drawn_as.items()
            ],
        },
        [_("Week"), *drawn_as, _("Total")],
        [
            [day_text(week), *(quantity_text(values.get(week, 0)) for values in drawn_as.values()),
             quantity_text(sum((values.get(week, Decimal(0)) for values in drawn_as.values()), Decimal(0)))]
            for week in weeks
        ],
        size="large", has_data=bool(weeks),
    )  # fmt: skip


def _every_week(weeks: list[date]) -> list[date]:
    """Every Monday from the first to the last, at most two years of them."""
    if not weeks:
        return []
    first, last = min(weeks), max(weeks)
    first = max(first, last - timedelta(weeks=WEEKS - 1))
    return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]


def _largest(of: dict[str, dict[date, Decimal]]) -> dict[str, dict[date, Decimal]]:
    """The largest markets by themselves, the others added up under one name."""
    order = sorted(of, key=lambda name: (-sum(of[name].values()), name))
    kept = {name: of[name] for name in order[:MOST_MARKETS]}
    rest: dict[date, Decimal] = defaultdict(Decimal)
    for name in order[MOST_MARKETS:]:
        for week, total in of[name].items():
            rest[week] += total
    return {**kept, **({now("Other markets"): dict(rest)} if rest else {})}
