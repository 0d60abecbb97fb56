"""A rectification in quantity, tariff units and value, on the account whose life is worked out in `account_life`.

On 2025-06-06 E1 (100 pieces, 33.333 kg, 10,000 pesos) is used up by X1 30, X2 40 and X3 30; E2 by X3 20 and X5 30; of E3 (80,
26.640 kg, 8,000 pesos) X5 took 15; E4 (200, 66.000 kg, 21,001 pesos) is whole. 265 pieces under bond, of 27,501 pesos.
"""

import copy
from decimal import Decimal

import pytest

from inventory.customs import selectors as customs_books
from inventory.customs import services as customs
from inventory.customs.models import BondedLot, Discharge
from inventory.customs.pedimento_models import Pedimento
from inventory.findings.models import Finding
from inventory.models import Account
from inventory.reports.verification import verify_books
from tests.invariants.test_invariants import image, rectification
from tests.scenarios.account_life import ENTRIES
from tests.scenarios.test_account_life import Life
from tests.scenarios.world import ACTOR, SEES_ALL, at
from tests.told import told_once

pytestmark = pytest.mark.django_db

NUMBERS = {name: number for name, _day, number, *_rest in ENTRIES}
MEASURES = ("quantity", "tariff_quantity", "value_mxn")


@told_once
def told():
    life = Life()
    life.walk(until="2025-06-06")
    return life


@pytest.fixture
def life(told, db):
    return copy.deepcopy(told)


def rectify(life, entry, number, pieces, kilos, value, day="2025-06-10"):
    """An R1 of an entry to this image, applied on a day."""
    r1 = rectification(life, f"25 24 3456 {number}", [image(pieces, kilos, value)], rectifies=NUMBERS[entry])
    applied = customs.rectify(rectification=r1, at=at(day), actor=ACTOR)
    assert applied.state == Pedimento.State.APPLIED


def lot(entry):
    return BondedLot.objects.get(pedimento_number=NUMBERS[entry].replace(" ", ""))


def left(entry):
    """What an entry still owes: pieces, kilos, pesos."""
    owed = lot(entry)
    return owed.remaining, owed.remaining_tariff, owed.remaining_value_mxn


def pieces():
    return [int(left(entry)[0]) for entry in ("E1", "E2", "E3", "E4")]


def written_on(day):
    """What was written on a day: entry, pieces, kilos, pesos, flags."""
    names = {number.replace(" ", ""): name for name, number in NUMBERS.items()}
    rows = Discharge.objects.filter(recorded_at=at(day)).select_related("bonded_lot").order_by("pk")
    return [
        (names[row.bonded_lot.pedimento_number], *(getattr(row, one) for one in MEASURES), row.flags) for row in rows
    ]


def what_the_rows_add_up_to():
    """Every row of the account, in pieces, kilos and pesos."""
    rows = list(customs_books.kardex(SEES_ALL, Account.objects.get(regime="ITE")))
    return [sum(getattr(row, measure) for row in rows) for measure in MEASURES]


def test_a_dispatch_taken_back_gives_back_what_a_rectification_moved_of_it_elsewhere(life):
    rectify(life, "E1", "5000301", 90, "30.000", 9000)
    assert pieces() == [0, 0, 55, 200]

    life.reverse("2025-06-12", "X3")

    # X3's 50: 20 still of E1, 20 of E2, and the ten that the rectification had moved to E3.
    assert pieces() == [20, 20, 65, 200]
    assert left("E3") == (65, Decimal("21.645"), 6500)
    # 305 under bond, 315 on the shelf: the ten that the rectification took off the books stand as a difference.
    assert list(verify_books()) == []


