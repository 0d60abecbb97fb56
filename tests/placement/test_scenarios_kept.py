"""Scenarios in the books: written, edited until computed, copied, deleted; computed by a job; one client's only."""

from datetime import timedelta

import pytest

from inventory.errors import InvalidInput, InvalidInputs, NotFound
from inventory.jobs import running
from inventory.jobs import services as jobs
from inventory.models import Job, Scenario, ScenarioResult
from inventory.parties.scope import ClientScope
from inventory.placement import scenarios, selectors
from inventory.placement.files.scenario import SCHEMA
from tests.builders import ACTOR
from tests.placement.worlds import AT, World

pytestmark = pytest.mark.django_db
DEARER = {"schema": SCHEMA, "changes": [{"kind": "duty", "delta": 0.1}]}
CLOSED = {
    "schema": SCHEMA,
    "changes": [{"kind": "closure", "crossing": "laredo-acme", "from": "2026-03-20", "to": "2026-04-10"}],
}


@pytest.fixture
def world():
    world = World(pack_size=12)
    world.stock(600)
    return world


def write(world, name="Dearer", overlay=DEARER):
    return scenarios.write(client=world.client, name=name, overlay=overlay, at=AT, actor=ACTOR)


def compute(world, *rows):
    job = jobs.request(
        kind=scenarios.KIND, title="c", parameters={"scenarios": [row.pk for row in rows], "with_tornado": False},
        client=world.client, actor=ACTOR, at=AT,
    )  # fmt: skip
    running.run(job_id=job.pk, runner="test", clock=lambda: AT)
    return Job.objects.get(pk=job.pk)


def test_a_job_computes_scenarios_beside_the_base(world):
    rows = write(world), write(world, "Closed", CLOSED)

    job = compute(world, *rows)

    assert (job.state, job.error_message) == (Job.State.DONE, "")
    result = ScenarioResult.objects.get(pk=job.result["comparison"])
    assert [outcome["name"] for outcome in result.figures["outcomes"]] == ["base", "Dearer", "Closed"]
    assert result.names == ["Dearer", "Closed"]
    assert set(result.scenarios.all()) == set(rows)
    assert len(result.inputs_hash) == 64
    base, dearer, closed = result.figures["outcomes"]
    assert base["lines"]["fill"]["mean"] > 0.9  # ordered goods arrive, although the books name no supplier
    assert dearer["lines"]["duty"]["delta"]["mean"] > 0
    assert closed["lines"]["short"]["delta"]["mean"] > 0


def test_the_same_books_give_the_same_figures(world):
    row = write(world)

    one, two = (ScenarioResult.objects.get(pk=compute(world, row).result["comparison"]) for _time in range(2))

    assert one.figures == two.figures
    assert (one.inputs_hash, one.code_version) == (two.inputs_hash, two.code_version)


def test_a_scenario_may_be_edited_until_it_was_computed(world):
    row = write(world)
    later = AT + timedelta(hours=1)
    scenarios.edit(scenario=row, name="Much dearer", overlay=CLOSED, at=later)
    row.refresh_from_db()
    assert (row.name, row.overlay, row.changed_at) == ("Much dearer", CLOSED, later)

    compute(world, row)

    with pytest.raises(scenarios.ScenarioComputed, match="copy it"):
        scenarios.edit(scenario=row, name="Other", overlay=DEARER, at=later)
    copied = scenarios.duplicate(scenario=row, at=later, actor=ACTOR)
    assert (copied.name, copied.overlay) == ("Much dearer (2)", CLOSED)
    assert scenarios.duplicate(scenario=row, at=later, actor=ACTOR).name == "Much dearer (3)"


def test_a_comparison_outlives_its_scenarios(world):
    row = write(world)
    job = compute(world, row)

    scenarios.delete(scenario=row)

    result = ScenarioResult.objects.get(pk=job.result["comparison"])
    assert result.parameters["scenarios"] == [{"name": "Dearer", "overlay": DEARER}]
    assert result.figures["outcomes"][1]["name"] == "Dearer"


@pytest.mark.parametrize(
    ("overlay", "said"),
    [
        ({"schema": SCHEMA, "changes": []}, "at least one"),
        ({"schema": SCHEMA, "changes": [{"kind": "duty"}]}, r"changes\[0\]: .*exactly one of rate"),
        ({"changes": []}, "placement-scenario/1"),
    ],
)
def test_changes_that_make_no_sense_are_not_written(world, overlay, said):
    with pytest.raises(InvalidInputs, match=said):
        write(world, overlay=overlay)

    assert not Scenario.objects.exists()


def test_a_name_is_used_once_by_a_client_and_free_for_another(world):
    write(world)
    with pytest.raises(InvalidInput) as refusal:
        write(world)
    assert (refusal.value.field, refusal.value.rule) == ("name", "unique")

    write(World("other"))

    assert Scenario.objects.count() == 2


def test_changes_that_do_not_fit_the_books_end_the_job_with_their_cause(world):
    away = {"schema": SCHEMA, "changes": [{"kind": "dc_removed", "dc": "nowhere"}]}

    job = compute(world, write(world, overlay=away))

    assert job.state == Job.State.FAILED
    assert "nowhere" in job.error_message
    assert not ScenarioResult.objects.exists()


def test_nobody_sees_computes_or_names_anothers_scenario(world):
    mine, theirs = write(world), write(World("other"), "Secret")
    job = compute(world, mine, theirs)
    assert job.state == Job.State.FAILED
    assert "Secret" not in job.error_message
    done = compute(world, mine)
    stranger = ClientScope.of(theirs.client_id)

    assert list(selectors.scenarios(stranger)) == [theirs]
    assert not selectors.scenario_results(stranger).exists()
    with pytest.raises(NotFound):
        selectors.scenario(stranger, mine.pk)
    with pytest.raises(NotFound):
        selectors.scenario_result(stranger, done.result["comparison"])
