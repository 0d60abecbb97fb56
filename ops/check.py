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
from dataclasses import dataclass
from pathlib import Path

from ops import environment, processes
from ops.refusal import Refusal

NO_TESTS = 5  # pytest's status when nothing was left to run in this share


@dataclass(frozen=True)
class Share:
    """A part of the suite that runs by itself: its name, its engine, and which tests it takes by their marks."""

    name: str
    engine: str
    marks: str = ""
    niceness: int = 10


LONG = "ops or browser or once"
# What waits most, and is in a hurry when it does not, goes first where processors are few.
SHARES = (
    Share("PostgreSQL", "postgresql"),
    Share("SQLite: browser, programs, long walks", "sqlite", LONG, niceness=0),
    Share("SQLite: all else", "sqlite", f"not ({LONG})"),
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
    at_once = os.environ.get("TEST_PARALLEL", "1") != "0" and (os.cpu_count() or 1) > 1
    logs = Path(tempfile.mkdtemp(prefix="recinto-check-"))
    runs: dict[Share, subprocess.Popen[bytes]] = {}
    failed = []
    try:
        if at_once:
            runs = {share: start(share, python, logs) for share in SHARES}
        for share in SHARES:
            print(f"\n── {share.name} ──", flush=True)
            run = runs.get(share) or runs.setdefault(share, start(share, python, logs))
            if follow(run, logs / share.name) not in (0, NO_TESTS):
                failed.append(share.name)
    finally:
        for run in runs.values():
            processes.stop(run, patience=20)
        shutil.rmtree(logs, ignore_errors=True)
    return failed


def start(share: Share, python: Path, logs: Path) -> subprocess.Popen[bytes]:
    """Begin one share."""
    arguments = shlex.split(os.environ.get("ARGS", ""))
    marks = ["-m", share.marks] if share.marks else []
    cache = f"cache_dir=.pytest_cache/{SHARES.index(share)}"
    slowly = ["nice", "-n", str(share.niceness)]
    command: list[str | Path] = [*slowly, python, "-m", "pytest", "-o", cache, *marks, *arguments]
    env = {**os.environ, "TEST_ENGINE": share.engine, "PYTHONUNBUFFERED": "1"}
    return processes.start(command, log=logs / share.name, env=env, cwd=environment.ROOT)


def follow(run: subprocess.Popen[bytes], log: Path) -> int:
    """Show what a run has said and says until it ends; answer with its status."""
    with log.open("rb") as text:
        while True:
            ended = run.poll() is not None  # asked before reading, so that the last words are read
            said = text.read()
            sys.stdout.buffer.write(said)
            sys.stdout.buffer.flush()
            if ended:
                return run.returncode
            if not said:
                time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
