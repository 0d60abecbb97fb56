"""`make test`: the whole suite on SQLite and on PostgreSQL, in shares that run side by side; status 0 when all pass.

Arguments for pytest go into ARGS, as in `make test ARGS="tests/ops -x"`. `TEST_PARALLEL=0` runs one share after the other.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ops import environment, processes
from ops.refusal import Refusal

NO_TESTS = 5  # pytest's status when nothing was left to run in this share


@dataclass(frozen=True)
class Share:
    """A part of the suite that runs by itself: its name, its engine, and pytest's arguments for the tests it takes."""

    name: str
    engine: str
    takes: tuple[str, ...] = ()


# Few, for each takes a quarter of a minute to begin; about as long as each other, so that none is waited for at the end.
SHARES = (
    Share("PostgreSQL", "postgresql"),
    Share("SQLite: programs and browser", "sqlite", ("-m", "ops or browser")),
    Share("SQLite: all else", "sqlite", ("-m", "not (ops or browser or pages)", "--doctest-modules")),
    Share("SQLite: pages and API", "sqlite", ("-m", "pages and not (ops or browser)")),
)


def main() -> int:
    """Install what is missing, test, and say how it went by the exit status."""
    try:
        python = environment.ensure("e2e")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    try:
        failed = run_all(python)
    except KeyboardInterrupt:
        return 130
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def run_all(python: Path) -> list[str]:
    """Run every share and show what each says, one after the other; answer with those that failed."""
    at_once = (os.cpu_count() or 1) + 1 if os.environ.get("TEST_PARALLEL", "1") != "0" else 1
    logs = Path(tempfile.mkdtemp(prefix="recinto-check-"))
    runs: dict[Share, subprocess.Popen[bytes]] = {}
    failed = []

    def go_on() -> None:
        """Begin as many shares as may run beside those that do: one more than processors, for some of them always wait."""
        for share in SHARES:
            if share not in runs and sum(run.poll() is None for run in runs.values()) < at_once:
                runs[share] = start(share, python, logs)

    try:
        for share in SHARES:
            print(f"\n── {share.name} ──", flush=True)
            go_on()
            if follow(runs[share], logs / share.name, go_on) not in (0, NO_TESTS):
                failed.append(share.name)
    finally:
        for run in runs.values():
            processes.stop(run, patience=20)
        shutil.rmtree(logs, ignore_errors=True)
    return failed


def start(share: Share, python: Path, logs: Path) -> subprocess.Popen[bytes]:
    """Begin one share."""
    arguments = shlex.split(os.environ.get("ARGS", ""))
    cache = f"cache_dir=.pytest_cache/{SHARES.index(share)}"
    command: list[str | Path] = [python, "-m", "pytest", "-o", cache, *share.takes, *arguments]
    env = {**os.environ, "TEST_ENGINE": share.engine, "PYTHONUNBUFFERED": "1"}
    return processes.start(command, log=logs / share.name, env=env, cwd=environment.ROOT)


def follow(run: subprocess.Popen[bytes], log: Path, go_on: Callable[[], None]) -> int:
    """Show what a run has said and says until it ends, seeing to it that others go on; answer with its status."""
    with log.open("rb") as text:
        while True:
            ended = run.poll() is not None  # asked before reading, so that the last words are read
            said = text.read()
            sys.stdout.buffer.write(said)
            sys.stdout.buffer.flush()
            if ended:
                return run.returncode
            if not said:
                go_on()
                time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
