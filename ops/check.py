"""`make test`: the whole suite on SQLite and on PostgreSQL, at the same time; status 0 when both pass.

Arguments for pytest go into ARGS, as in `make test ARGS="tests/ops -x"`. `TEST_PARALLEL=0` runs one after the other.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ops import environment, processes
from ops.refusal import Refusal

# The longer run comes last, so that the last line printed is its count of tests.
ENGINES = ("postgresql", "sqlite")
NO_TESTS = 5  # pytest's status when nothing was left to run on this engine


def main() -> int:
    """Install what is missing, test, and say how it went by the exit status."""
    try:
        python = environment.ensure("e2e")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    together = os.environ.get("TEST_PARALLEL", "1") != "0" and (os.cpu_count() or 1) > 1
    logs = Path(tempfile.mkdtemp(prefix="recinto-check-"))
    runs: dict[str, subprocess.Popen[bytes]] = {}
    try:
        if together:
            runs = {engine: start(engine, python, logs) for engine in ENGINES}
        failed = []
        for engine in ENGINES:
            print(f"\n── {engine} ──", flush=True)
            run = runs.get(engine) or runs.setdefault(engine, start(engine, python, logs))
            if follow(run, logs / engine) not in (0, NO_TESTS):
                failed.append(engine)
    except KeyboardInterrupt:
        return 130
    finally:
        for run in runs.values():
            processes.stop(run, patience=20)
        shutil.rmtree(logs, ignore_errors=True)
    if failed:
        print(f"Failed on {' and '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def start(engine: str, python: Path, logs: Path) -> subprocess.Popen[bytes]:
    """Begin the suite on one engine."""
    arguments = shlex.split(os.environ.get("ARGS", ""))
    command: list[str | Path] = [python, "-m", "pytest", "-o", f"cache_dir=.pytest_cache/{engine}", *arguments]
    env = {**os.environ, "TEST_ENGINE": engine, "PYTHONUNBUFFERED": "1"}
    return processes.start(command, log=logs / engine, env=env, cwd=environment.ROOT)


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
