"""The numbers of the method as `params` of network.json: only those that differ from the usual ones are written. Pure.

They are no part of what people state of a network: a run that is exported carries them, so that it can be repeated.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from inventory.placement.engine.model import LeadTime, Params
from inventory.placement.files.checks import MOST, Checker, load_json
from inventory.placement.files.network import lead_time

USUAL = Params()
ABOVE_ZERO = frozenset(("half_life_weeks",))


def as_json(params: Params) -> dict[str, Any]:
    """What differs from the usual numbers, to the last digit.

    >>> as_json(Params(phi=0.5, are_trucks_shared=True))
    {'phi': 0.5, 'are_trucks_shared': True}
    """
    stated = {field.name: getattr(params, field.name) for field in fields(Params)}
    changed = {name: value for name, value in stated.items() if value != getattr(USUAL, name)}
    return {
        name: {**value.as_json(), "is_default": value.is_default} if isinstance(value, LeadTime) else value
        for name, value in changed.items()
    }


def read_params(path: Path) -> Params:
    """The numbers of the method in a network's file; the usual ones where it states none. Raises BadInput."""
    found, checker = load_json(path).get("params"), Checker(path.name)
    if found is None:
        return USUAL
    if not isinstance(found, Mapping):
        checker.blame("params", "an object is needed")
        checker.done()
    known = {field.name for field in fields(Params)}
    values = {name: _value(name, given, checker) for name, given in found.items() if name in known}
    for name in sorted(set(found) - known):
        checker.blame(f"params.{name}", "is no number of the method")
    checker.done()
    return Params(**values)


def _value(name: str, given: Any, checker: Checker) -> Any:
    """The value as the usual one's kind: a switch, a whole number, a number, a lead time."""
    usual, where = getattr(USUAL, name), f"params.{name}"
    if isinstance(usual, LeadTime):
        return _lead_time(given, where, checker)
    if isinstance(usual, bool):
        if not isinstance(given, bool):
            checker.blame(where, f"true or false is needed, not {given!r}")
        return given
    is_number = isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= MOST
    is_number = is_number and (given > 0 or name not in ABOVE_ZERO)
    is_whole = isinstance(usual, int)
    if given is None and usual is None:
        return None
    if not is_number or (is_whole and given != int(given)):
        least = "above" if name in ABOVE_ZERO else "not below"
        checker.blame(where, f"a {'whole ' if is_whole else ''}number {least} zero is needed, not {given!r}")
        return usual
    return int(given) if is_whole else float(given)


def _lead_time(given: Any, where: str, checker: Checker) -> Any:
    try:
        lead_time(given)
        return LeadTime(
            tuple(int(week) for week in given["values"]), tuple(float(prob) for prob in given["probs"]),
            given.get("is_default") is True,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        checker.blame(where, "an object with values and probs that sum to 1 is needed")
        return None
