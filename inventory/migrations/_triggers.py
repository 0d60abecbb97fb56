"""The triggers that make the books append-only in the database itself and keep bonded and nationalised goods apart there too."""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from inventory.ledger.append_only import (
    create_append_only,
    create_frozen_columns,
    drop_append_only,
    drop_frozen_columns,
)

APPEND_ONLY = [
    "inventory_posting",
    "inventory_leg",
    "inventory_discharge",
    "inventory_lotcorrection",
    "inventory_clockchange",
    "inventory_auditseal",
]
OPENING_OF_A_BONDED_LOT = [
    "account_id",
    "subline_id",
    "goods",
    "serial",
    "quantity",
    "tariff_quantity",
    "value_mxn",
    "legal_date",
    "recorded_at",
    "pedimento_number",
    "line_seq",
]
WRONG_REGIME = """
    location.is_virtual = {false} AND location.regime <> account.regime
    OR location.is_virtual <> NEW.is_virtual OR lot.account_id <> NEW.account_id
"""
JOINED = """
    FROM inventory_location AS location, inventory_lot AS lot, inventory_account AS account
    WHERE location.id = NEW.location_id AND lot.id = NEW.lot_id AND account.id = lot.account_id
"""
MESSAGE = "this location is kept for goods of another customs regime"


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create every trigger."""
    for table in APPEND_ONLY:
        create_append_only(editor, table)
    create_frozen_columns(editor, "inventory_bondedlot", OPENING_OF_A_BONDED_LOT)
    create_frozen_columns(
        editor, "inventory_location", ["regime", "is_virtual", "site_id"]
    )
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE FUNCTION recinto_one_regime_per_location() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS (SELECT 1 {JOINED} AND ({WRONG_REGIME.format(false='false')})) THEN "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;"
        )
        editor.execute(
            "CREATE TRIGGER inventory_balance_one_regime BEFORE INSERT OR UPDATE OF lot_id, location_id, account_id, "
            "is_virtual ON inventory_balance FOR EACH ROW EXECUTE FUNCTION recinto_one_regime_per_location();"
        )
        return
    for event in ("INSERT", "UPDATE OF lot_id, location_id, account_id, is_virtual"):
        editor.execute(
            f"CREATE TRIGGER inventory_balance_one_regime_{event[:6].lower()} BEFORE {event} ON inventory_balance "
            f"WHEN EXISTS (SELECT 1 {JOINED} AND ({WRONG_REGIME.format(false='0')})) "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END;"
        )


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop every trigger."""
    for table in APPEND_ONLY:
        drop_append_only(editor, table)
    drop_frozen_columns(editor, "inventory_bondedlot")
    drop_frozen_columns(editor, "inventory_location")
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "DROP TRIGGER inventory_balance_one_regime ON inventory_balance;"
        )
        editor.execute("DROP FUNCTION recinto_one_regime_per_location();")
        return
    for event in ("insert", "update"):
        editor.execute(f"DROP TRIGGER inventory_balance_one_regime_{event};")
