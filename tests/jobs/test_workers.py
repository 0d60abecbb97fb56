"""Real workers and a real Valkey: whatever is killed or forgotten, each job is done, and once."""

import time
from collections import Counter

import pytest
from celery import Celery
from django.db import transaction
from django.utils import timezone

from inventory.findings.models import Finding
from inventory.jobs import messages, services
from inventory.jobs.models import Heartbeat, Job
from inventory.jobs.timing import FIRST_RESEND, LEASE
from tests.builders import ACTOR
from tests.jobs.workers import eventually, finished, kill, sweep_after

pytestmark = pytest.mark.django_db(transaction=True)


def ask(**parameters):
    return services.request(
        kind="tally", title="Tally", parameters=parameters, client=None, actor=ACTOR, at=timezone.now()
    )


def effects():
    """How often each job left its row."""
    return Counter(subject.split("/")[0] for subject in Finding.objects.values_list("subject", flat=True))


def test_a_killed_worker_loses_nothing_and_another_finishes(broker, start_worker, tmp_path):
    mark = tmp_path / "in the middle"
    stuck, others = ask(hang=str(mark)), [ask() for _ in range(5)]
    first = start_worker()
    for job in (stuck, *others):
        messages.start(job)
    eventually(mark.exists)

    kill(first)
    sweep_after(LEASE)
    start_worker()
    eventually(finished(6))

    stuck.refresh_from_db()
    assert (stuck.attempts, stuck.result) == (2, {"counted": 10})
    assert effects() == Counter({str(job.pk): 1 for job in (stuck, *others)})
    assert Heartbeat.objects.filter(name="worker").exists()


def test_a_broker_that_forgot_everything_harms_nothing(broker, start_worker):
    jobs = [ask() for _ in range(30)]
    for job in jobs:
        messages.start(job)
    assert broker.llen("celery") == 30

    broker.flushall()
    assert sweep_after(FIRST_RESEND) == 30
    for job in jobs:
        messages.send(job.pk)  # and twice is as good as once
    start_worker()
    eventually(finished(30))
    eventually(lambda: broker.llen("celery") == 0)

    assert effects() == Counter({str(job.pk): 1 for job in jobs})
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


def test_a_broker_that_is_down_never_shows_to_the_one_who_asks(monkeypatch, tmp_path, caplog):
    monkeypatch.delenv("CELERY_BROKER_URL")  # Celery prefers it to what it is told
    nobody = Celery(broker=f"redis+socket://{tmp_path}/nobody.sock", set_as_current=False)
    monkeypatch.setattr(messages, "current_app", nobody)
    job, before = ask(), time.monotonic()

    messages.start(job)

    assert time.monotonic() - before < 2
    assert f"Job {job.pk} waits for the sweeper" in caplog.text
    assert Job.objects.get().state == Job.State.QUEUED


def test_a_job_that_is_rolled_back_sends_no_message(broker):
    with transaction.atomic():
        messages.start(ask())
        transaction.set_rollback(True)

    assert broker.llen("celery") == 0
    assert not Job.objects.exists()
