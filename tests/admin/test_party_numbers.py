"""Numbers of companies: a wrong form is refused beside its field, a wrong check digit of an RFC only warned of."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from inventory.models import Broker, Carrier, Client
from inventory.parties.roles import Role
from tests.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(client):
    client.force_login(make_user("boss", Role.ADMINISTRATOR, language="en"))
    return client


def add(inside, kind, **form):
    return inside.post(reverse(f"admin:inventory_{kind}_add"), {"is_active": "on", **form})


def company(rfc):
    return {"code": "acme", "name": "Acme", "rfc": rfc, "address": "", "authorisations-TOTAL_FORMS": 0,
            "authorisations-INITIAL_FORMS": 0}  # fmt: skip


def test_an_rfc_of_the_wrong_form_is_refused_beside_its_field(inside):
    answer = add(inside, "client", **company("no tal"))

    assert list(answer.context["adminform"].form.errors) == ["rfc"]
    assert not Client.objects.exists()


def test_a_wrong_check_digit_of_an_rfc_warns_and_does_not_refuse(inside):
    answer = add(inside, "client", **company("aaa010101aaa"))

    assert answer.status_code == 302
    assert Client.objects.get().rfc == "AAA010101AAA"
    assert any("AAA010101AAA" in str(message) for message in get_messages(answer.wsgi_request))


def test_a_right_rfc_is_stored_as_it_is_written_everywhere_and_says_nothing(inside):
    answer = add(inside, "client", **company("eku 9003173c9"))

    assert Client.objects.get().rfc == "EKU9003173C9"
    assert not [message for message in get_messages(answer.wsgi_request) if message.level_tag == "warning"]


@pytest.mark.parametrize(
    ("kind", "model", "given", "wrong"),
    [
        ("broker", Broker, {"patente": "345", "name": "B", "rfc": ""}, "patente"),
        ("carrier", Carrier, {"code": "c", "name": "C", "caat": "1", "scac": "", "rfc": ""}, "caat"),
        ("carrier", Carrier, {"code": "c", "name": "C", "caat": "", "scac": "12", "rfc": ""}, "scac"),
    ],
)
def test_licences_and_codes_of_the_road_have_their_form(inside, kind, model, given, wrong):
    answer = add(inside, kind, **given)

    assert list(answer.context["adminform"].form.errors) == [wrong]
    assert not model.objects.exists()
