"""`manage.py export_placement_run`: the files of a run, from which `recommend_placement` makes the same run again."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.errors import NotFound
from inventory.parties.scope import ClientScope
from inventory.placement import repeating, selectors


class Command(BaseCommand):
    """Prints the command that repeats the run, and with which version of the code it was made."""

    help = "Write the history, network, state and tuning that a placement run was computed from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        parser.add_argument("--out", type=Path, required=True, help="folder to write to; it is made if need be")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = selectors.run(ClientScope.everyone(), options["run"])
        except NotFound as error:
            raise CommandError(str(error)) from error
        files = selectors.inputs(ClientScope.everyone(), run)
        if not files:
            raise CommandError(f"The files of run {run.pk} were not kept: it was made by {run.code_version}.")
        options["out"].mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (options["out"] / name).write_bytes(content)
        self.stdout.write(repeating.command(files))
        self.stdout.write(f"inputs {run.inputs_hash}, code {run.code_version}")
