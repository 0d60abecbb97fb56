"""Queries whose text is made once: for the few that every scan and every dispatch waits for (docs/adr/0006).

Django makes the text of a query anew each time it is run, and takes longer over it than the database over the answer. A
`Statement` has it made once for each engine, with a mark wherever a value goes, and from then on only fills in the values:

    OPEN_LOTS = Statement(lambda given: BondedLot.objects.filter(account__in=[given.number("accounts")], remaining__gt=0))
    OPEN_LOTS.rows(accounts=[3, 7])

The rows are those that the queryset itself would give. Values are ids, texts and dates; one after `__in` is a list. `store`
is the other half: it writes numbers of many rows back.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row")
Value = int | str | date | None

# Numbers, texts and days that no query of ours asks for stand for the values to come.
_NUMBER, _DAY = 1_913_000_000, date(1, 1, 1)
_AT_ONCE = 1_000  # rows of a statement that writes: SQLite takes 32,766 values, and a row has a few


def store(rows: Sequence[Model], fields: Sequence[str]) -> None:
    """Write these fields of rows of one model, in one statement a thousand rows, as `bulk_update` does at four times the cost."""
    for start in range(0, len(rows), _AT_ONCE):
        _store(rows[start : start + _AT_ONCE], fields)


def _store(rows: Sequence[Model], names: Sequence[str]) -> None:
    meta: Any = rows[0]._meta
    quote = connection.ops.quote_name
    fields = [meta.get_field(name) for name in names]
    columns = ", ".join(f"{quote(field.column)} = given.column{at}" for at, field in enumerate(fields, start=2))
    marks = ", ".join([f"({', '.join(['%s'] * (len(fields) + 1))})"] * len(rows))
    table = quote(meta.db_table)
    values = [
        value
        for row in rows
        for value in (row.pk, *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields))
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {columns} FROM (VALUES {marks}) AS given "  # noqa: S608  names of our own
            f"WHERE {table}.{quote(meta.pk.column)} = given.column1",
            values,
        )


class Given:
    """Hands out marks for values to come, by name, while a query is put together."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def number(self, name: str) -> int:
        """Mark an id to come."""
        return self._mark(_NUMBER + len(self.names), name)

    def text(self, name: str) -> str:
        """Mark a text to come."""
        return self._mark(f"«{name}»", name)

    def day(self, name: str) -> date:
        """Mark a date to come."""
        return self._mark(_DAY + timedelta(days=len(self.names)), name)

    def _mark(self, mark: Row, name: str) -> Row:
        self.names[str(mark)] = name
        return mark


class Statement(Generic[Row]):
    """A query by its recipe; compiled at its first use on an engine."""

    def __init__(self, recipe: Callable[[Given], "QuerySet[Any, Row]"]) -> None:
        self.recipe = recipe
        self.compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Value | Collection[Value]) -> list[Row]:
        """What the query finds for these values."""
        if any(isinstance(value, list | tuple | set | frozenset | dict) and not value for value in values.values()):
            return []  # nothing is among none
        compiled = self.compiled.get(connection.vendor)
        if compiled is None:
            compiled = self.compiled[connection.vendor] = _Compiled(self.recipe)
        return list(compiled.run(values))

    def first(self, **values: Value | Collection[Value]) -> Row | None:
        """The first row, if there is one."""
        return next(iter(self.rows(**values)), None)


class _Compiled:
    """A query's text between its values, and what makes rows of the answer."""

    def __init__(self, recipe: Callable[[Given], "QuerySet[Any, Any]"]) -> None:
        given = Given()
        self.queryset = recipe(given)
        self.compiler = self.queryset.query.get_compiler(connection=connection)
        text, parameters = self.compiler.as_sql()
        self.parts = text.split("%s")
        self.values = [(given.names.get(str(parameter)), parameter) for parameter in parameters]
        if len(self.parts) != len(self.values) + 1 or set(given.names.values()) - {
            name for name, _value in self.values
        }:
            raise ValueError(f"Not every value has one place of its own in: {text}")

    def run(self, values: dict[str, Any]) -> Iterator[Any]:
        """The rows for these values."""
        text, parameters = [self.parts[0]], []
        for (name, constant), part in zip(self.values, self.parts[1:], strict=True):
            value = constant if name is None else values[name]
            many = list(value) if isinstance(value, list | tuple | set | frozenset | dict) else [value]
            parameters += [_adapted(one) for one in many]
            text += [", ".join(["%s"] * len(many)), part]
        with _cursor() as cursor:
            cursor.execute("".join(text), parameters)
            found = cursor.fetchall()
        compiler: Any = copy(self.compiler)
        compiler.connection = connection
        compiler.execute_sql = lambda *_args, **_kwargs: [found]
        maker: Any = self.queryset._iterable_class
        return iter(maker(_Answer(self.queryset, compiler)))


class _Answer:
    """As much of a queryset as the maker of its rows looks at."""

    def __init__(self, queryset: "QuerySet[Any, Any]", compiler: Any) -> None:
        self.model, self.db, self.query, self.compiler = queryset.model, connection.alias, self, compiler
        self._known_related_objects: dict[Any, Any] = {}

    def get_compiler(self, using: str | None = None) -> Any:
        """The compiler, which has nothing left to compile."""
        return self.compiler


def _cursor() -> Any:
    """A cursor; on PostgreSQL one that leaves the values to the server, which plans a text that keeps coming only once."""
    if connection.vendor != "postgresql" or connection.queries_logged:  # who reads the log wants the values in it
        return connection.cursor()
    postgresql: Any = connection
    postgresql.ensure_connection()
    return postgresql._prepare_cursor(postgresql.Database.Cursor(postgresql.connection))


def _adapted(value: Any) -> Any:
    """A value as the engine takes it."""
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
