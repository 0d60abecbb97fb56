"""What an import of demand takes: `python -m warehouse.bench.importing ENGINE [ROWS]` (docs/demand-data.md).

It makes a database of its own, a file of so many weeks in random order, and has `manage.py import_demand` read it twice: the
second time every week is there already. Each line it prints gives seconds, seconds of processor and memory of that program;
on PostgreSQL the server's own come on top.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import django

from warehouse.bench.parent import database
from warehouse.bench.servers import ROOT

MARKETS, WEEKS, FIRST = 12, 105, date(2024, 1, 1)
IMPORT = [sys.executable, "manage.py", "import_demand", "--client", "bench"]


def main(engine: str, rows: int = 5_000_000) -> None:
    """Measure both imports and print what they took."""
    with tempfile.TemporaryDirectory(prefix="bench-import-") as name, database(engine, Path(name)) as url:
        os.environ["DATABASE_URL"], os.environ["PRODUCTION"] = url, "false"
        file = Path(name, "demand.csv")
        file.write_text("sku,market,date,quantity,stockout,promo,price\n" + "".join(weeks(rows)))
        found(-(-rows // (MARKETS * WEEKS)))
        for what in ("new weeks", "the same again"):
            sys.stdout.write(f"{engine}, {rows:,} {what}: {timed([*IMPORT, str(file)])}\n")


def weeks(rows: int) -> list[str]:
    """Lines of a file, the same for the same number, in an order that helps nobody."""
    chance = random.Random(rows)
    days = [(FIRST + timedelta(weeks=week)).isoformat() for week in range(WEEKS)]
    numbers = list(range(rows))
    chance.shuffle(numbers)
    return [
        f"SKU-{n // (MARKETS * WEEKS):05},M{n // WEEKS % MARKETS},{days[n % WEEKS]},{chance.randrange(60)},"
        f"{'0.25' if n % 9 == 0 else ''},{n % 7 // 6},{chance.randrange(500, 9_900) / 100}\n"
        for n in numbers
    ]


def found(items: int) -> None:
    """A client with so many items, and the markets."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  only now are the apps ready
    from django.db import connection  # noqa: PLC0415

    from inventory.models import Client, Item, Market, Site  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    center = Site.objects.create(
        code="dc",
        name="DC",
        kind=Site.Kind.US_DC,
        country="USA",
        latitude=30,
        longitude=-100,
        time_zone="America/Chicago",
    )
    client = Client.objects.create(code="bench", name="Bench", rfc="EKU9003173C9")
    Market.objects.bulk_create(
        Market(code=f"M{n}", name=f"M{n}", latitude=30, longitude=-100, primary_dc=center) for n in range(MARKETS)
    )
    Item.objects.bulk_create(
        Item(client=client, sku=f"SKU-{number:05}", description="bench", stock_unit="6", commercial_unit="6", tariff_unit="6",
             tariff_code="8302200100", origin_country="CHN")
        for number in range(items)
    )  # fmt: skip
    connection.close()


def timed(command: list[str]) -> str:
    """What a program took until it ended. Raises CalledProcessError when it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603  our own command
    _pid, status, used = os.wait4(process.pid, 0)
    took, code = time.perf_counter() - began, os.waitstatus_to_exitcode(status)
    if code:
        raise subprocess.CalledProcessError(code, command)
    return f"{took:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of processor, {used.ru_maxrss / 1024:.0f} MB"


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
