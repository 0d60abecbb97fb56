"""Exact quantities: base units, factors, one rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.errors import InvalidInput
from inventory.units import (
    BASE_MAX,
    QUANTITY_SCALE,
    Factor,
    as_decimal,
    convert,
    from_base,
    plain,
    round_half_up,
    to_base,
)

bases = st.integers(min_value=-BASE_MAX, max_value=BASE_MAX)
scales = st.integers(min_value=0, max_value=6)
terms = st.integers(min_value=1, max_value=10**12)
factors = st.builds(Factor, terms, terms)
quantities = st.integers(min_value=0, max_value=10**15).map(lambda base: from_base(base, QUANTITY_SCALE))


@given(bases, scales)
def test_base_units_survive_the_way_to_decimals_and_back(base, scale):
    assert to_base(from_base(base, scale), scale) == base


@given(bases, scales)
def test_a_decimal_never_shows_an_exponent_or_trailing_zeros(base, scale):
    value = from_base(base, scale)

    assert str(value) == plain(value)
    assert "E" not in str(value)
    assert not ("." in str(value) and str(value).endswith("0"))


@pytest.mark.parametrize("value", [0.1, 1.0, True, None, float("nan"), "abc", "", Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_exact_number_is_refused(value):
    with pytest.raises(InvalidInput):
        as_decimal(value)


@pytest.mark.parametrize("text", ["0.0000001", "1.0000005", "1E-7", "1E-1000000"])
def test_a_seventh_decimal_is_refused_not_rounded(text):
    with pytest.raises(InvalidInput, match="more than 6 decimals"):
        to_base(Decimal(text), 6)


@pytest.mark.parametrize("text", ["9223372036854.775808", "1E+13", "1E+1000000", "-9223372036854.775808"])
def test_what_does_not_fit_a_bigint_is_refused(text):
    with pytest.raises(InvalidInput) as refused:
        to_base(Decimal(text), 6)

    assert refused.value.rule == "max_size"


def test_the_largest_quantity_fits():
    assert to_base(Decimal("9223372036854.775807"), 6) == BASE_MAX


@given(quantities, factors)
def test_a_conversion_is_the_exact_product_rounded_once(quantity, factor):
    assume(quantity * factor.numerator / factor.denominator < 10**12)

    converted = convert(quantity, factor)

    exact = Fraction(quantity) * Fraction(factor.numerator, factor.denominator)
    assert abs(Fraction(converted) - exact) <= Fraction(1, 2 * 10**6)


@given(quantities, st.integers(min_value=1, max_value=10**6))
def test_a_whole_factor_there_and_back_loses_nothing(quantity, numerator):
    factor = Factor(numerator)

    assert convert(convert(quantity, factor), factor.inverse()) == quantity


def test_a_chain_of_units_is_rounded_once_and_not_at_each_step():
    thirds, triple = Factor(1, 3), Factor(3)

    stepwise = convert(convert(Decimal(1), thirds), triple)

    assert stepwise == Decimal("0.999999")
    assert convert(Decimal(1), thirds.then(triple)) == 1


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 0), (-1, 2), (1, -2), (1.5, 1), (True, 1)])
def test_a_factor_of_anything_but_positive_whole_numbers_is_refused(numerator, denominator):
    with pytest.raises(InvalidInput):
        Factor(numerator, denominator)


def test_a_factor_of_a_declared_line_is_exact():
    assert Factor.of("333.333", 1000) == Factor(333333, 1000000)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [("0.5", 0, "1"), ("-0.5", 0, "-1"), ("2.675", 2, "2.68"), ("2.6749999", 2, "2.67"), ("1E+20", 2, "1E+20")],
)
def test_ties_go_away_from_zero(value, places, rounded):
    assert round_half_up(Decimal(value), places) == Decimal(rounded)
