"""A key stands for one posting: told again it is the same posting, told otherwise it is refused, and neither moves a thing."""

from decimal import Decimal

import pytest

from inventory.customs import services as customs
from inventory.errors import IdempotencyConflict
from inventory.ledger import services as ledger
from inventory.ledger.moves import Move
from inventory.models import Balance, BondedLot, Discharge, Leg, Posting
from tests.builders import ACTOR, NOON, TODAY, make_account, make_bonded_lot, make_location, make_outbound_line
from tests.invariants.test_invariants import stocked
from tests.scenarios import world

pytestmark = pytest.mark.django_db


class Shelves:
    """Ten pieces on a shelf, and two places to carry them to."""

    def __init__(self):
        account = make_account()
        self.lot, self.shelf = stocked(account)
        site = self.shelf.site
        self.near, self.far = make_location(site), make_location(site)

    def post(self, *moves, kind=Posting.Kind.MOVE, key="k1"):
        """Carry so much of the lot from one place to another, move by move."""
        moves = [Move(self.lot.pk, origin.pk, to.pk, Decimal(quantity)) for origin, to, quantity in moves]
        return ledger.post(key=key, kind=kind, moves=moves, legal_date=TODAY, at=NOON, actor=ACTOR)


@pytest.fixture
def shelves():
    return Shelves()


def books():
    """Every posting, leg and balance."""
    return [list(model.objects.order_by("pk").values()) for model in (Posting, Leg, Balance)]


def test_the_same_moves_under_the_same_key_are_one_posting_in_whatever_order(shelves):
    near, far = (shelves.shelf, shelves.near, 6), (shelves.shelf, shelves.far, 3)
    first, once = shelves.post(near, far), books()

    # One piece is left, so the books would refuse to do it again.
    again = shelves.post(far, near)

    assert again == first
    assert books() == once


@pytest.mark.parametrize(
    "other",
    [
        lambda s: s.post((s.shelf, s.near, 5)),
        lambda s: s.post((s.shelf, s.far, 6)),
        lambda s: s.post((s.near, s.shelf, 6)),
        lambda s: s.post((s.shelf, s.near, 6), (s.near, s.far, 1)),
        lambda s: s.post((s.shelf, s.near, 6), kind=Posting.Kind.PICK),
        lambda s: s.post((s.shelf, s.near, 1000)),
    ],
    ids=["other quantity", "other destination", "other way", "one move more", "other kind", "more than there is"],
)
def test_a_used_key_with_other_moves_is_refused_and_moves_nothing(shelves, other):
    shelves.post((shelves.shelf, shelves.near, 6))
    before = books()

    with pytest.raises(IdempotencyConflict) as refusal:
        other(shelves)

    assert (refusal.value.code, refusal.value.context) == ("idempotency_conflict", {"key": "k1"})
    assert books() == before


def test_a_used_key_undoes_no_other_posting(shelves):
    carried = shelves.post((shelves.shelf, shelves.near, 6))
    shelves.post((shelves.shelf, shelves.far, 2), key="k2")
    before = books()

    with pytest.raises(IdempotencyConflict):
        ledger.reverse(posting=carried, key="k2", legal_date=TODAY, at=NOON, actor=ACTOR, reason="Wrong shelf")

    assert books() == before


def test_the_key_that_undid_one_of_two_like_postings_does_not_undo_the_other(shelves):
    first = shelves.post((shelves.shelf, shelves.near, 4), key="k1")
    second = shelves.post((shelves.shelf, shelves.near, 4), key="k2")
    undo = {"legal_date": TODAY, "at": NOON, "actor": ACTOR, "reason": "Wrong shelf"}
    mirror = ledger.reverse(posting=first, key="undo", **undo)
    before = books()

    with pytest.raises(IdempotencyConflict):
        ledger.reverse(posting=second, key="undo", **undo)
    with pytest.raises(IdempotencyConflict):
        ledger.reverse(posting=second, key="k2", **undo)

    assert ledger.reverse(posting=first, key="undo", **undo) == mirror
    assert books() == before


def test_a_used_key_writes_off_no_other_exit():
    world.load_law()
    account = make_account()
    make_bonded_lot(account, 10)
    line = make_outbound_line(account, 10)

    def discharge(quantity):
        withdrawals = [customs.Withdrawal(line, account.pk, Decimal(quantity))]
        return customs.discharge(key="k1", withdrawals=withdrawals, legal_date=TODAY, at=NOON, actor=ACTOR)

    rows = discharge(4)
    again = discharge(4)
    with pytest.raises(IdempotencyConflict) as refusal:
        discharge(5)

    assert again == rows
    assert refusal.value.context == {"key": "k1"}
    assert Discharge.objects.get() == rows[0]
    assert BondedLot.objects.get().remaining == 6
