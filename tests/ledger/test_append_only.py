"""Every table that must refuse changes has its triggers, whatever later migrations did to it."""

import pytest
from django.db import IntegrityError, connection, transaction

from inventory.models import Balance, Leg
from tests import builders
from tests.invariants.test_invariants import stocked

pytestmark = pytest.mark.django_db
APPEND_ONLY = {
    "inventory_posting",
    "inventory_leg",
    "inventory_discharge",
    "inventory_lotcorrection",
    "inventory_clockchange",
    "inventory_auditseal",
    "inventory_scenarioresult",
    "inventory_backtestresult",
    "inventory_backtestinput",
    "auditlog_logentry",
    "warehouse_milestone",
}
FROZEN = {"inventory_bondedlot", "inventory_location"}


def triggers():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


def test_every_append_only_table_refuses_update_and_delete():
    if connection.vendor == "postgresql":
        wanted = {f"{table}_append_only{kind}" for table in APPEND_ONLY for kind in ("", "_truncate")}
        wanted |= {f"{table}_append_only_truncate" for table in FROZEN}
    else:
        wanted = {f"{table}_append_only_{event}" for table in APPEND_ONLY for event in ("update", "delete")}

    assert wanted <= triggers()


def test_what_a_bonded_lot_opened_with_and_what_a_location_is_for_are_frozen():
    assert {f"{table}_{kind}" for table in FROZEN for kind in ("frozen", "undeletable")} <= triggers()


@pytest.mark.postgres
@pytest.mark.parametrize("table", sorted(APPEND_ONLY | FROZEN))
def test_no_sealed_table_is_emptied_whatever_may_be_emptied_with_it(table):
    stocked(builders.make_account())
    connection.check_constraints()  # or PostgreSQL refuses for what is still to be checked

    with pytest.raises(IntegrityError, match=f"{table} is append-only"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")

    assert Leg.objects.exists()


def test_a_balance_below_zero_is_refused_by_the_database_itself():
    account = builders.make_account()
    shelf = builders.make_location(account.authorisation.site_link.site)

    with pytest.raises(IntegrityError), transaction.atomic():
        Balance.objects.create(
            account=account, lot=builders.make_lot(account), location=shelf, is_virtual=False, quantity=-1
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Balance.objects.create(
            account=account, lot=builders.make_lot(account, "b"), location=shelf, is_virtual=True, quantity=-1
        )


def test_insert_or_replace_does_not_walk_past_the_triggers():
    """On SQLite that needs recursive_triggers; PostgreSQL's ON CONFLICT DO UPDATE is an update like any other."""
    stocked(builders.make_account())
    row = f"SELECT * FROM inventory_leg WHERE id = {Leg.objects.first().pk}"
    if connection.vendor == "postgresql":
        sql = f"INSERT INTO inventory_leg {row} ON CONFLICT (id) DO UPDATE SET quantity = 1"
    else:
        sql = f"INSERT OR REPLACE INTO inventory_leg {row}"

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
