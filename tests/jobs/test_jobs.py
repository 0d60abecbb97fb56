"""The life of a job, one service call at a time."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from inventory.errors import InvalidInput
from inventory.jobs import registry, running, selectors, services
from inventory.jobs.errors import Cancelled, JobFinished, LostClaim, UnknownKind
from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome
from inventory.jobs.timing import BACK_OFF, LEASE, SAVE_EVERY
from inventory.parties.scope import ClientScope
from tests.builders import ACTOR, NOON, make_client

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def ask(**values):
    return services.request(
        **{"kind": "count", "title": "Count", "parameters": {}, "client": None, "actor": ACTOR, "at": NOON, **values}
    )


def claim(job, at=NOON, runner="here"):
    return services.claim(job_id=job.pk, runner=runner, at=at)


@pytest.fixture
def handler(monkeypatch):
    """Let a function of the test do jobs of the kind it is given as, `count` unless told otherwise."""

    def teach(function):
        monkeypatch.setattr("inventory.jobs.running.handler_of", lambda kind: function)

    return teach


def run(job, at=NOON):
    return running.run(job_id=job.pk, runner="here", clock=lambda: at)


def test_a_job_is_claimed_once():
    job = ask()

    assert claim(job, runner="first").runner == "first"
    assert claim(job, at=NOON + SECOND, runner="second") is None


def test_a_job_whose_lease_ran_out_is_claimed_by_another():
    job = claim(ask(), runner="first")

    late = claim(job, at=NOON + LEASE + SECOND, runner="second")

    assert (late.runner, late.attempts) == ("second", 2)


def test_whoever_lost_the_claim_can_write_nothing_more():
    first = claim(ask(), runner="first")
    second = claim(first, at=NOON + LEASE + SECOND, runner="second")
    written = []

    with pytest.raises(LostClaim):
        services.progress(job=first, done=1, total=2, stage="x", at=NOON + LEASE + 2 * SECOND)
    with pytest.raises(LostClaim):
        services.finish(job=first, outcome=Outcome(effect=lambda: written.append(1)), at=NOON + LEASE + 2 * SECOND)
    services.fail(job=first, error=ValueError(), at=NOON + LEASE + 2 * SECOND)

    second.refresh_from_db()
    assert (second.state, written) == (Job.State.RUNNING, [])


def test_progress_keeps_the_lease_and_is_written_at_most_once_a_second(django_assert_num_queries):
    job = claim(ask())

    with django_assert_num_queries(1):
        for tenth in range(19):
            at = NOON + SAVE_EVERY + tenth * timedelta(milliseconds=50)
            services.progress(job=job, done=tenth, total=19, at=at)

    job.refresh_from_db()
    assert (job.done, job.lease_until) == (0, NOON + SAVE_EVERY + LEASE)
    services.progress(job=job, done=19, total=19, at=NOON + 2 * SAVE_EVERY)
    assert Job.objects.get().percent == 100


def test_a_cancelled_job_stops_at_its_next_report(handler):
    job = ask()

    def work(job, report):
        report(1, 10, "one")
        services.cancel(job=job, at=NOON)
        report(2, 10, "two")
        raise AssertionError("it went on")

    handler(work)
    run(job)

    job.refresh_from_db()
    assert (job.state, job.done, job.finished_at) == (Job.State.CANCELLED, 1, NOON)


def test_a_waiting_job_is_cancelled_at_once_and_never_run():
    job = ask()

    services.cancel(job=job, at=NOON)

    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert claim(job) is None
    with pytest.raises(JobFinished):
        services.cancel(job=job, at=NOON)


def test_an_unexpected_failure_is_tried_again_later_and_at_last_given_up(handler):
    job = ask(max_attempts=2)
    handler(lambda job, report: 1 / 0)

    run(job)
    job.refresh_from_db()
    again_at = job.not_before
    assert (job.state, again_at) == (Job.State.QUEUED, NOON + BACK_OFF[0])
    assert run(job, at=again_at - SECOND) is None
    run(job, at=again_at)

    job.refresh_from_db()
    assert (job.state, job.error_code, job.attempts) == (Job.State.FAILED, "unexpected_error", 2)
    assert "ZeroDivisionError" in job.error_message
    assert str(job.pk) in job.error_message


def test_a_refusal_is_final_and_says_why(handler):
    job = ask()

    def refuse(job, report):
        raise InvalidInput("%(field)s: %(value)s is no number.", field="row 7", value="abc")

    handler(refuse)
    run(job)

    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.State.FAILED, "invalid_input")
    assert job.error_message == "row 7: abc is no number."


def test_a_kind_that_nobody_knows_fails_by_name():
    job = ask(kind="conjure")

    run(job)

    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.State.FAILED, UnknownKind.code)
    assert "conjure" in job.error_message


def test_what_a_job_does_once_is_undone_when_its_end_cannot_be_written(handler):
    job = ask()

    def write():
        make_client("effect")
        raise RuntimeError

    handler(lambda job, report: Outcome(effect=write))
    run(job)

    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert not type(make_client()).objects.filter(code="effect").exists()


def test_a_finished_job_keeps_its_numbers_and_its_file(handler, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    made = tmp_path / "made.csv"
    made.write_text("a,b\n")
    job = ask()
    handler(lambda job, report: Outcome({"rows": 1}, made, "rows.csv", effect=lambda: {"posted": 2}))

    run(job)

    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {"rows": 1, "posted": 2})
    with job.result_file.open() as kept:
        assert kept.read() == b"a,b\n"
    assert job.result_file.name.endswith("rows.csv")


def test_an_uploaded_file_waits_with_its_job(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path

    job = ask(source_file=ContentFile(b"sku;week\n", name="demand.csv"))

    with Job.objects.get(pk=job.pk).source_file.open() as kept:
        assert kept.read() == b"sku;week\n"


def test_a_job_works_in_the_language_of_the_one_who_asked(handler):
    from django.utils.translation import get_language

    from inventory.parties.scope import Actor
    from tests.builders import make_user

    handler(lambda job, report: {"language": get_language()})
    job = ask(actor=Actor.person(make_user(language="en")))

    run(job)

    job.refresh_from_db()
    assert job.result == {"language": "en"}


def test_a_message_is_sent_again_ever_more_rarely():
    job, at, sends = ask(), NOON, []

    for _ in range(6):
        at = Job.objects.get(pk=job.pk).lease_until
        assert not selectors.due(at - SECOND).exists()
        (due,) = selectors.due(at)
        services.sent(job=due, at=at)
        sends.append(int((at - NOON).total_seconds()))

    assert sends == [15, 30, 60, 120, 240, 480]


def test_the_sweeper_takes_jobs_back_from_the_dead_and_gives_up_on_the_hopeless():
    dead, hopeless, unwanted, alive = ask(), ask(max_attempts=1), ask(), ask()
    for job in (dead, hopeless, unwanted):
        claim(job)
    services.cancel(job=unwanted, at=NOON)
    claim(alive, at=NOON + LEASE)

    services.recover(at=NOON + LEASE + SECOND)

    states = {job.pk: job.state for job in Job.objects.all()}
    assert states == {
        dead.pk: Job.State.QUEUED,
        hopeless.pk: Job.State.FAILED,
        unwanted.pk: Job.State.CANCELLED,
        alive.pk: Job.State.RUNNING,
    }
    assert list(selectors.due(NOON + LEASE + SECOND)) == [dead]
    assert Job.objects.get(pk=hopeless.pk).error_code == "job_worker_lost"


def test_people_see_the_jobs_of_their_client_only():
    acme, other = make_client(), make_client()
    mine, _theirs, _nobodys = ask(client=acme), ask(client=other), ask(client=None)

    assert list(selectors.jobs_for(ClientScope.of(acme.pk))) == [mine]
    assert selectors.jobs_for(ClientScope.everyone()).count() == 3


def test_every_registered_handler_can_be_imported():
    for kind in registry.kinds():
        assert callable(registry.handler_of(kind))


def test_progress_tells_a_cancelled_job_from_a_lost_one():
    job = claim(ask())
    services.cancel(job=job, at=NOON)

    with pytest.raises(Cancelled):
        services.progress(job=job, done=1, total=2, stage="next", at=NOON)
