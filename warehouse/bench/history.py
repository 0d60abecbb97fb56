"""What happened before: postings to and fro between two locations, and exits that used up bonded lots long closed."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction

from inventory.models import Account, BondedLot, Discharge, Leg, Lot, Posting
from warehouse.bench import bulk
from warehouse.bench.seeding import World, declare, open_lot

BASE = 10**6  # base units of a piece
PESO = 10**4
SINCE, UNTIL = 960, 10  # days ago
EXITS_PER_LOT = 1_000


def write(world: World, accounts: list[Account], legs_each: int, exits_per_lot: int = EXITS_PER_LOT) -> None:
    """So many legs for each account, and a discharge for every second one; balances stay as they are.

    Each posting has two legs; every second one brings back what the one before took away. So many discharges use up one
    bonded lot.
    """
    legs_each -= legs_each % 4
    if not legs_each:
        return
    days = _Days(world, legs_each // 2)
    first_posting, first_leg = bulk.next_id(Posting), bulk.next_id(Leg)
    lots = [Lot.objects.get(account=account) for account in accounts]
    with bulk.unchecked(), transaction.atomic():
        bulk.load(
            Posting,
            ("id", "key", "fingerprint", "kind", "document", "legal_date", "recorded_at", "actor_label", "reason"),
            _postings(first_posting, len(lots), legs_each // 2, days),
        )
        bulk.load(
            Leg,
            ("id", "posting_id", "account_id", "lot_id", "location_id", "quantity", "legal_date", "recorded_at"),
            _legs(world, first_posting, first_leg, lots, legs_each // 2, days),
        )
        _discharge(world, accounts, legs_each // 2, exits_per_lot, days)


class _Days:
    """The legal date and the moment of the n-th of so many events, oldest first, as the database keeps them."""

    def __init__(self, world: World, events: int) -> None:
        zone = "+00:00" if connection.vendor == "postgresql" else ""
        self.days = [str(world.today - timedelta(days=back)) for back in range(SINCE, UNTIL, -1)]
        self.moments = [f"{day} 18:00:00{zone}" for day in self.days]
        self.events = events

    def at(self, number: int) -> tuple[str, str]:
        """Date and moment."""
        index = number * len(self.days) // self.events
        return self.days[index], self.moments[index]


def _postings(first: int, lots: int, each: int, days: _Days) -> Iterator[tuple[object, ...]]:
    """Postings of all lots in order of time, the lots in turn."""
    for number in range(each):
        day, moment = days.at(number)
        for turn in range(lots):
            pk = first + number * lots + turn
            yield pk, f"bench/past/{pk}", "0" * 64, "move", f"P-{pk}", day, moment, "bench", ""


def _legs(
    world: World, first_posting: int, first: int, lots: list[Lot], each: int, days: _Days
) -> Iterator[tuple[object, ...]]:
    """Two legs for each posting: away from the dock, and next time back."""
    for number in range(each):
        day, moment = days.at(number)
        away = BASE if number % 2 else -BASE
        for turn, lot in enumerate(lots):
            place = number * len(lots) + turn
            posting = first_posting + place
            yield first + 2 * place, posting, lot.account_id, lot.pk, world.dock.pk, away, day, moment
            yield first + 2 * place + 1, posting, lot.account_id, lot.pk, world.shelf.pk, -away, day, moment


def _discharge(world: World, accounts: list[Account], count: int, per_lot: int, days: _Days) -> None:
    """So many exits of one piece from each account, out of closed lots of so many pieces."""
    sizes = [min(per_lot, count - start) for start in range(0, count, per_lot)]
    wanted = [(account, size) for account in accounts for size in sizes]
    sublines = declare(world.inbound, wanted)
    exits = declare(world.outbound, [(account, count) for account in accounts])
    lots = BondedLot.objects.bulk_create(
        [open_lot(world, account, subline, size, 0) for (account, size), subline in zip(wanted, sublines, strict=True)]
    )
    columns = (
        "id", "bonded_lot_id", "outbound_line_id", "account_id", "quantity", "tariff_quantity", "value_mxn",
        "legal_date", "recorded_at", "key", "flags", "actor_label", "reason",
    )  # fmt: skip
    first = bulk.next_id(Discharge)
    rows = (
        (pk := first + turn * count + number, lots[turn * len(sizes) + number // per_lot].pk, exits[turn].line_id,
         account.pk, BASE, BASE, 10 * PESO, *days.at(number), f"bench/past/{pk}", "[]", "bench", "")
        for turn, account in enumerate(accounts)
        for number in range(count)
    )  # fmt: skip
    bulk.load(Discharge, columns, rows)


LOADED = (Posting, Leg, Discharge)
