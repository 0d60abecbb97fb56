"""The audit trail on pages: for administrators and compliance, with what stood before and after."""

import pytest
from django.urls import reverse

from inventory.audit import context, selectors
from inventory.parties.roles import Role
from tests.builders import make_client, make_user


@pytest.fixture
def change(db):
    """One change, with a reason."""
    acme = make_client("acme", name="Acme")
    with context.because("Renamed by deed 4711"), context.doing("receipt/REC-26-1"):
        acme.name = "Acme & Sons"
        acme.save()
    return selectors.trail_of(acme).first()


def enter(client, role):
    user = make_user(role=role, language="en", client=make_client() if role is Role.CLIENT else None)
    client.force_login(user)


@pytest.mark.parametrize("role", list(Role))
def test_only_those_who_may_see_the_trail_see_it(client, change, role):
    enter(client, role)
    allowed = role in (Role.CUSTOMS, Role.ADMINISTRATOR)

    for url in (reverse("inventory:audit"), reverse("inventory:audit_entry", args=[change.pk])):
        assert client.get(url).status_code == (200 if allowed else 403)


def test_a_change_shows_what_stood_before_and_after_and_why(client, change):
    enter(client, Role.CUSTOMS)

    text = client.get(reverse("inventory:audit_entry", args=[change.pk])).content.decode()

    assert "<del>Acme</del>" in text
    assert "<ins>Acme &amp; Sons</ins>" in text
    assert "Renamed by deed 4711" in text
    assert "system:recinto" in text
    assert "receipt/REC-26-1" in text


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ({"q": "Acme"}, True),
        ({"q": "4711"}, True),
        ({"q": "receipt/REC-26-1"}, True),
        ({"q": "nothing like it"}, False),
        ({"actor": "recinto"}, True),
        ({"actor": "someone else"}, False),
        ({"since": "2000-01-01"}, True),
        ({"until": "2000-01-01"}, False),
        ({"action": "2"}, False),
    ],
)
def test_the_trail_is_searched_by_who_what_and_when(client, change, query, finds):
    enter(client, Role.ADMINISTRATOR)

    rows = client.get(reverse("inventory:audit"), query).context["table"].page.object_list

    assert any(row.record.pk == change.pk for row in rows) is finds


def test_the_trail_is_taken_along_as_a_file(client, change):
    enter(client, Role.CUSTOMS)

    text = b"".join(client.get(reverse("inventory:audit"), {"export": "csv"}).streaming_content).decode("utf-8-sig")

    assert "Acme & Sons" in text


def test_the_trail_cannot_be_written_by_its_pages(client, change):
    enter(client, Role.ADMINISTRATOR)

    assert client.post(reverse("inventory:audit")).status_code == 405
    assert client.post(reverse("inventory:audit_entry", args=[change.pk])).status_code == 405
