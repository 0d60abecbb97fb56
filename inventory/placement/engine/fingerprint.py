"""Digests by which a run can be told from another: of what it was given, and of the code that worked. Pure."""

import hashlib
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from inventory.demand import forecast
from inventory.placement.engine.model import Problem
from inventory.placement.engine.periods import WEEK


def inputs_hash(problem: Problem) -> str:
    """SHA-256 of everything a run depends on; the same for the same problem, whatever order its parts came in."""
    digest = hashlib.sha256()
    network = problem.network
    for part in (sorted(network.nodes, key=repr), sorted(network.lanes, key=repr), sorted(network.skus, key=repr)):
        digest.update(_text(part).encode())
    rest = (network.currency, network.capital_rate_per_year, network.review_weeks, network.unmet, network.budget)
    digest.update(_text((rest, sorted(problem.events, key=repr))).encode())
    if network.period != WEEK:
        digest.update(network.period.name.encode())
    history = problem.history
    order = sorted(range(len(history.skus)), key=lambda n: (history.skus[n], history.regions[n]))
    digest.update(_text([(history.skus[n], history.regions[n]) for n in order]).encode())
    digest.update(_text(history.first_week).encode())
    digest.update(np.ascontiguousarray(history.demand[order]).tobytes())
    digest.update(np.ascontiguousarray(history.stockout[order]).tobytes())
    if history.promo is not None:
        digest.update(np.ascontiguousarray(history.promo[order]).tobytes())
    if problem.overrides:
        digest.update(_text(problem.overrides).encode())
    digest.update(_text(problem.state).encode())
    digest.update(_text(problem.params).encode())
    return digest.hexdigest()


@cache
def code_hash() -> str:
    """Twelve characters that change with the engine's source: a change of results is then never a mystery."""
    digest = hashlib.sha256()
    for path in [*sorted(Path(__file__).parent.glob("*.py")), Path(forecast.__file__)]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _text(value: Any) -> str:
    """One text for one value: mappings in order of their keys."""
    if is_dataclass(value):
        return f"{type(value).__name__}({', '.join(_text(getattr(value, f.name)) for f in fields(value))})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_text(item)}" for key, item in sorted(value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return repr(value)
