"""SQL that makes a table refuse UPDATE, DELETE and TRUNCATE, on SQLite and PostgreSQL alike. Pure text, for migrations.

The refusal is the database's own, so no code path, admin page or shell walks past it. On SQLite it needs
`PRAGMA recursive_triggers=ON`, or INSERT OR REPLACE would delete a row unseen (settings.SQLITE_OPTIONS).
"""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_FUNCTION = """
CREATE OR REPLACE FUNCTION recinto_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct it by a reversal', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def create_append_only(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Make every row of `table` permanent."""
    if editor.connection.vendor == "postgresql":
        editor.execute(_FUNCTION, params=None)
        editor.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION recinto_refuse_change();"
        )
        _refuse_truncate(editor, table)
        return
    for event in ("UPDATE", "DELETE"):
        editor.execute(
            f"CREATE TRIGGER {table}_append_only_{event.lower()} BEFORE {event} ON {table} BEGIN "
            f"SELECT RAISE(ABORT, '{table} is append-only: correct it by a reversal'); END;"
        )


def drop_append_only(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Take the triggers of `create_append_only` away again."""
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table};")
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only_truncate ON {table};")
        return
    for event in ("update", "delete"):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only_{event};")


def create_frozen_columns(editor: BaseDatabaseSchemaEditor, table: str, columns: Sequence[str]) -> None:
    """Make these columns permanent and every row undeletable, while other columns of `table` may be carried along."""
    if editor.connection.vendor == "postgresql":
        editor.execute(_FUNCTION, params=None)
        changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        editor.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed}) "
            "EXECUTE FUNCTION recinto_refuse_change();"
        )
        editor.execute(
            f"CREATE TRIGGER {table}_undeletable BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION recinto_refuse_change();"
        )
        _refuse_truncate(editor, table)
        return
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only: correct it by a reversal');"
    editor.execute(f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN {changed} BEGIN {refuse} END;")
    editor.execute(f"CREATE TRIGGER {table}_undeletable BEFORE DELETE ON {table} BEGIN {refuse} END;")


def drop_frozen_columns(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Take the triggers of `create_frozen_columns` away again."""
    on_table = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
    for name in ("frozen", "undeletable"):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on_table};")
    if on_table:
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only_truncate ON {table};")


def _refuse_truncate(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """PostgreSQL empties a table without touching its rows; that is refused by a trigger of its own."""
    editor.execute(
        f"CREATE TRIGGER {table}_append_only_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION recinto_refuse_change();"
    )
