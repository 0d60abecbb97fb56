"""Whatever happens, in whatever order: the books stay true after every step."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.customs.models import BondedLot, Discharge
from inventory.errors import DomainError
from inventory.ledger import services as ledger
from inventory.ledger.moves import Move
from inventory.models import Leg, Location, Posting
from inventory.places.services import virtual_location
from inventory.reference.services import load
from inventory.reports.verification import verify_books
from tests import builders
from tests.builders import ACTOR

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 3)
quantities = st.integers(1, 60)
steps = st.one_of(
    st.tuples(st.just("receipt"), st.integers(0, 1), quantities),
    st.tuples(st.just("exit"), st.integers(0, 1), quantities),
    st.tuples(st.just("reverse"), st.integers(0, 5)),
    st.tuples(st.just("retry"), st.integers(0, 5)),
)


class Books:
    """Two accounts of one client, and a plain model of what they should hold."""

    def __init__(self):
        client = builders.make_client()
        authorisation = builders.make_authorisation("RFS")
        self.site = authorisation.site_link.site
        self.accounts = [builders.make_account(builders.make_item(client), "RFS", authorisation) for _ in range(2)]
        self.lots = [builders.make_lot(account) for account in self.accounts]
        self.shelf = builders.make_location(self.site)
        self.vendor = virtual_location(self.site, Location.Kind.VENDOR)
        self.transit = virtual_location(self.site, Location.Kind.TRANSIT)
        self.model = [Decimal(0), Decimal(0)]
        self.exits, self.now = [], datetime(2026, 3, 3, 12, tzinfo=UTC)

    def tick(self):
        self.now += timedelta(minutes=1)
        return {"legal_date": DAY, "at": self.now, "actor": ACTOR}

    def post(self, key, kind, index, origin, destination, quantity, when):
        move = Move(self.lots[index].pk, origin.pk, destination.pk, Decimal(quantity))
        return ledger.post(key=key, kind=kind, moves=[move], **when)

    def receipt(self, index, quantity):
        when = self.tick()
        lot = builders.make_bonded_lot(self.accounts[index], quantity, recorded_at=self.now)
        self.post(f"receipt/{lot.pk}", Posting.Kind.RECEIPT, index, self.vendor, self.shelf, quantity, when)
        self.model[index] += quantity

    def exit(self, index, quantity):
        line = builders.make_outbound_line(self.accounts[index], quantity)
        self.leave(len(self.exits), index, line, Decimal(quantity), self.tick())

    def leave(self, number, index, line, quantity, when):
        try:
            with transaction.atomic():
                withdrawal = customs.Withdrawal(line, self.accounts[index].pk, quantity)
                rows = customs.discharge(key=f"exit/{number}", withdrawals=[withdrawal], **when)
                posting = self.post(
                    f"exit/{number}", Posting.Kind.DISPATCH, index, self.shelf, self.transit, quantity, when
                )
        except NotEnoughBonded:
            assert self.model[index] < quantity
            return
        assert sum(row.quantity for row in rows if row.reverses_id is None) == quantity
        if number == len(self.exits):
            self.exits.append((index, line, quantity, posting, False))
            self.model[index] -= quantity

    def reverse(self, number):
        if number >= len(self.exits):
            return
        index, line, quantity, posting, is_undone = self.exits[number]
        when = self.tick()
        customs.reverse_discharges(key=f"undo/{number}", of=f"exit/{number}", reason="test", **when)
        try:
            ledger.reverse(posting=posting, key=f"undo/{number}", reason="test", **when)
        except DomainError:
            assert is_undone
        if not is_undone:
            self.model[index] += quantity
            self.exits[number] = (index, line, quantity, posting, True)

    def retry(self, number):
        if number >= len(self.exits):
            return
        index, line, quantity, _posting, _is_undone = self.exits[number]
        before = (Leg.objects.count(), Discharge.objects.count())
        self.leave(number, index, line, quantity, self.tick())
        assert (Leg.objects.count(), Discharge.objects.count()) == before


@given(st.lists(steps, min_size=1, max_size=10))
@settings(max_examples=25)
def test_any_sequence_of_receipts_exits_reversals_and_retries_leaves_every_invariant_true(sequence):
    with transaction.atomic():
        load(["clave_effects"])
        books = Books()
        for name, *arguments in sequence:
            getattr(books, name)(*arguments)
            owed = [
                sum((lot.remaining for lot in BondedLot.objects.filter(account=account)), Decimal(0))
                for account in books.accounts
            ]
            assert owed == books.model
        assert list(verify_books()) == []
        transaction.set_rollback(True)
