"""Real threads on PostgreSQL: the books give each unit to one, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, connections

from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.customs.models import BondedLot, Discharge
from inventory.ledger import services as ledger
from inventory.ledger.errors import NotEnoughFree, NotEnoughStock
from inventory.ledger.moves import Move
from inventory.models import Balance, Location, Posting, Reservation
from inventory.places.services import virtual_location
from inventory.reference.services import load
from inventory.reports import verification
from tests import builders
from tests.builders import ACTOR

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DAY, NOON = date(2026, 3, 3), builders.NOON


@pytest.fixture
def law():
    load(["clave_effects", "document_keys", "regimes"])


def in_parallel(deeds):
    """Run every deed in a thread of its own, each with its own connection; returns what each returned or raised."""

    def run(deed):
        try:
            return deed()
        except Exception as error:  # noqa: BLE001  what was raised is the result
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def account_with(quantity, item=None, authorisation=None):
    account = builders.make_account(item, "RFS", authorisation)
    builders.make_bonded_lot(account, quantity)
    return account


def exit_of(line, withdrawals, key):
    return lambda: customs.discharge(key=key, withdrawals=withdrawals, legal_date=DAY, at=NOON, actor=ACTOR)


def test_invariant_13_twenty_parallel_exits_of_the_last_five_units_have_exactly_one_winner(law):
    account = account_with(5)
    line = builders.make_outbound_line(account, 100)

    results = in_parallel(
        [exit_of(line, [customs.Withdrawal(line, account.pk, Decimal(5))], f"exit-{n}") for n in range(20)]
    )

    assert sum(isinstance(result, list) for result in results) == 1
    assert sum(isinstance(result, NotEnoughBonded) for result in results) == 19
    assert (Discharge.objects.count(), BondedLot.objects.get().remaining) == (1, 0)


def test_the_same_exit_sent_twenty_times_at_once_is_written_once(law):
    account = account_with(50)
    line = builders.make_outbound_line(account, 100)

    results = in_parallel(
        [exit_of(line, [customs.Withdrawal(line, account.pk, Decimal(5))], "same") for _ in range(20)]
    )

    assert [type(result) for result in results if not isinstance(result, list)] == []
    assert (Discharge.objects.count(), BondedLot.objects.get().remaining) == (1, 45)


def test_exits_on_crossing_sets_of_items_never_deadlock(law):
    client = builders.make_client()
    authorisation = builders.make_authorisation("RFS")
    accounts = [account_with(1000, builders.make_item(client), authorisation) for _ in range(4)]
    lines = {account.pk: builders.make_outbound_line(account, 1000) for account in accounts}

    def crossing(n):
        chosen = accounts[n % 4 :] + accounts[: n % 4] if n % 2 else list(reversed(accounts))
        wanted = [customs.Withdrawal(lines[a.pk], a.pk, Decimal(1)) for a in chosen]
        return exit_of(None, wanted, f"exit-{n}")

    results = in_parallel([crossing(n) for n in range(24)])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert {lot.remaining for lot in BondedLot.objects.all()} == {Decimal(976)}


def stocked(quantity):
    account = builders.make_account()
    site = account.authorisation.site_link.site
    shelf = builders.make_location(site)
    lot = builders.make_lot(account)
    ledger.post(
        key="stock",
        kind=Posting.Kind.RECEIPT,
        moves=[Move(lot.pk, virtual_location(site, Location.Kind.VENDOR).pk, shelf.pk, Decimal(quantity))],
        legal_date=DAY,
        at=NOON,
        actor=ACTOR,
    )
    return lot, shelf, virtual_location(site, Location.Kind.TRANSIT)


def test_parallel_moves_never_take_a_shelf_below_zero():
    lot, shelf, transit = stocked(7)

    def take(n):
        move = Move(lot.pk, shelf.pk, transit.pk, Decimal(2))
        return lambda: ledger.post(
            key=f"take-{n}", kind=Posting.Kind.DISPATCH, moves=[move], legal_date=DAY, at=NOON, actor=ACTOR
        )

    results = in_parallel([take(n) for n in range(12)])

    assert sum(isinstance(result, Posting) for result in results) == 3
    assert sum(isinstance(result, NotEnoughStock) for result in results) == 9
    assert Balance.objects.get(location=shelf).quantity == 1
    assert [d for d in verification.verify_books() if d.check.startswith("balance")] == []


def test_parallel_reservations_promise_no_more_than_there_is():
    lot, shelf, _transit = stocked(10)

    results = in_parallel(
        [lambda n=n: ledger.reserve(document=f"doc-{n}", wanted=[(lot, shelf, Decimal(3))], at=NOON) for n in range(10)]
    )

    assert sum(isinstance(result, list) for result in results) == 3
    assert sum(isinstance(result, NotEnoughFree) for result in results) == 7
    assert sum(row.quantity for row in Reservation.objects.all()) == 9


def test_a_reader_is_never_blocked_by_a_writer():
    lot, shelf, _transit = stocked(10)

    def read():
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '2s'")
        return Balance.objects.get(location=shelf).quantity

    from django.db import transaction

    with transaction.atomic():
        ledger.lock_accounts([lot.account_id])
        results = in_parallel([read])

    assert results == [Decimal(10)]
