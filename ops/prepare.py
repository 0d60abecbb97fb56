"""Bring the database up to date, in one process: `python -m ops.prepare [--new]`, called by `make run`.

Applies migrations, loads the code lists, and in a new database the demonstration company.
Progress goes to the standard error; the standard output holds the demonstration logins, if there are any.
"""

import io
import os
import sys

import django
from django.core.management import call_command, get_commands


def main() -> None:
    """Do it all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    say("Bringing the database up to date …")
    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
    call_command("load_reference", stdout=io.StringIO())
    if "--new" in sys.argv and "load_demo" in get_commands():
        say("Making the demonstration company; this takes up to a minute …")
        call_command("load_demo", stdout=sys.stderr)
    if "demo_logins" in get_commands():
        call_command("demo_logins")


def say(text: str) -> None:
    """Tell the person at the terminal what goes on."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
