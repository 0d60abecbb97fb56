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
