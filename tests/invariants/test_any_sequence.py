"""Whatever happens, on whatever days, in whatever order: the books stay true after every step.

A plain model of three accounts of two clients walks beside the books: what each entry still owes, from when and until
when, oldest first, and what lies on the shelf. Two of the accounts are of one part number, on one shelf, by two clients.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.ledger import services as ledger
from inventory.ledger.errors import AlreadyReversed, NotEnoughStock
from inventory.ledger.moves import Move
from inventory.models import Balance, BondedLot, Discharge, Leg, Location, Posting
from inventory.places.services import virtual_location
from inventory.reference.services import load
from inventory.reports.verification import verify_books
from tests import builders
from tests.builders import ACTOR
from warehouse.receiving import services as receiving

# Time enough to find the shortest sequence that fails, and to say it.
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]

# Days on which goods are paid for, cleared and come. Entries of IMMEX stay eighteen months. Exits fall before and on such
# days, and on and after the last day of each stay.
ENTERED = [date(2025, 1, 10), date(2025, 2, 20), date(2025, 6, 5)]
LEFT = [
    date(2025, 1, 10), date(2025, 2, 19), date(2025, 2, 20), date(2025, 12, 1), date(2026, 7, 10), date(2026, 7, 11),
    date(2026, 8, 20), date(2026, 8, 21), date(2026, 12, 5), date(2026, 12, 6),
]  # fmt: skip
TODAY = datetime(2026, 12, 10, 18, tzinfo=UTC)
MINE, MINE_TOO, THEIRS = range(3)
quantities, accounts, places = st.integers(1, 30), st.sampled_from([MINE, MINE_TOO, THEIRS]), st.integers(0, 9)
days = st.sampled_from(ENTERED)
# Eight examples in the suite; HYPOTHESIS_PROFILE=deep tries two hundred, other ones each time.
FAR = settings(max_examples=settings.default.max_examples // 5, stateful_step_count=15)


@dataclass
class Entry:
    """What one entry still owes: a line of the model."""

    lot: int
    pedimento: Any
    paper: Any  # the newest of its pedimento and its rectifications
    left: int
    declared: int
    paid: date
    cleared: date  # in truth
    known: date | None  # the clearance as far as the books know
    available_from: date
    holds: dict[str, Any] = field(default_factory=dict)  # by their reasons

    @property
    def clock_start(self) -> date:
        """The clearance, for which the payment stands in."""
        return self.known or self.paid

    @property
    def must_leave_by(self) -> date:
        """Eighteen months on."""
        year, month = divmod(self.clock_start.month + 17, 12)
        return self.clock_start.replace(year=self.clock_start.year + year, month=month + 1)

    def may_serve(self, on: date, *, late: bool = False) -> bool:
        """In bond, in time on this day (or allowed to be late), and free."""
        return self.available_from <= on and (late or on <= self.must_leave_by) and not self.holds


@dataclass
class Take:
    """So much of an exit that an entry serves, and when that was written: the later, the higher."""

    index: int
    entry: Entry
    quantity: int
    turn: int


@dataclass
class Exit:
    """An exit that was taken into the books: what was asked for, and which entries served it."""

    key: str
    withdrawals: list[Any]
    legal_date: date
    moves: list[Move]
    takes: list[Take]
    posting: Posting
    rows: list[int]
    may_be_late: bool = False
    is_undone: bool = False


def noon_of(day):
    """A moment of a day in Mexico City."""
    return datetime.combine(day, time(18), UTC)


class AnySequence(RuleBasedStateMachine):
    """Two items of one client under one programme, one of them of another under its own, and all that may happen to them."""

    def __init__(self):
        super().__init__()
        self.undo_all = transaction.atomic()
        self.undo_all.__enter__()
        mine, theirs = builders.make_client(), builders.make_client()
        self.site = builders.make_site()
        my_programme, their_programme = (
            builders.make_authorisation("ITE", client=client, site=self.site) for client in (mine, theirs)
        )
        self.programmes = [my_programme, my_programme, their_programme]
        self.items = [builders.make_item(mine, "SKU-9"), builders.make_item(mine), builders.make_item(theirs, "SKU-9")]
        self.accounts = [
            builders.make_account(item, "ITE", programme)
            for item, programme in zip(self.items, self.programmes, strict=True)
        ]
        self.lots = [builders.make_lot(account) for account in self.accounts]
        self.dock = builders.make_location(self.site, "ITE", Location.Kind.DOCK)
        self.shelf = builders.make_location(self.site, "ITE")
        self.transit = virtual_location(self.site, Location.Kind.TRANSIT)
        self.now, self.exits, self.turns = TODAY, [], count()
        self.entries, self.on_shelf = [[], [], []], [0, 0, 0]

    def teardown(self):
        transaction.set_rollback(True)
        self.undo_all.__exit__(None, None, None)

    def tick(self):
        """The next moment; nothing is recorded twice at one."""
        self.now += timedelta(minutes=1)
        return {"at": self.now, "actor": ACTOR}

    @initialize(quantities=st.tuples(*[st.integers(20, 40)] * 5), gone=st.integers(10, 50))
    def goods_lie_there(self, quantities, gone):
        """One or two entries of each item to begin with, so that most exits find something, and an exit to take back."""
        first, second, third = ENTERED
        # Of mine the one paid first was cleared last; of theirs the clearance of one is still to be told.
        begun = [
            (MINE, first, third, True), (MINE, second, second, True), (MINE_TOO, first, first, True),
            (THEIRS, first, second, False), (THEIRS, second, second, True),
        ]  # fmt: skip
        for quantity, (index, paid, cleared, is_known) in zip(quantities, begun, strict=True):
            papers = {"paid": paid, "cleared": cleared, "arrived": paid, "is_known": is_known}
            self.goods_come_in(index=index, declared=quantity, off=0, damaged=0, **papers)
        for day in (date(2025, 2, 19), date(2025, 12, 1)):
            self.goods_leave({MINE: gone}, day)

    # ── What may happen ─────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: sum(map(len, self.entries)) < 8)
    @rule(
        index=accounts,
        declared=quantities,
        paid=days,
        cleared=days,
        arrived=days,
        is_known=st.booleans(),
        off=st.integers(-3, 3),
        damaged=st.integers(0, 2),
    )
    def goods_come_in(self, index, declared, paid, cleared, arrived, is_known, off, damaged):
        """By a pedimento paid on some day and cleared on another, and a receipt that counts more or less than it declares."""
        paid, cleared = sorted([paid, cleared])
        known = {"cleared_at": noon_of(cleared), "state": "cleared"} if is_known else {}
        pedimento = self.paper(index, document_key="IN", regime="ITE", paid_on=paid, entered_on=paid, **known)
        builders.make_subline(pedimento, self.items[index], declared)
        receipt = receiving.expect(pedimento=pedimento, **self.tick())
        receipt = receiving.arrive(receipt=receipt, arrived_at=noon_of(arrived), dock=self.dock, **self.tick())
        good = max(0, declared + off - damaged)
        counted = receiving.Count(Decimal(good), Decimal(damaged), self.shelf)
        receipt = receiving.count(receipt=receipt, counts={receipt.lines.get().pk: counted}, **self.tick())
        receiving.close(receipt=receipt, **self.tick())
        self.entries[index].append(
            Entry(
                lot=BondedLot.objects.get(subline__line__pedimento=pedimento).pk,
                pedimento=pedimento,
                paper=pedimento,
                left=declared,
                declared=declared,
                paid=paid,
                cleared=cleared,
                known=cleared if is_known else None,
                available_from=max(cleared if is_known else paid, arrived),
            )
        )
        self.on_shelf[index] += good - max(0, min(good, good + damaged - declared))

    @precondition(lambda self: any(entry.known is None for entries in self.entries for entry in entries))
    @rule(place=places)
    def a_clearance_becomes_known(self, place):
        """Its stay counts from then, and no exit of an earlier day takes of it; what such exits took stands."""
        waiting = [entry for entries in self.entries for entry in entries if entry.known is None]
        entry = waiting[place % len(waiting)]
        customs.record_clearance(
            pedimento=entry.pedimento, cleared_at=noon_of(entry.cleared), was_examined=False, **self.tick()
        )
        entry.known = entry.cleared
        taken = [one.legal_date for one in self.exits for take in one.takes if take.entry is entry]
        entry.available_from = max(entry.available_from, min([entry.cleared, *taken]))

    @rule(index=accounts, quantity=st.integers(1, 12) | quantities, day=st.sampled_from(LEFT))
    def one_item_leaves(self, index, quantity, day):
        """Oldest entry in time first, or not at all."""
        self.goods_leave({index: quantity}, day)

    @rule(first=st.integers(1, 12), second=st.integers(1, 12), day=st.sampled_from(LEFT))
    def both_items_leave(self, first, second, day):
        """By one document, both or neither."""
        self.goods_leave({MINE: first, MINE_TOO: second}, day)

    @rule(index=accounts, place=places, quantity=quantities)
    def what_expired_is_regularised(self, index, place, quantity):
        """By an A3 that names the entry, late as it is."""
        day = TODAY.date()
        late = [one for one in self.entries[index] if one.left and one.must_leave_by < day]
        if not late:
            return
        entry = late[place % len(late)]
        quantity = min(quantity, entry.left)
        pedimento = self.outbound(index, "A3", "IMP", "IMD", day)
        refusal = False if entry.holds else True if self.on_shelf[index] < quantity else None
        self.leave(pedimento, {index: quantity}, day, [(index, entry, quantity)], refusal=refusal, of=entry)

    @precondition(lambda self: any(self.entries))
    @rule(index=accounts, place=places, reason=st.sampled_from(["robo", "embargo"]))
    def an_entry_is_put_on_hold_or_let_go(self, index, place, reason):
        """For one reason or for two: no exit takes of it while one of them stands."""
        entry = self.entries[index][place % len(self.entries[index])]
        held = entry.holds.pop(reason, None)
        if held:
            customs.lift_hold(hold=held, release_document="OFICIO-1", **self.tick())
        else:
            lot = BondedLot.objects.get(pk=entry.lot)
            entry.holds[reason] = customs.hold(bonded_lot=lot, reason=reason, **self.tick())

    @precondition(lambda self: self.exits)
    @rule(place=places, day=st.sampled_from([LEFT[-1], TODAY.date()]))
    def an_exit_is_taken_back(self, place, day):
        """Once; the second time changes nothing."""
        self.take_back(self.exits[place % len(self.exits)], day)

    def take_back(self, exit_, day):
        """Give back what an exit took, in both books."""
        when = {"legal_date": day, "reason": "turned back", **self.tick()}
        back = customs.reverse_discharges(key=f"undo/{self.now}", of=exit_.key, **when)
        if exit_.is_undone:
            with pytest.raises(AlreadyReversed):
                ledger.reverse(posting=exit_.posting, key=f"undo/{self.now}", **when)
            assert back == []
            return
        ledger.reverse(posting=exit_.posting, key=f"undo/{self.now}", **when)
        exit_.is_undone = True
        for take in exit_.takes:
            take.entry.left += take.quantity
            self.on_shelf[take.index] += take.quantity

    @precondition(lambda self: any(self.entries))
    @rule(
        index=accounts,
        place=places,
        off=st.integers(-12, -1) | st.integers(-12, 12),
        price=st.integers(1, 20),
        is_back=st.booleans(),
    )
    def an_entry_is_rectified(self, index, place, off, price, is_back):
        """To more or less than has left: its newest discharges move on, or nothing changes and it waits.

        And maybe an exit that moved is taken back at once.
        """
        used = [one for one in self.entries[index] if one.left < one.declared] or self.entries[index]
        entry = used[place % len(used)]
        declared = max(1, entry.declared - entry.left + off)
        today = {"paid_on": TODAY.date(), "entered_on": TODAY.date()}
        r1 = self.paper(index, document_key="R1", regime="ITE", effect="COR", rectifies=entry.paper, **today)
        builders.make_subline(r1, self.items[index], declared, value=declared * price)
        entry.paper = r1
        moves = self.moves_of(index, entry, entry.declared - entry.left - declared)

        applied = customs.rectify(rectification=r1, **self.tick())

        assert applied.state == ("pending" if moves is None else "applied")
        if moves is None:
            return
        entry.left += declared - entry.declared
        entry.declared = declared
        for exit_, take, other, quantity in moves:
            take.quantity -= quantity
            entry.left += quantity
            other.left -= quantity
            exit_.takes.append(Take(index, other, quantity, next(self.turns)))
        if moves and is_back:
            self.take_back(moves[0][0], TODAY.date())

    def moves_of(self, index, entry, over):
        """Which takes of an entry other entries take over, and how much; None where they do not suffice."""
        standing = [(e, t) for e in self.exits if not e.is_undone for t in e.takes if t.entry is entry and t.quantity]
        moves, left = [], {id(one): one.left for one in self.entries[index]}
        for exit_, take in sorted(standing, key=lambda pair: -pair[1].turn):
            quantity = min(take.quantity, max(0, over))
            over -= quantity
            for other in self.in_order(index):
                if other is not entry and other.may_serve(exit_.legal_date, late=exit_.may_be_late):
                    part = min(quantity, left[id(other)])
                    left[id(other)] -= part
                    quantity -= part
                    moves += [(exit_, take, other, part)] if part else []
            if quantity:
                return None
        return moves

    @precondition(lambda self: self.exits)
    @rule(place=places)
    def an_exit_is_sent_again(self, place):
        """With its key: the books answer what they wrote and write nothing."""
        exit_ = self.exits[place % len(self.exits)]
        before = Leg.objects.count(), Discharge.objects.count()
        rows, posting = self.write(exit_.key, exit_.withdrawals, exit_.moves, exit_.legal_date)
        assert ([row.pk for row in rows], posting) == (exit_.rows, exit_.posting)
        assert (Leg.objects.count(), Discharge.objects.count()) == before

    # ── What always holds ───────────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_in_the_books_contradicts_itself(self):
        """The nightly proof finds nothing."""
        assert list(verify_books()) == []

    @invariant()
    def every_entry_owes_what_the_model_says_from_when_and_until_when_it_says(self):
        """Lot by lot, each in its own account."""
        columns = "account", "pk", "remaining", "clock_start", "available_from", "must_leave_by"
        owed = {row[:2]: row[2:] for row in BondedLot.objects.values_list(*columns)}
        assert owed == {
            (account.pk, one.lot): (one.left, one.clock_start, one.available_from, one.must_leave_by)
            for account, entries in zip(self.accounts, self.entries, strict=True)
            for one in entries
        }

    @invariant()
    def the_shelf_holds_what_the_model_says(self):
        """Item by item, and client by client."""
        lying = dict(Balance.objects.filter(location=self.shelf).values_list("account_id", "quantity"))
        assert [lying.pop(account.pk, 0) for account in self.accounts] == self.on_shelf
        assert lying == {}

    # ── How ─────────────────────────────────────────────────────────────────────────────────────

    def goods_leave(self, wanted, day):
        """By a return abroad of this day, which is refused whole where law or shelf lacks any of it."""
        takes = [take for index, quantity in wanted.items() for take in self.oldest_first(index, quantity, day)]
        is_covered = all(sum(q for i, _e, q in takes if i == index) == quantity for index, quantity in wanted.items())
        is_there = all(self.on_shelf[index] >= quantity for index, quantity in wanted.items())
        pedimento = self.outbound(next(iter(wanted)), "RT", "EXP", "EXD", day)
        self.leave(pedimento, wanted, day, takes, refusal=None if is_covered and is_there else is_covered)

    def oldest_first(self, index, quantity, day):
        """The entries that serve an exit, by the model; fewer than asked for where they do not suffice."""
        takes = []
        for entry in self.in_order(index):
            take = min(quantity, entry.left) if entry.may_serve(day) else 0
            if take:
                takes.append((index, entry, take))
                quantity -= take
        return takes

    def in_order(self, index):
        """The entries of an item, oldest first."""
        return sorted(self.entries[index], key=lambda one: (one.clock_start, one.paid, one.pedimento.number))

    def outbound(self, index, key, operation, regime, day):
        """A paid pedimento that lets goods out."""
        header = {"document_key": key, "operation": operation, "regime": regime, "effect": "OUT"}
        return self.paper(index, **header, paid_on=day, entered_on=day)

    def paper(self, index, **header):
        """A pedimento of the client and under the programme of an account."""
        programme = self.programmes[index]
        return builders.make_pedimento(client=programme.client, authorisation=programme, **header)

    def leave(self, pedimento, wanted, day, takes, *, refusal, of=None):
        """Write an exit of the model's takes; or see it refused by the shelf (`refusal` True) or by the law (False).

        `of` is the entry that the document names.
        """
        lines = {index: builders.make_subline(pedimento, self.items[index], q).line for index, q in wanted.items()}
        for line in lines.values() if of else ():
            line.source_number, line.source_seq = of.pedimento.number, 1
            line.save()
        withdrawals = [customs.Withdrawal(lines[i], self.accounts[i].pk, Decimal(q)) for i, q in wanted.items()]
        moves = [Move(self.lots[i].pk, self.shelf.pk, self.transit.pk, Decimal(q)) for i, q in wanted.items()]
        key = f"exit/{pedimento.number}"
        if refusal is not None:
            before = Leg.objects.count(), Discharge.objects.count()
            with pytest.raises(NotEnoughStock if refusal else NotEnoughBonded):
                self.write(key, withdrawals, moves, day)
            assert (Leg.objects.count(), Discharge.objects.count()) == before
            return
        rows, posting = self.write(key, withdrawals, moves, day)
        assert sorted((row.bonded_lot_id, row.quantity) for row in rows) == sorted((e.lot, q) for _i, e, q in takes)
        for index, entry, quantity in takes:
            entry.left -= quantity
            self.on_shelf[index] -= quantity
        took = [Take(*take, next(self.turns)) for take in takes]
        self.exits.append(Exit(key, withdrawals, day, moves, took, posting, [row.pk for row in rows], bool(of)))

    def write(self, key, withdrawals, moves, day):
        """Both books, or neither."""
        when = {"legal_date": day, **self.tick()}
        with transaction.atomic():
            rows = customs.discharge(key=key, withdrawals=withdrawals, **when)
            return rows, ledger.post(key=key, kind=Posting.Kind.DISPATCH, moves=moves, **when)


def test_any_sequence_of_entries_exits_reversals_rectifications_retries_holds_and_expiries_leaves_every_invariant_true():
    load(["regimes", "clave_effects", "permanence_rules", "non_business_days"])

    run_state_machine_as_test(AnySequence, settings=FAR)
