"""A tuning as a file, so that it can be frozen: what one run found, the next may be given. Pure.

Source: placement.md §6.3 and §16 (docs/placement.md).
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inventory.placement.engine.families import BALANCED, CANDIDATES, RESPONSIVE, STEADY
from inventory.placement.engine.prepare import CLASSES
from inventory.placement.engine.spread import Law
from inventory.placement.engine.tuning import ClassTuning, Tuning
from inventory.placement.files.checks import Checker, load_json

SCHEMA = "placement-tuning/1"


def as_json(tuning: Tuning) -> dict[str, Any]:
    """The tuning as JSON can carry it, to the last digit."""
    laws = {"dc_laws": tuning.dc_laws, "site_laws": tuning.site_laws}
    return {
        "schema": SCHEMA,
        "classes": {
            name: {**asdict(found), "cost": dict(found.cost)} for name, found in sorted(tuning.classes.items())
        },
        **{name: {str(weeks): [law.a, law.b] for weeks, law in sorted(found.items())} for name, found in laws.items()},
        "seasonal": None if tuning.seasonal is None else sorted(tuning.seasonal),
    }


def read_tuning(path: Path) -> Tuning:
    """The tuning of a file, which may also be a report that holds one. Raises BadInput with one line per cause."""
    found, checker = load_json(path), Checker(path.name)
    found = found["tuning"] if isinstance(found.get("tuning"), Mapping) else found
    if found.get("schema") != SCHEMA:
        checker.blame("schema", f"{SCHEMA!r} is needed, not {found.get('schema')!r}")
        checker.done()
    classes = found.get("classes")
    rows = classes if isinstance(classes, Mapping) else {}
    if not rows:
        checker.blame("classes", "at least one demand class is needed")
    tuning = Tuning(
        {name: _class(name, row, checker) for name, row in rows.items()},
        _laws(found, "dc_laws", checker),
        _laws(found, "site_laws", checker),
        _names(found.get("seasonal"), checker),
    )
    checker.done()
    return tuning


def _class(name: str, row: Any, checker: Checker) -> ClassTuning:
    where = f"classes.{name}"
    if name not in CLASSES or not isinstance(row, Mapping):
        checker.blame(where, f"an object for one of {', '.join(CLASSES)} is needed")
        return ClassTuning()
    family = row.get("family", STEADY)
    if family not in (STEADY, BALANCED, RESPONSIVE):
        checker.blame(f"{where}.family", f"one of {STEADY}, {BALANCED}, {RESPONSIVE} is needed, not {family!r}")
    shares = {
        key: checker.number(row, key, where, getattr(ClassTuning(), key)) for key in ("share", "beta", "beta_theory")
    }
    for key, value in shares.items():
        if value is None or not 0 <= value <= 1:
            checker.blame(f"{where}.{key}", f"a share from 0 to 1 is needed, not {value!r}")
    phi = checker.number(row, "phi", where, ClassTuning().phi, positive=True)
    scores = row.get("scores", ClassTuning().scores)
    if not isinstance(scores, list | tuple) or len(scores) != len(CANDIDATES):
        checker.blame(f"{where}.scores", f"{len(CANDIDATES)} numbers are needed")
        scores = ClassTuning().scores
    covered = checker.number(row, "covered", where, None)
    checker.done()
    return ClassTuning(
        family=str(family), share=float(shares["share"] or 0.0), beta=float(shares["beta"] or 0.0), phi=float(phi or 0.0),
        weeks=int(row.get("weeks", 0)), items=int(row.get("items", 0)), beta_theory=float(shares["beta_theory"] or 0.0),
        cost=dict(row.get("cost", {})), sharpness=float(row.get("sharpness", 1.0)), scores=tuple(float(s) for s in scores),
        covered=covered,
    )  # fmt: skip


def _laws(found: Mapping[str, Any], name: str, checker: Checker) -> dict[int, Law]:
    try:
        return {int(weeks): Law(float(a), float(b)) for weeks, (a, b) in dict(found.get(name) or {}).items()}
    except (TypeError, ValueError):
        checker.blame(name, "an object of weeks with two numbers each is needed")
        return {}


def _names(found: Any, checker: Checker) -> tuple[str, ...] | None:
    if found is None:
        return None
    if not isinstance(found, list) or any(not isinstance(name, str) for name in found):
        checker.blame("seasonal", "a list of categories is needed")
        return ()
    return tuple(sorted(found))
