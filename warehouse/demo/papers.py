"""Declarations as a broker would type them: numbers, lines, taxes, invoices. Pure data, made for `customs.enter_pedimento`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import sin
from typing import Any

from inventory.errors import ReferenceMissing
from inventory.reference import selectors as reference
from inventory.units import convert, plain, round_half_up
from warehouse.demo.catalogue import Good

IGI, DTA, IVA, PRV = "6", "1", "3", "15"
CASH, TEMPORARY, PENDING, CREDIT = "0", "5", "6", "21"
VAT = Decimal("0.16")
# How duty and VAT stand while goods stay: IMMEX owes no duty yet, deposit and zone have it pending, VAT is credited or pending.
DEFERRED = {"RFS": (PENDING, CREDIT), "ITE": (TEMPORARY, CREDIT), "DFI": (PENDING, PENDING)}
LAST_KNOWN_RATE = Decimal("17.5445")
FEE, PREVALIDATION = 462, 350


@dataclass(frozen=True)
class Line:
    """So much of an item, in stock units; `source` is the entry that a descargos block names."""

    good: Good
    quantity: Decimal
    batch: str = ""
    source: tuple[str, int] | None = None


@dataclass
class Numbers:
    """Pedimento numbers in the order they are given out: each broker counts at each office, anew every year."""

    given: Counter[str] = field(default_factory=Counter)

    def next(self, section: str, patent: str, on: date) -> str:
        """The next number of a broker at the office of a section, validated on a day.

        >>> numbers = Numbers()
        >>> [numbers.next("240", "3456", date(2026, 3, 3)) for _ in range(2)]
        ['262434566000117', '262434566000134']
        """
        series = f"{on.year % 100:02d}{section[:2]}{patent}"
        self.given[series] += 1
        return f"{series}{on.year % 10}{100 + 17 * self.given[series]:06d}"


def usd_rate(on: date) -> Decimal:
    """Pesos per dollar: the published rate, or, after the shipped series ends, an invented one around its last value."""
    try:
        return reference.usd_rate(on)
    except ReferenceMissing:
        return round_half_up(LAST_KNOWN_RATE + Decimal(str(round(0.35 * sin(on.toordinal() / 23), 4))), 4)


def declaration(
    *,
    number: str,
    key: str,
    operation: str,
    regime: str,
    place: dict[str, str],
    on: date,
    lines: Iterable[Line],
    taxes: tuple[str, str] | None,
    mode: str = "7",
    invoice: dict[str, str] | None = None,
    rate_of: date | None = None,
    **header: Any,
) -> dict[str, Any]:
    """What is typed for a pedimento paid on a day.

    `place` gives site, authorisation and customs_section; `taxes` the forms of payment of duty and VAT, or None where
    neither is declared; `rate_of` the day of the exchange rate where it is not the day of payment.
    """
    lines, rate = list(lines), usd_rate(rate_of or on)
    rows = [_line(line, rate, taxes) for line in lines]
    value = sum(int(row["customs_value_mxn"]) for row in rows)
    usd = sum((line.quantity * line.good.item.unit_value_usd for line in lines), Decimal(0))
    fees = [_tax(DTA, CASH, FEE), _tax(PRV, CASH, PREVALIDATION)]
    return {
        "number": number,
        "operation": operation,
        "document_key": key,
        "regime": regime,
        **place,
        "transport_mode": mode,
        "destination_zone": "9",
        "fx_rate": plain(rate),
        "gross_kg": plain(_weight(lines)),
        "packages": str(sum(_packs(line) for line in lines)),
        "value_usd": plain(round_half_up(usd, 2)),
        "customs_value_mxn": str(value),
        "price_paid_mxn": str(value),
        "validated_on": on.isoformat(),
        "validation_ack": f"{on:%y%m%d}{number[-2:]}",
        "paid_on": on.isoformat(),
        "lines": rows,
        "contributions": fees,
        **_paid([*fees, *(tax for row in rows for tax in row["contributions"])]),
        "invoices": [{**_invoice(number, on, usd), **(invoice or {})}],
        **header,
    }


def _line(line: Line, rate: Decimal, taxes: tuple[str, str] | None) -> dict[str, Any]:
    """One line with one part number."""
    item = line.good.item
    commercial = convert(line.quantity, item.to_commercial)
    value = max(Decimal(1), round_half_up(line.quantity * item.unit_value_usd * rate, 0))
    row: dict[str, Any] = {
        "sku": item.sku,
        "batch": line.batch,
        "tariff_code": item.tariff_code,
        "description": item.description,
        "commercial_unit": item.commercial_unit,
        "commercial_quantity": plain(commercial),
        "tariff_unit": item.tariff_unit,
        "tariff_quantity": plain(convert(commercial, item.to_tariff, 3)),
        "origin_country": item.origin_country,
        "seller_country": item.origin_country,
        "customs_value_mxn": plain(value),
        "price_paid_mxn": plain(value),
        "contributions": _duties(value, line.good.igi_rate, taxes) if taxes else [],
    }
    if line.source:
        row["source_number"], row["source_seq"] = line.source[0], str(line.source[1])
    return row


def _duties(value: Decimal, igi_rate: Decimal, forms: tuple[str, str]) -> list[dict[str, str]]:
    """Duty on the customs value, VAT on both."""
    igi = round_half_up(value * igi_rate, 0)
    iva = round_half_up((value + igi) * VAT, 0)
    return [
        {**_tax(IGI, forms[0], int(igi)), "rate": plain(igi_rate), "rate_type": "1"},
        {**_tax(IVA, forms[1], int(iva)), "rate": plain(VAT), "rate_type": "1"},
    ]


def _tax(code: str, form: str, amount: int) -> dict[str, str]:
    return {"code": code, "payment_form": form, "amount_mxn": str(amount)}


def _paid(taxes: list[dict[str, str]]) -> dict[str, str]:
    """The header's totals: what was paid in cash, and what in other forms."""
    cash = sum(int(tax["amount_mxn"]) for tax in taxes if tax["payment_form"] == CASH)
    other = sum(int(tax["amount_mxn"]) for tax in taxes if tax["payment_form"] != CASH)
    return {"cash_mxn": str(cash), "other_mxn": str(other), "total_mxn": str(cash + other)}


def _invoice(number: str, on: date, usd: Decimal) -> dict[str, str]:
    """The invoice behind a declaration, with its value receipt."""
    return {
        "number": f"F-{number[4:8]}-{number[9:]}",
        "issued_on": (on - timedelta(days=6)).isoformat(),
        "currency": "USD",
        "value": plain(round_half_up(usd, 2)),
        "cove": f"COVE{on:%y}{number[8:]}",
        "incoterm": "FCA",
    }


def _weight(lines: Iterable[Line]) -> Decimal:
    """Net weight and 4 % of packing."""
    net = sum((line.quantity * line.good.item.weight_kg for line in lines), Decimal(0))
    return round_half_up(net * Decimal("1.04"), 3)


def _packs(line: Line) -> int:
    """The cartons of a line."""
    return max(1, int(line.quantity / line.good.item.pack_size))
