"""`manage.py load_exchange_rates FILE`: pesos per dollar as Banco de México has published them since."""

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.audit import context as audit
from inventory.errors import InvalidInputs
from inventory.parties.scope import Actor
from inventory.reference import selectors as reference
from inventory.reference.rate_file import Rate, read_rates
from inventory.reference.services import LoadedRates, put_exchange_rates
from inventory.reports import watching


class Command(BaseCommand):
    """Exits with 1 and writes nothing when the file, or any row of it, cannot be taken. Safe to repeat."""

    help = "Load exchange rates (FIX) from a CSV file with the columns determined_on, published_on, mxn_per_unit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="change rates that stand in the table: they were published wrong"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, at = options["file"], timezone.now()
        try:
            content = path.read_bytes()
            rates = read_rates(content.decode("utf-8-sig"), today=timezone.localdate(at))
            done = self._put(path, content, rates, replace=options["replace"])
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is no text in UTF-8.") from error
        except InvalidInputs as error:
            for fault in error:
                self.stderr.write(f"row {fault.context['row']}: {fault}")
            hint = " Use --replace if the file is right." if _only_contradicts(error) else ""
            raise CommandError(f"Nothing was written.{hint}") from error
        watching.watch_exchange_rates(at=at)
        self.stdout.write(
            f"{len(rates)} rates read: {done.created} new, {done.replaced} replaced, {done.unchanged} as before; "
            f"the last one was published on {reference.last_rate_published('USD')}."
        )

    def _put(self, path: Path, content: bytes, rates: list[Rate], *, replace: bool) -> LoadedRates:
        """Write them, with the file as the reason in the trail."""
        reason = f"{path.name}, SHA-256 {hashlib.sha256(content).hexdigest()}"
        with audit.acting(Actor.system("load_exchange_rates")), audit.because(reason):
            return put_exchange_rates(rates=rates, replace=replace)


def _only_contradicts(error: InvalidInputs) -> bool:
    """True when nothing is wrong but that the table says otherwise."""
    return {fault.rule for fault in error} == {"stands_otherwise"}
