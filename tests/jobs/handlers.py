"""Work for the tests of real workers."""

import time
from pathlib import Path

from django.utils import timezone

from inventory.findings.models import Finding
from inventory.jobs.outcome import Outcome


def tally(job, report):
    """Count to ten; on its first attempt hang in the middle of it if asked to, having said so by a file."""
    report(0, 10, "counting")
    if job.attempts == 1 and "hang" in job.parameters:
        Path(job.parameters["hang"]).touch()
        time.sleep(600)
    return Outcome({"counted": 10}, effect=lambda: _leave_a_row(job))


def _leave_a_row(job):
    # Nothing keeps this from being written twice but the job's own promise.
    Finding.objects.create(code="tally", subject=f"{job.pk}/{job.attempts}", severity="info", opened_at=timezone.now())
