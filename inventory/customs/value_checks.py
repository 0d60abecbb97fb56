"""Judging one value of a paper, a box or a payment against the lists of the day: what the checks of all blocks share. Pure.

Each finding is a path, the value there and a `Fault`: `E` refuses, `W` asks a person to look.
"""

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from inventory.errors import Fault
from inventory.errors import gettext_noop as _
from inventory.parties.identifiers import Checked

Found = tuple[str, Any, Fault]

UNKNOWN = _("%(field)s: %(value)s is on no list valid on %(on)s.")
TWICE = _("%(field)s: %(value)s stands twice.")


@dataclass(frozen=True)
class Known:
    """What is on the lists on the day of a declaration, and what its circumstances ask for.

    `listed` holds the codes of Anexo 22's short lists by list, `identifiers` the levels by code; `document_key` is that of
    the declaration, or of the one it rectifies.
    """

    on: date
    today: date
    listed: Mapping[str, Container[str]]
    countries: Container[str]
    identifiers: Mapping[str, Container[str]]
    document_key: str
    asks_constancia: bool = False
    offices: Container[str] = ()


def at(path: str, name: str) -> str:
    """The path of a value in a row; a row on its own has no path."""
    return f"{path}.{name}" if path else name


def listed(path: str, code: str, list_name: str, known: Known) -> Iterator[Found]:
    """A code is on its list on the day."""
    if code and code not in known.listed.get(list_name, ()):
        yield path, code, Fault("known", "E", UNKNOWN, {"on": known.on})


def country(path: str, code: str, known: Known) -> Iterator[Found]:
    """A country is one of the day's."""
    if code and code not in known.countries:
        yield path, code, Fault("known", "E", _("%(field)s: %(value)s is no country code of three letters."))


def form(path: str, text: str, check: Callable[[str], Checked]) -> Iterator[Found]:
    """A number has its form."""
    for fault in check(text).faults if text else ():
        yield path, text, fault


def whole(path: str, value: Decimal) -> Iterator[Found]:
    """An amount is in whole pesos."""
    if value != value.to_integral_value():
        message = _("%(field)s: %(value)s is not in whole pesos (CFF 20).")
        yield path, value, Fault("whole_pesos", "E", message)


def past(path: str, day: date | None, today: date) -> Iterator[Found]:
    """A day does not lie in the future."""
    if day and day > today:
        yield path, day, Fault("not_in_future", "E", _("%(field)s: %(value)s lies in the future."))


def once(name: str, rows: Iterable[tuple[str, Hashable]]) -> Iterator[Found]:
    """Rows of one kind name different things; of a name of several parts the first is told."""
    seen: set[Hashable] = set()
    for path, value in rows:
        if value in seen:
            yield f"{path}.{name}", value[0] if isinstance(value, tuple) else value, Fault("unique", "E", TWICE)
        seen.add(value)
