"""What a report is: its columns, what it asks, and the rows it answers with, one at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from inventory.parties.models import Client
from inventory.parties.roles import Can
from inventory.parties.scope import ClientScope

Row = tuple[Any, ...]
EXPORT = "report_export"
FORMATS = ("xlsx", "csv", "pdf")


class Kind(StrEnum):
    """What a column holds, and so how it is written and aligned."""

    TEXT = "text"
    QUANTITY = "quantity"
    MONEY = "money"
    SHARE = "share"
    COUNT = "count"
    DATE = "date"
    MOMENT = "moment"
    FLAG = "flag"

    @property
    def is_number(self) -> bool:
        """True for what stands right-aligned."""
        return self in (Kind.QUANTITY, Kind.MONEY, Kind.SHARE, Kind.COUNT)


@dataclass(frozen=True)
class Column:
    """One column: its name for programs, its title for people, what it holds, its width in characters.

    `is_summed` says that its total means something: money of one currency does, pieces and kilos together do not.
    """

    name: str
    title: Promise
    kind: Kind = Kind.TEXT
    width: int = 12
    is_summed: bool = False


class Ask(StrEnum):
    """A parameter a report may take."""

    AS_OF = "as_of"
    KNOWN_ON = "known_on"
    SINCE = "since"
    UNTIL = "until"
    CLIENT = "client"
    SITE = "site"
    REGIME = "regime"
    SKU = "sku"
    PEDIMENTO = "pedimento"


@dataclass(frozen=True)
class Asked:
    """What a report was asked: whose rows, of which days, of what. Empty means no limit."""

    scope: ClientScope
    as_of: date
    known_at: datetime | None = None
    since: date | None = None
    until: date | None = None
    client: Client | None = None
    site: str = ""
    regime: str = ""
    sku: str = ""
    pedimento: str = ""

    def at(self, day: date) -> "Asked":
        """The same question about the end of another day."""
        return replace(self, as_of=day)


@dataclass(frozen=True)
class Report:
    """One table for people. `rows` answers in an order that is unique, a row at a time, whatever their number."""

    code: str
    title: Promise
    description: Promise
    columns: tuple[Column, ...]
    asks: tuple[Ask, ...]
    rows: Callable[[Asked], Iterator[Row]]
    needs: Can = Can.SEE_CUSTOMS
    required: tuple[Ask, ...] = ()

    @property
    def names(self) -> list[str]:
        """The columns' names for programs."""
        return [column.name for column in self.columns]


def bilingual(text: Promise | str) -> str:
    """A title in Spanish and English, as the authority and the client's head office each need it; once if they agree."""
    with translation.override("es-mx"):
        spanish = str(text)
    with translation.override("en"):
        english = str(text)
    return spanish if spanish == english else f"{spanish} / {english}"
