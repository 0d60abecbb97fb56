"""The Celery app as production has it, with two more kinds of work.

`tally` has an effect that can be counted; `halting_placement` is a placement run that can be caught in the middle.
"""

from config.celery import app
from inventory.jobs import registry

registry.register("tally", "tests.jobs.handlers.tally")
registry.register("halting_placement", "tests.jobs.handlers.halting_placement")

__all__ = ["app"]
