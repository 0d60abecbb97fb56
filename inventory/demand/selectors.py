"""Reading demand history. Every answer is limited to the scope's clients, and its order is unique."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import BigIntegerField, Count, Max, Min, QuerySet, Sum
from django.db.models.functions import Cast

from inventory.demand import accuracy
from inventory.demand.models import CustomerOrderLine, DemandRecord
from inventory.parties.models import Client
from inventory.parties.scope import ClientScope
from inventory.units import QUANTITY_SCALE, RATE_SCALE

Floats = npt.NDArray[np.float64]
WEEK = timedelta(days=7)
WEEKS_READ = 260  # of history, for forecasts and placement


@dataclass(frozen=True)
class Series:
    """Weekly demand as a matrix: one line per (item, market), one column per week from `first_week`; NaN is unknown.

    `promoted` marks promoted weeks.
    """

    item_ids: npt.NDArray[np.int64]
    market_ids: npt.NDArray[np.int64]
    first_week: date
    demand: Floats
    stockout: Floats
    promoted: npt.NDArray[np.bool_]


def records(
    scope: ClientScope, *, client: Client | None = None, item_id: int | None = None, market_id: int | None = None,
    since: date | None = None, before: date | None = None,
) -> QuerySet[DemandRecord]:  # fmt: skip
    """Weeks of demand with item and market, by item, market and week."""
    rows = scope.filter(DemandRecord.objects.select_related("item", "market"))
    wanted = {"client": client, "item_id": item_id, "market_id": market_id, "week__gte": since, "week__lt": before}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return rows.order_by("item__sku", "item_id", "market__code", "week")


def series_count(scope: ClientScope, *, client: Client) -> int:
    """How many pairs of item and market the client has a history of."""
    return records(scope, client=client).order_by().values("item_id", "market_id").distinct().count()


def order_lines(scope: ClientScope) -> QuerySet[CustomerOrderLine]:
    """Lines of customers' orders with client, item and market, the latest request first."""
    rows = scope.filter(CustomerOrderLine.objects.select_related("client", "item", "market"))
    return rows.order_by("-requested_on", "-pk")


def lines_asked(weeks: Iterable[tuple[int, int, date]]) -> list[CustomerOrderLine]:
    """The lines that make up the demand of these weeks of (item, market, Monday): all but those that customers withdrew."""
    wanted = set(weeks)
    if not wanted:
        return []
    rows = CustomerOrderLine.objects.exclude(cancelled=CustomerOrderLine.Cancelled.CUSTOMER).filter(
        item__in={item for item, _market, _week in wanted},
        market__in={market for _item, market, _week in wanted},
        requested_on__gte=min(week for _item, _market, week in wanted),
        requested_on__lt=max(week for _item, _market, week in wanted) + WEEK,
    )
    return [row for row in rows if (row.item_id, row.market_id, monday_of(row.requested_on)) in wanted]


def monday_of(day: date) -> date:
    """The first day of the week of a day."""
    return day - timedelta(days=day.weekday())


