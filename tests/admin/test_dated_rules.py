"""Rules of law in the administration: never two of one key on one day, and the message says what to do."""

from datetime import date

import pytest
from django.urls import reverse

from inventory.models import RateParameter
from inventory.parties.roles import Role
from tests.builders import make_user

pytestmark = pytest.mark.django_db
IVA = {"code": "IVA", "unit": "share", "legal_basis": "LIVA 1", "source": "DOF", "description": "IVA"}


@pytest.fixture
def inside(client):
    client.force_login(make_user("boss", Role.ADMINISTRATOR, language="en"))
    return client


def rule(value, valid_from, valid_to=None):
    return RateParameter.objects.create(**IVA, value=value, valid_from=valid_from, valid_to=valid_to)


def add(inside, value, valid_from, valid_to=""):
    form = {**IVA, "value": value, "valid_from": valid_from, "valid_to": valid_to}
    return inside.post(reverse("admin:inventory_rateparameter_add"), form)


def errors(answer):
    return {name: list(found) for name, found in answer.context["adminform"].form.errors.items()}


def test_a_second_rule_beside_one_without_an_end_is_refused_and_says_to_end_that_first(inside):
    rule("0.15", date(2010, 1, 1))

    answer = add(inside, "0.16", "2026-01-01")

    assert errors(answer) == {
        "valid_from": ["IVA 2010 is valid since 2010-01-01 without an end: give it its last valid day first."]
    }
    assert RateParameter.objects.count() == 1


def test_a_rule_that_reaches_into_the_next_is_refused(inside):
    rule("0.16", date(2026, 1, 1), date(2026, 12, 31))

    answer = add(inside, "0.15", "2025-01-01", "2026-01-01")

    assert errors(answer) == {"valid_from": ["IVA 2026 is valid from 2026-01-01 to 2026-12-31: two may not be."]}


def test_a_rule_that_begins_the_day_after_the_last_is_taken(inside):
    rule("0.15", date(2010, 1, 1), date(2025, 12, 31))

    answer = add(inside, "0.16", "2026-01-01")

    assert answer.status_code == 302
    assert RateParameter.objects.count() == 2


def test_the_end_of_a_rule_may_not_be_moved_into_the_next(inside):
    first = rule("0.15", date(2010, 1, 1), date(2025, 12, 31))
    rule("0.16", date(2026, 1, 1))

    answer = inside.post(
        reverse("admin:inventory_rateparameter_change", args=[first.pk]),
        {"valid_to": "2026-03-01", "legal_basis": "LIVA 1", "source": "DOF"},
    )

    assert list(errors(answer)) == ["valid_to"]
    first.refresh_from_db()
    assert first.valid_to == date(2025, 12, 31)
