"""Read tariff numbers: Mexico's fracción (8) with NICO (2), and the US HTS (8 or 10). Text, never numbers (pure)."""

import re
from dataclasses import dataclass
from decimal import Decimal

from inventory.errors import InvalidInput
from inventory.errors import gettext_noop as _

SEPARATORS = re.compile(r"[\s.\-]")
PERCENTAGE = re.compile(r"(\d+(?:\.\d+)?)\s*%")
TRANSIT = "00000000"
GLOBAL_COMPLEMENTARY = "99999999"


@dataclass(frozen=True, slots=True)
class TariffNumber:
    """A fracción arancelaria and, where given, its NICO."""

    fraccion: str
    nico: str = ""

    @property
    def digits(self) -> str:
        """Eight or ten digits, as they are stored."""
        return self.fraccion + self.nico

    def display(self) -> str:
        """Return the printed form: 8471.30.01 or 8471.30.01.00."""
        return ".".join(filter(None, (self.fraccion[:4], self.fraccion[4:6], self.fraccion[6:], self.nico)))


def parse_tariff(text: str) -> TariffNumber:
    """Return the fracción, and the NICO if it is there. Raises InvalidInput unless 8 or 10 digits remain.

    >>> parse_tariff("8471.30.01 00")
    TariffNumber(fraccion='84713001', nico='00')
    >>> parse_tariff("0101210100").display()
    '0101.21.01.00'
    """
    digits = _digits(text, "tariff_code", _("%(value)s is no tariff code: 8 digits, or 10 with the NICO."))
    return TariffNumber(digits[:8], digits[8:])


def parse_hts(text: str) -> str:
    """Return the 8 or 10 digits of a US tariff number. Raises InvalidInput.

    >>> parse_hts("0101.21.00.10")
    '0101210010'
    """
    return _digits(text, "hts_code", _("%(value)s is no US tariff number: 8 or 10 digits."))


def display_hts(digits: str) -> str:
    """Return the printed form of a stored US tariff number.

    >>> display_hts("0101210010"), display_hts("01012100")
    ('0101.21.00.10', '0101.21.00')
    """
    return ".".join(filter(None, (digits[:4], digits[4:6], digits[6:8], digits[8:])))


def ad_valorem(rate_text: str) -> Decimal | None:
    """Return a printed duty rate as a share where it is a percentage or Free and nothing else, else None.

    >>> ad_valorem("Free"), ad_valorem("6.8%"), ad_valorem("2.4¢/kg + 5%")
    (Decimal('0'), Decimal('0.068'), None)
    """
    text = rate_text.strip()
    if text.lower() == "free":
        return Decimal(0)
    match = PERCENTAGE.fullmatch(text)
    return Decimal(match[1]) / 100 if match else None


def _digits(text: str, field: str, message: str) -> str:
    digits = SEPARATORS.sub("", text)
    if not re.fullmatch(r"[0-9]{8}(?:[0-9]{2})?", digits):
        raise InvalidInput(message, field=field, value=text, rule="digits")
    return digits
