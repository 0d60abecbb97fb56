"""What an exit costs does not grow with what its account has behind it: measured in what the engine reads, not in time."""

import pytest
from django.db import connection

from inventory.models import BondedLot, Discharge, Leg
from tests.performance.conftest import build, dispatch_next, statements_of
from warehouse.bench import bulk, history

CLOSED = 3_000
BOOKS = (
    "inventory_bondedlot", "inventory_discharge", "inventory_leg", "inventory_posting", "inventory_balance",
)  # fmt: skip


@pytest.fixture
def house(db):
    """One account with four open layers and no history; its balance on the road is open."""
    house = build(skus=1, shipments=6, legs=0)
    dispatch_next(house.caller, house.world)
    return house


def grow_old(house):
    """Thousands of layers, each used up by an exit of its own, and as many postings."""
    history.write(house.world, house.accounts, 2 * CLOSED, exits_per_lot=1)
    bulk.settle(*history.LOADED)


def work_of(call):
    """How much the engine did for a call: rows of the books read (PostgreSQL), steps of its machine (SQLite)."""
    if connection.vendor == "sqlite":
        steps = 0

        def count():
            nonlocal steps
            steps += 1

        connection.connection.set_progress_handler(count, 1)
        call()
        connection.connection.set_progress_handler(None, 0)
        return steps
    before = _rows_read()
    call()
    return _rows_read() - before


def _rows_read():
    """Rows of the books that this transaction has read so far, by scan or by index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)",
            [list(BOOKS)],
        )
        return int(cursor.fetchone()[0])


def plan_of(sql):
    """How the engine goes about a statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"{'EXPLAIN' if connection.vendor == 'postgresql' else 'EXPLAIN QUERY PLAN'} {sql}")
        return "\n".join(str(row) for row in cursor.fetchall())


def test_an_exit_from_an_account_with_thousands_of_closed_layers_costs_what_one_without_costs(house):
    bulk.settle()
    young = work_of(lambda: dispatch_next(house.caller, house.world))
    grow_old(house)

    old = work_of(lambda: dispatch_next(house.caller, house.world))

    assert BondedLot.objects.filter(account=house.accounts[0], remaining=0).count() == CLOSED
    assert Discharge.objects.filter(account=house.accounts[0]).count() > CLOSED
    assert Leg.objects.filter(account=house.accounts[0]).count() > 2 * CLOSED
    assert old <= young * 1.05 + 5, (young, old)


def test_an_exit_finds_the_open_layers_by_an_index_that_holds_no_others(house):
    grow_old(house)

    statements = statements_of(lambda: dispatch_next(house.caller, house.world))

    [reading] = [sql for sql in statements if sql.startswith("SELECT") and 'FROM "inventory_bondedlot"' in sql]
    # bonded_lot_open_peps; or, to PostgreSQL as good where one account owns all that is open, bonded_lot_open_deadline
    assert "bonded_lot_open_" in plan_of(reading)
