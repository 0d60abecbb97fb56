"""The Celery app. Its timetable is `CELERY_BEAT_SCHEDULE` in settings."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init

from ops import processes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("recinto")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["inventory", "warehouse"])


@setup_logging.connect
def log_as_django_does(**_kwargs: Any) -> None:
    """Leave logging as LOGGING in settings made it."""


@worker_init.connect
def remember_main_process(**_kwargs: Any) -> None:
    """Note who the pool processes belong to, before the first of them is made."""
    app.main_process = os.getpid()


@worker_process_init.connect
def die_with_worker(**_kwargs: Any) -> None:
    """A pool process does not outlive a killed worker; its job is taken over when the lease runs out."""
    processes.die_with_parent(parent=app.main_process)
