"""The work that people ask for, done by real workers to the end."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from inventory.jobs import messages, services
from inventory.jobs.models import Job
from inventory.jobs.timing import LEASE
from inventory.models import DemandRecord, PlacementLevel, PlacementRun, Recommendation
from tests.builders import ACTOR
from tests.jobs.workers import eventually, finished, kill, sweep_after
from tests.placement.worlds import AS_OF, World

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
