"""Runs over the books, and the decisions on what they recommend."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from inventory.errors import InvalidInput, NotFound
from inventory.jobs.models import Job
from inventory.ledger import services as ledger
from inventory.models import PlacementRun, Recommendation
from inventory.parties.scope import ClientScope
from inventory.placement import selectors, services
from inventory.placement.errors import AlreadyDecided, NotReleasable
from tests.builders import ACTOR
from tests.placement.worlds import AS_OF, AT, World

pytestmark = pytest.mark.django_db
State = Recommendation.State


@pytest.fixture
def world():
    world = World(pack_size=12)
    world.stock(600)
    return world


def run(world, **options):
    return services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR, **options)


def first(world):
    return run(world).recommendations.order_by("priority").first()


def test_a_run_says_from_where_to_where_how_many_why_and_at_what_cost_and_service(world):
    world.at_dc(0, 24)

    found = run(world)

    rows = list(found.recommendations.order_by("priority"))
    assert {row.target for row in rows} == set(world.dcs)
    for n, row in enumerate(rows, start=1):
        assert row.source == world.site
        assert row.priority == n
        assert row.quantity % 12 == 0
        assert row.reason_code == "REPLENISH"
        assert row.expected_fill_before < row.expected_fill_after <= 1
        assert row.expected_cost_usd == Decimal(str(row.explanation["cost_after"]))
        assert row.explanation["cost_after"] < row.explanation["cost_before"]
        assert (row.ship_week, row.arrive_week_p50) == (AS_OF, AS_OF + timedelta(weeks=1))
        assert row.arrive_week_p90 == AS_OF + timedelta(weeks=2)
        assert row.state == State.PROPOSED
    levels = {level.site: level for level in found.levels.all()}
    assert set(levels) == {world.site, *world.dcs}
    for dc in world.dcs:
        sent = sum(row.quantity for row in rows if row.target == dc)
        assert abs(levels[dc].position + sent - levels[dc].order_up_to) <= 12


def test_all_moves_together_never_exceed_what_can_be_released(world):
    world.put(world.account, world.shelf, Decimal(-550))

    rows = run(world).recommendations.all()

    assert sum(row.quantity for row in rows) == 48


def test_the_same_books_give_the_same_run(world):
    one, two = run(world), run(world)

    assert one.inputs_hash == two.inputs_hash
    assert one.code_version == two.code_version
    fields = ("item_id", "source_id", "target_id", "quantity", "explanation", "priority")
    assert list(one.recommendations.values_list(*fields)) == list(two.recommendations.values_list(*fields))
    assert list(one.levels.values_list("item_id", "site_id", "order_up_to", "explanation")) == list(
        two.levels.values_list("item_id", "site_id", "order_up_to", "explanation")
    )


def test_other_books_give_another_hash(world):
    one = run(world)
    world.stock(12)

    assert run(world).inputs_hash != one.inputs_hash


def test_a_new_run_supersedes_what_nobody_decided_and_leaves_the_rest(world):
    old = run(world)
    accepted, other = old.recommendations.order_by("priority")
    services.accept(recommendation=accepted, at=AT, actor=ACTOR)

    new = run(world)

    states = dict(old.recommendations.values_list("pk", "state"))
    assert states == {accepted.pk: State.ACCEPTED, other.pk: State.SUPERSEDED}
    assert {row.target for row in new.recommendations.all()} == {other.target}


def test_a_lot_near_its_limit_is_named_and_one_past_it_is_an_exception(world):
    world.stock(24, day=date(2024, 1, 8), limit=date(2026, 3, 20))
    world.stock(36, day=date(2023, 1, 9), limit=date(2026, 2, 1))

    found = run(world)

    named = [row for row in found.recommendations.all() if row.reason_code == "LIMIT_NEAR"]
    assert named[0].priority == 1
    assert named[0].explanation["lots"][0]["limit_date"] == "2026-03-20"
    rows = selectors.exceptions(ClientScope.everyone(), found)
    assert [(row["quantity"], row["limit_date"]) for row in rows if row["reason_code"] == "LIMIT_PASSED"] == [
        ("36", "2026-02-01")
    ]


def test_accepting_keeps_who_when_and_how_many(world):
    row = services.accept(recommendation=first(world), at=AT, actor=ACTOR)

    row.refresh_from_db()
    assert (row.state, row.accepted_quantity, row.decided_by, row.decided_at) == (
        State.ACCEPTED, row.quantity, "tester", AT,
    )  # fmt: skip


def test_a_planner_may_accept_another_number_of_whole_packs(world):
    row = first(world)

    services.accept(recommendation=row, quantity=Decimal(24), at=AT, actor=ACTOR)

    row.refresh_from_db()
    assert row.accepted_quantity == 24


@pytest.mark.parametrize("quantity", ["0", "-12", "13", "0.5"])
def test_part_of_a_pack_cannot_be_accepted(world, quantity):
    row = first(world)

    with pytest.raises(InvalidInput) as refusal:
        services.accept(recommendation=row, quantity=Decimal(quantity), at=AT, actor=ACTOR)

    assert refusal.value.rule == "whole_packs"
    row.refresh_from_db()
    assert row.state == State.PROPOSED


def test_a_recommendation_is_decided_once(world):
    row = first(world)
    services.accept(recommendation=row, at=AT, actor=ACTOR)

    with pytest.raises(AlreadyDecided):
        services.accept(recommendation=row, at=AT, actor=ACTOR)
    with pytest.raises(AlreadyDecided):
        services.refuse(recommendation=row, reason="late", at=AT, actor=ACTOR)


def test_refusing_needs_a_reason_and_keeps_it(world):
    row = first(world)

    with pytest.raises(InvalidInput):
        services.refuse(recommendation=row, reason="  ", at=AT, actor=ACTOR)
    services.refuse(recommendation=row, reason="Promotion cancelled", at=AT, actor=ACTOR)

    row.refresh_from_db()
    assert (row.state, row.decision_reason) == (State.REFUSED, "Promotion cancelled")


def test_what_was_promised_since_the_run_cannot_be_accepted(world):
    row = first(world)
    ledger.reserve(document="EMB-1", wanted=[(world.account.lots.get(), world.shelf, Decimal(590))], at=AT)

    with pytest.raises(NotReleasable) as refusal:
        services.accept(recommendation=row, at=AT, actor=ACTOR)

    assert refusal.value.context["free"] == "10"
    row.refresh_from_db()
    assert row.state == State.PROPOSED


def test_two_accepted_moves_cannot_promise_the_same_goods(world):
    world.put(world.account, world.shelf, Decimal(-500))
    one, two = run(world).recommendations.order_by("priority")
    services.accept(recommendation=one, quantity=Decimal(96), at=AT, actor=ACTOR)

    with pytest.raises(NotReleasable):
        services.accept(recommendation=two, quantity=Decimal(12), at=AT, actor=ACTOR)


def job_of(world, **parameters):
    return Job.objects.create(
        kind="placement_run", title="x", client=world.client, requested_label="ana", requested_at=AT,
        started_at=AT, parameters=parameters,
    )  # fmt: skip


def test_the_job_writes_its_run_when_it_ends_and_only_once(world):
    job, seen = job_of(world, as_of="2026-03-02"), []

    outcome = services.run_job(job, lambda *told: seen.append(told))

    assert PlacementRun.objects.count() == 0
    steps = [done for done, _total, _stage in seen]
    assert steps == sorted(steps)
    assert set(steps) == {0, 1, 2}
    first_result, again = outcome.effect(), outcome.effect()
    assert first_result == again
    assert PlacementRun.objects.get().job == job
    assert first_result["recommendations"] == 2


def test_a_planner_may_set_the_hold_back_factor_of_a_run(world):
    bold = services.run_job(job_of(world, as_of="2026-03-02", phi="0.25"), lambda *_told: None).effect()
    calm = services.run_job(job_of(world, as_of="2026-03-02", phi="16"), lambda *_told: None).effect()

    runs = [PlacementRun.objects.get(pk=result["run"]) for result in (bold, calm)]
    assert [found.parameters["phi"] for found in runs] == [0.25, 16]
    up_to = [sum(level.order_up_to for level in found.levels.filter(site__kind="us_dc")) for found in runs]
    assert up_to[0] > up_to[1]


@pytest.mark.parametrize("parameters", [{"as_of": "soon"}, {"phi": "-1"}, {"phi": "many"}])
def test_a_job_asked_for_in_a_wrong_way_says_so(world, parameters):
    with pytest.raises(InvalidInput):
        services.run_job(job_of(world, **parameters), lambda *_told: None)


def test_a_client_sees_its_own_runs_levels_and_recommendations_only(world):
    rival = World("rival")
    rival.stock(100)
    own, theirs = run(world), run(rival)
    scope = ClientScope.of(world.client.pk)

    assert list(selectors.runs(scope)) == [own]
    assert selectors.latest_run(scope, rival.client) is None
    assert {level.run for level in selectors.levels(scope)} == {own}
    assert {row.run for row in selectors.recommendations(scope)} == {own}
    assert selectors.exceptions(scope, theirs) == []
    with pytest.raises(NotFound):
        selectors.run(scope, theirs.pk)
    with pytest.raises(NotFound):
        selectors.recommendation(scope, theirs.recommendations.first().pk)
