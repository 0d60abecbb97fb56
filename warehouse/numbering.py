"""Numbers for the warehouse's own documents: a prefix and the row's id, so no counter is ever waited for."""

from uuid import uuid4

from django.db import models


def save_numbered(row: models.Model, prefix: str) -> None:
    """Save a new document and give it its number, e.g. `EMB-000123`."""
    row.number = uuid4().hex[:24]  # type: ignore[attr-defined]
    row.save(force_insert=True)
    row.number = f"{prefix}-{row.pk:06d}"  # type: ignore[attr-defined]
    row.save(update_fields=["number"])
