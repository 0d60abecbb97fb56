"""People are deactivated, never deleted; the text of a key is shown once; rules are closed, not rewritten."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from inventory.audit import selectors as audit
from inventory.catalog.models import Item
from inventory.models import ApiKey, Location, RateParameter, Site, User
from inventory.parties import selectors as parties
from inventory.parties.roles import Role
from tests.builders import make_account, make_client, make_item, make_location, make_user


@pytest.fixture
def inside(client, db):
    """A browser of an administrator who speaks English."""
    user = make_user("boss", Role.ADMINISTRATOR, language="en")
    client.force_login(user)
    client.user = user
    return client


def test_a_person_is_deactivated_with_a_trail_and_cannot_be_deleted(inside):
    leaver = make_user("leaver", Role.PLANNER)
    people = reverse("admin:inventory_user_changelist")

    inside.post(people, {"action": "deactivate", "_selected_action": [leaver.pk, inside.user.pk]})
    deleted = inside.post(reverse("admin:inventory_user_delete", args=[leaver.pk]), {"post": "yes"})

    leaver.refresh_from_db()
    inside.user.refresh_from_db()
    assert not leaver.is_active
    assert inside.user.is_active
    assert deleted.status_code == 403
    assert audit.trail_of(leaver).first().changes_dict == {"is_active": ["True", "False"]}


def test_a_new_person_gets_a_role_on_the_same_page(inside):
    form = {
        "username": "nora", "email": "nora@example.com", "language": "es-mx", "usable_password": "true",
        "password1": "correct horse battery", "password2": "correct horse battery",
        "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-role": "planner",
        "site_assignments-TOTAL_FORMS": "0", "site_assignments-INITIAL_FORMS": "0",
    }  # fmt: skip

    answer = inside.post(reverse("admin:inventory_user_add"), form, follow=True)

    assert answer.status_code == 200
    nora = User.objects.get(username="nora")
    if not nora.memberships.exists():  # Django asks for a password first and shows the rest on the next page
        form.update({"memberships-0-user": nora.pk, "is_active": "on"})
        inside.post(reverse("admin:inventory_user_change", args=[nora.pk]), form)
    assert [one.role for one in nora.memberships.all()] == ["planner"]


def test_a_key_is_shown_once_and_opens_the_door(inside):
    owner = make_client("acme")
    form = {"client": owner.pk, "name": "ERP", "scopes": ["read"], "allowed_networks": "10.0.0.0/8\n192.0.2.1"}

    answer = inside.post(reverse("admin:inventory_apikey_add"), form)

    key = ApiKey.objects.get()
    token = answer.context["issued"].token
    assert "no-store" in answer["Cache-Control"]
    assert token in answer.content.decode()
    assert parties.api_key_of(token) == key
    assert key.allowed_networks == ["10.0.0.0/8", "192.0.2.1/32"]
    again = inside.get(reverse("admin:inventory_apikey_change", args=[key.pk])).content.decode()
    assert token not in again
    assert key.secret_hash not in again


def test_a_key_that_cannot_be_is_refused_beside_its_field(inside):
    form = {"client": make_client().pk, "name": "ERP", "scopes": ["read"], "allowed_networks": "not-a-network"}

    answer = inside.post(reverse("admin:inventory_apikey_add"), form)

    assert answer.status_code == 422
    assert "not-a-network" in str(answer.context["form"].errors["allowed_networks"])
    assert not ApiKey.objects.exists()


def test_a_key_is_rotated_and_revoked_by_buttons_only(inside):
    form = {"client": make_client().pk, "name": "ERP", "scopes": ["read"]}
    old = parties.api_key_of(inside.post(reverse("admin:inventory_apikey_add"), form).context["issued"].token)
    rotate, revoke = (reverse(f"admin:inventory_apikey_{deed}", args=[old.pk]) for deed in ("rotate", "revoke"))
    inside.get(rotate)
    inside.get(revoke)
    assert ApiKey.objects.count() == 1

    rotated = inside.post(rotate)
    inside.post(revoke)
    refused = inside.post(rotate, follow=True)

    assert parties.api_key_of(rotated.context["issued"].token).name == "ERP"
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert "was revoked" in refused.content.decode()


def test_a_rule_in_the_law_is_closed_or_verified_but_not_rewritten(inside):
    rule = RateParameter.objects.create(
        code="TEST-RATE", value=Decimal("0.16"), unit="share", description="A rate", valid_from=date(2020, 1, 1),
        legal_basis="LIVA 1", source="DOF",
    )  # fmt: skip
    form = {"value": "0.99", "valid_to": "2026-12-31", "legal_basis": "LIVA 1", "source": "DOF 2026"}

    inside.post(reverse("admin:inventory_rateparameter_change", args=[rule.pk]), form)
    inside.post(
        reverse("admin:inventory_rateparameter_changelist"), {"action": "verify", "_selected_action": [rule.pk]}
    )

    rule.refresh_from_db()
    assert (rule.value, rule.valid_to, rule.source) == (Decimal("0.16"), date(2026, 12, 31), "DOF 2026")
    assert (rule.verified, rule.verified_by) == (True, "boss")


def test_unverified_rules_have_a_filter(inside):
    common = {"unit": "share", "description": "x", "valid_from": date(2020, 1, 1), "legal_basis": "b", "source": "s"}
    RateParameter.objects.create(code="READ-BY-SOMEONE", value=1, verified=True, **common)
    RateParameter.objects.create(code="READ-BY-NOBODY", value=1, **common)

    text = inside.get(reverse("admin:inventory_rateparameter_changelist"), {"verified": "no"}).content.decode()

    assert "READ-BY-NOBODY" in text
    assert "READ-BY-SOMEONE" not in text


def test_a_new_site_has_its_virtual_locations(inside):
    form = {
        "code": "mty", "name": "Monterrey", "kind": "bonded", "country": "MEX", "latitude": "25.6", "longitude": "-100.3",
        "time_zone": "America/Monterrey", "storage_usd_per_m3_week": "1.4", "is_active": "on",
    }  # fmt: skip

    answer = inside.post(reverse("admin:inventory_site_add"), form)

    assert answer.status_code == 302, answer.context["errors"]
    assert Location.objects.filter(site=Site.objects.get(code="mty"), is_virtual=True).count() == 5


def test_a_bin_keeps_its_regime(inside):
    bin_ = make_location(regime="RFS")

    inside.post(reverse("admin:inventory_location_change", args=[bin_.pk]), {"regime": "IMD", "is_active": "on"})

    bin_.refresh_from_db()
    assert bin_.regime == "RFS"


def test_units_stand_once_the_books_count_in_them(inside):
    item = make_item()
    make_account(item)
    values = {field.name: getattr(item, field.name) for field in Item._meta.fields if field.editable}
    form = {name: value for name, value in values.items() if value not in (None, False)}

    answer = inside.post(
        reverse("admin:inventory_item_change", args=[item.pk]), {**form, "client": item.client_id, "stock_unit": "1"}
    )

    item.refresh_from_db()
    assert item.stock_unit == "6"
    assert answer.status_code == 200
    assert answer.context["errors"]
