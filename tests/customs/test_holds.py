"""A bonded lot on hold: exits pass it by, its balance stays, and lifting the hold cites a document (mexico.md §1.6, §3.4)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.models import BondedLot, BondedLotHold, Discharge
from inventory.reference.services import load
from inventory.reports.verification import verify_books
from tests import builders
from tests.builders import ACTOR, NOON

Reason = BondedLotHold.Reason
DAY = date(2026, 3, 3)


@pytest.fixture
def account(db):
    """An account with thirty of January and fifty of February."""
    load(["clave_effects", "document_keys", "regimes"])
    account = builders.make_account()
    builders.make_bonded_lot(account, 30, day=date(2026, 1, 10))
    builders.make_bonded_lot(account, 50, day=date(2026, 2, 10))
    return account


def lots(account):
    return BondedLot.objects.filter(account=account).order_by("clock_start")


def leave(account, quantity, minutes=0):
    line = builders.make_outbound_line(account, quantity)
    wanted = [customs.Withdrawal(line, account.pk, Decimal(quantity))]
    at = NOON + timedelta(minutes=minutes)
    return customs.discharge(key=f"exit-{line.pk}", withdrawals=wanted, legal_date=DAY, at=at, actor=ACTOR)


def peps_faults():
    return [fault for fault in verify_books() if fault.check in ("9_peps_order", "hold_is_the_oldest_open")]


def test_exits_pass_a_held_lot_by_and_its_balance_stays(account):
    january, february = lots(account)
    customs.hold(bonded_lot=january, reason=Reason.THEFT, at=NOON, actor=ACTOR, note="Carpeta 88/2026")

    [row] = leave(account, 20, minutes=1)

    assert row.bonded_lot == february
    assert [lot.remaining for lot in lots(account)] == [30, 30]
    assert peps_faults() == []


def test_what_is_held_is_not_there_for_an_exit_that_needs_it(account):
    customs.hold(bonded_lot=lots(account)[0], reason=Reason.SEIZURE, at=NOON, actor=ACTOR)

    with pytest.raises(NotEnoughBonded) as refusal:
        leave(account, 60, minutes=1)

    assert (refusal.value.context["available"], refusal.value.context["short"]) == ("50", "10")
    assert not Discharge.objects.exists()


def test_a_lifted_hold_gives_the_lot_its_turn_again_and_the_past_stays_right(account):
    january = lots(account)[0]
    hold = customs.hold(bonded_lot=january, reason=Reason.SEIZURE, at=NOON, actor=ACTOR)
    leave(account, 20, minutes=1)

    lifted = customs.lift_hold(
        hold=hold, release_document="Oficio 500-12/2026", at=NOON + timedelta(minutes=2), actor=ACTOR
    )
    [row] = leave(account, 20, minutes=3)

    assert row.bonded_lot == january
    assert (lifted.release_document, lifted.closed_by) == ("Oficio 500-12/2026", ACTOR.label)
    assert [lot.remaining for lot in lots(account)] == [10, 30]
    assert peps_faults() == []


def test_two_reasons_are_two_holds_and_one_reason_twice_is_one(account):
    lot = lots(account)[0]
    seized = customs.hold(bonded_lot=lot, reason=Reason.SEIZURE, at=NOON, actor=ACTOR)
    customs.hold(bonded_lot=lot, reason=Reason.SEIZURE, at=NOON, actor=ACTOR)
    customs.hold(bonded_lot=lot, reason=Reason.CLOCK_DISPUTE, at=NOON + timedelta(minutes=1), actor=ACTOR)

    customs.lift_hold(hold=seized, release_document="Oficio 1", at=NOON + timedelta(minutes=2), actor=ACTOR)

    assert BondedLotHold.objects.count() == 2
    assert lots(account)[0].hold_reason == Reason.CLOCK_DISPUTE


def test_the_database_lifts_no_hold_without_its_document(account):
    hold = customs.hold(bonded_lot=lots(account)[0], reason=Reason.THEFT, at=NOON, actor=ACTOR)

    with pytest.raises(IntegrityError), transaction.atomic():
        BondedLotHold.objects.filter(pk=hold.pk).update(closed_at=NOON)


def test_a_hold_that_the_lot_does_not_carry_is_found(account):
    customs.hold(bonded_lot=lots(account)[0], reason=Reason.THEFT, at=NOON, actor=ACTOR)
    BondedLot.objects.filter(pk=lots(account)[0].pk).update(hold_reason="")

    [fault] = peps_faults()

    assert (fault.check, fault.expected, fault.found) == ("hold_is_the_oldest_open", "robo", "")
