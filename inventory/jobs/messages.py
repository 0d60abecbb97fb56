"""Telling a worker that a job waits. A message is only a nudge: the row is the truth, and the sweeper sends another."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from inventory.jobs.models import Job

logger = logging.getLogger(__name__)
# Someone is waiting for a page: left to itself, kombu tries a dead broker for seven seconds.
IMPATIENT = {"max_retries": 1, "interval_start": 0, "socket_connect_timeout": 1, "socket_timeout": 2}


def start(job: Job) -> None:
    """Nudge a worker once the current transaction has committed.

    Never raises: with the broker down the job just waits.
    """
    transaction.on_commit(lambda: send(job.pk), robust=True)


def send(job_id: int) -> bool:
    """Send the message of one job now; False when the broker cannot be reached."""
    try:
        with current_app.connection_for_write() as connection:
            connection.transport_options = {**(connection.transport_options or {}), **IMPATIENT}
            current_app.send_task("inventory.tasks.run_job", args=[job_id], connection=connection, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("Job %s waits for the sweeper: the broker cannot be reached (%s)", job_id, error)
        return False
    return True
