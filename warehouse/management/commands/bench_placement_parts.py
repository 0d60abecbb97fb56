"""`manage.py bench_placement_parts`: what each step of a placement run in parts costs (docs/scale.md). Uses no database."""

import hashlib
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandParser

from inventory.placement.parted import parts_for
from warehouse.bench import placement_parts


class Command(BaseCommand):
    """Prints seconds, bytes and memory of each step, and a digest of the result that no number of parts changes."""

    requires_system_checks: ClassVar[list[str]] = []
    help = "Measure a placement run in parts on a made-up network: groundwork, parts by several processes, publication."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--items", type=int, default=1_000)
        parser.add_argument("--markets", type=int, default=12, help="each with a DC of its own")
        parser.add_argument("--weeks", type=int, default=156)
        parser.add_argument("--parts", type=int, help="as many as a run of so many series has, if not given")
        parser.add_argument("--processes", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["parts"] or parts_for(options["items"] * options["markets"])
        sizes = {name: options[name] for name in ("items", "markets", "weeks", "processes")}
        found = placement_parts.measure(**sizes, number=number, progress=self.stderr.write)
        for line in placement_parts.table(found):
            self.stdout.write(line)
        self.stdout.write(f"result {hashlib.sha256(found.result.encode()).hexdigest()[:16]}")
