"""Sealing the append-only rows of a day, and proving later that none of them was changed.

A seal covers every row above the last seal's high-water mark, so a row is sealed exactly once, also when days were
missed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from inventory.audit.digest import chain, table_digest
from inventory.audit.errors import SealedLater
from inventory.audit.models import AuditSeal

SEALED = (
    "auditlog.LogEntry",
    "inventory.Posting",
    "inventory.Leg",
    "inventory.Discharge",
    "inventory.LotCorrection",
    "inventory.ClockChange",
    "warehouse.Milestone",
)
CHUNK = 2_000


@dataclass(frozen=True)
class Proof:
    """What re-computing the chain showed: how much was read, and the first day that differs, if any, and where."""

    days: int
    rows: int
    broken_on: date | None = None
    table: str = ""

    @property
    def holds(self) -> bool:
        """True when every sealed row is as it was sealed."""
        return self.broken_on is None


def seal(*, day: date, at: datetime) -> AuditSeal:
    """The seal of a day over every row recorded since the last one; a day that is sealed keeps its seal.

    Raises SealedLater when a later day has one.
    """
    last = AuditSeal.objects.order_by("-sealed_on").first()
    if last and last.sealed_on >= day:
        if last.sealed_on == day:
            return last
        raise SealedLater(_("%(day)s cannot be sealed: %(last)s is."), day=day, last=last.sealed_on)
    before: Mapping[str, Any] = last.high_water if last else {}
    tables = {label: _seal_table(label, before.get(label, {}).get("last", 0)) for label in SEALED}
    previous = last.digest if last else ""
    return AuditSeal.objects.create(
        sealed_on=day,
        sealed_at=at,
        previous_digest=previous,
        digest=chain(previous, day, tables),
        high_water=tables,
        row_count=sum(table["rows"] for table in tables.values()),
    )


def verify() -> Proof:
    """Read every sealed row again and re-compute the chain from its first day; says which day differs first."""
    previous, rows, days = "", 0, 0
    marks: dict[str, int] = {}
    for sealed in AuditSeal.objects.order_by("sealed_on").iterator():
        tables = {label: _read_again(label, kept, marks.get(label, 0)) for label, kept in sealed.high_water.items()}
        broken = next((label for label, table in tables.items() if table != sealed.high_water[label]), "")
        is_linked = sealed.previous_digest == previous and sealed.digest == chain(previous, sealed.sealed_on, tables)
        if broken or not is_linked:
            return Proof(days, rows, sealed.sealed_on, broken or "inventory.AuditSeal")
        previous, marks = sealed.digest, {label: kept["last"] for label, kept in sealed.high_water.items()}
        rows, days = rows + sealed.row_count, days + 1
    return Proof(days, rows)


def _seal_table(label: str, after: int) -> dict[str, Any]:
    """What one table holds above a row id: its newest row, its columns, its digest, and how many rows."""
    model = apps.get_model(label)
    columns = [field.attname for field in model._meta.concrete_fields]
    last = max(_newest(model), after)
    digest, count = table_digest(_rows(model, columns, after, last))
    return {"last": last, "columns": columns, "digest": digest, "rows": count}


def _read_again(label: str, kept: Mapping[str, Any], after: int) -> dict[str, Any]:
    """The same of a sealed table now, over the columns it had when it was sealed."""
    digest, count = table_digest(_rows(apps.get_model(label), kept["columns"], after, kept["last"]))
    return {**kept, "digest": digest, "rows": count}


def _rows(model: type[models.Model], columns: list[str], after: int, last: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a table between two ids, in order of id, a chunk at a time."""
    rows = model._default_manager.filter(pk__gt=after, pk__lte=last).order_by("pk")
    return rows.values_list(*columns).iterator(chunk_size=CHUNK)


def _newest(model: type[models.Model]) -> int:
    """The highest id under which no writer may still commit a lower one.

    PostgreSQL hands out ids before a transaction commits, so a moment's lock waits for whoever is writing; each table
    alone, so that nobody can wait for us while we wait for them. SQLite has one writer at a time.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '30s'")
                cursor.execute(f"LOCK TABLE {connection.ops.quote_name(model._meta.db_table)} IN SHARE MODE")
        return model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
