"""Room at sites and a budget, as the books and the one who asks for a run state them."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from inventory.errors import InvalidInput
from inventory.models import Site
from inventory.placement import books, limits_told, services
from inventory.placement.books import Assumptions
from tests.builders import ACTOR
from tests.placement.worlds import AS_OF, AT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = World()
    world.stock(600)
    return world


def run(world, **assumed):
    return services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR, assumptions=Assumptions(**assumed))


def limits(found):
    return {(row["kind"], row["node"]): row for row in found.metrics.get("limits", ())}


def test_where_no_limit_is_stated_the_engine_gets_none(world):
    found = books.problem(client=world.client, as_of=AS_OF, assumptions=Assumptions()).problem.network

    assert found.budget is None
    assert {node.capacity_m3 for node in found.nodes} == {None}


def test_the_room_of_a_site_and_the_budget_reach_the_engine(world):
    Site.objects.filter(pk=world.dcs[0].pk).update(capacity_m3=Decimal("12.5"))

    found = books.problem(client=world.client, as_of=AS_OF, assumptions=Assumptions(budget=9000.0)).problem.network

    assert found.budget == 9000
    assert {node.id: node.capacity_m3 for node in found.nodes if node.capacity_m3} == {world.dcs[0].code: 12.5}


def test_a_site_has_more_room_than_none(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Site.objects.filter(pk=world.dcs[0].pk).update(capacity_m3=Decimal(0))


def test_a_dc_with_little_room_has_a_lower_level_and_a_price_that_the_run_tells(world):
    free = run(world)
    volume, dc = float(world.item.volume_m3), world.dcs[0]
    usual = free.levels.get(site=dc)
    Site.objects.filter(pk=dc.pk).update(capacity_m3=Decimal(f"{volume * float(usual.order_up_to) / 8:.6f}"))

    tight = run(world)

    assert tight.levels.get(site=dc).order_up_to < usual.order_up_to
    assert tight.inputs_hash != free.inputs_hash
    row = limits(tight)["capacity", dc.code]
    assert row["price"] > 0
    with translation.override("en"):
        said = limits_told.sentences(tight.metrics)
    assert any(s.startswith(f"Room at {dc.code}: ") and "used, a m³ there is worth" in s for s in said)


def test_a_tight_budget_lowers_what_is_owned_and_is_kept_with_the_run(world):
    free = run(world)

    tight = run(world, budget=2000.0)

    assert tight.parameters["budget"] == 2000
    assert sum(level.order_up_to for level in tight.levels.all()) < sum(
        level.order_up_to for level in free.levels.all()
    )
    assert limits(tight)["budget", ""]["price"] > 0
    assert b'"budget": 2000.0' in bytes(tight.inputs.get(name="network.json").file)
    with translation.override("en"):
        (said,) = limits_told.sentences(tight.metrics)
    assert said.startswith("Budget of 2,000: ")
    assert "a year more than it costs" in said


def test_limits_that_do_not_bind_say_so_and_those_that_cannot_be_kept_too():
    loose = {"kind": "capacity", "node": "DALLAS", "limit": 50, "expected": 41, "price": 0, "is_kept": True}
    broken = {"kind": "budget", "node": "", "limit": 100, "expected": 120, "price": 0.5, "is_kept": False}
    room = {"node": "DALLAS", "capacity_m3": 50, "taken_m3": 44, "asked_m3": 9, "price_per_m3": 0.84}

    with translation.override("en"):
        said = limits_told.sentences({"limits": [loose, broken], "rooms": [room, {**room, "price_per_m3": 0}]})

    assert said == [
        "Room at DALLAS: 82 % used; it does not bind.",
        "Budget of 100: 120 % used, money is worth 50 % a year more than it costs. It cannot be kept: a least fill demands more.",
        (
            "DALLAS is full: 44 of 50 m³ are there or on the way and 9 m³ are asked for now; what has no room waits in bond, "
            "and one m³ more would be worth 0.84."
        ),
    ]


@pytest.mark.parametrize("budget", ["-1", "0", "1000000000001", "much"])
def test_a_budget_of_a_job_is_above_nothing_and_a_number(budget):
    with pytest.raises(InvalidInput) as refused:
        services.asked({"budget": budget}, AT)

    assert budget in str(refused.value)


def test_the_budget_of_a_job_is_the_runs():
    assert services.asked({"budget": "2000.50"}, AT)[1].budget == 2000.5
