"""What each step of a placement run in parts costs on a made-up network: seconds, bytes handed on, memory. No database is used."""

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from inventory.placement.engine import parts
from inventory.placement.engine.groundwork import lay_ground, share
from inventory.placement.engine.model import History, Lane, LeadTime, Network, Node, Params, Problem, Sku, State
from inventory.placement.engine.recommend import decide
from inventory.placement.engine.share import look
from inventory.placement.files import output, packed, writing

AS_OF = date(2026, 3, 2)
MIB = 2**20


@dataclass
class Step:
    """One step: seconds by the clock, processor seconds of all who did it, and what it hands on, in bytes."""

    name: str
    wall: float = 0.0
    cpu: float = 0.0
    handed: int = 0


@dataclass(frozen=True)
class Answer:
    """What a part found, its processor seconds, and the peak memory of its process in bytes."""

    answer: bytes
    cpu: float
    peak: int


@dataclass
class Measured:
    """The steps in order, the peak memory of this process and of the largest part, in bytes, and the digest of the result."""

    series: int
    steps: list[Step] = field(default_factory=list)
    peak: int = 0
    peak_of_part: int = 0
    result: str = ""


def measure(
    *, items: int, markets: int, weeks: int, number: int, processes: int, progress: Callable[[str], None]
) -> Measured:
    """Do a run of so many items in so many parts by so many processes, and measure each step."""
    problem = made_up(items, markets, weeks)
    found = Measured(series=len(problem.history.skus))
    with _step(found, "groundwork", progress):
        ground = lay_ground(problem)
    with _step(found, "what all parts have in common, packed", progress) as step:
        whole = packed.problem_npz(problem, ground.tuning, {})
        step.handed = len(whole)
    with _step(found, "parts dealt out and packed", progress) as step:
        given = [packed.share_npz(share(ground, dealt), ground.tuning) for dealt in parts.shares(ground, number)]
        step.handed = sum(map(len, given))
    answers, wall = _parts_done(given, processes)
    of_parts = Step(f"{number} parts by {processes} processes", wall, sum(one.cpu for one in answers))
    of_parts.handed = sum(len(one.answer) for one in answers)
    found.steps.append(of_parts)
    found.peak_of_part = max(one.peak for one in answers)
    with _step(found, "common read, groundwork laid again", progress):
        kept, tuning, _told = packed.problem_of(whole)
        again = lay_ground(kept, tuning=tuning)
    with _step(found, "parts read and merged", progress):
        outlooks = parts.merged(again, [packed.outlooks_of(one.answer) for one in answers])
    with _step(found, "levels and moves", progress):
        result = decide(again, outlooks)
    with _step(found, "inputs as files", progress) as step:
        step.handed = sum(map(len, writing.problem_files(kept, tuning).values()))
    found.peak = _peak()
    found.result = output.recommendations_csv(result)
    return found


def made_up(items: int, markets: int, weeks: int) -> Problem:
    """A network of one bonded site and a DC for each market, with items from fast to slow. Always the same."""
    chance = np.random.default_rng(7)
    mean = chance.gamma(0.5, 6.0, (items, markets))
    demand = chance.poisson(mean[..., None], (items, markets, weeks)).reshape(items * markets, weeks).astype(np.float64)
    skus = tuple(Sku(f"S{n:07}", unit_value=float(5 + n % 90), duty_rate=0.1, volume_m3=0.01) for n in range(items))
    nodes, lanes = [Node("MX", "bonded", 1.0)], []
    for n in range(markets):
        nodes += [Node(f"DC{n:02}", "dc", 3.0), Node(f"R{n:02}", "region")]
        lanes.append(Lane("MX", f"DC{n:02}", LeadTime((1, 2), (0.85, 0.15)), truck_m3=75.0, truck_cost=2100.0))
        lanes.append(Lane(f"DC{n:02}", f"R{n:02}", LeadTime((0,), (1.0,))))
    history = History(
        tuple(sku.id for sku in skus for _market in range(markets)), tuple(f"R{n:02}" for n in range(markets)) * items,
        AS_OF - timedelta(weeks=weeks), demand, np.zeros_like(demand),
    )  # fmt: skip
    on_hand = {(sku.id, f"DC{n % markets:02}"): 10.0 for n, sku in enumerate(skus)}
    state = State(as_of=AS_OF, on_hand=on_hand)
    return Problem(Network(tuple(nodes), tuple(lanes), skus), history, state, Params(are_trucks_shared=True))


def table(found: Measured) -> Iterator[str]:
    """The lines that tell it to people."""
    yield f"{found.series:,} series"
    yield f"{'step':46}{'s':>8}{'CPU s':>8}{'MiB':>8}{'CPU ms / 1,000 series':>24}"
    for step in found.steps:
        handed = f"{step.handed / MIB:.1f}" if step.handed else ""
        each = step.cpu * 1e6 / found.series
        yield f"{step.name:46}{step.wall:8.2f}{step.cpu:8.2f}{handed:>8}{each:24.1f}"
    yield f"peak memory: {found.peak / MIB:.0f} MiB; of a part's process: {found.peak_of_part / MIB:.0f} MiB"


def _parts_done(given: Sequence[bytes], processes: int) -> tuple[list["Answer"], float]:
    """What each part found, and the seconds it took all; each process has the code loaded and nothing else, as a worker's."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        wait([pool.submit(time.sleep, 0.2) for _process in range(processes)])
        began = time.perf_counter()
        return list(pool.map(_part, given)), time.perf_counter() - began


def _part(given: bytes) -> "Answer":
    began = _cpu()
    answer = packed.outlooks_npz(look(packed.share_of(given)))
    return Answer(answer, _cpu() - began, _peak())


@contextmanager
def _step(found: Measured, name: str, progress: Callable[[str], None]) -> Iterator[Step]:
    step, wall, cpu = Step(name), time.perf_counter(), _cpu()
    yield step
    step.wall, step.cpu = time.perf_counter() - wall, _cpu() - cpu
    found.steps.append(step)
    progress(name)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> int:
    """The most memory this process has used. `ru_maxrss` would be that of the process it was made from."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024
