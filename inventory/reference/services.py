"""Bring the tables of code lists to what the data files say. Rows are added, changed or closed, never deleted."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from inventory.errors import DomainError, InvalidInput, InvalidInputs, gettext_noop
from inventory.reference.datafile import DataFile, checksum_of, first_overlap, read_data_file
from inventory.reference.holidays_of import EDITION, calendar_rows
from inventory.reference.lists import LISTS, CodeList
from inventory.reference.models import ExchangeRate, LoadedList
from inventory.reference.models.bases import Sourced
from inventory.reference.rate_file import Rate

Identity = tuple[Any, ...]  # the values of the key, and of a dated list the first valid day

VERIFICATION = ("verified", "verified_by", "verified_on")


class UnknownList(DomainError):
    """No code list of that name is shipped."""

    code = "unknown_list"
    status = 404


class OverlappingValidity(DomainError):
    """Two rows of one code would be valid on the same day."""

    code = "overlapping_validity"


class BadDataFile(DomainError):
    """A data file does not fit its table."""

    code = "bad_data_file"


@dataclass(slots=True)
class Loaded:
    """What loading one list did, or would do."""

    name: str
    rows: int = 0
    created: int = 0
    changed: int = 0
    closed: int = 0
    is_current: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether the tables differ from the file."""
        return bool(self.created or self.changed or self.closed)


@dataclass(slots=True)
class _Plan:
    create: list[models.Model] = field(default_factory=list)
    change: list[models.Model] = field(default_factory=list)
    closed: int = 0


def load(names: Iterable[str] | None = None, *, check: bool = False) -> list[Loaded]:
    """Load the named lists (all by default) from the data files and say what changed.

    A list whose file is the one loaded last costs one checksum. With `check` nothing is written, and every list is
    compared row by row. Raises UnknownList, BadDataFile or OverlappingValidity.
    """
    return [_load_one(_named(name), check) for name in (LISTS if names is None else names)]


def _named(name: str) -> CodeList:
    if name not in LISTS:
        raise UnknownList(_("There is no list %(name)s; there are %(known)s."), name=name, known=", ".join(LISTS))
    return LISTS[name]


@transaction.atomic
def _load_one(code_list: CodeList, check: bool) -> Loaded:
    computed = code_list.name == "non_business_days"
    checksum = checksum_of(code_list.path, *([EDITION] if computed else []))
    known = LoadedList.objects.filter(name=code_list.name).first()
    if known and known.checksum == checksum and not check:
        return Loaded(code_list.name, rows=known.rows, is_current=True)
    file = read_data_file(code_list.path)
    records = calendar_rows(file.records()) if computed else list(file.records())
    plan = _plan(code_list, _instances(code_list, file, records))
    result = Loaded(code_list.name, len(records), len(plan.create), len(plan.change), plan.closed)
    if not check:
        _write(code_list, plan)
        about = {key: file.head.get(key, "") for key in ("legal_basis", "source", "licence", "data_date")}
        LoadedList.objects.update_or_create(
            name=code_list.name, defaults={"checksum": checksum, "rows": len(records), **about}
        )
    return result


def _write(code_list: CodeList, plan: _Plan) -> None:
    manager = code_list.model._default_manager
    manager.bulk_create(plan.create, batch_size=1000)
    if plan.change:
        columns = [column.name for column in _columns(code_list.model)]
        manager.bulk_update(plan.change, columns, batch_size=200)


@dataclass(frozen=True, slots=True)
class LoadedRates:
    """What putting exchange rates into the table did."""

    created: int
    replaced: int
    unchanged: int


@transaction.atomic
def put_exchange_rates(*, rates: Sequence[Rate], replace: bool = False) -> LoadedRates:
    """Add pesos per dollar by day of publication, all or none, each row with its trail; putting them again changes nothing.

    Raises InvalidInputs for days that stand otherwise in the table, unless `replace`: pedimentos were valued by them.
    """
    known = {row.published_on: row for row in ExchangeRate.objects.select_for_update().filter(currency="USD")}
    new = [rate for rate in rates if rate.published_on not in known]
    other = [rate for rate in rates if rate.published_on in known and not _stands(known[rate.published_on], rate)]
    if other and not replace:
        raise InvalidInputs(_contradiction(rate, known[rate.published_on]) for rate in other)
    for rate in [*new, *other]:
        row = known.get(rate.published_on) or ExchangeRate(currency="USD", published_on=rate.published_on)
        row.determined_on, row.mxn_per_unit = rate.determined_on, rate.mxn_per_unit
        row.save()
    return LoadedRates(len(new), len(other), len(rates) - len(new) - len(other))


def _stands(row: ExchangeRate, rate: Rate) -> bool:
    return (row.determined_on, row.mxn_per_unit) == (rate.determined_on, rate.mxn_per_unit)


