"""Read what a scanner typed: a GS1 element string with its identifiers, or a bare number (pure).

`(01)04006381333931(10)LOT1`, the same without brackets and with GS (0x1D) between the parts, a `]C1` or `]d2` before
it, a bare GTIN or SSCC, or anything else, which is handed back as it is. Source: GS1 General Specifications.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import biip
from biip.gs1_messages import GS1Message

from inventory.parties.identifiers import check_gtin, check_sscc

NET_KG, GROSS_KG = "310", "330"


@dataclass(frozen=True, slots=True)
class Scan:
    """What one scan says; empty where it says nothing."""

    text: str
    sscc: str = ""
    gtin: str = ""
    content_gtin: str = ""
    count: int | None = None
    lot: str = ""
    serial: str = ""
    produced_on: date | None = None
    best_before: date | None = None
    expires_on: date | None = None
    net_kg: Decimal | None = None
    gross_kg: Decimal | None = None
    order: str = ""

    @property
    def is_gs1(self) -> bool:
        """Whether anything was understood."""
        return self != Scan(self.text)


def parse_scan(text: str) -> Scan:
    """Return what a scan says. Never raises: what is no GS1 is handed back as text, for a SKU or a location.

    >>> scan = parse_scan("(01)04006381333931(17)261231(10)LOT-7")
    >>> scan.gtin, scan.lot, scan.expires_on
    ('04006381333931', 'LOT-7', datetime.date(2026, 12, 31))
    >>> parse_scan("A-01-02").is_gs1
    False
    """
    plain = text.strip()
    message = _message(plain)
    if message is not None:
        return _scan(plain, message)
    if re.fullmatch(r"[0-9]{18}|00[0-9]{18}", plain) and not check_sscc(plain).faults:
        return Scan(plain, sscc=check_sscc(plain).value)
    if re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", plain) and not check_gtin(plain).faults:
        return Scan(plain, gtin=plain.zfill(14))
    return Scan(plain)


def _message(text: str) -> GS1Message | None:
    bare = re.sub(r"^\][A-Za-z][0-9]", "", text).lstrip("\x1d")
    if not bare or re.fullmatch(r"[0-9]{8}|[0-9]{12,14}|[0-9]{18}", bare):
        return None
    try:
        if bare.startswith("("):
            return GS1Message.parse_hri(bare)
        return GS1Message.parse(bare) if re.match(r"[0-9]{16}|00[0-9]{18}", bare) or "\x1d" in bare else None
    except biip.ParseError:
        return None


def _scan(text: str, message: GS1Message) -> Scan:
    values = {element.ai.ai: element for element in message.element_strings}

    def said(ai: str) -> str:
        return values[ai].value if ai in values else ""

    def day(ai: str) -> date | None:
        return values[ai].date if ai in values else None

    def weight(prefix: str) -> Decimal | None:
        return next((element.decimal for ai, element in values.items() if ai.startswith(prefix)), None)

    return Scan(
        text,
        sscc=said("00"),
        gtin=said("01"),
        content_gtin=said("02"),
        count=int(said("37")) if said("37") else None,
        lot=said("10"),
        serial=said("21"),
        produced_on=day("11"),
        best_before=day("15"),
        expires_on=day("17"),
        net_kg=weight(NET_KG),
        gross_kg=weight(GROSS_KG),
        order=said("400"),
    )
