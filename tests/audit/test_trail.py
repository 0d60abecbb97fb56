"""The audit trail: who, when, from where, why, before and after; kept for ever."""

from copy import copy

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from inventory.audit import context, registry, selectors
from inventory.audit.middleware import AuditMiddleware, address_of
from inventory.audit.trail import save_known
from inventory.parties.models import Client
from inventory.parties.scope import Actor
from tests.builders import NOON, make_api_key_row, make_broker, make_client, make_pedimento, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def newest():
    return LogEntry.objects.order_by("-pk").first()


def answer(request, deed):
    return AuditMiddleware(lambda _request: deed())(request)


def test_a_change_keeps_before_and_after():
    client = make_client(name="Acme")

    client.name = "Acme, S.A."
    client.save()

    entry = newest()
    assert entry.action == LogEntry.Action.UPDATE
    assert entry.changes == {"name": ["Acme", "Acme, S.A."]}


def test_a_row_saved_beside_what_it_was_leaves_the_trail_that_any_save_leaves():
    def entry_of(save, client):
        client.name = "Acme, S.A."
        with context.acting(Actor(label="key 7"), "203.0.113.7"), context.because("Deed 4711"):
            save()
        told = {field.name: getattr(newest(), field.name) for field in LogEntry._meta.concrete_fields}
        return {name: value for name, value in told.items() if name not in {"id", "timestamp"}}

    known = make_client(name="Acme")
    before = copy(known)
    beside = entry_of(lambda: save_known(known, before, ["name", "rfc"]), known)
    Client.objects.filter(pk=known.pk).update(name="Acme")
    saved = Client.objects.get(pk=known.pk)

    assert entry_of(saved.save, saved) == beside
    assert beside["changes"] == {"name": ["Acme", "Acme, S.A."]}


def test_a_row_saved_as_it_was_leaves_no_trail():
    client = make_client()
    entries = LogEntry.objects.count()

    save_known(client, copy(client), ["name"])

    assert LogEntry.objects.count() == entries


def test_a_change_keeps_its_reason_and_who_made_it():
    user = make_user("ana")

    with context.acting(Actor.person(user), "203.0.113.7"), context.because("Deed 4711"):
        make_client()

    entry = newest()
    assert (entry.actor, entry.remote_addr) == (user, "203.0.113.7")
    assert entry.additional_data == {"actor": "ana", "reason": "Deed 4711"}


def test_an_inner_reason_holds_only_inside():
    with context.because("outer"):
        with context.because("inner"):
            make_client()
        inner = newest()
        make_client()

    assert inner.additional_data["reason"] == "inner"
    assert newest().additional_data["reason"] == "outer"
    assert context.current().reason == ""


def test_a_request_names_its_person_and_address():
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.4")
    request.user = make_user("bea")

    answer(request, make_client)

    entry = newest()
    assert (entry.actor, entry.remote_addr, entry.additional_data["actor"]) == (request.user, "198.51.100.4", "bea")


def test_an_api_key_is_named_once_it_is_known_and_forgotten_after_the_request():
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.4")

    def deed():
        context.identify(Actor(label="api:acme/erp"))
        make_client()

    answer(request, deed)
    inside = newest()
    make_client()

    assert (inside.actor, inside.additional_data["actor"], inside.remote_addr) == (None, "api:acme/erp", "198.51.100.4")
    assert newest().additional_data["actor"] == "system:recinto"


def test_an_api_key_at_work_is_named_without_being_asked():
    from inventory.api.authentication import ApiCaller

    request = RequestFactory().get("/")
    request.user = ApiCaller(make_api_key_row(make_client("acme"), name="erp"))

    answer(request, make_client)

    assert (newest().actor, newest().additional_data["actor"]) == (None, "api:acme/erp")


def test_an_address_that_the_caller_made_up_is_not_believed(settings):
    settings.TRUSTED_PROXY_HOPS = 0
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.4", HTTP_X_FORWARDED_FOR="10.0.0.1, 203.0.113.9")
    assert address_of(request) == "198.51.100.4"

    settings.TRUSTED_PROXY_HOPS = 1
    assert address_of(request) == "203.0.113.9"
    request.META["HTTP_X_FORWARDED_FOR"] = "no address"
    assert address_of(request) is None


def test_the_trail_survives_the_deletion_of_its_object():
    broker = make_broker("9999")
    pk = broker.pk

    broker.delete()

    entries = LogEntry.objects.filter(content_type__model="broker", object_pk=str(pk)).order_by("pk")
    assert [entry.action for entry in entries] == [LogEntry.Action.CREATE, LogEntry.Action.DELETE]
    assert entries[1].changes["patente"] == ["9999", "None"]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda: LogEntry.objects.update(object_repr="someone else"),
        lambda: LogEntry.objects.all().delete(),
        lambda: LogEntry.objects.first().delete(),
        lambda: LogEntry.objects.first().save(),
    ],
    ids=["update", "delete-all", "delete-one", "save-again"],
)
def test_nobody_edits_the_trail(tamper):
    make_client(name="Acme")
    before = list(LogEntry.objects.values("pk", "object_repr"))

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        tamper()

    assert list(LogEntry.objects.values("pk", "object_repr")) == before


def test_secrets_stay_out_of_the_trail():
    key = make_api_key_row(make_client(), secret_hash="f" * 64)
    of_key = newest()
    user = make_user()
    user.set_password("another long password")
    user.save()
    of_user = newest()

    key.last_used_on = NOON.date()
    key.save()

    assert newest() == of_user
    assert of_key.object_id == key.pk
    assert "secret_hash" not in of_key.changes
    assert of_user.changes == {"password": ["•••", "•••"]}
    assert not any(user.password in str(entry.changes) for entry in LogEntry.objects.all())


def test_the_header_of_a_pedimento_leaves_a_trail_of_plain_columns():
    pedimento = make_pedimento(customs_value_mxn=18250)

    created = selectors.trail_of(pedimento).get()

    assert created.changes["customs_value_mxn"] == ["None", "18250"]
    assert set(created.changes) <= {field.name for field in pedimento._meta.concrete_fields}


def test_log_ins_and_refusals_are_recorded(client):
    make_user("carla")

    client.post("/accounts/login/", {"login": "carla", "password": "wrong"})
    refused = newest()
    client.post("/accounts/login/", {"login": "carla", "password": PASSWORD})
    came = newest()
    client.post("/accounts/logout/")
    left = newest()

    assert [entry.additional_data["event"] for entry in (refused, came, left)] == ["login_refused", "login", "logout"]
    assert [entry.object_repr for entry in (refused, came, left)] == ["carla"] * 3
    assert {entry.remote_addr for entry in (refused, came, left)} == {"127.0.0.1"}
    assert refused.actor is None
    assert came.actor.username == "carla"
    assert not any("wrong" in str(entry.__dict__) for entry in (refused, came, left))


def test_every_audited_model_exists_and_is_registered():
    from auditlog.registry import auditlog

    names = {model.__name__ for model in auditlog.get_models()}

    assert {*registry.AUDITED, *registry.OF_THE_WORK} <= names
