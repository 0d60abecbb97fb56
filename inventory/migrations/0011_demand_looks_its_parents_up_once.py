"""Rows of demand no longer look up their client, item and market one by one; who deletes such a parent is refused by it.

Over five million rows the look-ups took longer than the writing (docs/demand-data.md).
"""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DEMAND = "inventory_demandrecord"
PARENTS = ("client", "item", "market")
MESSAGE = "demand is kept of it"
FUNCTION = f"""
CREATE OR REPLACE FUNCTION recinto_refuse_demanded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM {DEMAND} WHERE %I = $1)', TG_ARGV[0]) INTO found USING OLD.id;
    IF found THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'foreign_key_violation'; END IF;
    RETURN NULL;
END $$;
"""


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Refuse the deletion of what demand names; after it, so that an import under way is waited for and seen."""
    is_postgres = editor.connection.vendor == "postgresql"
    if is_postgres:
        editor.execute(FUNCTION, params=None)
    for parent in PARENTS:
        on = f"CREATE TRIGGER inventory_{parent}_demanded AFTER DELETE ON inventory_{parent} FOR EACH ROW"
        if is_postgres:
            editor.execute(f"{on} EXECUTE FUNCTION recinto_refuse_demanded('{parent}_id');")
        else:
            editor.execute(
                f"{on} WHEN EXISTS (SELECT 1 FROM {DEMAND} WHERE {parent}_id = OLD.id) "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END;"
            )


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let them be deleted."""
    on_table = editor.connection.vendor == "postgresql"
    for parent in PARENTS:
        editor.execute(
            f"DROP TRIGGER IF EXISTS inventory_{parent}_demanded{f' ON inventory_{parent}' if on_table else ''};"
        )
    if on_table:
        editor.execute("DROP FUNCTION IF EXISTS recinto_refuse_demanded();")


def parent(name: str) -> migrations.AlterField:
    """The column of a parent, without a look-up for every row."""
    field = models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="demand",
        to=f"inventory.{name}", verbose_name=name,
    )  # fmt: skip
    return migrations.AlterField("demandrecord", name, field)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0010_append_only_trail")]

    operations = [
        parent("client"),
        parent("item"),
        parent("market"),
        migrations.RunPython(create, drop, elidable=False),
    ]
