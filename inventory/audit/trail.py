"""Leaving a trail where no single row is saved: beside what is known already, for many rows, and for an import."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditlog.cid import get_cid
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models

from inventory.audit.signals import complete
from inventory.statements import insert, update

Pair = tuple[models.Model | None, models.Model | None]


def save_known(row: models.Model, before: models.Model, fields: Sequence[str]) -> None:
    """Save these fields of an audited row and leave the trail that any save leaves.

    `before` is a copy of the row as it was read under its lock; an ordinary save would read the row once more to tell.
    """
    changes = model_instance_diff(before, row, fields_to_check=list(fields))
    # No signal: the trail is left here.
    update(type(row), {"pk": row.pk}, {name: getattr(row, name) for name in fields})
    if changes:
        insert([_entry(row, LogEntry.Action.UPDATE, changes)])


def leave(pairs: Iterable[Pair]) -> None:
    """The trail of many rows of audited models at once, each as it was and as it is: None before it was made."""
    entries = []
    for before, after in pairs:
        changes = model_instance_diff(before, after)
        if changes and after is not None:
            entries.append(_entry(after, LogEntry.Action.UPDATE if before else LogEntry.Action.CREATE, changes))
    insert(entries)


def record_parts(row: models.Model, parts: Mapping[str, Sequence[str]]) -> None:
    """Leave one trail on an audited row of all that was written with it in bulk: part → its texts."""
    written = {name: ["", "; ".join(texts)] for name, texts in parts.items() if texts}
    if written:
        insert([_entry(row, LogEntry.Action.UPDATE, written)])


def note_import(model: type[models.Model], of: models.Model, what: str, facts: Mapping[str, Any]) -> None:
    """One row of the trail for an import of many rows of a model, told by where they came from and by its figures."""
    entry = LogEntry(
        content_type=ContentType.objects.get_for_model(model),
        object_pk="",
        object_repr=f"{of}: {what}",
        action=LogEntry.Action.CREATE,
        changes={name: ["None", str(value)] for name, value in facts.items()},
        additional_data={"event": "import"},
        cid=get_cid(),
    )
    complete(LogEntry, entry)
    insert([entry])


def _entry(row: models.Model, action: int, changes: dict[str, Any]) -> LogEntry:
    """A row of the trail about one thing, not yet saved."""
    entry = LogEntry(
        content_type=ContentType.objects.get_for_model(row),
        object_pk=str(row.pk),
        object_id=row.pk,
        object_repr=str(row),
        action=action,
        changes=changes,
        cid=get_cid(),
    )
    complete(LogEntry, entry)
    return entry
