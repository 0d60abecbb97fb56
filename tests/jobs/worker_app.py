"""The Celery app as production has it, with more kinds of work.

`tally` has an effect that can be counted; `halting_placement` is a placement run that can be caught in the middle; the parts of a
`watched_run` can be caught in the middle too, or wait for another worker.
"""

from config.celery import app
from inventory.jobs import registry

registry.register("tally", "tests.jobs.handlers.tally")
registry.register("watched_run", "tests.jobs.handlers.watched_run")
registry.register("watched_part", "tests.jobs.handlers.watched_part")
registry.register("halting_placement", "tests.jobs.handlers.halting_placement")

__all__ = ["app"]
