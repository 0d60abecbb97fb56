"""The files a run was computed from, append-only."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from inventory.ledger.append_only import create_append_only, drop_append_only

TABLE = "inventory_placementinput"


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers."""
    create_append_only(editor, TABLE)


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    drop_append_only(editor, TABLE)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0013_customer_orders")]

    operations = [
        migrations.CreateModel(
            name="PlacementInput",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                (
                    "content",
                    models.BinaryField(help_text="Compressed by zlib, unless it is a .gz.", verbose_name="content"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inputs",
                        to="inventory.placementrun",
                        verbose_name="run",
                    ),
                ),
            ],
            options={
                "verbose_name": "input of a run",
                "verbose_name_plural": "inputs of a run",
                "constraints": [models.UniqueConstraint(fields=("run", "name"), name="placement_input_unique")],
            },
        ),
        migrations.RunPython(create, drop, elidable=False),
    ]
