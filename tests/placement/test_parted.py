"""A run of many series: planned once, computed in parts, published once, and the same as in one piece."""

import pytest
from django.utils import timezone

from inventory.jobs import running, selectors, services
from inventory.jobs.models import Job
from inventory.jobs.timing import BACK_OFF
from inventory.models import PlacementPart, PlacementRun, Recommendation
from inventory.parties.scope import ClientScope
from inventory.placement import services as placement
from inventory.placement.books import Assumptions
from tests.builders import ACTOR, make_account, make_item
from tests.placement.worlds import AS_OF, AT, World

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def world():
    """A client with seven items, each with a history and stock in bond."""
    world = World(pack_size=12)
    world.stock(600)
    for n in range(6):
        item = make_item(client=world.client, sku=f"B{n}", pack_size=6)
        world.item, world.account = item, make_account(item, authorisation=world.authorisation)
        world.put(world.account, world.shelf, 0)
        world.history_of(item.sku, (5 + n, 9))
        world.stock(90 + n)
    return world


def ask(world, **parameters):
    return services.request(
        kind="placement_run", title="Run", parameters={"as_of": AS_OF.isoformat(), **parameters}, client=world.client,
        actor=ACTOR, at=AT,
    )  # fmt: skip


def do(*jobs, at=AT):
    for job in jobs:
        running.run(job_id=job.pk, runner="here", clock=lambda: at)
        job.refresh_from_db()


def parts_of(job):
    return list(job.parts.order_by("pk"))


def rows_of(run):
    fields = ("item__sku", "source__code", "target__code", "quantity", "explanation", "priority", "expected_cost_usd")
    levels = ("item__sku", "site__code", "order_up_to", "expected_fill", "explanation")
    return (
        list(run.recommendations.order_by("priority").values_list(*fields)),
        list(run.levels.order_by("item__sku", "site__code").values_list(*levels)),
        run.metrics,
        run.parameters,
        run.inputs_hash,
        {row.name: row.file for row in run.inputs.all()},
    )


@pytest.mark.parametrize("number", [2, 5])
def test_a_run_in_parts_is_the_run_in_one_piece(world, number):
    tuned = Assumptions(is_tuned=True, budget=40_000.0)
    whole = placement.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR, assumptions=tuned)
    job = ask(world, parts=number, budget="40000")

    do(job)
    seen = job.state, job.done, job.total, job.lease_until
    parts = parts_of(job)
    for n, part in enumerate(reversed(parts)):
        do(part)
        job.refresh_from_db()
        assert job.done == n + 1
    do(job)

    assert seen == (State.RUNNING, 0, number, None)
    assert len(parts) == number
    assert {part.state for part in parts} == {State.DONE}
    assert (job.state, job.percent, job.error_code) == (State.DONE, 100, "")
    run = PlacementRun.objects.get(job=job)
    assert rows_of(run) == rows_of(PlacementRun.objects.get(pk=whole.pk))
    assert run.recommendations.count() == job.result["recommendations"] > 3
    assert not PlacementPart.objects.exists()


def test_few_series_are_computed_at_once(world):
    job = ask(world)

    do(job)

    assert job.state == State.DONE
    assert not job.parts.exists()


def test_a_job_goes_on_only_when_all_its_parts_have_ended(world):
    job = ask(world, parts=2)
    do(job)
    one, other = parts_of(job)
    do(one)

    assert services.claim(job_id=job.pk, runner="eager", at=AT) is None
    assert list(selectors.due(AT)) == []
    do(other)

    assert list(selectors.due(AT)) == [job]
    do(job)
    assert job.state == State.DONE


def test_a_part_that_is_done_twice_is_written_once(world):
    job = ask(world, parts=2)
    do(job)
    part = parts_of(job)[0]
    do(part)
    before = PlacementPart.objects.get(job=job, number=1).found

    do(part)

    assert part.attempts == 1
    assert bytes(PlacementPart.objects.get(job=job, number=1).found) == bytes(before)


def test_a_part_that_fails_three_times_leaves_its_items_unplanned_and_the_run_is_published_as_partial(world):
    job = ask(world, parts=3)
    do(job)
    bad, *good = parts_of(job)
    PlacementPart.objects.filter(job=job, number=1).update(given=b"no arrays")
    at = AT
    for wait in BACK_OFF[:3]:
        do(bad, at=at)
        at += wait
    tried = bad.attempts, bad.state
    do(*good, job)

    run = PlacementRun.objects.get(job=job)
    lost = set(run.metrics["not_planned"])
    assert tried == (3, State.FAILED)
    assert lost
    assert lost == {row["sku"] for row in run.metrics["exceptions"] if row["reason_code"] == "NOT_PLANNED"}
    assert {level.item.sku for level in run.levels.all()} & lost == set()
    assert {row.item.sku for row in run.recommendations.all()} & lost == set()
    assert run.recommendations.exists()


def test_a_run_none_of_whose_parts_could_be_computed_fails_and_writes_nothing(world):
    job = ask(world, parts=2)
    do(job)
    Job.objects.filter(parent=job).update(state=State.FAILED, finished_at=AT)

    do(job)

    assert (job.state, job.error_code) == (State.FAILED, "parts_failed")
    assert not PlacementRun.objects.exists()


def test_cancelling_a_run_cancels_its_parts_and_the_next_run_clears_up(world):
    job = ask(world, parts=3)
    do(job)
    first, second, _third = parts_of(job)
    do(first)
    services.claim(job_id=second.pk, runner="busy", at=AT)

    services.cancel(job=job, at=AT)

    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == (State.CANCELLED, True)
    assert [part.state for part in parts_of(job)] == [State.DONE, State.RUNNING, State.CANCELLED]
    assert parts_of(job)[1].cancel_requested
    assert not PlacementRun.objects.exists()
    again = ask(world, parts=2)
    do(again)
    assert set(PlacementPart.objects.values_list("job", flat=True)) == {again.pk}


def test_a_second_run_of_the_same_client_waits_for_the_first(world):
    first, second = ask(world, parts=2), ask(world)
    do(first)

    do(second)

    assert (second.state, selectors.in_front_of(second)) == (State.QUEUED, first)
    assert second not in selectors.due(timezone.now())
    do(*parts_of(first), first, second)
    assert [run.job for run in PlacementRun.objects.order_by("pk")] == [first, second]
    assert selectors.in_front_of(second) is None


def test_a_run_of_another_client_does_not_wait(world):
    rival = World("rival")
    rival.stock(100)
    mine, theirs = ask(world, parts=2), ask(rival)

    do(mine, theirs)

    assert theirs.state == State.DONE


def test_a_run_that_was_overtaken_is_not_published_over_the_later_one(world):
    first, second = ask(world), ask(world)
    placement.run_job(second, lambda *_told: None).effect()

    do(first)

    assert (first.state, first.error_code) == (State.FAILED, "run_overtaken")
    assert Recommendation.objects.filter(state="superseded").count() == 0


def test_parts_are_in_no_list_of_work(world):
    job = ask(world, parts=2)
    do(job)

    assert list(selectors.jobs_for(ClientScope.everyone())) == [job]


def test_the_books_may_change_while_the_parts_are_computed(world):
    job = ask(world, parts=2)
    do(job)
    parts = parts_of(job)
    world.item.sku = "RENAMED"
    world.item.save()

    do(*parts, job)

    assert job.state == State.DONE
    assert PlacementRun.objects.get().levels.filter(item__sku="RENAMED").exists()
