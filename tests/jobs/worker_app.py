"""The Celery app as production has it, with one more kind of work: `tally`, whose effect can be counted."""

from config.celery import app
from inventory.jobs import registry

registry.register("tally", "tests.jobs.handlers.tally")

__all__ = ["app"]
