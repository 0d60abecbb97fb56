"""Tell the beginning of the demonstration: `python -m tests.demo.telling NOW UNTIL` in a new database.

Prints as JSON the digests of what was told.
"""

import hashlib
import json
import sys
from datetime import datetime

import django
from django.db import models, transaction
from django.utils import translation

# Passwords carry salt, jobs name the process that ran them, both are in the trail that is sealed; lists say when they were loaded.
APART = {"User", "Job", "AuditSeal", "Heartbeat", "LoadedList"}


def digests():
    """A digest for each table of the books and of the work, in which ids count only by their order."""
    from django.apps import apps

    found = [model for app in ("inventory", "warehouse") for model in apps.get_app_config(app).get_models()]
    places = {
        model: {pk: place for place, pk in enumerate(model.objects.order_by("pk").values_list("pk", flat=True))}
        for model in found
    }
    return {model.__name__: _digest(model, places) for model in found if model.__name__ not in APART}


def _digest(model, places):
    columns = [column for column in model._meta.concrete_fields if not isinstance(column, models.UUIDField)]
    digest = hashlib.sha256()
    for row in model.objects.order_by("pk"):
        told = [_value(row, column, places) for column in columns]
        digest.update(repr(told).encode())
    return digest.hexdigest()


def _value(row, column, places):
    """A value of a row; of an id, its place among those of its table."""
    value, table = getattr(row, column.attname), column.related_model or (type(row) if column.primary_key else None)
    return places[table][value] if table in places and value is not None else value


def begin(now, until):
    """Begin the telling that ends now and go on up to a moment; the agenda that goes on from there."""
    from warehouse.demo import loader

    agenda = loader.begin(now, now.date()).agenda
    agenda.run(until)
    return agenda


if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with transaction.atomic(), translation.override("es-mx"):
        begin(*map(datetime.fromisoformat, sys.argv[1:]))
    sys.stdout.write(json.dumps(digests()))