def test_what_two_rectifications_moved_one_after_the_other_comes_back_too(life):
    rectify(life, "E1", "5000301", 90, "30.000", 9000)
    life.reverse("2025-06-11", "X5")
    assert pieces() == [0, 30, 70, 200]
    # Of the ten of X3 that came to E3 six are too many for it now; E2, free again, takes them.
    rectify(life, "E3", "5000302", 4, "1.332", 400, day="2025-06-12")
    assert pieces() == [0, 24, 0, 200]

    life.reverse("2025-06-13", "X3")

    assert pieces() == [20, 50, 4, 200]
    assert list(verify_books()) == []


def test_the_value_that_a_used_up_entry_has_too_much_is_taken_off_its_newest_discharge(life):
    rectify(life, "E1", "5000301", 100, "33.333", 9000)

    assert written_on("2025-06-10") == [
        ("E1", -30, -10, -3000, []),
        ("E1", 30, 10, 2000, ["revalued"]),
    ]
    assert left("E1") == (0, 0, 0)
    assert what_the_rows_add_up_to() == [265, Decimal("87.645"), 27_501]
    (finding,) = Finding.objects.filter(code="exit_needs_review", closed_at=None)
    assert finding.context["exit"] == life.numbers["X3"]
    assert list(verify_books()) == []


def test_an_entry_rectified_in_all_three_measures_adds_up_in_all_three_and_so_does_what_comes_back(life):
    rectify(life, "E1", "5000301", 90, "29.500", 9100)

    # Ten of X3's 30 go to E3, at its 0.333 kg and 100 pesos; its other 20 bear half a kilo less and 100 pesos more.
    assert written_on("2025-06-10") == [
        ("E1", -10, Decimal("-3.333"), -1000, []),
        ("E1", -20, Decimal("-6.667"), -2000, []),
        ("E1", 20, Decimal("6.167"), 2100, ["revalued"]),
        ("E3", 10, Decimal("3.330"), 1000, ["reallocated"]),
    ]
    assert (left("E1"), left("E3")) == ((0, 0, 0), (55, Decimal("18.315"), 5500))
    assert what_the_rows_add_up_to() == [255, Decimal("84.315"), 26_501]
    assert list(verify_books()) == []

    life.reverse("2025-06-12", "X3")

    assert (left("E1"), left("E3")) == ((20, Decimal("6.167"), 2100), (65, Decimal("21.645"), 6500))
    assert list(verify_books()) == []


def test_an_entry_in_use_never_owes_less_than_nothing_and_keeps_its_proportion(life):
    rectify(life, "E3", "5000301", 80, "26.640", 1200)

    # 15 pesos a piece: 65 pieces left, and X5's 15.
    assert left("E3") == (65, Decimal("21.645"), 975)
    assert written_on("2025-06-10") == [
        ("E3", -15, Decimal("-4.995"), -1500, []),
        ("E3", 15, Decimal("4.995"), 225, ["revalued"]),
    ]
    assert list(verify_books()) == []


def test_what_is_written_anew_in_its_own_place_passes_over_nobody(life):
    life.reverse("2025-06-09", "X3")  # of E1 and E2, which are older than E3 and have pieces again

    rectify(life, "E3", "5000301", 80, "26.640", 1200)

    assert pieces() == [30, 20, 65, 200]
    assert list(verify_books()) == []


def test_what_one_discharge_cannot_bear_the_next_newest_does(life):
    rectify(life, "E1", "5000301", 100, "33.333", 5000)

    assert [(entry, quantity, value) for entry, quantity, _kilos, value, _flags in written_on("2025-06-10")] == [
        ("E1", -30, -3000), ("E1", -40, -4000), ("E1", 40, 2000), ("E1", 30, 0),
    ]  # fmt: skip
    assert list(verify_books()) == []


@pytest.mark.parametrize("change", [{"remaining_value_mxn": 1}, {"remaining_tariff": 999}])
def test_a_rectified_entry_that_was_tampered_with_is_named(life, change):
    rectify(life, "E1", "5000301", 90, "29.500", 9100)

    BondedLot.objects.filter(pk=lot("E1").pk).update(**change)

    assert [difference.check for difference in verify_books()] == ["1_remaining_is_opening_less_discharges"]
