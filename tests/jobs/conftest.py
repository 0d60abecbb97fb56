"""A real worker and an empty broker."""

import pytest
import redis
from django.conf import settings

from tests.jobs import workers


@pytest.fixture
def start_worker():
    """Start a Celery worker; whatever still runs is killed at the end."""
    running = []

    def start(processes=2):
        running.append(workers.start(processes))
        return running[-1]

    yield start
    for worker in running:
        workers.kill(worker)


@pytest.fixture
def broker():
    """The broker, empty before and after."""
    server = redis.Redis.from_url(settings.CELERY_BROKER_URL.replace("redis+socket", "unix"))
    server.flushall()
    yield server
    server.flushall()
    server.close()
