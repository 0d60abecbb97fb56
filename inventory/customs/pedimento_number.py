"""Read, check and show the number of a pedimento: 15 digits, `YY AA PPPP D SSSSSS` (pure).

Year of validation, customs office without section, broker's patent, last digit of the year in which the operation
began, and a consecutive number. Source: Anexo 22 RGCE field 1; Carta Porte 3.1 (docs/sources.md).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from inventory.errors import Fault, InvalidInput
from inventory.errors import gettext_noop as _

CARTA_PORTE = re.compile(r"^\d{2}  \d{2}  \d{4}  \d{7}$")
SEPARATORS = re.compile(r"[\s-]")
EARLIEST_YEAR = 2000

Taken = Literal["", "same_client", "other_client"]


@dataclass(frozen=True, slots=True)
class PedimentoNumber:
    """The parts of a pedimento number, as text: zeros lead."""

    year: str
    customs_office: str
    patent: str
    year_digit: str
    serial: str

    @property
    def digits(self) -> str:
        """The fifteen digits, as they are stored."""
        return f"{self.year}{self.customs_office}{self.patent}{self.year_digit}{self.serial}"

    @property
    def full_year(self) -> int:
        """The year of validation with its century."""
        return 2000 + int(self.year)

    def display(self) -> str:
        """Return the form of papers, CFDI and Carta Porte: groups parted by two spaces."""
        return f"{self.year}  {self.customs_office}  {self.patent}  {self.year_digit}{self.serial}"

    def __str__(self) -> str:
        return self.digits


def parse(text: str) -> PedimentoNumber:
    """Return the parts of a number written with spaces, hyphens or nothing between them.

    Raises InvalidInput unless exactly fifteen digits remain (P1).

    >>> parse("26 24 3456 6000123").display()
    '26  24  3456  6000123'
    >>> parse("26-24-3456-6000123").digits
    '262434566000123'
    """
    digits = SEPARATORS.sub("", text)
    if not re.fullmatch(r"[0-9]{15}", digits):
        raise InvalidInput(
            _("%(value)s is no pedimento number: it has %(length)s characters, not 15 digits."),
            field="number",
            value=text,
            rule="pedimento_number_digits",
            length=len(digits),
        )
    return PedimentoNumber(digits[:2], digits[2:4], digits[4:8], digits[8], digits[9:])


def display(text: str) -> str:
    """Return a stored number the way papers show it; what is no number comes back as it is.

    >>> display("262434566000123"), display("?")
    ('26  24  3456  6000123', '?')
    """
    try:
        return parse(text).display()
    except InvalidInput:
        return text


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the checks need to know besides the number. `today` is the day in the site's time zone."""

    today: date
    is_office: Callable[[str], bool]
    is_patent: Callable[[str], bool]
    paid_on: date | None = None
    is_consolidated: bool = False
    is_rectified_original: bool = False
    taken: Taken = ""


def check(text: str, around: Circumstances) -> list[Fault]:
    """Return what is wrong with a number (P1 to P8 of mexico.md §2.1), errors first; an empty list means nothing.

    >>> around = Circumstances(date(2026, 11, 22), is_office={"24"}.__contains__, is_patent={"3456"}.__contains__)
    >>> check("26 24 3456 6000123", around)
    []
    >>> [fault.code for fault in check("26 99 3456 5000000", around)]
    ['pedimento_number_office', 'pedimento_number_year_digit', 'pedimento_number_serial']
    """
    try:
        number = parse(text)
    except InvalidInput as error:
        return [Fault(error.rule, "E", error.message, error.context)]
    checks = (_year, _office, _patent, _year_digit, _serial, _taken, _payment_year)
    faults = [fault for look in checks if (fault := look(number, around))]
    return sorted(faults, key=lambda fault: fault.severity)


def _year(number: PedimentoNumber, around: Circumstances) -> Fault | None:
    if EARLIEST_YEAR <= number.full_year <= around.today.year:
        return None
    message = _("The year %(year)s of pedimento %(number)s is in the future.")
    return Fault("pedimento_number_year", "E", message, {"year": number.full_year, "number": number.display()})


def _office(number: PedimentoNumber, around: Circumstances) -> Fault | None:
    if around.is_office(number.customs_office):
        return None
    message = _("Customs office %(office)s of pedimento %(number)s is not in the list of that day.")
    return Fault("pedimento_number_office", "E", message, {"office": number.customs_office, "number": number.display()})


def _patent(number: PedimentoNumber, around: Circumstances) -> Fault | None:
    if number.patent != "0000" and around.is_patent(number.patent):
        return None
    severity = "E" if number.patent == "0000" else "W"
    message = _("Patent %(patent)s of pedimento %(number)s is not in the authority's list; new ones come late.")
    return Fault("pedimento_number_patent", severity, message, {"patent": number.patent, "number": number.display()})


def _year_digit(number: PedimentoNumber, around: Circumstances) -> Fault | None:
    this, before = str(number.full_year % 10), str((number.full_year - 1) % 10)
    if number.year_digit == this or (around.is_consolidated and number.year_digit == before):
        return None
    message = _("The ninth digit of pedimento %(number)s is %(digit)s; for its year it should be %(expected)s.")
    severity = "W" if around.is_rectified_original else "E"
    context = {"number": number.display(), "digit": number.year_digit, "expected": this}
    return Fault("pedimento_number_year_digit", severity, message, context)


def _serial(number: PedimentoNumber, around: Circumstances) -> Fault | None:
    if int(number.serial):
        return None
    message = _("The last six digits of pedimento %(number)s are zero; they begin at 000001.")
    return Fault("pedimento_number_serial", "E", message, {"number": number.display()})


def _taken(number: PedimentoNumber, around: Circumstances) -> Fault | None:
    if not around.taken:
        return None
    severity = "E" if around.taken == "same_client" else "W"
    message = _("Pedimento %(number)s is already on record.")
    return Fault("pedimento_number_taken", severity, message, {"number": number.display(), "by": around.taken})


def _payment_year(number: PedimentoNumber, around: Circumstances) -> Fault | None:
    paid = around.paid_on
    if paid is None or paid.year == number.full_year:
        return None
    if around.is_consolidated and paid.year == number.full_year + 1:
        return None
    message = _("Pedimento %(number)s is of %(year)s but was paid in %(paid_year)s.")
    context = {"number": number.display(), "year": number.full_year, "paid_year": paid.year}
    return Fault("pedimento_number_payment_year", "W", message, context)
