"""Orders of a client's customers, and the weeks of demand that they come to: as requested, never as shipped.

One rule keeps a unit from counting twice: a week of an item and market that was imported (or sent as demand rows) is taken
as it was stated; any other week is the sum of its order lines, and follows them from then on.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db import transaction

from inventory.audit import context as audit
from inventory.catalog.models import Item
from inventory.demand import columns, selectors
from inventory.demand.errors import UnknownItem, UnknownMarket
from inventory.demand.models import CustomerOrderLine, DemandRecord
from inventory.demand.order_lines import Line
from inventory.demand.services import writing
from inventory.errors import InvalidInput, InvalidInputs, gettext_noop
from inventory.parties.models import Client
from inventory.parties.scope import Actor
from inventory.places.models import Market

SOURCE = "orders"
STATED = ("item_id", "market_id", "requested_on", "quantity", "shipped", "cancelled")
AHEAD = timedelta(days=365)
BATCH = 1000
Week = tuple[int, int, date]
Key = tuple[str, int]
One = TypeVar("One")


@dataclass(frozen=True)
class Recorded:
    """How many lines were new, how many said something else than before, and how many weeks of demand followed."""

    added: int
    changed: int
    weeks: int


@dataclass(frozen=True)
class Known:
    """The items of a client and the markets that order lines name."""

    items: Mapping[str, Item]
    markets: Mapping[str, Market]


@transaction.atomic
def record(*, client: Client, lines: Sequence[Line], at: datetime, actor: Actor) -> Recorded:
    """Write order lines, all or none; a line stated again replaces what was there, and its weeks are summed anew.

    Raises InvalidInputs for items or markets that are not known, and for a line that stands twice.
    """
    known = known_of(client, lines)
    wrong = [error.at(f"lines[{index}].{error.field}") for index, error in faults(lines, known, at)]
    if wrong:
        raise InvalidInputs(wrong)
    return write(client=client, lines=lines, known=known, at=at, actor=actor)


@transaction.atomic
def write(*, client: Client, lines: Sequence[Line], known: Known, at: datetime, actor: Actor) -> Recorded:
    """Write order lines that have no faults, and sum the weeks they are in, before and now."""
    writing(client)
    weeks: set[Week] = set()
    added = changed = 0
    with audit.acting(actor):
        for some in portions(lines):
            stated = {(line.reference, line.line): _row(client, line, known, at) for line in some}
            new, other, before = _told_from(stated, _held(client, {line.reference for line in some}))
            CustomerOrderLine.objects.bulk_create(new)
            CustomerOrderLine.objects.bulk_update(other, [*STATED, "recorded_at"])
            weeks |= {_week(row) for row in (*new, *other, *before)}
            added, changed = added + len(new), changed + len(other)
        # In order of the item, so that each portion reads the lines of few.
        summed = sum(_sum_weeks(client, set(some), at) for some in portions(sorted(weeks)))
    return Recorded(added, changed, summed)


def known_of(client: Client, lines: Sequence[Line]) -> Known:
    """The items and markets that the lines name, as far as there are such."""
    skus, codes = sorted({line.sku for line in lines}), sorted({line.market for line in lines})
    items, markets = Item.objects.filter(client=client), Market.objects.all()
    return Known(
        {row.sku: row for some in portions(skus) for row in items.filter(sku__in=some)},
        {row.code: row for some in portions(codes) for row in markets.filter(code__in=some)},
    )


def faults(lines: Sequence[Line], known: Known, at: datetime) -> Iterator[tuple[int, InvalidInput]]:
    """What is wrong with the lines, by their place: the field, its value, the rule."""
    seen: set[tuple[str, int]] = set()
    last = at.date() + AHEAD
    for index, line in enumerate(lines):
        if (line.reference, line.line) in seen:
            message, value = gettext_noop("Line %(value)s stands twice."), f"{line.reference}/{line.line}"
            yield index, InvalidInput(message, field="line", value=value, rule="once")
        seen.add((line.reference, line.line))
        if line.sku not in known.items:
            message = gettext_noop("This client has no item %(value)s.")
            yield index, UnknownItem(message, field="sku", value=line.sku, rule=UnknownItem.code)
        if line.market not in known.markets:
            message = gettext_noop("There is no market %(value)s.")
            yield index, UnknownMarket(message, field="market", value=line.market, rule=UnknownMarket.code)
        if not columns.FIRST_DAY <= line.requested_on <= last:
            message = gettext_noop("%(value)s is before 1990, or more than a year ahead.")
            yield index, InvalidInput(message, field="requested_on", value=line.requested_on, rule="range")


def portions(rows: Sequence[One]) -> Iterator[Sequence[One]]:
    """The rows, so many at a time that one statement can name them all."""
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _row(client: Client, line: Line, known: Known, at: datetime) -> CustomerOrderLine:
    """A line as a row not yet written."""
    return CustomerOrderLine(
        client=client, reference=line.reference, line=line.line, item=known.items[line.sku],
        market=known.markets[line.market], requested_on=line.requested_on, quantity=line.quantity, shipped=line.shipped,
        cancelled=line.cancelled, recorded_at=at,
    )  # fmt: skip


def _held(client: Client, references: set[str]) -> dict[Key, CustomerOrderLine]:
    """The lines that the books hold of these orders, by reference and number."""
    rows = CustomerOrderLine.objects.filter(client=client, reference__in=references)
    return {(row.reference, row.line): row for row in rows}


def _told_from(
    stated: Mapping[Key, CustomerOrderLine], held: Mapping[Key, CustomerOrderLine]
) -> tuple[list[CustomerOrderLine], list[CustomerOrderLine], list[CustomerOrderLine]]:
    """The lines that are new, those that say something else than before, and the latter as they were."""
    new, changed, before = [], [], []
    for key, row in stated.items():
        was = held.get(key)
        if was is None:
            new.append(row)
        elif any(getattr(was, field) != getattr(row, field) for field in STATED):
            row.pk = was.pk
            changed.append(row)
            before.append(was)
    return new, changed, before


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
