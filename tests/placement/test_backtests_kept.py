"""Back-tests in the books: computed by a job over a client's own weeks, kept for good, repeated from their files."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from inventory.errors import InvalidInput, NotFound
from inventory.jobs import running
from inventory.jobs import services as jobs
from inventory.ledger import services as ledger
from inventory.ledger.moves import Move
from inventory.models import BacktestResult, Job, Posting
from inventory.parties.scope import ClientScope
from inventory.placement import backtests, books, done, selectors
from inventory.placement.engine import judged
from inventory.placement.files.backtest import case_of
from inventory.placement.files.checks import BadInput
from inventory.places.models import Location
from inventory.places.services import virtual_location
from tests.builders import ACTOR, make_lot
from tests.placement.worlds import AS_OF, AT, World

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


@pytest.fixture
def world():
    return World(pack_size=12)


def compute(world, **parameters):
    job = jobs.request(
        kind=backtests.KIND, title="b", parameters=parameters, client=world.client, actor=ACTOR, at=AT
    )  # fmt: skip
    running.run(job_id=job.pk, runner="test", clock=lambda: AT)
    return Job.objects.get(pk=job.pk)


def result_of(job):
    assert (job.state, job.error_message) == (Job.State.DONE, "")
    return BacktestResult.objects.get(pk=job.result["backtest"])


def post(world, kind, day, *moves):
    return ledger.post(
        key=f"{kind}/{day}/{len(Posting.objects.all())}", kind=kind, moves=moves, legal_date=day, at=AT, actor=ACTOR
    )


def problem_of(world):
    return books.problem(client=world.client, as_of=AS_OF, assumptions=books.Assumptions()).problem


def receive(world, day, units):
    lot = world.account.lots.first() or make_lot(world.account)
    vendor = virtual_location(world.site, Location.Kind.VENDOR)
    return post(world, Posting.Kind.RECEIPT, day, Move(lot.pk, vendor.pk, world.shelf.pk, Decimal(units)))


def dispatch(world, day, units, dc=0):
    transit = virtual_location(world.dcs[dc], Location.Kind.TRANSIT)
    return post(
        world, Posting.Kind.DISPATCH, day, Move(world.account.lots.get().pk, world.shelf.pk, transit.pk, Decimal(units))
    )


def test_a_job_judges_the_last_weeks_of_the_history(world):
    result = result_of(compute(world, weeks=12, seed=3))

    assert (result.weeks, result.seed, result.as_of) == (12, 3, AS_OF)
    assert result.counted_from == AS_OF - 12 * WEEK
    assert result.first_review == result.counted_from - 11 * WEEK  # 8 weeks of supply, one over the border, and two
    figures = result.figures
    assert figures["weeks"] == 12
    policies = [line["policy"] for line in figures["lines"]]
    assert policies == ["engine", "weeks of supply 4+4", "weeks of supply", "normal base stock", "all forward"]
    assert all(
        line["fill"] > 0.5 for line in figures["lines"]
    )  # ordered goods arrive, although the books name no supplier
    assert float(result.engine_cost) == pytest.approx(figures["lines"][0]["controllable"] / 100, abs=1e-6)
    best = min(line["controllable"] for line in figures["lines"][1:])
    assert float(result.rule_cost) == pytest.approx(best / 100, abs=1e-6)
    assert [row["sku"] for row in figures["worst"]] == ["A"]
    assert result.parameters["history_weeks"] == 104


def test_as_many_weeks_are_judged_as_is_usual_when_nobody_says_how_many(world):
    assert result_of(compute(world)).weeks == judged.USUAL_WEEKS


def test_trucks_that_others_fill_too_are_paid_by_the_cubic_metre(world):
    lines = result_of(compute(world, weeks=8)).figures["lines"]

    assert all(line["trucks"] < 5 for line in lines)  # a truck a week for each center would be many times the sales


def test_the_same_books_give_the_same_figures_and_other_ones_another_hash(world):
    one, two = (result_of(compute(world, weeks=8)) for _time in range(2))
    assert (one.figures, one.inputs_hash, one.code_version) == (two.figures, two.inputs_hash, two.code_version)

    assert result_of(compute(world, weeks=8, seed=1)).inputs_hash != one.inputs_hash


@pytest.mark.parametrize(("weeks", "known"), [(7, 104), (53, 104), (30, 60)])
def test_weeks_beyond_the_history_are_refused_with_the_bounds(weeks, known):
    world = World(weeks=known)

    job = compute(world, weeks=weeks)

    assert job.state == Job.State.FAILED
    assert f"weeks: {weeks} debe estar entre 8 y {min(52, known - 26 - 11)}" in job.error_message
    assert not BacktestResult.objects.exists()


def test_a_history_that_is_too_short_says_how_long_it_is_and_must_be():
    world = World(weeks=44)

    with pytest.raises(
        backtests.HistoryTooShort, match="has 44 weeks of demand; a back-test needs at least 45"
    ) as refusal:
        backtests.bounds(client=world.client, as_of=AS_OF)

    assert refusal.value.context["field"] == "client"
    assert compute(world).error_code == "history_too_short"


def test_one_week_more_is_enough():
    world = World(weeks=45)

    assert backtests.bounds(client=world.client, as_of=AS_OF).most == 8
    assert result_of(compute(world)).weeks == 8


def test_what_was_shipped_and_received_is_played_as_one_policy_more(world):
    receive(world, AS_OF - 6 * WEEK, 600)
    dispatch(world, AS_OF - 5 * WEEK + timedelta(days=2), 120)
    dispatch(world, AS_OF - 4 * WEEK, 60, dc=1)

    result = result_of(compute(world, weeks=8))

    line = result.figures["lines"][-1]
    assert line["policy"] == "what was done"
    assert line["fill"] < result.figures["lines"][0]["fill"]  # after the stock at the start, two shipments were all
    assert result.parameters["done"] == {
        "movements": 3, "weeks_shipped": 2, "first_week": (AS_OF - 5 * WEEK).isoformat()
    }  # fmt: skip
    text = selectors.backtest_inputs(ClientScope.everyone(), result)["done.csv"].decode()
    assert text.splitlines() == [
        "sku,from_node,to_node,ship_week,quantity",
        f"A,{line_of_supply(result)},slp-acme,{(AS_OF - 14 * WEEK).isoformat()},600.0",  # ordered 8 weeks before it came
        f"A,slp-acme,dc1-acme,{(AS_OF - 5 * WEEK + timedelta(days=2)).isoformat()},120.0",
        f"A,slp-acme,dc2-acme,{(AS_OF - 4 * WEEK).isoformat()},60.0",
    ]


def line_of_supply(result):
    network = json.loads(selectors.backtest_inputs(ClientScope.everyone(), result)["network.json"])
    (supplier,) = [node["id"] for node in network["nodes"] if node["type"] == "supplier"]
    return supplier


def test_a_dispatch_that_was_taken_back_was_not_done_and_orders_alone_are_no_policy(world):
    receive(world, AS_OF - 6 * WEEK, 600)
    posting = dispatch(world, AS_OF - 5 * WEEK, 120)
    ledger.reverse(posting=posting, key="back", legal_date=AS_OF, at=AT, actor=ACTOR, reason="r")

    result = result_of(compute(world, weeks=8))

    assert [line["policy"] for line in result.figures["lines"]][-1] == "all forward"
    assert "done.csv" not in selectors.backtest_inputs(ClientScope.everyone(), result)


def test_what_another_client_did_is_not_this_ones(world):
    other = World("other")
    receive(other, AS_OF - 6 * WEEK, 600)
    dispatch(other, AS_OF - 5 * WEEK, 120)
    problem = judged.judged(problem_of(world))

    found = done.movements(
        ClientScope.of(world.client.pk), client=world.client, problem=problem, since=AS_OF - 20 * WEEK, before=AS_OF
    )

    assert found == ()


def test_the_command_repeats_the_figures_from_the_files(world, tmp_path):
    receive(world, AS_OF - 6 * WEEK, 600)
    dispatch(world, AS_OF - 5 * WEEK, 120)
    result = result_of(compute(world, weeks=8, seed=2))
    for name, content in selectors.backtest_inputs(ClientScope.everyone(), result).items():
        (tmp_path / name).write_bytes(content)

    call_command("backtest_placement", tmp_path, report=tmp_path / "report.json", stdout=StringIO(), stderr=StringIO())

    assert json.loads((tmp_path / "report.json").read_text()) == result.figures


def test_a_job_that_is_stopped_writes_nothing(world):
    job = jobs.request(
        kind=backtests.KIND, title="b", parameters={"weeks": 8}, client=world.client, actor=ACTOR, at=AT
    )  # fmt: skip
    seen = []

    def clock():
        job.refresh_from_db()
        seen.append(job.stage)
        if len(seen) == 8:
            jobs.cancel(job=job, at=AT)
        return AT

    running.run(job_id=job.pk, runner="test", clock=clock)

    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert any(seen)
    assert not BacktestResult.objects.exists()


def test_nobody_changes_or_deletes_a_back_test_or_its_files(world):
    result = result_of(compute(world, weeks=8))

    for deed in (
        lambda: BacktestResult.objects.filter(pk=result.pk).update(fill=1),
        lambda: result.inputs.update(name="x"),
        lambda: result.inputs.all()._raw_delete(connection.alias),
        lambda: BacktestResult.objects.filter(pk=result.pk)._raw_delete(connection.alias),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            deed()


def test_a_job_writes_its_result_once(world):
    job = compute(world, weeks=8)
    tested = backtests.compute(client=world.client, as_of=AS_OF, weeks=8)

    again = backtests.publish(tested=tested, job=job, at=AT, actor=ACTOR)

    assert again == result_of(job)
    assert BacktestResult.objects.count() == 1


def test_nobody_sees_anothers_back_test(world):
    result = result_of(compute(world, weeks=8))
    stranger = ClientScope.of(World("other").client.pk)

    assert not selectors.backtests(stranger).exists()
    assert selectors.backtest_inputs(stranger, result) == {}
    with pytest.raises(NotFound):
        selectors.backtest(stranger, result.pk)


def test_of_very_many_items_a_fixed_sample_is_played(world):
    booked = problem_of(world)

    assert judged.judged(booked, most_items=0).network.skus == ()
    assert [sku.id for sku in judged.judged(booked, most_items=1).network.skus] == ["A"]


def test_a_seed_that_is_no_number_is_refused():
    with pytest.raises(BadInput, match="seed: a whole number from 0"):
        case_of({"first_review": "2026-01-05", "counted_from": "2026-02-02", "seed": "x"})


def test_weeks_are_those_asked_for_within_the_bounds():
    found = judged.Bounds(known=104, settling=11)

    assert (found.most, found.usual, found.needed) == (52, 26, 45)
    assert judged.Bounds(known=61, settling=11).usual == 12  # of 24 that there may be
    assert backtests.checked_weeks(found, 52) == 52
    with pytest.raises(InvalidInput) as refusal:
        backtests.checked_weeks(found, 53)
    assert (refusal.value.field, refusal.value.rule) == ("weeks", "range")
