"""What a call costs in statements, commits, log and reads: counts that no busy neighbour moves (docs/benchmarks.md)."""

from decimal import Decimal
from statistics import median

import pytest
from django.db import connection

from inventory.ledger.models import Account, Leg
from inventory.reports.verification import verify_books
from tests.performance.conftest import build, dispatch_next, sql_of, statements_of
from warehouse.bench import seeding
from warehouse.models import Shipment, ShipmentLine

LEDGER = (
    "inventory_posting", "inventory_leg", "inventory_balance", "inventory_bondedlot", "inventory_discharge",
    "inventory_pedimentoline", "inventory_reservation", "warehouse_shipment", "warehouse_shipmentline",
)  # fmt: skip
C1_MOST = 20
WRITES = ("INSERT", "UPDATE", "DELETE")


def test_the_benchmarks_world_has_books_that_add_up(house):
    dispatch_next(house.caller, house.world)

    assert list(verify_books()) == []


def test_c1_a_post_of_one_line_takes_at_most_twenty_statements(house):
    for _account in house.accounts:  # the first exit of an item opens its balance on the road
        dispatch_next(house.caller, house.world)

    statements = statements_of(lambda: dispatch_next(house.caller, house.world))

    assert len(statements) <= C1_MOST, "\n".join(sql[:200] for sql in statements)


def test_c2_fifty_lines_take_at_most_four_statements_more_than_one(house):
    seeding.stock(house.world, "wide", 50, 2, 2)
    one, many = house.world.pools["wide"].numbers
    _give_every_line(house.world, many)
    urls = [f"shipments/{number}/dispatch/" for number in (one, many)]

    counts = [len(statements_of(lambda url=url: house.caller.post(url))) for url in urls]

    assert Shipment.objects.get(number=many).state == Shipment.State.DISPATCHED
    assert counts[1] - counts[0] <= 4, counts


@pytest.mark.django_db(transaction=True)
def test_c3_a_document_is_one_commit(durable_house):
    dispatch_next(durable_house.caller, durable_house.world)

    statements = sql_of(lambda: dispatch_next(durable_house.caller, durable_house.world))

    begun, ended = (
        statements.index("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN"),
        statements.index("COMMIT"),
    )
    outside = [*statements[:begun], *statements[ended:]]
    assert statements.count("COMMIT") == 1
    assert [sql[:200] for sql in outside if sql.startswith(WRITES)] == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_c4_a_post_of_one_line_writes_at_most_ten_kilobytes_of_log(durable_house):
    for _turn in range(20):  # pages that change for the first time after a checkpoint are logged whole
        dispatch_next(durable_house.caller, durable_house.world)

    written = [_log_bytes(lambda: dispatch_next(durable_house.caller, durable_house.world)) for _turn in range(20)]

    assert median(written) <= 10_000, sorted(written)


def test_c5_a_page_of_a_hundred_takes_the_statements_of_a_page_of_one(house):
    for url in ("legs/", "postings/", "stock/", "discharges/", "bonded-lots/", "shipments/"):
        counts = [
            len(statements_of(lambda url=url, size=size: house.caller.get(url, {"page_size": size})))
            for size in (1, 100)
        ]

        assert counts[0] == counts[1] <= 4, (url, counts)


@pytest.mark.postgres
@pytest.mark.django_db
def test_c6_no_post_list_or_report_of_one_item_reads_a_table_of_the_books_from_end_to_end():
    house = build(skus=1_000, shipments=1_000, legs=20)
    sku, account = "spread-00003", Account.objects.get(item__sku="spread-00003")
    dispatch_next(house.caller, house.world)
    assert Leg.objects.filter(account=account).count() > 20
    assert Leg.objects.count() > 20_000
    calls = {
        "post": lambda: dispatch_next(house.caller, house.world),
        "list": lambda: house.caller.get("legs/"),
        "report of one item": lambda: house.caller.get("stock/", {"sku": sku, "as_of": str(house.world.today)}),
        "stock of one item": lambda: house.caller.get("stock/", {"sku": sku}),
    }

    for what, call in calls.items():
        before = _scans()
        call()

        assert {table: count - before[table] for table, count in _scans().items() if count > before[table]} == {}, what


def _give_every_line(world, number):
    """Let a shipment of one line take one piece of every account of its pool instead."""
    shipment, line = Shipment.objects.get(number=number), ShipmentLine.objects.get(shipment__number=number)
    lines = [
        {"account": row, "lot": row.lots.get(), "outbound_line": world.outbound.lines.get(sublines__item=row.item)}
        for row in Account.objects.filter(item__sku__startswith="wide-")
    ]
    line.delete()
    ShipmentLine.objects.bulk_create(
        [
            ShipmentLine(shipment=shipment, seq=seq, quantity=Decimal(1), location=world.dock, is_picked=True, **values)
            for seq, values in enumerate(lines, start=1)
        ]
    )


def _log_bytes(call):
    """How much the write-ahead log grew while something was done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        before = cursor.fetchone()[0]
        call()
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", [before])
        return int(cursor.fetchone()[0])


def _scans():
    """Sequential scans of the books' tables in this transaction so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)", [list(LEDGER)])
        return dict(cursor.fetchall())
