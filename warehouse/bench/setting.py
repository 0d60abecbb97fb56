"""The database of a run, filled; and afterwards the proof that sixteen operators left its books right."""

import sqlite3

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from inventory.models import Balance, BondedLot
from warehouse.bench import bulk, history, seeding
from warehouse.bench.floor import tables
from warehouse.bench.sizes import Sizes

FEW, MANY = 4, 100  # open lots of an ordinary account, and of those whose history is measured


def fill(sizes: Sizes) -> seeding.World:
    """The world of a run, with its history and its floor."""
    world = seeding.found(timezone.now())
    turns = sizes.rounds + 1  # one to warm up
    spread = seeding.stock(world, "spread", sizes.skus, FEW, turns * (sizes.singles + sizes.crowd))
    seeding.stock(world, "hot", 1, FEW, turns * sizes.crowd)
    short = seeding.stock(world, "short", 1, MANY, turns * sizes.singles)
    long = seeding.stock(world, "long", 1, MANY, turns * sizes.singles * 2)
    history.write(world, spread, sizes.legs_per_sku)
    history.write(world, short, sizes.short_history)
    history.write(world, long, sizes.long_history)
    bulk.settle(*history.LOADED)
    bulk.vacuum(*history.LOADED)
    tables.make(sizes.skus + 1, min(sizes.legs, 200_000), world.today)
    return world


def differing_accounts() -> int:
    """Accounts whose stock on the shelf is not what they owe customs: none, or a post was lost."""
    lying = Balance.objects.filter(is_virtual=False, account__authorisation__isnull=False).order_by()
    held = dict(lying.values_list("account_id").annotate(total=Sum("quantity")))
    owed = dict(BondedLot.objects.order_by().values_list("account_id").annotate(total=Sum("remaining")))
    return sum(1 for account in held.keys() | owed.keys() if held.get(account) != owed.get(account))


def engine() -> str:
    """Name and version of the database."""
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"
