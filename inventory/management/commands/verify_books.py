"""`manage.py verify_books`: re-add every leg, layer and balance, and say what differs."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand

from inventory.customs.models import BondedLot, Discharge
from inventory.ledger.models import Balance, Leg, Posting
from inventory.reports.verification import verify_books


class Command(BaseCommand):
    """Prints each difference on a line and exits with 1 if there is one. Repairs nothing."""

    help = "Re-add every leg, layer and balance from nothing, compare shelf and law, check the audit chain."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        count = 0
        for difference in verify_books():
            count += 1
            self.stdout.write(
                f"{difference.check}: {difference.subject}: computed {difference.expected}, stored {difference.found}"
            )
        read = {
            model._meta.verbose_name_plural: model.objects.count()
            for model in (Posting, Leg, Balance, BondedLot, Discharge)
        }
        seconds = time.monotonic() - began
        summary = ", ".join(f"{number} {name}" for name, number in read.items())
        self.stdout.write(f"{count} differences; read {summary} in {seconds:.1f} s")
        if count:
            sys.exit(1)
