"""`manage.py learn_lead_times`: learn how long each lane takes from what arrived over it."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.errors import DomainError
from warehouse.tracking import lead_times


class Command(BaseCommand):
    """Prints one line for each lane, then how many were learned. Exits with 1 and writes nothing when a lane has no prior."""

    help = (
        "Learn the lead time of every lane from the arrivals before a day (today); the same day's figures are replaced."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day, YYYY-MM-DD; not one to come")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            rows = lead_times.learn(as_of=options["as_of"] or timezone.localdate(at), at=at)
        except DomainError as error:
            raise CommandError(str(error)) from error
        for row in rows:
            basis = "prior" if row.is_prior_only else "learned"
            self.stdout.write(f"{row.lane}: {row.n} arrivals, {basis}, mean {row.mean_weeks:.2f} weeks")
        learned = sum(not row.is_prior_only for row in rows)
        self.stdout.write(f"{len(rows)} lanes, {learned} of them learned.")
