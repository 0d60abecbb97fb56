"""The engine's forecasts beside those of statsforecast: how well sums of weeks are foretold, and how long a series takes.

`python -m ops.library_forecasts --python PYTHON [FOLDER [--period month] [--leads 3,12] [--origins 4] [--apart 10]] [--series N]`

PYTHON is that of an environment with statsforecast, which the project's own has not: `python3 -m venv DIR; DIR/bin/pip install
statsforecast`. With a folder of history.csv and network.json skill is compared, else speed on made-up series of 156 weeks.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from inventory.management.commands.backtest_forecasts import table
from inventory.placement.engine import accuracy
from inventory.placement.engine.accuracy import Origin, Told
from inventory.placement.engine.groundwork import lay_ground, outlooks
from inventory.placement.engine.model import Floats
from inventory.placement.engine.periods import PERIODS
from inventory.placement.files.forecasts import DEFAULT_LEADS, leads_csv, week_counts
from inventory.placement.files.problem import read_problem
from warehouse.bench.placement_parts import made_up

MODELS = Path(__file__).with_name("library_models.py")
MARKETS, WEEKS = 12, 156


def main() -> None:
    """Compare skill or speed, and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--python", type=Path, required=True)
    parser.add_argument("--period", choices=sorted(PERIODS), default="week")
    parser.add_argument("--leads", type=week_counts, default=DEFAULT_LEADS)
    parser.add_argument("--origins", type=int, default=4)
    parser.add_argument("--apart", type=int, default=10)
    parser.add_argument("--series", type=int, default=6_000)
    asked = parser.parse_args()
    print(skill(asked) if asked.folder else speed(asked.python, asked.series))


def skill(asked: argparse.Namespace) -> str:
    """Both at the same past weeks of a folder's history."""
    folder, leads = asked.folder, asked.leads
    period = PERIODS[asked.period]
    problem = read_problem(history=folder / "history.csv", network=folder / "network.json", period=period).problem
    at = accuracy.origins(problem, leads, number=asked.origins, apart=asked.apart)
    told = {accuracy.ENGINE: [accuracy.by_engine(origin, leads) for origin in at]}
    told[accuracy.MEAN] = [accuracy.by_mean(origin, leads) for origin in at]
    for origin in at:
        for name, one in _by_library(asked.python, origin, leads).items():
            told.setdefault(name, []).append(one)
    return table([line for name, of_method in told.items() for line in accuracy.score(at, leads, name, of_method)])


def speed(python: Path, series: int) -> str:
    """Processor milliseconds a series of all that a run's levels need, of sums of 3 and 12 weeks, and of each model."""
    problem = made_up(series // MARKETS, MARKETS, WEEKS)
    begin = time.process_time()
    ground = lay_ground(problem)
    laid = time.process_time()
    outlooks(ground)
    looked = time.process_time()
    leads_csv(ground.prepared, DEFAULT_LEADS)
    summed = time.process_time()
    found = _run(python, ground.prepared.baseline.demand, 13)
    number = len(problem.history.skus)
    seconds = {
        "engine: levels, all series and their sites": looked - laid,
        "engine: the same, with the preparation": looked - begin,
        "engine: sums of 3 and 12 weeks, recipes chosen": summed - looked,
        **{name: float(found[f"{name}|seconds"]) for name in _names(found)},
    }
    heads = f"{number:,} series of {WEEKS} weeks\n{'':<50}{'ms a series':>12}{'of AutoETS':>12}{'of SES':>10}\n"
    return heads + "\n".join(
        f"{name:<50}{1000 * of / number:>12.3f}{of / seconds['AutoETS']:>12.3f}{of / seconds['SES']:>10.2f}"
        for name, of in seconds.items()
    )


def _by_library(python: Path, origin: Origin, leads: tuple[int, ...]) -> dict[str, Told]:
    """Of each model, its sums with a normal spread: the deviation of its errors, times what would have fitted one lead earlier.

    One factor for all series, found with hindsight of nothing but the past: what a user of the library would do at best.
    """
    now, told = _run(python, origin.demand, max(leads)), {}
    factors: dict[tuple[str, int], float] = {}
    for weeks in leads:
        before, came = origin.demand[:, :-weeks], origin.demand[:, -weeks:]
        past = _run(python, before, weeks)
        for name in _names(past):
            size = past[f"{name}|deviation"] * np.sqrt(weeks)
            miss = came.sum(axis=1) - past[f"{name}|ahead"].sum(axis=1)
            judged = ~np.isnan(miss) & (size > 0)
            factors[name, weeks] = float(np.sqrt(np.mean((miss[judged] / size[judged]) ** 2)))
    for name in _names(now):
        deviation = now[f"{name}|deviation"]
        spread = {weeks: deviation * np.sqrt(weeks) * factors[name, weeks] for weeks in leads}
        told[name] = accuracy.normal(now[f"{name}|ahead"], spread)
    return told


def _run(python: Path, values: Floats, horizon: int) -> dict[str, Floats]:
    with tempfile.TemporaryDirectory() as folder:
        series, told = Path(folder) / "series.npz", Path(folder) / "told.npz"
        np.savez(series, values=values, horizon=horizon)
        subprocess.run([str(python), str(MODELS), str(series), str(told)], check=True)
        with np.load(told) as found:
            return {name: found[name] for name in found.files}


def _names(found: dict[str, Floats]) -> list[str]:
    return [name.removesuffix("|seconds") for name in found if name.endswith("|seconds")]


if __name__ == "__main__":
    main()
