"""The child of a run: fill the database, serve both programs, measure. `python -m warehouse.bench.inside SIZE FOLDER`.

In the folder it leaves the file READY once all is set up, waits there for GO, and writes RESULT at the end.
"""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django

READY, GO, RESULT = "ready", "go", "result.json"


def main(size: str, folder: Path) -> None:
    """Write what was measured to a file; say on the way how far it is."""
    from warehouse.bench import sizes  # noqa: PLC0415

    django.setup()
    chosen = {"tiny": sizes.TINY, "quick": sizes.QUICK, "full": sizes.FULL}[size]
    began = time.monotonic()
    (folder / RESULT).write_text(json.dumps(measure(chosen, folder, lambda text: say(began, text))))


def say(began: float, text: str) -> None:
    """One line to whoever waits."""
    sys.stdout.write(f"  {time.monotonic() - began:5.1f} s  {text}\n")
    sys.stdout.flush()


def measure(sizes: Any, folder: Path, tell: Any) -> dict[str, Any]:
    """Everything a run finds out on one engine."""
    from django.conf import settings  # noqa: PLC0415  only now are the apps ready
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from ops import processes  # noqa: PLC0415
    from warehouse.bench import bulk, goals, servers, setting  # noqa: PLC0415
    from warehouse.bench.probes import probe  # noqa: PLC0415
    from warehouse.bench.rounds import Bench  # noqa: PLC0415

    bulk.unsafe()
    call_command("migrate", verbosity=0)
    tell("tables made")
    world = setting.fill(sizes)
    connection.close()  # the next one waits for the disk again
    tell(f"{sizes.legs:,} legs of history loaded")
    product, floor = servers.free_port(), servers.free_port()
    database = servers.floor_database(settings.DATABASES["default"])
    running = [
        servers.gunicorn("config.wsgi:application", product, folder),
        servers.gunicorn("warehouse.bench.floor.wsgi:application", floor, folder, BENCH_DATABASE=database),
    ]
    try:
        servers.await_answers({product: running[0], floor: running[1]}, folder)
        (folder / READY).touch()
        while not (folder / GO).exists():
            time.sleep(0.05)
        bench = Bench(world, sizes, product, floor)
        bench.round(sizes.warm_up, sizes.warm_up * 8, sizes.warm_up * 4)
        tell("warm")
        rounds, probes = [], []
        for number in range(1, sizes.rounds + 1):
            probes.append(probe(folder))
            rounds.append(bench.round(sizes.singles, sizes.crowd, sizes.lists))
            tell(f"round {number}: fdatasync {probes[-1].fdatasync_ms} ms, loop {probes[-1].cpu_ms} ms")
    except OSError as error:
        raise RuntimeError("\n".join(log.read_text()[-2_000:] for log in folder.glob("gunicorn-*.log"))) from error
    finally:
        for server in running:
            processes.finish(server)
    return {
        "engine": setting.engine(),
        "size": asdict(sizes),
        "probes": [asdict(one) for one in probes],
        "rounds": [{name: asdict(one) for name, one in found.items()} for found in rounds],
        "goals": [outcome.as_dict() for outcome in goals.judge(rounds, sizes)],
        "books": setting.differing_accounts(),
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
