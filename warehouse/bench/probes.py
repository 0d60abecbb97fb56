"""What the machine itself does at this moment: every round prints it, because it moves more than any design does."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SYNCS = 20
LOOP = 300_000


@dataclass(frozen=True)
class Probe:
    """One flush of 4 kB to the disk that holds the database, and a fixed loop of Python, both in milliseconds."""

    fdatasync_ms: float
    cpu_ms: float


def probe(folder: Path) -> Probe:
    """The machine now."""
    return Probe(round(_flush(folder), 3), round(_spin(), 1))


def _flush(folder: Path) -> float:
    """Median of a few flushes."""
    path, times = folder / "probe", []
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for _turn in range(SYNCS):
            os.pwrite(file, b"x" * 4096, 0)
            began = time.perf_counter()
            os.fdatasync(file)
            times.append(time.perf_counter() - began)
    finally:
        os.close(file)
        path.unlink()
    return median(times) * 1000


def _spin() -> float:
    """A loop that does nothing else."""
    began, total = time.perf_counter(), 0
    for number in range(LOOP):
        total += number
    return (time.perf_counter() - began) * 1000
