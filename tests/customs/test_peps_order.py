"""Whose turn it is: the queue of PEPS (mexico.md §3.4), key by key, in an order written out by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from inventory.customs import services as customs
from inventory.customs.fifo import Exit, OpenLot, plan_discharge
from inventory.models import Account, BondedLot, Discharge
from inventory.reference.services import load
from inventory.reports.verification import verify_books
from tests import builders
from tests.builders import ACTOR, NOON, TODAY
from tests.scenarios import world

MAY, JUNE = date(2025, 5, 2), date(2025, 6, 2)

# Each first lot goes first by the key of its row, though it comes last by every key after it:
# legal clock, payment, number of the pedimento, its line, row.
QUEUE = {
    "legal clock": ((MAY, JUNE, "252434565000020", 10, 10), (JUNE, MAY, "252434565000003", 2, 9)),
    "payment": ((MAY, MAY, "252434565000020", 10, 10), (MAY, JUNE, "252434565000003", 2, 9)),
    "number": ((MAY, MAY, "252434565000003", 10, 10), (MAY, MAY, "252434565000020", 2, 9)),
    "line": ((MAY, MAY, "252434565000003", 2, 10), (MAY, MAY, "252434565000003", 10, 9)),
    "row": ((MAY, MAY, "252434565000003", 2, 9), (MAY, MAY, "252434565000003", 2, 10)),
}
by_each_key = pytest.mark.parametrize(("first", "second"), QUEUE.values(), ids=QUEUE)


def open_lot(clock_start, paid_on, number, seq, row):
    ten = Decimal(10)
    return OpenLot(row, clock_start, paid_on, number, seq, ten, ten, ten, ten, ten, ten, available_from=MAY)


@by_each_key
def test_the_queue_goes_by_legal_clock_then_payment_then_number_then_line_then_row(first, second):
    for lots in ([open_lot(*first), open_lot(*second)], [open_lot(*second), open_lot(*first)]):
        plan = plan_discharge(lots, Exit(Decimal(12), TODAY))

        assert [(take.lot_id, take.quantity) for take in plan.takes] == [(first[-1], 10), (second[-1], 2)]


@by_each_key
def test_an_expired_lot_is_passed_over_only_when_its_turn_had_come(first, second):
    one, two, past = open_lot(*first), open_lot(*second), date(2025, 12, 31)

    its_turn = plan_discharge([replace(one, must_leave_by=past), two], Exit(Decimal(5), TODAY))
    not_yet = plan_discharge([one, replace(two, must_leave_by=past)], Exit(Decimal(5), TODAY))

    assert (its_turn.skipped, not_yet.skipped) == ((one.lot_id,), ())


# ── In the books ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def account(db):
    load(["clave_effects", "document_keys", "regimes"])
    return builders.make_account()


def in_the_books(account, first, second):
    """Two bonded lots of ten, whose rows come in the order of the table."""
    lots = {}
    for clock_start, paid_on, number, seq, row in sorted((first, second), key=lambda keys: keys[-1]):
        told = {"clock_start": clock_start, "paid_on": paid_on, "pedimento_number": number, "line_seq": seq}
        lots[row] = builders.make_bonded_lot(account, 10, day=MAY, **told)
    return lots[first[-1]], lots[second[-1]]


def wrong_order():
    return [fault.subject for fault in verify_books() if fault.check == "9_peps_order"]


@by_each_key
def test_an_exit_takes_the_lots_of_the_books_in_that_order_and_the_proof_agrees(account, first, second):
    one, two = in_the_books(account, first, second)
    withdrawal = customs.Withdrawal(builders.make_outbound_line(account, 12), account.pk, Decimal(12))

    rows = customs.discharge(key="exit", withdrawals=[withdrawal], legal_date=TODAY, at=NOON, actor=ACTOR)

    assert [(row.bonded_lot_id, row.quantity) for row in rows] == [(one.pk, 10), (two.pk, 2)]
    assert wrong_order() == []


@by_each_key
def test_the_proof_finds_an_exit_that_took_the_second_first(account, first, second):
    _one, two = in_the_books(account, first, second)
    line = builders.make_outbound_line(account, 4)

    Discharge.objects.create(
        bonded_lot=two, outbound_line=line, account=account, quantity=4, tariff_quantity=4, value_mxn=40,
        legal_date=TODAY, recorded_at=NOON, key="exit", actor_label="a program",
    )  # fmt: skip
    BondedLot.objects.filter(pk=two.pk).update(remaining=6)

    assert len(wrong_order()) == 1


@pytest.mark.django_db
def test_of_two_entries_the_one_that_was_cleared_first_goes_first_though_it_was_paid_and_arrived_last():
    world.load_law()
    site, client = world.make_zone(), builders.make_client()
    authorisation, item = builders.make_authorisation("RFS", site=site), builders.make_item(client, "SKU-9")
    for number, paid, cleared, arrived in (
        ("26 24 3456 6000501", "2026-01-05", "2026-01-20T08:00:00-06:00", "2026-01-21"),
        ("26 24 3456 6000502", "2026-01-08", "2026-01-12T08:00:00-06:00", "2026-01-23"),
    ):
        lines = [{"sku": "SKU-9", "quantity": 10, "value": 1000}]
        data = world.declaration(number, site, authorisation, lines, paid_on=paid, cleared_at=cleared)
        world.bring_in(world.enter(client, data, "2026-01-20"), arrived)
    lines = [{"sku": "SKU-9", "quantity": 12, "value": 1200}]
    returned = {"document_key": "J4", "operation": "EXP", "regime": "EXD", "paid_on": "2026-02-02"}
    exit_ = world.declaration("26 24 3456 6000601", site, authorisation, lines, **returned)

    world.send_out(world.enter(client, exit_, "2026-02-02"), world.make_dc(), {item: 12}, "2026-02-02")

    rows = Discharge.objects.filter(account=Account.objects.get(item=item, regime="RFS")).order_by("pk")
    assert [(row.bonded_lot.pedimento_number, row.quantity) for row in rows] == [
        ("262434566000502", 10),
        ("262434566000501", 2),
    ]
    assert list(verify_books()) == []
