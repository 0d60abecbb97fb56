"""`verify_books` is silent on right books and names what is wrong with others."""

import copy

import pytest
from django.core.management import call_command
from django.db import connection

from inventory.customs.models import BondedLot
from inventory.findings.models import Finding
from inventory.ledger.models import Balance
from inventory.reports import verification
from tests.conftest import _triggers_off
from tests.scenarios.test_account_life import Life
from tests.scenarios.world import at
from tests.told import told_once

pytestmark = pytest.mark.django_db


def checks():
    return [difference.check for difference in verification.verify_books()]


@told_once
def told():
    return Life().walk(until="2025-06-01")


@pytest.fixture
def account(told, db):
    return copy.deepcopy(told)


def test_right_books_are_silent(account, capsys):
    call_command("verify_books")

    assert capsys.readouterr().out.startswith("0 differences")


def test_a_balance_that_was_tampered_with_is_named(account):
    Balance.objects.filter(is_virtual=False, quantity__gt=0).update(quantity=7)

    assert "balance_is_sum_of_legs" in checks()
    assert "shelf_is_law_plus_open_differences" in checks()


def test_a_bonded_lot_that_was_tampered_with_is_named_and_leaves_findings(account, capsys):
    BondedLot.objects.filter(remaining__gt=0).update(remaining=1)

    with pytest.raises(SystemExit) as stop:
        call_command("verify_books")
    assert stop.value.code == 1
    assert "1_remaining_is_opening_less_discharges" in capsys.readouterr().out

    assert verification.report(at=at("2026-01-01")) > 0
    assert Finding.objects.filter(code="books_differ", closed_at=None).exists()


def test_a_leg_changed_behind_the_triggers_is_named(account):
    with _triggers_off(connection), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_leg SET quantity = quantity + 1000000 WHERE id = (SELECT min(id) FROM inventory_leg)"
        )

    assert {"posting_balances", "balance_is_sum_of_legs"} <= set(checks())


def test_an_exit_that_passed_over_an_older_entry_is_named(account):
    first, second = BondedLot.objects.order_by("clock_start", "pedimento_number")[:2]
    BondedLot.objects.filter(pk=second.pk).update(clock_start=first.clock_start.replace(year=2024))

    assert "9_peps_order" in checks()
