"""events.csv: what is known to come. Pure.

Source: placement.md §2.3 (docs/placement.md).
"""

import csv
from datetime import date
from pathlib import Path

from inventory.placement.engine.model import Event
from inventory.placement.files.checks import BadInput, Checker

KINDS = ("promo", "closure", "tariff", "holiday")
SUBJECT = "sku|category|lane|crossing"
COLUMNS = ("kind", SUBJECT, "location", "from", "to", "value")


def read_events(path: Path) -> tuple[Event, ...]:
    """The events of a file, in order of their first day. Raises BadInput with one line per cause.

    The subject's column may be named `subject`, or after the one thing it holds: `sku`, `category`, `lane` or `crossing`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise BadInput([f"{path.name}: cannot be read: {error.strerror}"]) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput([f"{path.name}: is not CSV: {error}"]) from error
    checker = Checker(path.name)
    events = [_event(row, f"line {n}", checker) for n, row in enumerate(rows, start=2)]
    checker.done()
    return tuple(sorted(events, key=lambda event: (event.begin, event.kind, event.subject, event.location)))


def _event(row: dict[str, str], where: str, checker: Checker) -> Event:
    kind = (row.get("kind") or "").strip()
    if kind not in KINDS:
        checker.blame(f"{where}.kind", f"one of {', '.join(KINDS)} is needed, not {kind!r}")
    subject = next(
        (row[name] for name in (SUBJECT, "subject", "sku", "category", "lane", "crossing") if row.get(name)), ""
    )
    begin, end = _day(row, "from", where, checker), _day(row, "to", where, checker)
    if begin > end:
        checker.blame(f"{where}.to", f"{end} lies before {begin}")
    value = _value(row, where, checker)
    if kind == "tariff" and value is None:
        checker.blame(f"{where}.value", "the new duty rate is needed, as a share")
    return Event(kind, subject.strip(), (row.get("location") or "").strip(), begin, end, value)


def _day(row: dict[str, str], name: str, where: str, checker: Checker) -> date:
    text = (row.get(name) or "").strip()
    if not text and name == "to":
        return date.max
    try:
        return date.fromisoformat(text)
    except ValueError:
        checker.blame(f"{where}.{name}", f"an ISO date is needed, not {text!r}")
        return date.max


def _value(row: dict[str, str], where: str, checker: Checker) -> float | None:
    text = (row.get("value") or "").strip()
    if not text:
        return None
    try:
        number: object = float(text)
    except ValueError:
        number = text
    return checker.number({"value": number}, "value", where, None)
