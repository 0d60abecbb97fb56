"""Whole pesos: 1 to 50 cents go down, 51 to 99 go up (CFF 20, LFD 6)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.customs.peso import to_pay, whole


@pytest.mark.parametrize(
    ("amount", "pesos"),
    [
        ("100.50", 100),
        ("100.51", 101),
        ("100.504", 100),
        ("100.505", 101),
        ("99.49", 99),
        ("99.99", 100),
        ("99.995", 100),
        ("0.50", 0),
        ("0", 0),
        ("101.50", 101),
        ("123456789012345678901234567890.51", 123456789012345678901234567891),
    ],
)
def test_fifty_cents_go_down_and_one_more_goes_up(amount, pesos):
    assert to_pay(Decimal(amount)) == pesos


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=99))
def test_what_is_paid_is_within_half_a_peso(pesos, cents):
    amount = Decimal(pesos) + Decimal(cents) / 100

    paid = to_pay(amount)

    assert paid == (pesos if cents <= 50 else pesos + 1)


def test_declared_values_round_the_half_up():
    assert whole(Decimal("100.50")) == 101
    assert whole(Decimal("100.4999")) == 100
