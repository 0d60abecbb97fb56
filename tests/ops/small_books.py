"""Books to back up, in a database of their own: `python -m tests.ops.small_books begin`, and `go-on` after a restore.

Ends with the proof of the books, as `manage.py verify_books` prints it.
"""

import sys

import django
from django.core.management import call_command


def begin():
    """Make the tables, and walk an account through its first months."""
    from tests.scenarios.test_account_life import Life

    call_command("migrate", verbosity=0)
    Life().walk(until="2025-06-01")


def go_on():
    """Undo the last exit, as on any working day; fails where a restore has left the tables unfit for new rows."""
    from tests.scenarios.world import ACTOR, at
    from warehouse.shipping import services as shipping
    from warehouse.shipping.models import Shipment

    last = Shipment.objects.latest("pk")
    shipping.reverse_dispatch(shipment=last, at=at("2025-06-02"), actor=ACTOR, reason="Turned back")


if __name__ == "__main__":
    django.setup()
    {"begin": begin, "go-on": go_on}[sys.argv[1]]()
    call_command("verify_books")
