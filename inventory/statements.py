"""Queries whose text is made once: for the few that every scan and every dispatch waits for (docs/adr/0006).

Django makes the text of a query anew each time it is run, and takes longer over it than the database over the answer. A
`Statement` has it made once for each engine, with a mark wherever a value goes, and from then on only fills in the values:

    OPEN_LOTS = Statement(lambda given: BondedLot.objects.filter(account__in=[given.number("accounts")], remaining__gt=0))
    OPEN_LOTS.rows(accounts=[3, 7])

The rows are those that the queryset itself would give. Values are ids, texts and dates; one after `__in` is a list. `insert`,
`store` and `update` are the other half: each writes by one statement whose text is put together at once.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

Row = TypeVar("Row")
Value = int | str | date | None

# Numbers, texts and days that no query of ours asks for stand for the values to come.
_NUMBER, _DAY = 1_913_000_000, date(1, 1, 1)
_VALUES = 32_766  # in one statement: as many as SQLite takes


def insert(rows: Sequence[Model]) -> None:
    """Write new rows of one model, each of which then has its id; as `bulk_create` does at twice the cost."""
    database = _database()
    quoted = database.ops.quote_name
    for some in _portions(rows):
        meta: Any = some[0]._meta
        fields = [field for field in meta.concrete_fields if not field.primary_key]
        columns = ", ".join(quoted(field.column) for field in fields)
        values = [field.get_db_prep_save(field.pre_save(row, add=True), database) for row in some for field in fields]
        with database.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES {_marks(len(some), len(fields))} "  # noqa: S608  names of our own
                f"RETURNING {quoted(meta.pk.column)}",
                values,
            )
            ids = [found for (found,) in cursor.fetchall()]
        for row, pk in zip(some, ids, strict=True):
            row.pk, row._state.adding, row._state.db = pk, False, database.alias


def store(rows: Sequence[Model], fields: Sequence[str]) -> None:
    """Write these number fields of rows of one model; as `bulk_update` does at four times the cost."""
    database = _database()
    quoted = database.ops.quote_name
    for some in _portions(rows):
        meta: Any = some[0]._meta
        chosen = [meta.get_field(name) for name in fields]
        table = quoted(meta.db_table)
        changes = ", ".join(f"{quoted(field.column)} = given.column{at}" for at, field in enumerate(chosen, start=2))
        values = [
            value
            for row in some
            for value in (
                row.pk,
                *(field.get_db_prep_save(getattr(row, field.attname), database) for field in chosen),
            )
        ]
        with database.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {changes} FROM (VALUES {_marks(len(some), len(chosen) + 1)}) AS given "  # noqa: S608  names of our own
                f"WHERE {table}.{quoted(meta.pk.column)} = given.column1",
                values,
            )


def update(model: type[Model], those: dict[str, Any], values: dict[str, Any]) -> int:
    """Write these values into the rows whose fields are as `those` say (None: empty); returns how many rows that were."""
    database = _database()
    quoted = database.ops.quote_name
    meta: Any = model._meta

    def columns(given: dict[str, Any]) -> list[tuple[str, Any]]:
        fields = [(meta.pk if name == "pk" else meta.get_field(name), value) for name, value in given.items()]
        return [
            (
                quoted(field.column),
                field.get_db_prep_save(value.pk if isinstance(value, Model) else value, database),
            )
            for field, value in fields
        ]

    chosen, changed = columns(those), columns(values)
    where = " AND ".join(f"{column} IS NULL" if value is None else f"{column} = %s" for column, value in chosen)
    with database.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quoted(meta.db_table)} SET {', '.join(f'{column} = %s' for column, _value in changed)} WHERE {where}",  # noqa: S608  names of our own
            [value for _column, value in changed] + [value for _column, value in chosen if value is not None],
        )
        count: int = cursor.rowcount
    return count


def _portions(rows: Sequence[Model]) -> Iterator[Sequence[Model]]:
    """As many rows as one statement takes; nothing of nothing."""
    size = _VALUES // len(rows[0]._meta.concrete_fields) if rows else 1
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _marks(rows: int, values: int) -> str:
    """A place for each value of each row: `(%s, %s), (%s, %s)`."""
    return ", ".join([f"({', '.join(['%s'] * values)})"] * rows)


def _database() -> Any:
    """The connection itself; each look through `django.db.connection` asks again which thread this is."""
    return connections[DEFAULT_DB_ALIAS]


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
        database = _database()
        compiled = self.compiled.get(database.vendor)
        if compiled is None:
            compiled = self.compiled[database.vendor] = _Compiled(self.recipe, database)
        return list(compiled.run(database, values))

    def first(self, **values: Value | Collection[Value]) -> Row | None:
        """The first row, if there is one."""
        return next(iter(self.rows(**values)), None)


class _Compiled:
    """A query's text between its values, and what makes rows of the answer."""

    def __init__(self, recipe: Callable[[Given], "QuerySet[Any, Any]"], database: Any) -> None:
        given = Given()
        self.queryset = recipe(given)
        self.compiler: Any = self.queryset.query.get_compiler(connection=database)
        text, parameters = self.compiler.as_sql()
        converters = self.compiler.get_converters([column for column, *_ in self.compiler.select])
        self.compiler.get_converters = lambda _columns: converters
        self.parts = text.split("%s")
        self.values = [(given.names.get(str(parameter)), parameter) for parameter in parameters]
        if len(self.parts) != len(self.values) + 1 or set(given.names.values()) - {
            name for name, _value in self.values
        }:
            raise ValueError(f"Not every value has one place of its own in: {text}")

    def run(self, database: Any, values: dict[str, Any]) -> Iterator[Any]:
        """The rows for these values."""
        text, parameters = [self.parts[0]], []
        for (name, constant), part in zip(self.values, self.parts[1:], strict=True):
            value = constant if name is None else values[name]
            many = list(value) if isinstance(value, list | tuple | set | frozenset | dict) else [value]
            parameters += [database.ops.adapt_datefield_value(one) if isinstance(one, date) else one for one in many]
            text += [", ".join(["%s"] * len(many)), part]
        with _cursor(database) as cursor:
            cursor.execute("".join(text), parameters)
            found = cursor.fetchall()
        compiler = copy(self.compiler)
        compiler.connection = database
        compiler.execute_sql = lambda *_args, **_kwargs: [found]
        maker: Any = self.queryset._iterable_class
        return iter(maker(_Answer(self.queryset, database.alias, compiler)))


class _Answer:
    """As much of a queryset as the maker of its rows looks at."""

    def __init__(self, queryset: "QuerySet[Any, Any]", alias: str, compiler: Any) -> None:
        self.model, self.db, self.query, self.compiler = queryset.model, alias, self, compiler
        self._known_related_objects: dict[Any, Any] = {}

    def get_compiler(self, using: str | None = None) -> Any:
        """The compiler, which has nothing left to compile."""
        return self.compiler


def _cursor(database: Any) -> Any:
    """A cursor; on PostgreSQL one that leaves the values to the server, which plans a text that keeps coming only once."""
    if database.vendor != "postgresql" or database.queries_logged:  # who reads the log wants the values in it
        return database.cursor()
    database.ensure_connection()
    return database._prepare_cursor(database.Database.Cursor(database.connection))
