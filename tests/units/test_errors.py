"""Refusals say the same to people and to programs."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy, override

from inventory.errors import DomainError, Fault, InvalidInput, InvalidInputs, ReferenceMissing, say


class NotEnough(DomainError):
    code = "not_enough"


def test_a_refusal_has_one_shape():
    error = NotEnough("%(asked)s asked for, %(bonded)s under bond.", asked=Decimal("60.0"), bonded=Decimal(50))

    assert error.as_dict() == {
        "code": "not_enough",
        "message": "60 asked for, 50 under bond.",
        "context": {"asked": "60", "bonded": "50"},
    }


def test_the_context_is_json_safe_whatever_goes_in():
    error = NotEnough("x", on=date(2026, 1, 15), at=datetime(2026, 1, 15, 6, tzinfo=UTC), lots=[Decimal("1E+3"), None])

    assert error.context == {"on": "2026-01-15", "at": "2026-01-15T06:00:00+00:00", "lots": ["1000", None]}


def test_a_per_cent_sign_without_names_is_left_alone():
    assert str(NotEnough("100% of it", asked=1)) == "100% of it"


def test_a_message_is_translated_when_it_is_read_not_when_it_is_raised():
    with override("en"):
        error = NotEnough(gettext_lazy("Yes"))

    with override("es"):
        assert str(error) == "Sí"


def test_a_sentence_of_a_pure_module_is_translated_too():
    with override("es"):
        assert say("Yes", {}) == "Sí"


def test_words_of_ours_inside_a_sentence_are_translated_and_data_is_not():
    with override("es"):
        assert say("%(kind)s: %(value)s", {"kind": "Yes", "value": "Yes"}) == "Sí: Yes"


def test_an_error_without_a_message_shows_its_code():
    assert str(NotEnough()) == "not_enough"


def test_invalid_inputs_carry_each_field_value_and_rule():
    first = InvalidInput("%(field)s is %(value)s.", field="quantity", value="-1", rule="positive")
    second = InvalidInput("%(field)s is %(value)s.", field="unit", value="77", rule="known")

    both = InvalidInputs([first, second])

    assert both.status == 422
    assert str(both) == "quantity is -1. unit is 77."
    assert both.context["errors"][1] == {"field": "unit", "value": "77", "rule": "known", "message": "unit is 77."}


def test_an_invalid_input_can_be_said_of_another_field_without_losing_its_numbers():
    error = InvalidInput("%(value)s has more than %(decimals)s decimals.", value="0.1234567", rule="places", decimals=6)

    moved = error.at("fx_rate")

    assert moved.field == "fx_rate"
    assert moved.rule == "places"
    assert str(moved) == "0.1234567 has more than 6 decimals."


def test_a_fault_becomes_the_refusal_of_a_field():
    fault = Fault("bad_digit", "E", "%(value)s should end in %(digit)s.", {"value": "AB1", "digit": "2"})

    error = fault.as_error("container", "AB1")

    assert (error.field, error.rule, str(error)) == ("container", "bad_digit", "AB1 should end in 2.")


def test_a_missing_reference_names_list_code_and_day():
    error = ReferenceMissing("regime", "XYZ", date(2026, 1, 1))

    assert error.context == {"list": "regime", "key": "XYZ", "on": "2026-01-01"}
    assert "XYZ" in str(error)


@pytest.mark.parametrize("kind", [DomainError, InvalidInput, NotEnough])
def test_every_refusal_is_a_domain_error(kind):
    with pytest.raises(DomainError):
        raise kind("no")
