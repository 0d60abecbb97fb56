"""Foretell series by the models of statsforecast; run by the Python of an environment that has it, which the project's has not.

`python ops/library_models.py SERIES.npz TOLD.npz`: of the series (`values`, one per line, unknown weeks as NaN) each model tells
`horizon` weeks ahead and the deviation of its errors one week ahead; with the processor seconds each of them took.
"""

import sys
import time
from typing import Any

import numpy as np
import numpy.typing as npt
from statsforecast.models import (  # type: ignore[import-not-found]
    ADIDA,
    IMAPA,
    TSB,
    AutoETS,
    CrostonSBA,
    DynamicOptimizedTheta,
    SimpleExponentialSmoothingOptimized,
)  # fmt: skip

Floats = npt.NDArray[np.float64]
LEAST_WEEKS = 12
MODELS = {
    "SES": SimpleExponentialSmoothingOptimized(),
    "AutoETS": AutoETS(season_length=1),
    "Theta": DynamicOptimizedTheta(season_length=1),
    "Croston SBA": CrostonSBA(),
    "TSB": TSB(alpha_d=0.1, alpha_p=0.1),
    "ADIDA": ADIDA(),
    "IMAPA": IMAPA(),
}


def main(series: str, told: str) -> None:
    """Read, foretell by each model, write."""
    given = np.load(series)
    lines, horizon = [known(line) for line in given["values"]], int(given["horizon"])
    found: dict[str, Any] = {}
    for name, model in MODELS.items():
        foretell(model, lines[:3], horizon)  # compiled by then
        begin = time.process_time()
        ahead, deviation = foretell(model, lines, horizon)
        found |= {f"{name}|ahead": ahead, f"{name}|deviation": deviation}
        found[f"{name}|seconds"] = np.array(time.process_time() - begin)
    np.savez(told, **found)


def known(line: Floats) -> Floats:
    """The series from its first known week on; what is unknown after that counts as the mean."""
    line = line[np.argmax(~np.isnan(line)) :]
    return np.where(np.isnan(line), np.nanmean(line) if (~np.isnan(line)).any() else 0.0, line)


def foretell(model: Any, lines: list[Floats], horizon: int) -> tuple[Floats, Floats]:
    """The weeks ahead of each series and the deviation of the model's errors; a series of few weeks gets its mean."""
    ahead, deviation = np.zeros((len(lines), horizon)), np.zeros(len(lines))
    for n, line in enumerate(lines):
        if len(line) < LEAST_WEEKS:
            ahead[n], deviation[n] = line.mean(), line.std()
            continue
        made = model.forecast(y=line, h=horizon, fitted=True)
        ahead[n], fitted = made["mean"], made["fitted"]
        deviation[n] = np.sqrt(np.nanmean((line - fitted) ** 2))
    return np.maximum(np.nan_to_num(ahead), 0.0), np.nan_to_num(deviation)


if __name__ == "__main__":
    main(*sys.argv[1:])
