"""The number of a pedimento: P1 to P8 of mexico.md §2.1."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.customs.pedimento_number import CARTA_PORTE, Circumstances, check, display, parse
from inventory.errors import InvalidInput

AROUND = Circumstances(
    today=date(2026, 11, 22), is_office={"24", "80"}.__contains__, is_patent={"3456", "0000"}.__contains__
)
GOOD = "26  24  3456  6000123"
fifteen_digits = st.text("0123456789", min_size=15, max_size=15)


def codes(text, **around):
    return [
        (fault.code.removeprefix("pedimento_number_"), fault.severity)
        for fault in check(text, replace(AROUND, **around))
    ]


@pytest.mark.parametrize(
    "text", ["262434566000123", "26 24 3456 6000123", "26-24-3456-6000123", GOOD, "\t26  24\n3456 - 6000123 "]
)
def test_spaces_hyphens_or_nothing_make_the_same_number(text):
    assert parse(text).digits == "262434566000123"


@given(fifteen_digits)
def test_what_is_shown_can_be_read_again(digits):
    number = parse(digits)

    assert CARTA_PORTE.match(number.display())
    assert parse(number.display()) == number
    assert number.digits == digits


@pytest.mark.parametrize(
    "text", ["", "26 24 3456 600012", "26 24 3456 60001234", "26 24 345A 6000123", "٢٦٢٤٣٤٥٦٦٠٠٠١٢٣"]
)
def test_p1_anything_but_fifteen_digits_is_refused(text):
    with pytest.raises(InvalidInput) as refused:
        parse(text)

    assert refused.value.rule == "pedimento_number_digits"
    assert codes(text) == [("digits", "E")]


def test_a_good_number_has_no_faults():
    assert codes(GOOD) == []


def test_p2_a_year_to_come_is_refused():
    assert codes("27 24 3456 7000123") == [("year", "E")]


def test_p3_an_unknown_customs_office_is_refused():
    assert codes("26 99 3456 6000123") == [("office", "E")]


def test_p4_an_unlisted_patent_only_warns_for_new_ones_come_late():
    assert codes("26 24 9999 6000123") == [("patent", "W")]


def test_p4_patent_zero_is_refused_even_if_listed():
    assert codes("26 24 0000 6000123") == [("patent", "E")]


def test_p5_the_ninth_digit_is_that_of_the_year():
    assert codes("26 24 3456 5000123") == [("year_digit", "E")]


def test_p5_a_consolidated_may_have_been_opened_the_year_before():
    assert codes("26 24 3456 5000123", is_consolidated=True) == []
    assert codes("26 24 3456 4000123", is_consolidated=True) == [("year_digit", "E")]


def test_p5_at_the_turn_of_a_decade_the_year_before_ends_in_nine():
    assert codes("20 24 3456 9000123", is_consolidated=True) == []


def test_p5_an_original_of_a_rectification_only_warns():
    assert codes("26 24 3456 3000123", is_rectified_original=True) == [("year_digit", "W")]


def test_p6_numbering_begins_at_one():
    assert codes("26 24 3456 6000000") == [("serial", "E")]
    assert codes("26 24 3456 6000001") == []


def test_p7_a_number_on_record_is_refused_and_of_another_client_warned_of():
    assert codes(GOOD, taken="same_client") == [("taken", "E")]
    assert codes(GOOD, taken="other_client") == [("taken", "W")]


def test_p8_a_number_paid_in_another_year_warns():
    assert codes(GOOD, paid_on=date(2026, 12, 31)) == []
    assert codes(GOOD, paid_on=date(2027, 1, 4)) == [("payment_year", "W")]
    assert codes(GOOD, paid_on=date(2027, 1, 4), is_consolidated=True) == []
    assert codes(GOOD, paid_on=date(2028, 1, 4), is_consolidated=True) == [("payment_year", "W")]


def test_every_fault_is_told_at_once_errors_first():
    assert codes("26 99 9999 5000000") == [("office", "E"), ("year_digit", "E"), ("serial", "E"), ("patent", "W")]


def test_a_fault_names_the_number_it_is_about():
    (fault,) = check("26 99 3456 6000123", AROUND)

    assert str(fault) == "Customs office 99 of pedimento 26  99  3456  6000123 is not in the list of that day."


def test_what_is_no_number_is_shown_as_it_is():
    assert display("draft") == "draft"
