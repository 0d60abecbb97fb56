"""What a filter, a search and an order ought to give, worked out row by row in Python, without the database's help."""

from datetime import datetime, timedelta

from django import forms
from django.db.models import Manager, Model
from django.utils import timezone

from inventory.demand.models import DemandRecord
from inventory.models import BondedLot, Finding

# How a value compares with what was asked, by the lookup's name.
LOOKUPS = {
    "exact": lambda value, asked: text(value) == asked,
    "iexact": lambda value, asked: text(value).lower() == asked.lower(),
    "istartswith": lambda value, asked: text(value).lower().startswith(asked.lower()),
    "icontains": lambda value, asked: asked.lower() in text(value).lower(),
    "contains": lambda value, asked: asked in text(value),
    "gte": lambda value, asked: text(value) >= asked,
    "lte": lambda value, asked: text(value) <= asked,
}


def text(value):
    """A value as an address names it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.pk if isinstance(value, Model) else value)


def values_at(row, path):
    """All that a path of names leads to from a row: many things where it passes relations of many."""
    if isinstance(row, dict) and path in row:
        return [row[path]]
    found = [row]
    for name in path.split("__"):
        found = [step for one in found for step in _steps(one, name) if step is not None]
    return found


def _steps(one, name):
    if isinstance(one, dict):
        return [one.get(name)]
    if name == "date" and isinstance(one, datetime):
        return [timezone.localtime(one).date()]
    step = getattr(one, name, None)
    return list(step.all()) if isinstance(step, Manager) else [step]


# ── Filters ─────────────────────────────────────────────────────────────────────────────────────


def _says(condition):
    """A question that is answered by yes or no."""
    return lambda row, asked: condition(row) == (asked == "true")


def _leaves_within(row, asked):
    today = timezone.localdate()
    last = today - timedelta(days=1) if asked == "past" else today + timedelta(days=int(asked))
    return row.must_leave_by is not None and row.must_leave_by <= last


def _is_late(row):
    promised = row.promised_at is not None and row.promised_at < timezone.now()
    return promised or (row.due_on is not None and row.due_on < timezone.now().date())


def _still_counts(row):
    return row.ended_at is None and (row.last_day is None or row.last_day >= timezone.localdate())


# The filters that have a method of their own: what each ought to leave.
OWN = {
    "BondedLotFilters.due": _leaves_within,
    "BondedLotFilters.closed": _says(lambda row: row.remaining == 0),
    "BondedLotFilters.held": _says(lambda row: row.hold_reason != ""),
    "DischargeFilters.entry": lambda row, asked: asked in row.bonded_lot.pedimento_number,
    "DischargeFilters.exit": lambda row, asked: asked in row.outbound_line.pedimento.number,
    "EventFilters.counts": _says(_still_counts),
    "FindingFilters.closed": _says(lambda row: row.closed_at is not None),
    "LeadTimeFilters.learned": _says(lambda row: not row.is_prior_only),
    "LevelFilters.below": _says(lambda row: row.position < row.order_up_to),
    "NoticeFilters.late": _says(lambda row: row.due_at < timezone.now()),
    "StockFilters.held": _says(lambda row: row.lot.hold_reason != ""),
    "TrackingFilters.late": _says(_is_late),
}
# What a filter chooses from, where that is not what the list shows unasked.
EVERYTHING = {
    "BondedLotFilters.closed": BondedLot.objects.all,
    "FindingFilters.closed": Finding.objects.all,
    "DemandFilters.market": DemandRecord.objects.all,
    "DemandFilters.since": DemandRecord.objects.all,
    "DemandFilters.until": DemandRecord.objects.all,
}


def path_and_lookup(filter_):
    """Where a filter looks, and how it compares."""
    *transforms, lookup = filter_.lookup_expr.split("__")
    return "__".join([filter_.field_name, *transforms]), lookup


def left(rows, told, filter_, asked):
    """The rows that a filter ought to leave; `told` is its name as in OWN."""
    if told in OWN:
        return [row for row in rows if OWN[told](row, asked)]
    assert filter_.method is None, f"{told} has a method of its own: say in OWN what it ought to leave"
    path, lookup = path_and_lookup(filter_)
    return [row for row in rows if any(LOOKUPS[lookup](value, asked) for value in values_at(row, path))]


def worth_asking(rows, told, filter_, field):
    """What to ask a filter, so that some of its answers leave something and some leave something out."""
    if isinstance(field, forms.NullBooleanField):
        return ["true", "false"]
    if told in OWN and isinstance(field, forms.ChoiceField):
        return [key for key, _label in field.choices if key]
    there = sorted({one for row in rows for one in values_at(row, path_and_lookup(filter_)[0]) if text(one)}, key=text)
    if isinstance(field, forms.DateField):
        return [day.isoformat() for day in (there[0] - timedelta(days=1), there[0], there[-1] + timedelta(days=1))]
    return [text(value) for value in there[:1] + there[1:][-1:]]


# ── Search and order ────────────────────────────────────────────────────────────────────────────


def texts_of(row, fields):
    """The texts of a row in which a search looks; `*` means every text of a row of a report."""
    if tuple(fields) == ("*",):
        return [value for value in row.values() if isinstance(value, str) and value]
    return [text(value) for field in fields for value in values_at(row, field) if text(value)]


def found(rows, fields, asked):
    """The rows in which every word is part of one of the texts, whatever its case."""
    words = asked.lower().split()
    return [
        row for row in rows if all(any(word in one.lower() for one in texts_of(row, fields)) for word in words)
    ]  # fmt: skip


# Columns that are not put in the order of what is stored.
ORDERS = {"FindingTable.severity": lambda row: ("critical", "warning", "info").index(row.severity)}


def ordered_by(table, column, row):
    """What a column that sorts ought to sort a row by; None where the row has nothing there."""
    told = f"{type(table).__name__}.{column.name}"
    if told in ORDERS:
        return ORDERS[told](row)
    # What the column says itself; `column.order_by` is turned by the order now in force.
    paths = [str(path).replace(".", "__") for path in column.column.order_by or (column.accessor,)]
    values = [(values_at(row, path) or [None])[0] for path in paths]
    return values[0] if len(values) == 1 else tuple(values)


def goes_one_way(values, *, descending):
    """True when what is there never turns back, and what is missing stands together at one end."""
    there = [one for one in values if one is not None]
    gaps = len(values) - len(there)
    return values in (there + [None] * gaps, [None] * gaps + there) and there == sorted(there, reverse=descending)
