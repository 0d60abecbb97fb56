"""A declaration with dates and numbers at the end of the world is refused with its field, not with a crash."""

import pytest
import time_machine

from tests.api import house as houses
from tests.api.conftest import caller_for, problem_of
from tests.builders import make_authorisation, make_client, make_item, pedimento_number
from tests.scenarios import world
from tests.told import told_once


@told_once
def told():
    with time_machine.travel(houses.NOW, tick=False):
        world.load_law()
        zone = world.make_zone()
        client = make_client()
        return zone, make_authorisation("RFS", site=zone), make_item(client), caller_for(client)


@pytest.fixture
def declare(told, db):
    """A function that posts a valid declaration with some values changed, of the header or of its line."""
    zone, authorisation, item, caller = told
    with time_machine.travel(houses.NOW, tick=False):

        def post(line=None, **header):
            paid = {"paid_on": "2026-03-02", "cleared_at": "2026-03-02T09:00:00-06:00"}
            lines = [{"sku": item.sku, "quantity": 10, "value": 100}]
            body = world.declaration(pedimento_number(), zone, authorisation, lines, **paid)
            body["lines"][0] |= line or {}
            return caller.post("pedimentos/", {**body, **header})

        yield post


def test_the_declaration_the_others_are_made_of_is_taken(declare):
    assert declare().status_code == 201


@pytest.mark.parametrize("name", ["paid_on", "entered_on", "validated_on", "consolidated_opened_on"])
@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", "2026-02-30", "yesterday", 5, [], {}])
def test_a_day_that_cannot_be(declare, name, value):
    answer = declare(**{name: value})

    assert name in {error["field"] for error in problem_of(answer, 422, "invalid_input")["errors"]}


@pytest.mark.parametrize(
    "value",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-03-02T09:00:00", "2026-03-02", "now", 5, [], {}],
)
def test_a_moment_that_cannot_be(declare, value):
    answer = declare(cleared_at=value)

    assert "cleared_at" in {error["field"] for error in problem_of(answer, 422, "invalid_input")["errors"]}


@pytest.mark.parametrize("name", ["commercial_quantity", "tariff_quantity", "customs_value_mxn"])
@pytest.mark.parametrize("value", ["-1", "1e30", "NaN", "0.00000001", 1.5, True, [], {}, "9" * 50])
def test_a_number_that_cannot_be(declare, name, value):
    answer = declare({name: value})

    fields = {error["field"] for error in problem_of(answer, 422, "invalid_input")["errors"]}
    assert f"lines[0].{name}" in fields


@pytest.mark.parametrize("value", ["99999999999999999999", "x" * 31, "26 24 3456 7000123", "", None, 5, [], {}])
def test_a_number_of_a_pedimento_that_cannot_be(declare, value):
    answer = declare(number=value)

    assert "number" in {error["field"] for error in problem_of(answer, 422, "invalid_input")["errors"]}


@pytest.mark.parametrize("lines", [[], None, {}, "x", [1], [[]], [{}], [{}] * 5001])
def test_lines_that_cannot_be(declare, lines):
    answer = declare(lines=lines)

    assert any(error["field"].startswith("lines") for error in problem_of(answer, 422, "invalid_input")["errors"])
