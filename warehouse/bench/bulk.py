"""Rows into a table by the fastest way each engine has. Values are as the database keeps them: whole base units, text."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models


def load(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows into the table of a model; `columns` are names of the table's columns."""
    table, names = model._meta.db_table, ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" for _column in columns)
        cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def next_id(model: type[models.Model]) -> int:
    """The id after the highest one."""
    return (model._default_manager.aggregate(top=models.Max("pk"))["top"] or 0) + 1


def settle(*loaded: type[models.Model]) -> None:
    """Let ids go on after the loaded ones, and let the planner know how much there is (empty tables would mislead it)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in (model._meta.db_table for model in loaded):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
                )
        cursor.execute("ANALYZE")


def vacuum(*loaded: type[models.Model]) -> None:
    """Leave the tables as PostgreSQL's own worker has left them time and again after years; outside a transaction only."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # what is not on disk yet counts as not seen by all
        for model in loaded:
            cursor.execute(f"VACUUM {model._meta.db_table}")


def unsafe() -> None:
    """Let this connection commit without waiting for the disk, until `vacuum`: to fill what nobody would miss."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET synchronous_commit = off" if connection.vendor == "postgresql" else "PRAGMA synchronous=OFF"
        )


@contextmanager
def unchecked() -> Iterator[None]:
    """Load without a look-up per foreign key; outside a transaction only."""
    off, on = (
        ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT")
        if connection.vendor == "postgresql"
        else ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
    )
    with connection.cursor() as cursor:
        cursor.execute(off)
        yield
        cursor.execute(on)
