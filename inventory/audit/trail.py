"""Leaving a trail where the row's earlier values are at hand."""

from collections.abc import Sequence

from auditlog.cid import get_cid
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models

from inventory.audit.signals import complete
from inventory.statements import insert, update


def save_known(row: models.Model, before: models.Model, fields: Sequence[str]) -> None:
    """Save these fields of an audited row and leave the trail that any save leaves.

    `before` is a copy of the row as it was read under its lock; an ordinary save would read the row once more to tell.
    """
    changes = model_instance_diff(before, row, fields_to_check=list(fields))
    # No signal: the trail is left here.
    update(type(row), {"pk": row.pk}, {name: getattr(row, name) for name in fields})
    if changes:
        entry = LogEntry(
            content_type=ContentType.objects.get_for_model(row),
            object_pk=str(row.pk),
            object_id=row.pk,
            object_repr=str(row),
            action=LogEntry.Action.UPDATE,
            changes=changes,
            cid=get_cid(),
        )
        complete(LogEntry, entry)
        insert([entry])
