"""The proof of PEPS finds every exit that left an older lot standing, whatever the exit says of itself."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from inventory.customs import services as customs
from inventory.customs.selectors import kardex
from inventory.models import BondedLot, Discharge
from inventory.parties.scope import ClientScope
from inventory.reference.services import load
from inventory.reports.verification import verify_books
from tests import builders
from tests.builders import ACTOR, NOON

DAY = date(2026, 3, 3)
Flag = Discharge.Flag


@pytest.fixture
def account(db):
    load(["clave_effects", "document_keys", "regimes"])
    return builders.make_account()


def lot_of(account, quantity, day, **values):
    return builders.make_bonded_lot(account, quantity, day=day, **values)


def write(lot, quantity, line, minutes=0, flags=(), key=None):
    """A discharge as a broken program might have written it, balances carried rightly."""
    Discharge.objects.create(
        bonded_lot=lot, outbound_line=line, account=lot.account, quantity=Decimal(quantity),
        tariff_quantity=Decimal(quantity), value_mxn=Decimal(quantity) * 10, legal_date=DAY,
        recorded_at=NOON + timedelta(minutes=minutes), key=key or f"exit-{line.pk}", flags=list(flags),
        actor_label="a program",
    )  # fmt: skip
    BondedLot.objects.filter(pk=lot.pk).update(remaining=lot.remaining - Decimal(quantity))


def line_from(source, account, quantity):
    """An outbound line that declares where its goods come from."""
    line = builders.make_outbound_line(account, quantity)
    line.source_number = source.pedimento_number
    line.save(update_fields=["source_number"])
    return line


def wrong_order():
    return [fault.subject for fault in verify_books() if fault.check == "9_peps_order"]


@pytest.mark.parametrize("flag", [None, *(flag for flag in Flag if flag != Flag.DECLARED_SOURCE)])
def test_an_exit_that_left_an_older_lot_standing_is_found_whatever_its_flag(account, flag):
    lot_of(account, 30, date(2026, 1, 10))
    younger = lot_of(account, 50, date(2026, 2, 10))

    write(younger, 20, builders.make_outbound_line(account, 20), flags=[flag] if flag else [])

    assert len(wrong_order()) == 1


def test_an_exit_that_declares_its_source_may_leave_older_lots_of_other_sources(account):
    lot_of(account, 30, date(2026, 1, 10))
    named = lot_of(account, 50, date(2026, 2, 10))
    line = line_from(named, account, 20)

    write(named, 20, line, flags=[Flag.DECLARED_SOURCE])

    assert wrong_order() == []


def test_an_exit_says_it_declared_its_source_and_its_line_names_another(account):
    older = lot_of(account, 30, date(2026, 1, 10))
    younger = lot_of(account, 50, date(2026, 2, 10))
    line = line_from(older, account, 20)

    write(younger, 20, line, flags=[Flag.DECLARED_SOURCE])

    assert len(wrong_order()) == 1


def test_an_expired_lot_is_rightly_passed_by_unless_the_exit_took_an_expired_one(account):
    lot_of(account, 30, date(2026, 1, 10), must_leave_by=date(2026, 3, 1))
    second = lot_of(account, 30, date(2026, 1, 20), must_leave_by=date(2026, 3, 2))
    younger = lot_of(account, 50, date(2026, 2, 10))

    write(younger, 20, builders.make_outbound_line(account, 20), flags=[Flag.EXPIRED_SKIPPED])
    assert wrong_order() == []
    write(second, 10, builders.make_outbound_line(account, 10), minutes=1, flags=[Flag.EXPIRED])

    assert len(wrong_order()) == 1


def test_exits_that_waited_for_each_other_are_replayed_as_they_were_written_not_as_they_were_told_the_time(account):
    older, younger = lot_of(account, 30, date(2026, 1, 10)), lot_of(account, 50, date(2026, 2, 10))
    lines = [builders.make_outbound_line(account, 30) for _ in range(2)]

    write(older, 30, lines[0], minutes=2, key="z")
    write(younger, 30, lines[1], minutes=1, key="a")

    assert wrong_order() == []


def test_the_kardex_tells_them_in_that_order_too(account):
    older = lot_of(account, 30, date(2026, 1, 10))
    lines = [builders.make_outbound_line(account, 10) for _ in range(2)]
    write(older, 10, lines[0], minutes=2, key="z")
    write(BondedLot.objects.get(pk=older.pk), 10, lines[1], minutes=1, key="a")

    rows = list(kardex(ClientScope.everyone(), account))

    assert [row.document for row in rows[1:]] == [line.pedimento.number for line in lines]
    assert [row.account_balance for row in rows] == [30, 20, 10]


def test_exits_of_one_moment_are_replayed_in_the_order_of_their_rows(account):
    older, younger = lot_of(account, 30, date(2026, 1, 10)), lot_of(account, 50, date(2026, 2, 10))
    lines = [builders.make_outbound_line(account, 30) for _ in range(2)]

    for key, line, lot in (("z", lines[0], older), ("a", lines[1], younger)):
        write(lot, 30, line, key=key)

    assert wrong_order() == []


def test_the_service_itself_leaves_nothing_to_find(account):
    for day in (10, 20):
        lot_of(account, 30, date(2026, 1, day))
    line = builders.make_outbound_line(account, 40)

    customs.discharge(
        key="one", withdrawals=[customs.Withdrawal(line, account.pk, Decimal(40))], legal_date=DAY, at=NOON, actor=ACTOR
    )

    assert wrong_order() == []
