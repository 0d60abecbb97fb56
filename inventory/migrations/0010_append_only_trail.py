"""Make the trail append-only in the database itself: apart from the books, because its package's tables come after ours."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from inventory.ledger.append_only import create_append_only, drop_append_only

TRAIL = "auditlog_logentry"


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers; where an earlier migration has done so, again."""
    drop_append_only(editor, TRAIL)
    create_append_only(editor, TRAIL)


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    drop_append_only(editor, TRAIL)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_squashed_0009_more_blocks_of_a_pedimento"),
        ("auditlog", "0017_add_actor_email"),
    ]

    operations = [migrations.RunPython(create, drop, elidable=False)]
