"""What is known to come: written down by planners, ended, and counted with by runs of those it is about."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from inventory.errors import InvalidInputs, NotFound
from inventory.models import PlannedEvent, Site
from inventory.parties.scope import ClientScope
from inventory.placement import books, events_told, planned, selectors, services
from inventory.placement.books import Assumptions
from inventory.placement.engine.model import Event
from inventory.placement.errors import EventEnded
from tests.builders import ACTOR, make_account, make_client, make_item
from tests.placement.worlds import AS_OF, AT, World

pytestmark = pytest.mark.django_db
SOON, LATER = AS_OF + timedelta(days=14), AS_OF + timedelta(days=27)


@pytest.fixture
def world():
    world = World(origin_country="CHN")
    world.stock(600)
    return world


def plan(kind, **given):
    values = {"first_day": SOON, "last_day": LATER, "reason": "Announced", "at": AT, "actor": ACTOR, **given}
    return planned.plan_event(kind=kind, **values)


def events(world, as_of=AS_OF):
    return books.problem(client=world.client, as_of=as_of, assumptions=Assumptions()).problem.events


def run(world):
    return services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)


def lane_to(dc):
    return dc.lanes_in.get()


def test_each_kind_reaches_the_engine_in_its_words(world):
    lane = lane_to(world.dcs[0])
    plan("closure", crossing=world.crossing, value=Decimal("0.5"))
    plan("holiday", lane=lane, value=Decimal(2))
    plan("tariff", origin_country="chn", value=Decimal("0.35"), last_day=None)
    plan("tariff", item=world.item, value=Decimal("0.1"))
    plan("promotion", client=world.client, item=world.item, market=world.markets[0], value=Decimal("1.5"))

    assert set(events(world)) == {
        Event("closure", world.crossing.code, "", SOON, LATER, 0.5),
        Event("holiday", f"{world.site.code}>{world.dcs[0].code}", "", SOON, LATER, 2.0),
        Event("tariff", "origin:CHN", "", SOON, date.max, 0.35),
        Event("tariff", "A", "", SOON, LATER, 0.1),
        Event("promo", "A", books.region_id(world.markets[0]), SOON, LATER, 1.5),
    }


def test_events_that_are_over_or_were_ended_count_no_more(world):
    plan("closure", crossing=world.crossing)
    ended = plan("holiday", crossing=world.crossing)
    planned.end_event(event=ended, at=AT, actor=ACTOR)

    assert [event.kind for event in events(world, LATER)] == ["closure"]
    assert events(world, LATER + timedelta(days=1)) == ()
    ended.refresh_from_db()
    assert (ended.ended_by, ended.ended_at) == (ACTOR.label, AT)
    with pytest.raises(EventEnded, match=ACTOR.label):
        planned.end_event(event=ended, at=AT, actor=ACTOR)


def test_one_clients_events_are_no_others_and_the_operators_are_everyones(world):
    other = World("other")
    other.stock(10)
    plan("promotion", client=other.client)
    plan("tariff", item=other.item, value=Decimal("0.9"))
    plan("tariff", origin_country="CHN", value=Decimal("0.35"))
    mine = ClientScope.of(world.client.pk)

    assert [event.subject for event in events(world)] == ["origin:CHN"]
    assert {event.kind for event in events(other)} == {"promo", "tariff"}
    assert len(events(other)) == 3
    theirs = PlannedEvent.objects.get(kind="promotion")
    assert theirs not in selectors.planned_events(mine)
    with pytest.raises(NotFound):
        selectors.planned_event(mine, theirs.pk)


def test_a_closure_raises_the_levels_it_cuts_off_and_the_run_tells_of_it(world):
    before = run(world)
    plan("closure", crossing=world.crossing)

    after = run(world)

    assert after.inputs_hash != before.inputs_hash
    for dc in world.dcs:
        assert after.levels.get(site=dc).order_up_to > before.levels.get(site=dc).order_up_to
    assert b"closure," in bytes(after.inputs.get(name="events.csv").file)
    with translation.override("en"):
        said = events_told.sentences(after.metrics)
    assert len(said) == 2
    assert said[0] == (
        f"{world.site.code} → {world.dcs[0].code} closes from {SOON} to {LATER}: 2 weeks are prepared for."
    )


def test_a_tariff_of_a_country_is_paid_by_its_items_without_a_claim_alone(world):
    german = make_item(client=world.client, sku="B", us_duty_rate=Decimal("0.25"), origin_country="DEU")
    claimed = make_item(client=world.client, sku="C", us_duty_rate=Decimal("0.25"), origin_country="CHN", is_usmca=True)
    for item in (german, claimed):
        world.account = make_account(item, authorisation=world.authorisation)
        world.history_of(item.sku, (20, 30))
        world.stock(600)
    plan("tariff", origin_country="CHN", value=Decimal("0.5"))

    found = run(world)

    told = {level.item.sku for level in found.levels.all() if "duty_on" in level.explanation}
    assert told == {"A"}
    (change,) = found.metrics["duty_changes"]
    assert (change["duty_now"], change["duty_new"]) == (0.25, 0.5)
    with translation.override("en"):
        (said,) = events_told.sentences(found.metrics)
    assert said.startswith(f"On {SOON} duty goes from 25 % to 50 % for 2 levels. Of ")


def test_a_promotion_raises_what_is_expected_of_its_market(world):
    before = run(world)
    plan("promotion", client=world.client, market=world.markets[0], value=Decimal(3), first_day=AS_OF)

    after = run(world)

    assert after.levels.get(site=world.dcs[0]).expected_demand > before.levels.get(site=world.dcs[0]).expected_demand
    assert after.levels.get(site=world.dcs[1]).expected_demand == before.levels.get(site=world.dcs[1]).expected_demand


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("closure", {}, "lane"),
        ("closure", {"crossing": "crossing", "value": Decimal("1.01")}, "value"),
        ("closure", {"crossing": "dc"}, "crossing"),
        ("holiday", {"crossing": "crossing", "last_day": None}, "last_day"),
        ("holiday", {"crossing": "crossing", "value": Decimal("1.5")}, "value"),
        ("tariff", {}, "value"),
        ("tariff", {"value": Decimal("-0.1")}, "value"),
        ("tariff", {"value": Decimal("0.1"), "origin_country": "CN"}, "origin_country"),
        ("tariff", {"value": Decimal("0.1"), "origin_country": "CHN", "item": "item"}, "origin_country"),
        ("tariff", {"value": Decimal("0.1"), "client": "client"}, "client"),
        ("promotion", {}, "client"),
        ("promotion", {"client": "other", "item": "item"}, "item"),
        ("promotion", {"client": "client", "value": Decimal(0)}, "value"),
        ("promotion", {"client": "client", "last_day": SOON - timedelta(days=1)}, "last_day"),
        ("promotion", {"client": "client", "first_day": date(2020, 1, 1), "last_day": date(2020, 1, 2)}, "last_day"),
        ("promotion", {"client": "client", "reason": " "}, "reason"),
    ],
)
def test_an_event_that_does_not_fit_its_kind_is_refused_by_its_field(world, kind, given, field):
    things = {
        "crossing": world.crossing, "dc": world.dcs[0], "item": world.item, "client": world.client,
        "other": make_client("other"),
    }  # fmt: skip
    given = {
        name: things[value] if isinstance(value, str) and value in things else value for name, value in given.items()
    }

    with pytest.raises(InvalidInputs) as refused:
        plan(kind, **given)

    assert [error.field for error in refused.value] == [field]
    assert not PlannedEvent.objects.exists()


def test_all_that_is_wrong_is_said_at_once(world):
    with pytest.raises(InvalidInputs) as refused:
        plan("tariff", origin_country="X", last_day=date(2020, 1, 1), reason="")

    assert {error.field for error in refused.value} == {"origin_country", "last_day", "value", "reason"}


def test_the_database_itself_keeps_what_an_event_is_about(world):
    values = {"first_day": SOON, "reason": "x", "created_at": AT, "created_by": "x"}
    for wrong in (
        {"kind": "closure", "client": world.client, "crossing": world.crossing},
        {"kind": "promotion"},
        {"kind": "tariff", "crossing": Site.objects.first()},
        {"kind": "tariff", "last_day": SOON - timedelta(days=1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlannedEvent.objects.create(**values, **wrong)
