"""Real workers and a real Valkey: whatever is killed or forgotten, each job is done, and once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
import time_machine
from celery import Celery
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from inventory import tasks
from inventory.findings.models import Finding
from inventory.jobs import messages, services
from inventory.jobs.models import Heartbeat, Job
from inventory.jobs.timing import FIRST_RESEND, LEASE
from tests.builders import ACTOR

pytestmark = pytest.mark.django_db(transaction=True)
HOUSE = Path(__file__).parents[2]
PATIENCE = 60


@pytest.fixture
def start_worker():
    """Start a Celery worker of its own process group on the test's database; whatever still runs is killed at the end."""
    running = []

    def start(processes=2):
        command = [sys.executable, "-m", "celery", "-A", "tests.jobs.worker_app", "worker", "-c", str(processes)]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
        environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
        running.append(subprocess.Popen([*command, *quiet], cwd=HOUSE, env=environment, start_new_session=True))
        return running[-1]

    yield start
    for process in running:
        kill(process)


@pytest.fixture
def broker():
    """The broker, empty before and after."""
    server = redis.Redis.from_url(settings.CELERY_BROKER_URL.replace("redis+socket", "unix"))
    server.flushall()
    yield server
    server.flushall()
    server.close()


def database_url():
    """The address of the database this test is on, for a process of its own."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(at['NAME']))}"
    host, password = quote(str(at["HOST"]), safe=""), quote(str(at["PASSWORD"]), safe="")
    return f"postgres://{at['USER']}:{password}@{host}:{at['PORT']}/{at['NAME']}"


def kill(process):
    """Kill a worker and its children as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def ask(**parameters):
    return services.request(
        kind="tally", title="Tally", parameters=parameters, client=None, actor=ACTOR, at=timezone.now()
    )


def eventually(holds):
    """Wait until something holds; fail when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def finished(count):
    return lambda: Job.objects.filter(state=Job.State.DONE).count() == count


def effects():
    """How often each job left its row."""
    return Counter(subject.split("/")[0] for subject in Finding.objects.values_list("subject", flat=True))


def sweep_after(wait):
    with time_machine.travel(timezone.now() + wait + timedelta(seconds=1), tick=True):
        return tasks.sweep_jobs()


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