def weekly_history(
    scope: ClientScope, *, item_id: int, market_id: int | None = None, weeks: int = 104, before: date
) -> list[tuple[date, Decimal]]:
    """What was asked of an item in each of the last `weeks` weeks before a day, oldest first, zeros included."""
    last = before - timedelta(days=before.weekday())
    rows = records(scope, item_id=item_id, market_id=market_id, since=last - weeks * WEEK, before=last)
    sums = dict(rows.order_by("week").values_list("week").annotate(total=Sum("quantity")))
    if not sums:
        return []
    first = min(sums)
    return [
        (first + n * WEEK, sums.get(first + n * WEEK, Decimal(0))) for n in range((max(sums) - first).days // 7 + 1)
    ]


def totals(scope: ClientScope, *, by: str = "item", client: Client | None = None, since: date | None = None,
           before: date | None = None) -> list[dict[str, Any]]:  # fmt: skip
    """Units asked and the span of weeks, per item (`by="item"`), per market (`by="market"`) or per week (`by="week"`)."""
    keys = {
        "item": ("item_id", "item__sku", "item__description"),
        "market": ("market_id", "market__code", "market__name"),
        "week": ("week",),
    }[by]
    rows = records(scope, client=client, since=since, before=before).order_by()
    sums = rows.values(*keys).annotate(
        quantity=Sum("quantity"), first_week=Min("week"), last_week=Max("week"), weeks=Count("week", distinct=True)
    )
    return list(sums.order_by(*keys[1:], keys[0]))


def span(scope: ClientScope, *, client: Client | None = None, before: date | None = None) -> tuple[date, date] | None:
    """The first and the last week with demand, of those that `series` reads before a day where one is given; None without any."""
    last_monday = monday_of(before) if before else None
    since = last_monday - WEEKS_READ * WEEK if last_monday else None
    rows = records(scope, client=client, since=since, before=last_monday).order_by()
    found = rows.aggregate(first=Min("week"), last=Max("week"))
    return (found["first"], found["last"]) if found["first"] else None


def series(scope: ClientScope, *, client: Client, before: date, weeks: int = WEEKS_READ) -> Series:
    """The matrix of weekly demand of one client up to the week before `before`, for forecasts and placement.

    A week without a row counts as zero from the first row of its item and market on, up to the last week of the client.
    """
    last_monday = before - timedelta(days=before.weekday())
    rows = records(scope, client=client, since=last_monday - weeks * WEEK, before=last_monday).order_by()
    numbers = rows.annotate(
        base=Cast("quantity", BigIntegerField()), share=Cast("stockout_share", BigIntegerField())
    ).values_list("item_id", "market_id", "week", "base", "share", "is_promotion")
    found = list(numbers.order_by("item_id", "market_id", "week"))
    if not found:
        nothing = np.zeros((0, 0))
        return Series(np.zeros(0, np.int64), np.zeros(0, np.int64), last_monday, nothing, nothing, nothing > 0)
    return _matrix(found)


def _matrix(found: Sequence[tuple[int, int, date, int, int, bool]]) -> Series:
    """Rows in order of item, market and week laid out as lines and columns."""
    items, markets, base, share = (np.array([row[i] for row in found], dtype=np.int64) for i in (0, 1, 3, 4))
    days = np.array([row[2].toordinal() for row in found])
    starts = np.r_[True, (np.diff(items) != 0) | (np.diff(markets) != 0)]
    line, column = np.cumsum(starts) - 1, (days - days.min()) // 7
    demand = np.zeros((line[-1] + 1, column.max() + 1))
    stockout = np.zeros_like(demand)
    demand[line, column] = base / 10.0**QUANTITY_SCALE
    stockout[line, column] = share / 10.0**RATE_SCALE
    promoted = np.zeros(demand.shape, dtype=np.bool_)
    promoted[line, column] = [row[5] for row in found]
    # Before its first row an item was not on sale in the market: unknown, unless that row says zero itself.
    not_yet = (np.arange(demand.shape[1]) < column[starts][:, None]) & (base[starts] > 0)[:, None]
    demand[not_yet] = np.nan
    first = date.fromordinal(int(days.min()))
    return Series(items[starts], markets[starts], first, demand, stockout, promoted)


def forecast_accuracy(
    scope: ClientScope, *, client: Client, before: date, judged_weeks: int = 12
) -> list[dict[str, Any]]:
    """Per item, how the forecasts of the last weeks stood against what was asked, worst first.

    Each forecast is made with the weeks before it only, of the item's demand over all markets, four weeks at a time.
    """
    history = series(scope, client=client, before=before)
    item_ids, line = np.unique(history.item_ids, return_inverse=True)
    if not len(item_ids):
        return []
    demand = np.zeros((len(item_ids), history.demand.shape[1]))
    np.add.at(demand, line, np.nan_to_num(history.demand))
    judged = accuracy.backtest(demand, judged_weeks=judged_weeks)
    skus = dict(scope.filter(DemandRecord.objects).filter(client=client).values_list("item_id", "item__sku").distinct())
    rows = [
        {
            "item_id": int(item_id),
            "sku": skus[int(item_id)],
            "asked": _rounded(judged.asked[n]),
            "forecast": _rounded(judged.foretold[n]),
            "bias": _rounded(judged.bias[n], 4),
            "wape": _rounded(judged.wape[n], 4),
        }
        for n, item_id in enumerate(item_ids)
    ]
    return sorted(rows, key=lambda row: (-(row["wape"] if row["wape"] is not None else Decimal(-1)), row["sku"]))


def _rounded(value: float, places: int = 1) -> Decimal | None:
    """An estimate as a decimal for people; None when there is none."""
    return Decimal(f"{value:.{places}f}") if np.isfinite(value) else None
