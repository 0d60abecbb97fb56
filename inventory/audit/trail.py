"""Leaving a trail where the row's earlier values are at hand."""

from collections.abc import Sequence

from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.db import models


def save_known(row: models.Model, before: models.Model, fields: Sequence[str]) -> None:
    """Save these fields of an audited row and leave the trail that any save leaves.

    `before` is a copy of the row as it was read under its lock; an ordinary save would read the row once more to tell.
    """
    changes = model_instance_diff(before, row, fields_to_check=list(fields))
    # No signal: the trail is left here.
    type(row)._base_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in fields})
    if changes:
        LogEntry.objects.log_create(row, changes=changes, action=LogEntry.Action.UPDATE)
