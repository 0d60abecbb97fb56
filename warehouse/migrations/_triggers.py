"""The triggers that make milestones append-only in the database itself."""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from inventory.ledger.append_only import create_append_only, drop_append_only


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers."""
    create_append_only(editor, "warehouse_milestone")


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    drop_append_only(editor, "warehouse_milestone")
