"""Give discharges their triggers back: on SQLite altering a table rebuilds it, and its triggers are lost on the way."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from inventory.ledger.append_only import create_append_only, drop_append_only


def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create them anew."""
    drop_append_only(editor, "inventory_discharge")
    create_append_only(editor, "inventory_discharge")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_let_a_discharge_be_reversed_in_parts")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=True)]
