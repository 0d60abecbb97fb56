"""API keys: who may call, with what, from where, and until when."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.errors import InvalidInput
from inventory.models import ApiKey
from inventory.parties import services as parties
from inventory.parties.roles import ApiScope
from tests.api.conftest import Caller, caller_for, make_key, problem_of
from tests.builders import ACTOR, NOON, make_client, make_item


def test_a_key_opens_its_own_clients_door(api, acme):
    answer = api.get("me/")

    assert answer.status_code == 200
    assert answer.json()["client"] == "acme"
    assert answer.json()["scopes"] == [scope.value for scope in ApiScope]


def test_only_the_hash_of_a_secret_is_kept(acme):
    issued = make_key(acme)

    row = ApiKey.objects.values().get(pk=issued.key.pk)
    assert issued.token.split("_", 2)[2] not in str(row)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer rk_x_y",
        "Basic abc",
        "Bearer rk__",
        "Bearer \x00",
        "bearer rk_é_é",
        "Bearer " + "a" * 5000,
    ],
)
def test_a_made_up_key_opens_nothing(db, header):
    answer = Caller(None, HTTP_AUTHORIZATION=header).get("me/")

    problem_of(answer, 401, "invalid_api_key")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="recinto"'


def test_the_right_prefix_with_the_wrong_secret_opens_nothing(acme):
    issued = make_key(acme)

    problem_of(Caller(issued.token[:-1] + "#").get("me/"), 401, "invalid_api_key")


def test_no_key_is_asked_for_one(anyone):
    problem_of(anyone.get("items/"), 401, "not_authenticated")


def test_a_revoked_key_opens_nothing_from_that_moment(acme):
    issued = make_key(acme)
    parties.revoke(key=issued.key, at=NOON)

    problem_of(Caller(issued.token).get("me/"), 401, "api_key_revoked")


def test_a_key_ends_at_its_expiry(acme):
    issued = make_key(acme, expires_at=NOON + timedelta(hours=1))

    with time_machine.travel(NOON + timedelta(minutes=59), tick=False):
        before = Caller(issued.token).get("me/")
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        after = Caller(issued.token).get("me/")

    assert before.status_code == 200
    problem_of(after, 401, "api_key_expired")


def test_the_keys_of_an_inactive_client_open_nothing(acme, api):
    acme.is_active = False
    acme.save()

    problem_of(api.get("me/"), 401, "client_inactive")


def test_a_key_bound_to_networks_works_from_there_only(acme, settings):
    caller = Caller(make_key(acme, allowed_networks=["203.0.113.0/24", "2001:db8::/32"]).token)

    assert caller.get("me/", REMOTE_ADDR="203.0.113.9").status_code == 200
    assert caller.get("me/", REMOTE_ADDR="2001:db8::1").status_code == 200
    problem_of(caller.get("me/", REMOTE_ADDR="198.51.100.1"), 403, "network_not_allowed")
    problem_of(caller.get("me/", REMOTE_ADDR=""), 403, "network_not_allowed")


def test_a_caller_cannot_say_where_it_calls_from_unless_our_proxy_does(acme, settings):
    caller = Caller(make_key(acme, allowed_networks=["203.0.113.0/24"]).token)
    forged = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}

    problem_of(caller.get("me/", **forged), 403, "network_not_allowed")
    settings.TRUSTED_PROXY_HOPS = 1
    assert caller.get("me/", **forged).status_code == 200
    forged["HTTP_X_FORWARDED_FOR"] = "203.0.113.9, 198.51.100.1"
    problem_of(caller.get("me/", **forged), 403, "network_not_allowed")


def test_rotation_gives_a_new_key_and_lets_the_old_one_work_on_for_a_while(acme):
    old = make_key(acme, [ApiScope.READ])
    new = parties.rotate(key=old.key, at=NOON, actor=ACTOR, overlap=timedelta(days=2))

    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        statuses = [Caller(key.token).get("me/").status_code for key in (old, new)]
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        later = [Caller(key.token).get("me/").status_code for key in (old, new)]

    assert statuses == [200, 200]
    assert later == [401, 200]
    assert new.key.scopes == ["read"]


def test_a_revoked_key_cannot_be_rotated(acme):
    issued = make_key(acme)
    parties.revoke(key=issued.key, at=NOON)

    with pytest.raises(parties.KeyRevoked):
        parties.rotate(key=issued.key, at=NOON, actor=ACTOR)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("scopes", {"scopes": ["everything"]}),
        ("scopes", {"scopes": []}),
        ("name", {"name": "  "}),
        ("allowed_networks", {"allowed_networks": ["the office"]}),
        ("expires_at", {"expires_at": NOON}),
    ],
)
def test_a_key_that_makes_no_sense_is_not_issued(acme, field, values):
    with pytest.raises(InvalidInput) as refusal:
        make_key(acme, **{"scopes": ApiScope, **values})

    assert refusal.value.field == field
    assert not ApiKey.objects.exists()


def test_a_key_may_do_only_what_its_scopes_say(acme):
    writer = caller_for(acme, [ApiScope.CATALOG])

    problem_of(writer.get("items/"), 403, "scope_missing")


def test_a_call_costs_one_statement_before_its_own_work(api):
    api.get("me/")

    with CaptureQueriesContext(connection) as statements:
        api.get("me/")

    assert len(statements) == 1


def test_the_day_of_the_last_use_is_written_once_a_day(acme):
    issued = make_key(acme)

    with time_machine.travel(datetime(2026, 3, 4, 9, tzinfo=UTC), tick=False):
        for _ in range(2):
            Caller(issued.token).get("me/")
        issued.key.refresh_from_db()

    assert str(issued.key.last_used_on) == "2026-03-04"


def test_another_clients_item_is_as_absent_as_one_that_never_was(api):
    theirs = make_item(make_client("other"), "THEIRS")

    absent = problem_of(api.get("items/NEVER/"), 404, "not_found")
    foreign = problem_of(api.get(f"items/{theirs.sku}/"), 404, "not_found")

    same = ("type", "title", "status", "detail", "code", "errors", "context")
    assert [absent[name] for name in same] == [foreign[name] for name in same]
