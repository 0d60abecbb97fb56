"""`manage.py load_demo`: the demonstration company, in a new database; a second time it only says that it is there."""

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from inventory.errors import DomainError
from warehouse.demo import loader


class Command(BaseCommand):
    """Exits with 1 where there are clients already, and in production unless it is forced."""

    help = "Make the demonstration: a company, its books of eighteen months and its people. Needs a database without clients."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=date.fromisoformat, help="the day on which the story ends (default: today)")
        parser.add_argument(
            "--force", action="store_true", help="load it in production too, where its passwords are known to everybody"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["force"]:
            raise CommandError(
                "This is production: the demonstration's passwords are public. Use --force if you mean it."
            )
        clock, began = timezone.now(), time.process_time()
        today = options["today"] or timezone.localdate(clock)
        if today > timezone.localdate(clock):
            raise CommandError(f"{today} lies in the future.")
        try:
            told = loader.load(now=loader.end_of(today, clock))
        except DomainError as error:
            raise CommandError(str(error)) from error
        if not told.deeds:
            self.stdout.write("The demonstration is loaded already.")
            return
        self.stdout.write(
            f"The demonstration is loaded up to {today}: {told.deeds} deeds in {time.process_time() - began:.0f} s. "
            "Its books add up. Who can log in: manage.py demo_logins"
        )
