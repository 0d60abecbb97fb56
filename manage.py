#!/usr/bin/env python3
"""Django's entry point: every command of Recinto starts here."""

import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  Django may be absent before set-up

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
