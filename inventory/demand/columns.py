"""The columns of files of demand history and of orders: their names, and the one value that each text stands for. Pure.

Values are whole numbers of base units (quantity 1e-6, price 1e-4, share 1e-6), so that millions of rows fit in arrays and none
passes through a float. Source of the rules: docs/demand-data.md.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from inventory.demand.errors import UnreadableFile
from inventory.errors import InvalidInput
from inventory.errors import gettext_noop as _
from inventory.units import as_decimal, round_half_up

MAX_TEXT, MAX_QUANTITY, FIRST_DAY = 64, Decimal(10**12), date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)
UNKNOWN_WEEK = -(2**62)
NO_PRICE = -1
WHOLE, CENTS = 10**6, 10**4  # base units of one unit or share, and of one dollar
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_NO = frozenset(("", "0", "0.0", "false", "no", "n", "f"))


@dataclass(frozen=True)
class Layout:
    """Which columns a file has: those it needs, those it may have, other names for them, and what messages call them."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    aliases: Mapping[str, str]
    titles: Mapping[str, str] = field(default_factory=dict)

    def title(self, name: str) -> str:
        """What a message calls a column."""
        return self.titles.get(name, name)

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self.required + self.optional

    def positions(self, header: Sequence[str]) -> dict[str, int]:
        """Where each known column stands. Raises UnreadableFile when one that is needed is missing, or stands twice.

        >>> HISTORY.positions(["SKU", "Location", "date", "quantity", "note"])
        {'sku': 0, 'market': 1, 'date': 2, 'quantity': 3}
        """
        found: dict[str, int] = {}
        for index, text in enumerate(header):
            name = str(text).strip().strip("\ufeff").lower()
            name = self.aliases.get(name, name)
            if name not in self.names:
                continue
            if name in found:
                raise UnreadableFile(
                    _("The column %(field)s stands twice."), field=self.title(name), rule="column_twice"
                )
            found[name] = index
        missing = [name for name in self.required if name not in found]
        if missing:
            raise UnreadableFile(
                _("The first row must name the columns %(needed)s; missing: %(missing)s."),
                field=self.title(missing[0]),
                rule="missing_column",
                needed=", ".join(map(self.title, self.required)),
                missing=", ".join(map(self.title, missing)),
            )
        return found


HISTORY = Layout(
    ("sku", "market", "date", "quantity"),
    ("stockout", "promo", "price"),
    {"location": "market", "region": "market", "mercado": "market", "fecha": "date", "cantidad": "quantity",
     "agotado": "stockout", "promocion": "promo", "promoción": "promo", "precio": "price"},
)  # fmt: skip
ORDERS = Layout(
    ("order", "line", "sku", "market", "requested_on", "quantity"),
    ("shipped", "cancelled"),
    {"pedido": "order", "renglon": "line", "renglón": "line", "location": "market", "region": "market", "mercado": "market",
     "fecha": "requested_on", "date": "requested_on", "cantidad": "quantity", "embarcado": "shipped", "cancelado": "cancelled"},
)  # fmt: skip


def code_text(text: str) -> str:
    """An identifier as it was given: "00123" is not 123. Raises InvalidInput when empty or longer than 64."""
    text = text.strip()
    if not text or "\x00" in text:
        raise InvalidInput(_("A value is needed."), value=text, rule="required")
    if len(text) > MAX_TEXT:
        raise InvalidInput(_("%(value)s is longer than 64 characters."), value=text[:80], rule="max_length")
    return text


def of_week(day: date) -> int:
    """The Monday of a day's week, as a day number (`date.toordinal`)."""
    return day.toordinal() - day.weekday()


def period(text: str, not_after: date | None = None, code: Callable[[date], int] = of_week) -> int:
    """The number of the period of an ISO date: its Monday, unless another number is asked for.

    >>> date.fromordinal(period("2026-03-05")).isoformat()
    '2026-03-02'
    """
    text = text.strip()
    if not text:
        raise InvalidInput(_("A value is needed."), value="", rule="required")
    try:
        day = date.fromisoformat(text) if _ISO_DATE.match(text) else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidInput(_("%(value)s is not a date as 2026-03-31."), value=text[:40], rule="iso_date")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInput(_("%(value)s lies outside the years 1990 to 2100."), value=text, rule="year")
    if not_after and day > not_after:
        raise InvalidInput(_("%(value)s lies in the future."), value=text, rule="not_in_future")
    return code(day)


def quantity(text: str) -> int:
    """Base units of a quantity; UNKNOWN_WEEK when blank. Below zero it is a return. More than 6 decimals are rounded.

    >>> quantity("12"), quantity("-0.5"), quantity(" ") == UNKNOWN_WEEK
    (12000000, -500000, True)
    """
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text) * WHOLE
    if not text.strip():
        return UNKNOWN_WEEK
    number = as_decimal(text)
    if abs(number) > MAX_QUANTITY:
        raise InvalidInput(_("%(value)s is beyond a million millions."), value=text[:40], rule="max_size")
    return int(round_half_up(number * WHOLE, 0))


def share(text: str) -> int:
    """Base units of the share of the week that was out of stock: a number from 0 to 1, or yes and no.

    >>> share("0.25"), share("yes"), share("")
    (250000, 1000000, 0)
    """
    word = text.strip().lower()
    if word in _NO:
        return 0
    if word in {"true", "yes", "y", "t", "si", "sí"}:
        return WHOLE
    number = as_decimal(word)
    if not 0 <= number <= 1:
        raise InvalidInput(_("%(value)s is not a share from 0 to 1."), value=text[:40], rule="share")
    return int(round_half_up(number * WHOLE, 0))


def is_promoted(text: str) -> int:
    """1 when the week was promoted: anything but a blank, 0, no or false."""
    return int(text.strip().lower() not in _NO)


def price(text: str) -> int:
    """Base units of a price; NO_PRICE when blank. Raises InvalidInput below zero."""
    if not text.strip():
        return NO_PRICE
    number = as_decimal(text)
    if number < 0 or number > MAX_QUANTITY:
        raise InvalidInput(_("%(value)s is not a price."), value=text[:40], rule="not_negative")
    return int(round_half_up(number * CENTS, 0))
