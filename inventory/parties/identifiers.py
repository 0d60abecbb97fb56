"""Check the numbers that papers, boxes and parties carry (pure).

Each check returns the normalised value and what is wrong with it. A wrong check digit is an error in a number we
issue and a warning in one we were given; the RFC's is always a warning, for some real ones fail it. Sources:
mexico.md §8 and us-and-movements.md §1, §4, §6 (docs/sources.md).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from stdnum import ean, iso6346
from stdnum.mx import curp as stdnum_curp
from stdnum.mx import rfc as stdnum_rfc

from inventory.errors import Fault
from inventory.errors import gettext_noop as _

GENERIC_RFCS = frozenset({"XAXX010101000", "XEXX010101000"})  # national and foreign public; the first fails its digit

RFC = re.compile(r"[A-ZÑ&]{3,4}[0-9]{6}[A-Z0-9]{2}[A0-9]")
CURP = re.compile(r"[A-Z][AEIOUX][A-Z]{2}[0-9]{6}[HMX][A-Z]{5}[A-Z0-9][0-9]")
CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
US_ENTRY = re.compile(r"[A-Z0-9]{3}[0-9]{8}")

BAD_FORMAT = _("%(kind)s: %(value)s has not the right form.")
BAD_DIGIT = _("The check digit of %(value)s is %(given)s; it should be %(expected)s.")


@dataclass(frozen=True, slots=True)
class Checked:
    """A number as it is stored, and what is wrong with it."""

    value: str
    faults: tuple[Fault, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return not any(fault.is_error for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Format:
    """A number whose form is all there is to check."""

    name: str
    pattern: str
    separators: str = r"[\s]"
    is_folded: bool = True

    def normalise(self, text: str) -> str:
        """Return the text without separators and, where case means nothing, in capitals."""
        value = re.sub(self.separators, "", text)
        return value.upper() if self.is_folded else value


FORMATS: dict[str, Format] = {
    "patent": Format(_("broker's patent"), r"[0-9]{4}"),
    "customs_office": Format(_("customs office"), r"[0-9]{2}"),
    "customs_section": Format(_("customs office and section"), r"[0-9]{3}"),
    "fraccion": Format(_("fracción arancelaria"), r"[0-9]{8}", r"[\s.]"),
    "nico": Format(_("NICO"), r"[0-9]{2}"),
    "immex_programme": Format(_("IMMEX programme number"), r"[0-9]{1,6}-[0-9]{4}"),
    "rfe_administrator": Format(_("bonded zone administrator's key"), r"[0-9]{3,4}"),
    "rfe_operator": Format(_("bonded zone operator's key"), r"[0-9]{4}"),
    "cove": Format(_("COVE"), r"COVE[0-9A-Z]{6,11}"),
    "e_document": Format(_("e-document"), r"[0-9A-Z]{13}"),
    "validation_ack": Format(_("validation acknowledgement"), r"[0-9A-Z]{8}"),
    "capture_line": Format(_("línea de captura"), r"[0-9A-Z]{20}"),
    "bank_operation": Format(_("bank operation number"), r"[0-9]{14}"),
    "caat": Format(_("CAAT"), r"[0-9A-Z]{4}"),
    "seal": Format(_("seal"), r"[0-9A-Z-]{4,20}"),
    "us_seal": Format(_("US seal"), r"[A-Z0-9]{4,15}"),
    "cfdi_uuid": Format(_("CFDI folio"), r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"),
    "carta_porte": Format(
        _("Carta Porte identifier"), r"CCC[0-9a-f]{5}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", is_folded=False
    ),
    "plate": Format(_("licence plate"), r"[A-Z0-9]{5,7}", r"[\s-]"),
    "postal_code_mx": Format(_("Mexican postal code"), r"[0-9]{5}"),
    "country": Format(_("country"), r"[A-Z]{3}"),
    "scac": Format(_("SCAC"), r"[A-Z]{2,4}"),
    "firms": Format(_("FIRMS code"), r"[A-Z][A-Z0-9]{3}"),
    "us_port": Format(_("Schedule D port"), r"[0-9]{4}"),
    "shipment_control_number": Format(_("shipment control number"), r"[A-Z]{4}[A-Z0-9]{1,12}"),
    "itn": Format(_("ITN"), r"X[0-9]{14}"),
    "ad_cvd_case": Format(_("AD/CVD case"), r"[AC]-[0-9]{3}-[0-9]{3}(?:-[0-9]{3})?"),
}


def check_format(kind: str, text: str) -> Checked:
    """Return a number of one of FORMATS, normalised, with a fault if its form is wrong.

    >>> check_format("plate", "ab-123-c").value
    'AB123C'
    >>> check_format("caat", "12").is_usable
    False
    """
    form = FORMATS[kind]
    value = form.normalise(text)
    return Checked(value) if re.fullmatch(form.pattern, value) else Checked(value, (_bad_format(kind, text),))


# ── Mexico ──────────────────────────────────────────────────────────────────────────────────────


def check_rfc(text: str) -> Checked:
    """Return an RFC (12 characters a company, 13 a person). Its form and date must hold; its digit only warns.

    >>> check_rfc("eku 9003173c9")
    Checked(value='EKU9003173C9', faults=())
    >>> [str(fault) for fault in check_rfc("AAA010101AAA").faults]
    ['The check digit of AAA010101AAA is A; it should be 1.']
    """
    value = stdnum_rfc.compact(text)
    if not RFC.fullmatch(value) or not _is_date(value[-9:-3]):
        return Checked(value, (_bad_format("rfc", text),))
    expected = stdnum_rfc.calc_check_digit(value[:-1])
    if value in GENERIC_RFCS or value[-1] == expected:
        return Checked(value)
    return Checked(value, (_bad_digit("rfc", value, value[-1], expected, issued=False),))


def check_curp(text: str) -> Checked:
    """Return a CURP; a wrong check digit warns."""
    value = stdnum_curp.compact(text)
    if not CURP.fullmatch(value) or not _is_date(value[4:10]):
        return Checked(value, (_bad_format("curp", text),))
    expected = stdnum_curp.calc_check_digit(value)
    faults = () if value[-1] == expected else (_bad_digit("curp", value, value[-1], expected, issued=False),)
    return Checked(value, faults)


# ── Boxes and pallets ───────────────────────────────────────────────────────────────────────────


def check_container(text: str, *, issued: bool = False) -> Checked:
    """Return a container number (ISO 6346).

    >>> check_container("csqu 305438-3")
    Checked(value='CSQU3054383', faults=())
    """
    value = re.sub(r"[\s-]", "", text).upper()
    if not CONTAINER.fullmatch(value):
        return Checked(value, (_bad_format("container", text),))
    return _with_digit("container", value, iso6346.calc_check_digit, issued)


def check_gtin(text: str, *, issued: bool = False) -> Checked:
    """Return a GTIN of 8, 12, 13 or 14 digits, as given."""
    return _gs1("gtin", text, (8, 12, 13, 14), issued)


def check_gln(text: str, *, issued: bool = False) -> Checked:
    """Return a GLN, the number of a place: 13 digits."""
    return _gs1("gln", text, (13,), issued)


def check_sscc(text: str, *, issued: bool = False) -> Checked:
    """Return an SSCC, the number of a pallet or carton: 18 digits; the prefix (00) may stand before it.

    >>> check_sscc("(00) 340123450000000017").value
    '340123450000000017'
    """
    digits = re.sub(r"[\s()-]", "", text)
    return _gs1("sscc", digits[2:] if len(digits) == 20 and digits.startswith("00") else digits, (18,), issued)


def gs1_check_digit(body: str) -> str:
    """Return the digit that completes a GTIN, GLN or SSCC: modulo 10, weights 3 and 1 from the right.

    >>> gs1_check_digit("400638133393")
    '1'
    """
    return ean.calc_check_digit(body)


# ── United States ───────────────────────────────────────────────────────────────────────────────


def check_us_entry(text: str, *, issued: bool = False) -> Checked:
    """Return a US entry number of 11 characters without hyphens (filer, number, check digit).

    >>> check_us_entry("ABC-1234567-6")
    Checked(value='ABC12345676', faults=())
    """
    value = re.sub(r"[\s-]", "", text).upper()
    if not US_ENTRY.fullmatch(value):
        return Checked(value, (_bad_format("us_entry", text),))
    return _with_digit("us_entry", value, us_entry_check_digit, issued)


def us_entry_check_digit(body: str) -> str:
    """Return the digit for filer code and number (ten characters): Luhn over letters counted 1 to 9 (CATAIR).

    A to I and J to R are 1 to 9, S to Z are 2 to 9.

    >>> us_entry_check_digit("ABC1234567")
    '6'
    """
    total = 0
    for position, character in enumerate(body.upper(), start=1):
        value = _us_value(character) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def display_us_entry(value: str) -> str:
    """Return the printed form of a stored entry number.

    >>> display_us_entry("ABC12345676")
    'ABC-1234567-6'
    """
    return f"{value[:3]}-{value[3:10]}-{value[10:]}"


def check_in_bond(text: str, *, issued: bool = False) -> Checked:
    """Return an in-bond number of up to 23 characters; only the nine-digit kind has a digit to check (modulo 7).

    Some carriers add 1, 2 or 3 to it, so a foreign one only warns.
    """
    value = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9]{9,23}", value):
        return Checked(value, (_bad_format("in_bond", text),))
    if len(value) != 9 or not value.isdigit():
        return Checked(value)
    return _with_digit("in_bond", value, lambda serial: str(int(serial) % 7), issued)


# ── Inside ──────────────────────────────────────────────────────────────────────────────────────

KINDS = {
    "rfc": _("RFC"),
    "curp": _("CURP"),
    "container": _("container number"),
    "gtin": _("GTIN"),
    "gln": _("GLN"),
    "sscc": _("SSCC"),
    "us_entry": _("US entry number"),
    "in_bond": _("in-bond number"),
}


def _us_value(character: str) -> int:
    if character.isdigit():
        return int(character)
    place = ord(character) - ord("A")
    return place % 9 + 1 if place < 18 else place - 16


def _gs1(kind: str, text: str, lengths: tuple[int, ...], issued: bool) -> Checked:
    value = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]+", value) or len(value) not in lengths:
        return Checked(value, (_bad_format(kind, text),))
    return _with_digit(kind, value, gs1_check_digit, issued)


def _with_digit(kind: str, value: str, digit_of: Callable[[str], str], issued: bool) -> Checked:
    expected = digit_of(value[:-1])
    if value[-1] == expected:
        return Checked(value)
    return Checked(value, (_bad_digit(kind, value, value[-1], expected, issued=issued),))


def _is_date(yymmdd: str) -> bool:
    year, month, day = int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:])
    try:
        date(2000 + year, month, day)
    except ValueError:
        return False
    return True


def _bad_format(kind: str, text: str) -> Fault:
    name = FORMATS[kind].name if kind in FORMATS else KINDS[kind]
    return Fault(f"{kind}_format", "E", BAD_FORMAT, {"value": text, "kind": name})


def _bad_digit(kind: str, value: str, given: str, expected: str, *, issued: bool) -> Fault:
    context = {"value": value, "given": given, "expected": expected}
    return Fault(f"{kind}_check_digit", "E" if issued else "W", BAD_DIGIT, context)
