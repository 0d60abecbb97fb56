"""Levels that planners set: the run honours them until their day and shows the computed one beside."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from inventory.errors import InvalidInput
from inventory.models import LevelOverride, Recommendation, Site
from inventory.parties.scope import ClientScope
from inventory.placement import explain, overriding, selectors, services
from inventory.placement.engine.fingerprint import inputs_hash
from inventory.placement.engine.recommend import recommend
from inventory.placement.errors import OverrideEnded
from tests.builders import ACTOR, make_client, make_site
from tests.placement.cases import level, poisson_series, problem, sent, state
from tests.placement.worlds import AS_OF, AT, World


def with_overrides(**options):
    from dataclasses import replace

    return replace(problem(poisson_series(1, 20, 7), stock=state(bond={("A", "MX"): 500})), **options)


def test_a_level_set_by_hand_is_what_is_filled_up_to():
    plain, asked = with_overrides(), with_overrides(overrides={("A", "DC1"): 100.0})

    computed, found = recommend(plain), recommend(asked)

    by_hand = level(found, "A", "DC1")
    assert (by_hand.order_up_to, by_hand.reason_code) == (100, "OVERRIDE")
    assert by_hand.explanation["computed"] == level(computed, "A", "DC1").order_up_to
    assert "A planner set this level" in explain.sentence(by_hand.explanation)
    assert sent(found)["DC1"] == 100
    assert {move.reason_code for move in found.moves if move.to_node == "DC1"} == {"OVERRIDE"}
    assert level(found, "A", "DC2") == level(computed, "A", "DC2")
    assert inputs_hash(plain) != inputs_hash(asked)


def test_a_level_of_nothing_sends_nothing_and_the_bonded_sites_level_can_be_set_too():
    found = recommend(with_overrides(overrides={("A", "DC1"): 0.0, ("A", "MX"): 40.0}))

    assert "DC1" not in sent(found)
    assert level(found, "A", "DC1").reason_code == "OVERRIDE"
    assert (level(found, "A", "MX").order_up_to, level(found, "A", "MX").reason_code) == (40, "OVERRIDE")


def test_what_is_expected_of_a_level_set_by_hand_is_told_at_that_level():
    computed, found = recommend(with_overrides()), recommend(with_overrides(overrides={("A", "DC1"): 12.0}))

    low, usual = level(found, "A", "DC1"), level(computed, "A", "DC1")

    assert low.expected_fill < usual.expected_fill
    assert low.safety_stock == pytest.approx(12 - low.expected_demand)


@pytest.fixture
def world(db):
    world = World(pack_size=12)
    world.stock(600)
    return world


def run(world, as_of=AS_OF):
    return services.run(client=world.client, as_of=as_of, at=AT, actor=ACTOR)


def override(world, value=120, until=AS_OF, reason="A new shop opens", site=None, at=AT):
    return overriding.override_level(
        item=world.item, site=site or world.dcs[0], value=Decimal(value), until=until, reason=reason, at=at, actor=ACTOR
    )


def level_of(found, site):
    return found.levels.get(site=site)


def test_a_run_honours_a_level_until_its_day_and_keeps_who_set_it_and_why(world):
    before = level_of(run(world), world.dcs[0]).order_up_to

    row = override(world)

    assert (row.computed, row.created_by, row.reason) == (before, ACTOR.label, "A new shop opens")
    assert level_of(run(world), world.dcs[0]).order_up_to == 120
    proposed = Recommendation.objects.get(state="proposed", target=world.dcs[0])
    assert (proposed.quantity, proposed.reason_code) == (120, "OVERRIDE")
    assert level_of(run(world, AS_OF + timedelta(days=1)), world.dcs[0]).explanation["reason_code"] == "REPLENISH"


def test_a_second_override_ends_the_first_and_still_knows_what_was_computed(world):
    computed = level_of(run(world), world.dcs[0]).order_up_to
    first = override(world)
    run(world)

    second = override(world, 240)

    first.refresh_from_db()
    assert first.ended_at == AT
    assert second.computed == computed
    assert list(selectors.overrides_on(ClientScope.of(world.client.pk), AS_OF)) == [second]


def test_an_override_taken_back_holds_no_more_and_is_taken_back_once(world):
    row = override(world)

    overriding.end_override(override=row, at=AT, actor=ACTOR)

    assert level_of(run(world), world.dcs[0]).explanation["reason_code"] == "REPLENISH"
    with pytest.raises(OverrideEnded):
        overriding.end_override(override=row, at=AT, actor=ACTOR)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": 7}, "value"),
        ({"value": -12}, "value"),
        ({"until": date(2026, 3, 1)}, "until"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_level_that_cannot_be_set_is_named_and_nothing_is_written(world, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        override(world, **changes)

    assert refusal.value.field == field
    assert not LevelOverride.objects.exists()


def test_nobody_plans_for_a_crossing(world):
    with pytest.raises(InvalidInput, match="neither a bonded zone nor"):
        override(world, site=make_site("bridge", Site.Kind.CROSSING))


def test_another_clients_overrides_are_not_seen(world):
    override(world)

    assert not selectors.overrides(ClientScope.of(make_client("other").pk)).exists()
