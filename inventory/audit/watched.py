"""Bulk writes of audited models: Django sends no signal for them, so their querysets leave the trail themselves.

`QuerySet.delete` needs no help: Django deletes row by row where somebody listens, as the trail does.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db import models, transaction

from inventory.audit import trail


class UnseenChange(TypeError):
    """A bulk write of audited rows of which no trail could be left. A programmer's mistake, never a user's."""


class Watched(models.QuerySet[Any]):
    """A queryset whose bulk writes leave the trail that saves leave: a few statements more for any number of rows."""

    # Which fields leave a trail, and whether another row of the trail already tells of rows made in bulk.
    recorded: Collection[str] = ()
    is_told_elsewhere = False

    def update(self, **values: Any) -> int:
        """Update the rows, each with its trail; a write of nothing that is recorded costs nothing more."""
        if not {self.model._meta.get_field(name).name for name in values if name != "pk"} & set(self.recorded):
            return super().update(**values)
        with transaction.atomic(using=self.db):
            rows = self.model._base_manager.using(self.db).filter(pk__in=self.order_by().values("pk"))
            before = {row.pk: row for row in rows.select_for_update().order_by("pk")}
            if not before:
                return 0
            written = super(Watched, self.filter(pk__in=list(before))).update(**values)
            after = self.model._base_manager.using(self.db).in_bulk(list(before))
            trail.leave((row, after[pk]) for pk, row in before.items())
        return written

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """Make the rows, each with its trail unless the document that brings them has left one for all.

        Raises UnseenChange where the database would not say which rows it made or changed.
        """
        if self.is_told_elsewhere:
            return super().bulk_create(objs, *args, **options)
        if options.get("ignore_conflicts") or options.get("update_conflicts"):
            raise UnseenChange(f"{self.model.__name__} leaves a trail: make its rows one by one, or refuse conflicts.")
        with transaction.atomic(using=self.db):
            made = super().bulk_create(objs, *args, **options)
            trail.leave((None, row) for row in made)
        return made


def watch(model: type[models.Model], recorded: Collection[str], *, is_told_elsewhere: bool) -> None:
    """Give a model, and whatever is related to it, managers whose bulk writes leave a trail."""
    queryset = type("Watched", (Watched,), {"recorded": frozenset(recorded), "is_told_elsewhere": is_told_elsewhere})
    for plain in model._meta.managers:
        kind = type(plain)
        # It goes by the name of the one it stands in for, and to migrations it is that one.
        own = {"__module__": kind.__module__, "__eq__": _like(plain), "__hash__": kind.__hash__}
        watching = type(kind.__name__, (kind.from_queryset(queryset),), own)
        model._meta.local_managers = [one for one in model._meta.local_managers if one.name != plain.name]
        model.add_to_class(plain.name, watching())


def _like(plain: models.Manager[Any]) -> Callable[[Any, object], bool]:
    """Equal to what the plain manager equals."""
    return lambda _watching, other: plain == other
