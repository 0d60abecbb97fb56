"""The work that people ask for, done by real workers to the end."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from inventory.jobs import messages, running, services
from inventory.jobs.models import Job
from inventory.jobs.timing import FIRST_RESEND, LEASE
from inventory.models import DemandRecord, PlacementLevel, PlacementPart, PlacementRun, Recommendation
from inventory.placement import services as placement
from tests.builders import ACTOR, make_account, make_item
from tests.jobs.workers import eventually, finished, kill, sweep_after
from tests.placement.worlds import AS_OF, AT, World

pytestmark = pytest.mark.django_db(transaction=True)
LAST_WEEK = AS_OF - timedelta(weeks=1)


@pytest.fixture
def world(broker):
    world = World(pack_size=12)
    world.stock(600)
    return world


def ask(world, kind, parameters, **values):
    """Ask for work as a page or the API does, and send word of it."""
    job = services.request(
        kind=kind, title=kind, parameters=parameters, client=world.client, actor=ACTOR, at=timezone.now(), **values
    )
    messages.start(job)
    return job


@pytest.mark.once
def test_a_demand_file_that_is_uploaded_is_read_and_written_by_a_worker(world, start_worker):
    market = world.markets[0].code
    file = ContentFile(f"sku,market,date,quantity\nA,{market},{LAST_WEEK},77\n".encode(), name="history.csv")

    job = ask(world, "demand_import", {"file_name": "history.csv"}, source_file=file)
    start_worker()
    eventually(finished(1))

    job.refresh_from_db()
    assert (job.percent, job.attempts, job.error_code) == (100, 1, "")
    assert (job.result["rows"], job.result["weeks"]) == (1, 1)
    assert DemandRecord.objects.get(market=world.markets[0], week=LAST_WEEK).quantity == 77


@pytest.mark.once
def test_a_file_that_cannot_be_taken_fails_at_once_says_why_and_writes_nothing(world, start_worker):
    before = list(DemandRecord.objects.order_by("pk").values())
    file = ContentFile(b"sku,market,date,quantity\nZ,nowhere,2026-01-05,77\n", name="history.csv")

    job = ask(world, "demand_import", {"file_name": "history.csv"}, source_file=file)
    start_worker()
    eventually(lambda: Job.objects.filter(state=Job.State.FAILED).exists())

    job.refresh_from_db()
    assert (job.attempts, job.error_code) == (1, "bad_rows")
    assert "Z" in job.error_message
    assert list(DemandRecord.objects.order_by("pk").values()) == before


@pytest.mark.once
def test_a_placement_run_that_is_asked_for_is_computed_and_published_by_a_worker(world, start_worker):
    job = ask(world, "placement_run", {"as_of": AS_OF.isoformat()})
    start_worker()
    eventually(finished(1))

    job.refresh_from_db()
    run = PlacementRun.objects.get()
    assert (run.job, run.as_of, job.percent) == (job, AS_OF, 100)
    assert job.result == {"run": run.pk, "recommendations": run.recommendations.count(), "as_of": AS_OF.isoformat()}
    assert {row.target for row in run.recommendations.all()} == set(world.dcs)
    assert run.recommendations.exclude(quantity__gt=Decimal(0)).count() == 0
    assert run.levels.count() == 3


@pytest.mark.parametrize("place", ["computing", "writing"])
def test_a_placement_run_whose_worker_is_killed_is_finished_by_another_and_published_once(
    world, start_worker, tmp_path, place
):
    mark = tmp_path / "in the middle"
    job = ask(world, "halting_placement", {"as_of": AS_OF.isoformat(), "halt": place, "mark": str(mark)})
    first = start_worker()
    eventually(mark.exists)
    job.refresh_from_db()
    seen = (job.state, job.done, job.total)

    kill(first)
    published = PlacementRun.objects.count(), PlacementLevel.objects.count(), Recommendation.objects.count()
    sweep_after(LEASE)
    start_worker()
    eventually(finished(1))

    assert seen == (Job.State.RUNNING, 2, 3)
    assert published == (0, 0, 0)
    job.refresh_from_db()
    run = PlacementRun.objects.get()
    assert (job.attempts, job.result["run"]) == (2, run.pk)
    assert Recommendation.objects.count() == run.recommendations.count() == job.result["recommendations"] > 0
    assert PlacementLevel.objects.count() == 3


@pytest.fixture
def wide(world):
    """The world with five more items, so that there is something in every part."""
    for n in range(5):
        item = make_item(client=world.client, sku=f"B{n}")
        account = make_account(item, authorisation=world.authorisation)
        world.history_of(item.sku, (6 + n, 9))
        world.stock(80 + n, account=account)
    return world


def published(run):
    """What a run says, for comparing it with another."""
    moves = run.recommendations.order_by("priority").values_list("item__sku", "target__code", "quantity", "explanation")
    levels = run.levels.order_by("item__sku", "site__code").values_list(
        "item__sku", "site__code", "order_up_to", "explanation"
    )
    return list(moves), list(levels), run.metrics, run.inputs_hash


def test_a_worker_killed_in_the_middle_of_a_run_costs_its_part_at_most(wide, start_worker, tmp_path):
    whole = placement.run(client=wide.client, as_of=AS_OF, at=AT, actor=ACTOR)
    mark = tmp_path / "in the middle"
    asked = {"as_of": AS_OF.isoformat(), "is_tuned": False, "parts": 4, "halt_part": 3, "mark": str(mark)}
    job = ask(wide, "watched_run", asked)
    first = start_worker(processes=1)
    eventually(mark.exists)
    before = {part.parameters["part"]: part.state for part in job.parts.all()}

    kill(first)
    sweep_after(LEASE)
    start_worker(processes=1)
    eventually(lambda: Job.objects.filter(pk=job.pk, state=Job.State.DONE).exists())

    assert before == {1: "done", 2: "done", 3: "running", 4: "queued"}
    attempts = {part.parameters["part"]: part.attempts for part in job.parts.all()}
    assert attempts == {1: 1, 2: 1, 3: 2, 4: 1}
    run = PlacementRun.objects.get(job=job)
    assert published(run) == published(PlacementRun.objects.get(pk=whole.pk))
    assert PlacementRun.objects.count() == 2
    assert not PlacementPart.objects.exists()


def test_two_workers_share_the_parts_of_a_run_and_find_what_one_finds(wide, start_worker, tmp_path):
    whole = placement.run(client=wide.client, as_of=AS_OF, at=AT, actor=ACTOR)
    meet = tmp_path / "meet"
    meet.mkdir()
    job = ask(wide, "watched_run", {"as_of": AS_OF.isoformat(), "is_tuned": False, "parts": 6, "meet": str(meet)})

    workers = [start_worker(processes=1), start_worker(processes=1)]
    eventually(lambda: Job.objects.filter(pk=job.pk, state=Job.State.DONE).exists())

    runners = {part.runner.rsplit("/", 1)[0] for part in job.parts.all()}
    assert len(workers) == len(runners) == 2
    assert set(job.parts.values_list("attempts", flat=True)) == {1}
    assert published(PlacementRun.objects.get(job=job)) == published(PlacementRun.objects.get(pk=whole.pk))


@pytest.mark.once
def test_messages_of_parts_that_the_broker_forgot_are_sent_again(wide, broker, start_worker):
    job = ask(wide, "placement_run", {"as_of": AS_OF.isoformat(), "is_tuned": False, "parts": 3})
    running.run(job_id=job.pk, runner="here", clock=timezone.now)

    broker.flushall()
    assert sweep_after(FIRST_RESEND) == 3
    for part in job.parts.all():
        running.run(job_id=part.pk, runner="here", clock=timezone.now)
    broker.flushall()
    assert sweep_after(FIRST_RESEND) == 1
    start_worker()
    eventually(lambda: Job.objects.filter(pk=job.pk, state=Job.State.DONE).exists())

    assert PlacementRun.objects.get().job == job
