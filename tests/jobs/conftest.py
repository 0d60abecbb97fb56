"""A real worker and an empty broker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from django.conf import settings

from tests.jobs.workers import database_url, kill

HOUSE = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def fork_worker(django_db_setup):
    """Fork a worker with so many pool processes from a process that has loaded everything; its process id."""
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-m", "tests.jobs.forking"]
    with subprocess.Popen(
        command, cwd=HOUSE, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as loaded:

        def fork(processes):
            loaded.stdin.write(f"{processes}\n")
            return int(loaded.stdout.readline())

        yield fork
        loaded.stdin.close()


@pytest.fixture
def start_worker(fork_worker):
    """Start a Celery worker of its own process group on the test's database; whatever still runs is killed at the end."""
    running = []

    def start(processes=2):
        running.append(fork_worker(processes))
        return running[-1]

    yield start
    for worker in running:
        kill(worker)


@pytest.fixture
def broker():
    """The broker, empty before and after."""
    server = redis.Redis.from_url(settings.CELERY_BROKER_URL.replace("redis+socket", "unix"))
    server.flushall()
    yield server
    server.flushall()
    server.close()
