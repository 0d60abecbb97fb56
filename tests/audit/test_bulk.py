"""Bulk writes leave the trail that saves leave; Django itself would pass over them in silence."""

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.audit import context, registry, selectors
from inventory.audit.watched import UnseenChange, Watched
from inventory.models import ApiKey, BondedLot, Client, Item, Job, Location
from inventory.parties.scope import Actor
from tests.builders import NOON, TODAY, make_api_key_row, make_bonded_lot, make_client, make_item, make_site, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.7"


@pytest.fixture
def items():
    acme = make_client("acme")
    return [make_item(acme, sku, description=sku) for sku in ("A", "B", "C")]


def since(entries):
    return list(LogEntry.objects.filter(pk__gt=entries).order_by("pk"))


def newest():
    return LogEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_an_update_of_many_rows_leaves_each_its_before_and_after_and_all_that_a_save_leaves(items):
    before = newest()

    with context.acting(Actor(label="key 7"), ADDRESS), context.because("Deed 4711"):
        written = Item.objects.exclude(sku="C").update(description="Rueda")

    left = since(before)
    assert written == 2
    assert [(one.object_pk, one.changes) for one in left] == [
        (str(items[0].pk), {"description": ["A", "Rueda"]}),
        (str(items[1].pk), {"description": ["B", "Rueda"]}),
    ]
    assert {(one.action, one.remote_addr, one.additional_data["actor"], one.additional_data["reason"]) for one in left} == {
        (LogEntry.Action.UPDATE, ADDRESS, "key 7", "Deed 4711")
    }  # fmt: skip


def test_rows_that_an_update_leaves_as_they_were_leave_no_trail(items):
    before = newest()

    assert Item.objects.update(description="A") == 3

    assert [one.object_pk for one in since(before)] == [str(items[1].pk), str(items[2].pk)]


def test_an_update_through_a_relation_leaves_a_trail(items):
    before = newest()

    items[0].client.items.filter(sku="B").update(description="Rueda")

    assert [one.changes for one in since(before)] == [{"description": ["B", "Rueda"]}]


def test_an_update_that_changes_what_it_is_chosen_by_changes_just_those_rows(items):
    assert Item.objects.filter(description="A").update(description="B") == 1

    assert list(Item.objects.order_by("pk").values_list("description", flat=True)) == ["B", "B", "C"]


def test_a_bulk_update_leaves_a_trail(items):
    before = newest()
    for item in items:
        item.description = f"{item.sku} de acero"

    Item.objects.bulk_update(items, ["description"], batch_size=2)

    assert [one.changes["description"] for one in since(before)] == [[s, f"{s} de acero"] for s in ("A", "B", "C")]


def test_rows_made_in_bulk_leave_a_trail(items):
    before, site = newest(), make_site()

    made = Location.objects.bulk_create([Location(site=site, code=code, regime="RFS") for code in ("A-1", "A-2")])

    left = [one for one in since(before) if one.content_type.model == "location"]
    assert [(one.action, one.object_id) for one in left] == [(LogEntry.Action.CREATE, one.pk) for one in made]
    assert left[0].changes["code"] == ["None", "A-1"]


def test_rows_of_which_the_database_would_not_say_whether_it_made_them_are_refused(items):
    with pytest.raises(UnseenChange):
        Client.objects.bulk_create([Client(code="acme", name="x", rfc="EKU9003173C9")], ignore_conflicts=True)


def test_rows_deleted_together_leave_a_trail_each(items):
    before = newest()

    Item.objects.exclude(sku="C").delete()

    assert {(one.action, one.object_repr, one.changes["description"][0]) for one in since(before)} == {
        (LogEntry.Action.DELETE, str(items[0]), "A"),
        (LogEntry.Action.DELETE, str(items[1]), "B"),
    }


def test_an_update_that_fails_leaves_nothing(items):
    before = newest()

    with pytest.raises(ValueError, match="nobody"):
        Item.objects.update(client="nobody")

    assert since(before) == []


def test_a_write_of_what_is_not_recorded_costs_one_statement():
    key = make_api_key_row(make_client())
    job = Job.objects.create(kind="k", title="t", requested_label="ana", requested_at=NOON)
    lot = make_bonded_lot()
    before = newest()

    with CaptureQueriesContext(connection) as captured:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=TODAY)
        Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, done=5)
        BondedLot.objects.filter(pk=lot.pk).update(remaining=7)

    assert len(captured) == 3
    assert since(before) == []


def test_the_managers_of_users_still_make_users():
    assert isinstance(make_user("ana")._meta.default_manager.all(), Watched)


@pytest.mark.parametrize("model", auditlog.get_models(), ids=lambda model: model._meta.label)
def test_every_audited_model_is_watched_also_through_its_relations(model):
    assert all(isinstance(manager.all(), Watched) for manager in model._meta.managers)
    for field in model._meta.concrete_fields:
        if field.many_to_one and not field.remote_field.hidden:
            accessor = field.remote_field.get_accessor_name()
            related = getattr(field.related_model(pk=1), accessor)
            assert isinstance(related.all(), Watched), (field, accessor)


def test_every_model_of_ours_leaves_a_trail_or_says_why_not():
    ours = {model for app in ("inventory", "warehouse") for model in apps.get_app_config(app).get_models()}
    audited = set(auditlog.get_models())

    assert {model.__name__ for model in ours - audited} == set(registry.TOLD_OTHERWISE)
    assert set(registry.MADE_BY) <= {model.__name__ for model in audited}
    assert {name for name in registry.MADE_BY.values() if name[0].isupper()} <= {
        model.__name__ for model in audited
    } | {"Posting"}


def test_the_trail_of_one_row_tells_of_a_bulk_write_like_any_other(items):
    Item.objects.filter(pk=items[0].pk).update(description="Rueda")
    items[0].refresh_from_db()
    items[0].description = "Otra"
    items[0].save()

    assert [one.changes["description"] for one in selectors.trail_of(items[0])] == [
        ["Rueda", "Otra"],
        ["A", "Rueda"],
        ["None", "A"],
    ]
