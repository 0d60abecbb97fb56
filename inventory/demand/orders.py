"""Orders of a client's customers, and the weeks of demand that they come to: as requested, never as shipped.

One rule keeps a unit from counting twice: a week of an item and market that was imported (or sent as demand rows) is taken
as it was stated; any other week is the sum of its order lines, and follows them from then on.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from inventory.audit import context as audit
from inventory.catalog.models import Item
from inventory.demand import columns, selectors
from inventory.demand.errors import UnknownItem, UnknownMarket
from inventory.demand.models import CustomerOrderLine, DemandRecord
from inventory.demand.services import writing
from inventory.errors import InvalidInput, InvalidInputs, gettext_noop
from inventory.parties.models import Client
from inventory.parties.scope import Actor
from inventory.places.models import Market

SOURCE = "orders"
STATED = ("item_id", "market_id", "requested_on", "quantity", "shipped", "cancelled")
AHEAD = timedelta(days=365)
Week = tuple[int, int, date]


@dataclass(frozen=True)
class Line:
    """One line of an order as the client states it; quantities in stock units."""

    reference: str
    line: int
    sku: str
    market: str
    requested_on: date
    quantity: Decimal
    shipped: Decimal | None = None
    cancelled: str = ""


@dataclass(frozen=True)
class Recorded:
    """How many lines were new, how many said something else than before, and how many weeks of demand followed."""

    added: int
    changed: int
    weeks: int


@transaction.atomic
def record(*, client: Client, lines: Sequence[Line], at: datetime, actor: Actor) -> Recorded:
    """Write order lines, all or none; a line stated again replaces what was there, and its weeks are summed anew.

    Raises InvalidInputs for items or markets that are not known, and for a line that stands twice.
    """
    writing(client)
    stated = _rows(client, lines, at)
    held = {
        (row.reference, row.line): row
        for row in CustomerOrderLine.objects.filter(client=client, reference__in={line.reference for line in lines})
    }
    new, changed, weeks = [], [], set()
    for key, row in stated.items():
        before = held.get(key)
        if before is None:
            new.append(row)
        elif any(getattr(before, field) != getattr(row, field) for field in STATED):
            weeks.add(_week(before))
            row.pk = before.pk
            changed.append(row)
    with audit.acting(actor):
        CustomerOrderLine.objects.bulk_create(new)
        CustomerOrderLine.objects.bulk_update(changed, [*STATED, "recorded_at"])
        weeks |= {_week(row) for row in (*new, *changed)}
        return Recorded(len(new), len(changed), _sum_weeks(client, weeks, at))


def _rows(client: Client, lines: Sequence[Line], at: datetime) -> dict[tuple[str, int], CustomerOrderLine]:
    """The lines as rows not yet written, by reference and number."""
    items = {row.sku: row for row in Item.objects.filter(client=client, sku__in={line.sku for line in lines})}
    markets = {row.code: row for row in Market.objects.filter(code__in={line.market for line in lines})}
    rows: dict[tuple[str, int], CustomerOrderLine] = {}
    wrong: list[InvalidInput] = []
    for index, line in enumerate(lines):
        item, market, key = items.get(line.sku), markets.get(line.market), (line.reference, line.line)
        if key in rows:
            message, value = gettext_noop("Line %(value)s stands twice."), f"{line.reference}/{line.line}"
            wrong.append(InvalidInput(message, field=f"lines[{index}].line", value=value, rule="once"))
        if item is None:
            message = gettext_noop("This client has no item %(value)s.")
            wrong.append(UnknownItem(message, field=f"lines[{index}].sku", value=line.sku, rule=UnknownItem.code))
        if market is None:
            message, field = gettext_noop("There is no market %(value)s."), f"lines[{index}].market"
            wrong.append(UnknownMarket(message, field=field, value=line.market, rule=UnknownMarket.code))
        if not columns.FIRST_DAY <= line.requested_on <= at.date() + AHEAD:
            message, field = gettext_noop("%(value)s is before 1990, or more than a year ahead."), "requested_on"
            wrong.append(InvalidInput(message, field=f"lines[{index}].{field}", value=line.requested_on, rule="range"))
        if item and market:
            rows[key] = CustomerOrderLine(
                client=client, reference=line.reference, line=line.line, item=item, market=market,
                requested_on=line.requested_on, quantity=line.quantity, shipped=line.shipped, cancelled=line.cancelled,
                recorded_at=at,
            )  # fmt: skip
    if wrong:
        raise InvalidInputs(wrong)
    return rows


def _week(row: CustomerOrderLine) -> Week:
    """The week whose demand a line belongs to."""
    return row.item_id, row.market_id, selectors.monday_of(row.requested_on)


def _sum_weeks(client: Client, weeks: set[Week], at: datetime) -> int:
    """Make these weeks what their lines come to, but for those that were imported; returns how many changed."""
    asked = _asked(weeks)
    held = {(row.item_id, row.market_id, row.week): row for row in _records(weeks)}
    new, changed, gone = [], [], []
    for key in sorted(weeks):
        row, quantity = held.get(key), asked.get(key)
        if row is None and quantity is not None:
            item, market, week = key
            new.append(
                DemandRecord(client=client, item_id=item, market_id=market, week=week, quantity=quantity, source=SOURCE,
                             recorded_at=at, is_from_orders=True)
            )  # fmt: skip
        if row is None or not row.is_from_orders:
            continue
        if quantity is None:
            gone.append(row.pk)
        elif row.quantity != quantity:
            row.quantity, row.recorded_at = quantity, at
            changed.append(row)
    DemandRecord.objects.bulk_create(new)
    DemandRecord.objects.bulk_update(changed, ["quantity", "recorded_at"])
    DemandRecord.objects.filter(pk__in=gone).delete()
    return len(new) + len(changed) + len(gone)


def _asked(weeks: Iterable[Week]) -> dict[Week, Decimal]:
    """What was asked for in each of these weeks; none where no line asks for anything."""
    sums: dict[Week, Decimal] = defaultdict(Decimal)
    for row in selectors.lines_asked(weeks):
        sums[_week(row)] += row.quantity
    return sums


def _records(weeks: Iterable[Week]) -> Iterable[DemandRecord]:
    """The rows that the books hold of these weeks, and of others of the same items."""
    wanted = list(weeks)
    return DemandRecord.objects.filter(
        item__in={item for item, _market, _week in wanted},
        market__in={market for _item, market, _week in wanted},
        week__in={week for _item, _market, week in wanted},
    )
