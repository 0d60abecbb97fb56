"""Each check of `verify_books` by itself: books changed so that this one alone can tell, and it does."""

import ast
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from inventory.audit import services as audit
from inventory.models import (
    Account,
    Balance,
    BondedLot,
    Discharge,
    Leg,
    Location,
    Lot,
    Pedimento,
    PedimentoSubline,
    Posting,
    StockDifference,
)
from inventory.reports.verification import verify_books
from tests import builders
from tests.builders import NOON
from tests.conftest import _triggers_off
from tests.scenarios.test_account_life import Life
from tests.scenarios.world import at
from tests.told import told_once

pytestmark = pytest.mark.django_db
HOUSE = Path(__file__).parents[2]


@told_once
def told():
    """Three entries, five exits and a reversal: 65 pieces under bond, 55 on the shelf and 10 on the dock."""
    Life().walk(until="2025-06-01")


@contextmanager
def behind_every_guard():
    """As someone with the database's own password: without its triggers, and without its laws on balances."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE inventory_balance DROP CONSTRAINT balance_physical_not_below_zero")
        else:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            with _triggers_off(connection):
                yield
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")


def change(model, of=None, **values):
    """Change the first row of these, and only that."""
    row = model.objects.filter(**(of or {})).order_by("pk").first()
    assert model.objects.filter(pk=row.pk).update(**values) == 1
    return row


def grow(model, name, of=None, by=1):
    """Let a number of the first row of these be more by so much."""
    row = model.objects.filter(**(of or {})).order_by("pk").first()
    change(model, {"pk": row.pk}, **{name: getattr(row, name) + by})


def other_account(regime="RFS"):
    return builders.make_account(Account.objects.get().item, regime)


def carry(quantity, **place):
    """What lies somewhere by the balance, more or less by so much."""
    grow(Balance, "quantity", place, quantity)


def note(posting, location, quantity):
    """One more leg of a posting."""
    lot = Lot.objects.get()
    Leg.objects.create(
        posting=posting, account=lot.account, lot=lot, location=location, quantity=quantity,
        legal_date=posting.legal_date, recorded_at=posting.recorded_at,
    )  # fmt: skip


# ── What is changed ─────────────────────────────────────────────────────────────────────────────


def a_balance_goes():
    Balance.objects.filter(is_virtual=True).first().delete()


def a_shelf_lends_more_than_it_holds():
    """70 pieces are noted from the shelf to the dock, legs and balances alike."""
    posting = Posting.objects.order_by("pk").first()
    for code, quantity in (("A-01-ITE", -70), ("ANDEN-ITE", 70)):
        note(posting, Location.objects.get(code=code), quantity)
        carry(quantity, location__code=code)


def one_side_of_an_exit_grows():
    grow(Leg, "quantity", {"location__code": "TRANSIT"})
    carry(1, location__code="TRANSIT")


def a_reversal_brings_back_to_another_place():
    shelf = Location.objects.get(code="A-01-ITE")
    change(Leg, {"posting__reverses__isnull": False, "quantity__gt": 0}, location=shelf)
    carry(10, location=shelf)
    carry(-10, location__code="ANDEN-ITE")


def a_reversal_lacks_a_part():
    """Of what it reverses a move is noted that does not come back; another posting takes it away again."""
    exit_, other = Posting.objects.get(reversed_by__isnull=False), Posting.objects.order_by("pk").first()
    for code, quantity in (("VENDOR", -3), ("A-01-ITE", 3)):
        location = other.legs.get(location__code=code).location
        note(exit_, location, quantity)
        note(other, location, -quantity)


def an_empty_balance_names(**values):
    lot, vault = Lot.objects.get(), builders.make_location(Location.objects.get(code="A-01-ITE").site, "ITE")
    Balance.objects.create(**{"account": lot.account, "lot": lot, "location": vault, "is_virtual": False, **values})


def an_exit_is_noted_under(account):
    change(Discharge, account=account)


def an_entry_is_recorded_after_what_left_of_it():
    """E1 comes in after X1 and X2 have taken of it, before X3 does."""
    second = Discharge.objects.order_by("pk")[1]
    change(BondedLot, recorded_at=second.recorded_at + timedelta(minutes=1))


def the_youngest_entry_becomes_the_oldest():
    change(BondedLot, {"remaining__gt": 0}, clock_start=date(2024, 1, 1))


def a_difference_is_noted():
    StockDifference.objects.create(
        account=Account.objects.get(), quantity=3, origin=StockDifference.Origin.COUNT, document="count/1",
        found_on=date(2025, 5, 2), recorded_at=NOON, actor_label="a program",
    )  # fmt: skip


def another_site_holds_some():
    """Five pieces of the dock are noted at another site, legs and balances alike."""
    posting, there, lot = (
        Posting.objects.order_by("pk").first(),
        builders.make_location(regime="ITE"),
        Lot.objects.get(),
    )
    note(posting, there, 5)
    note(posting, Location.objects.get(code="ANDEN-ITE"), -5)
    carry(-5, location__code="ANDEN-ITE")
    Balance.objects.create(account=lot.account, lot=lot, location=there, is_virtual=False, quantity=5)


def a_sealed_row_is_written_again():
    audit.seal(day=date(2025, 5, 31), at=at("2025-06-01"))
    change(Posting, reason="another reason")


CASES = [
    ("balance_is_sum_of_legs", lambda: carry(1, is_virtual=True)),
    ("balance_is_sum_of_legs", a_balance_goes),
    ("no_physical_below_zero", a_shelf_lends_more_than_it_holds),
    ("posting_balances", one_side_of_an_exit_grows),
    ("reversal_is_mirror", a_reversal_brings_back_to_another_place),
    ("reversal_is_mirror", a_reversal_lacks_a_part),
    ("leg_copies_its_posting", lambda: change(Leg, legal_date=date(2024, 1, 1))),
    ("leg_copies_its_posting", lambda: grow(Leg, "recorded_at", by=timedelta(minutes=1))),
    ("leg_copies_its_posting", lambda: change(Leg, account=other_account())),
    ("balance_copies_its_place", lambda: an_empty_balance_names(is_virtual=True)),
    ("balance_copies_its_place", lambda: an_empty_balance_names(account=other_account())),
    ("one_regime_per_location", lambda: change(Location, {"code": "A-01-ITE"}, regime="RFS")),
    ("declared_is_opening_plus_corrections", lambda: grow(BondedLot, "declared")),
    ("declared_is_opening_plus_corrections", lambda: grow(BondedLot, "declared_tariff")),
    ("declared_is_opening_plus_corrections", lambda: grow(BondedLot, "declared_value_mxn")),
    ("1_remaining_is_opening_less_discharges", lambda: grow(BondedLot, "remaining_tariff")),
    ("1_remaining_is_opening_less_discharges", lambda: grow(BondedLot, "remaining_value_mxn")),
    ("7_sublines_are_the_line", lambda: grow(PedimentoSubline, "commercial_quantity")),
    ("7_sublines_are_the_line", lambda: grow(PedimentoSubline, "tariff_quantity")),
    ("7_sublines_are_the_line", lambda: grow(PedimentoSubline, "customs_value_mxn")),
    ("7_lines_are_the_header", lambda: grow(Pedimento, "customs_value_mxn")),
    ("4_not_before_available", lambda: change(BondedLot, available_from=date(2025, 3, 2))),
    ("8_same_account", lambda: an_exit_is_noted_under(other_account())),
    ("8_same_account", lambda: an_exit_is_noted_under(other_account("EXD"))),
    ("8_same_client", lambda: change(Pedimento, {"effect": "OUT"}, client=builders.make_client())),
    ("5_exit_within_its_line", lambda: change(PedimentoSubline, {"line__pedimento__effect": "OUT"}, quantity=29)),
    ("1_never_below_zero", an_entry_is_recorded_after_what_left_of_it),
    ("9_peps_order", the_youngest_entry_becomes_the_oldest),
    ("hold_is_the_oldest_open", lambda: change(BondedLot, hold_reason="robo")),
    ("shelf_is_law_plus_open_differences", a_difference_is_noted),
    ("shelf_is_law_plus_open_differences", another_site_holds_some),
    ("21_audit_chain", a_sealed_row_is_written_again),
]  # fmt: skip


@pytest.mark.parametrize(("check", "tamper"), CASES, ids=[f"{check}-{n}" for n, (check, _tamper) in enumerate(CASES)])
def test_books_that_are_changed_under_the_triggers_are_told_by_the_check_that_is_for_it_and_no_other(
    told, check, tamper
):
    with behind_every_guard():
        tamper()

    assert {fault.check for fault in verify_books()} == {check}


def test_every_check_that_can_speak_has_a_case():
    assert {check for check, _tamper in CASES} == set(names_in_the_code())


def names_in_the_code():
    """The name of every check of which the house makes a `Difference`: written there, or a constant of the module."""
    for path in HOUSE.glob("inventory/**/*.py"):
        if "Difference(" not in (text := path.read_text()):
            continue
        tree = ast.parse(text)
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Difference":
                name = node.args[0]
                yield constants[name.id] if isinstance(name, ast.Name) else name.value
