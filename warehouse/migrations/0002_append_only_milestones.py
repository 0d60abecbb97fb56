"""Make milestones append-only in the database itself."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from inventory.ledger.append_only import create_append_only, drop_append_only


def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers."""
    create_append_only(editor, "warehouse_milestone")


def backwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    drop_append_only(editor, "warehouse_milestone")


class Migration(migrations.Migration):
    dependencies = [("warehouse", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