def _contradiction(rate: Rate, row: ExchangeRate) -> InvalidInput:
    return InvalidInput(
        gettext_noop("%(field)s: %(value)s of %(determined)s, but the table has %(stored)s of %(stored_determined)s."),
        field="mxn_per_unit",
        value=rate.mxn_per_unit,
        rule="stands_otherwise",
        row=rate.row,
        determined=rate.determined_on,
        stored=row.mxn_per_unit,
        stored_determined=row.determined_on,
        published_on=rate.published_on,
    )


# ── From text to instances ──────────────────────────────────────────────────────────────────────


def _columns(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    return [column for column in model._meta.concrete_fields if not column.primary_key]


def _instances(code_list: CodeList, file: DataFile, records: list[dict[str, str]]) -> list[models.Model]:
    columns = {column.name: column for column in _columns(code_list.model)}
    defaults = {key: value for key, value in file.head.items() if key in columns}
    if unknown := set(records[0] if records else ()) - set(columns):
        raise BadDataFile(
            _("%(name)s has columns the table does not: %(columns)s."), name=code_list.name, columns=sorted(unknown)
        )
    readers = {name: _reader(column) for name, column in columns.items()}
    made = []
    for record in records:
        values = {name: readers[name](text) for name, text in {**defaults, **record}.items()}
        made.append(code_list.model(**values))
    return made


def _reader(column: "models.Field[Any, Any]") -> Callable[[str], Any]:
    """Return what turns a cell into a value of the column: empty means nothing, or an empty text."""
    if isinstance(column, models.CharField | models.TextField):
        return str
    parse: Callable[[str], Any] = column.to_python
    if isinstance(column, models.DateField):
        parse = date.fromisoformat
    elif isinstance(column, models.BooleanField):
        parse = {"true": True, "false": False}.__getitem__
    return lru_cache(maxsize=None)(lambda text: None if text == "" else parse(text))


# ── What has to be done ─────────────────────────────────────────────────────────────────────────


def _plan(code_list: CodeList, wanted: list[models.Model]) -> _Plan:
    stored = list(code_list.model._default_manager.all())
    known = {_identity(code_list, row): row for row in stored}
    asked = {_identity(code_list, row): row for row in wanted}
    if len(asked) != len(wanted):
        raise BadDataFile(_("%(name)s has the same row twice."), name=code_list.name)
    closings = _closings(code_list, asked, known) if code_list.is_dated else {}
    plan = _Plan(closed=len(closings))
    for identity, row in asked.items():
        if identity in closings:
            row.valid_to = closings.pop(identity)  # type: ignore[attr-defined]
            plan.closed -= 1
        if identity not in known:
            plan.create.append(row)
        elif _take_over(known[identity], row):
            plan.change.append(known[identity])
    for identity, last_day in closings.items():
        known[identity].valid_to = last_day  # type: ignore[attr-defined]
        plan.change.append(known[identity])
    plan.closed = len(closings)
    return plan


def _identity(code_list: CodeList, row: models.Model) -> Identity:
    names = (*code_list.key, "valid_from") if code_list.is_dated else code_list.key
    return tuple(getattr(row, name) for name in names)


def _closings(code_list: CodeList, asked: dict[Identity, Any], known: dict[Identity, Any]) -> dict[Identity, date]:
    """Return the rows without an end that a later row of the same code ends, each with its last day.

    Rows of the file may not overlap each other; rows with an end may not overlap anything.
    """
    by_code = defaultdict(list)
    for identity, row in {**known, **asked}.items():
        by_code[identity[:-1]].append((identity, row.valid_from, row.valid_to))
    closings: dict[Identity, date] = {}
    for code, rows in by_code.items():
        if len(rows) == 1:
            continue
        _refuse_overlap(code_list, code, [row[1:] for row in rows if row[0] in asked])
        rows.sort(key=lambda row: row[1])
        for (identity, _start, end), (_later, next_start, _end) in pairwise(rows):
            if end is None:
                closings[identity] = next_start - timedelta(days=1)
        _refuse_overlap(code_list, code, [(start, closings.get(identity, end)) for identity, start, end in rows])
    return closings


def _refuse_overlap(code_list: CodeList, code: Identity, spans: list[tuple[date, date | None]]) -> None:
    if shared := first_overlap(spans):
        raise OverlappingValidity(
            _("%(name)s: two rows of %(code)s are valid on %(day)s."),
            name=code_list.name,
            code=" ".join(str(part) for part in code),
            day=shared[0],
        )


def _take_over(stored: models.Model, row: models.Model) -> bool:
    """Copy what differs from the file's `row` into the `stored` one, and return whether anything did.

    A person's verification stands until the content it was given to changes.
    """
    names = [column.name for column in _columns(type(row)) if column.name not in VERIFICATION]
    differing = [name for name in names if getattr(stored, name) != getattr(row, name)]
    for name in differing:
        setattr(stored, name, getattr(row, name))
    if not isinstance(stored, Sourced) or not isinstance(row, Sourced):
        return bool(differing)
    if differing or (not stored.verified_by and stored.verified != row.verified):
        stored.verified, stored.verified_by, stored.verified_on = row.verified, "", None
        return True
    return False
