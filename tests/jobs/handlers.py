"""Work for the tests of real workers."""

import os
import time
from dataclasses import replace
from pathlib import Path

from django.utils import timezone

from inventory.findings.models import Finding
from inventory.jobs.outcome import Outcome
from inventory.placement import parted
from inventory.placement import services as placement


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


def halting_placement(job, report):
    """A placement run that on its first attempt stops where it was asked to: while `computing`, or while `writing`."""

    def halt_at(place):
        if job.attempts == 1 and job.parameters["halt"] == place:
            Path(job.parameters["mark"]).touch()
            time.sleep(600)

    def told(done, total, stage=""):
        report(done, total, stage)
        if done == 2:
            halt_at("computing")

    outcome = placement.run_job(job, told)

    def effect():
        result = outcome.effect()
        halt_at("writing")
        return result

    return Outcome(effect=effect)


def watched_run(job, report):
    """A placement run whose parts can be watched."""
    outcome = parted.run_job(job, report)
    return replace(outcome, parts=outcome.parts and replace(outcome.parts, kind="watched_part"))


def watched_part(job, report):
    """A part of a placement run. What its run was asked for may halt its first attempt, or let it wait for another process."""
    asked, number = job.parent.parameters, job.parameters["part"]
    if asked.get("halt_part") == number and job.attempts == 1:
        Path(asked["mark"]).touch()
        time.sleep(600)
    if "meet" in asked:
        (Path(asked["meet"]) / str(os.getpid())).touch()
        deadline = time.monotonic() + 30
        while len(list(Path(asked["meet"]).iterdir())) < 2:
            assert time.monotonic() < deadline, "no other process does a part"
            time.sleep(0.02)
    return parted.part_job(job, report)
