"""On PostgreSQL a row of demand no longer looks up its client, item and market; who deletes one of them is refused by it.

Over five million rows the look-ups took longer than the writing (docs/demand-data.md); an import now makes them once. SQLite
keeps its foreign keys, which cost it little. The index by market goes on both: no list is read by market alone.
"""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DEMAND = "inventory_demandrecord"
PARENTS = ("client", "item", "market")
FUNCTION = f"""
CREATE OR REPLACE FUNCTION recinto_refuse_demanded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM {DEMAND} WHERE %I = $1)', TG_ARGV[0]) INTO found USING OLD.id;
    IF found THEN RAISE EXCEPTION 'demand is kept of it' USING ERRCODE = 'foreign_key_violation'; END IF;
    RETURN NULL;
END $$;
"""


def loosen(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Refuse deletions by a trigger instead: after them, so that an import under way is waited for and seen."""
    if editor.connection.vendor != "postgresql":
        return
    demand = apps.get_model("inventory", "DemandRecord")
    editor.execute(FUNCTION, params=None)
    for parent in PARENTS:
        for name in editor._constraint_names(demand, [f"{parent}_id"], foreign_key=True):
            editor.execute(editor._delete_fk_sql(demand, name))
        editor.execute(
            f"CREATE TRIGGER inventory_{parent}_demanded AFTER DELETE ON inventory_{parent} "
            f"FOR EACH ROW EXECUTE FUNCTION recinto_refuse_demanded('{parent}_id');"
        )


def tighten(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Put the foreign keys back."""
    if editor.connection.vendor != "postgresql":
        return
    demand = apps.get_model("inventory", "DemandRecord")
    for parent in PARENTS:
        field = demand._meta.get_field(parent)
        editor.execute(f"DROP TRIGGER inventory_{parent}_demanded ON inventory_{parent};")
        editor.execute(editor._create_fk_sql(demand, field, "_fk_%(to_table)s_%(to_column)s"))
    editor.execute("DROP FUNCTION recinto_refuse_demanded();")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0011_lead_time_stat")]

    operations = [
        migrations.AlterField(
            "demandrecord",
            "market",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="demand",
                to="inventory.market",
                verbose_name="market",
            ),
        ),
        migrations.RunPython(loosen, tighten, elidable=False),
    ]
