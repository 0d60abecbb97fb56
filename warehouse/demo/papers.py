"""Declarations as a broker would type them: numbers, lines, taxes, invoices. Pure data, made for `customs.enter_pedimento`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
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
FREIGHT, INSURANCE = Decimal("0.021"), Decimal("0.003")  # of the price, where the seller hands over at his door
BANKS = ("BBVA México", "Banorte", "Santander", "HSBC México")
HIGH_CUBE = "3"


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
    is_carried: bool = False,
    **header: Any,
) -> dict[str, Any]:
    """What is typed for a pedimento paid on a day.

    `place` gives site, authorisation and customs_section; `taxes` the forms of payment of duty and VAT, or None where
    neither is declared; `rate_of` the day of the exchange rate where it is not the day of payment; `is_carried` adds
    freight and insurance to the prices.
    """
    lines, rate = list(lines), usd_rate(rate_of or on)
    prices = [max(Decimal(1), round_half_up(line.quantity * line.good.item.unit_value_usd * rate, 0)) for line in lines]
    added = _additions(sum(prices)) if is_carried else {}
    values = _spread(sum(prices) + sum(map(int, added.values())), prices)
    rows = [_line(line, price, value, taxes) for line, price, value in zip(lines, prices, values, strict=True)]
    fees = [_tax(DTA, CASH, FEE), _tax(PRV, CASH, PREVALIDATION)]
    paid = _paid([*fees, *(tax for row in rows for tax in row["contributions"])])
    usd = sum((line.quantity * line.good.item.unit_value_usd for line in lines), Decimal(0))
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
        "marks": "S/M S/N",
        "customs_value_mxn": str(sum(values)),
        "price_paid_mxn": str(sum(prices)),
        **added,
        "validated_on": on.isoformat(),
        "validation_ack": f"{on:%y%m%d}{number[-2:]}",
        "paid_on": on.isoformat(),
        "lines": rows,
        "contributions": fees,
        **paid,
        "payments": [_payment(number, on, paid["cash_mxn"])],
        "invoices": [{**_invoice(number, on, usd), **(invoice or {})}],
        **header,
    }


def unpaid(data: dict[str, Any]) -> dict[str, Any]:
    """A declaration that is not paid yet."""
    return {name: value for name, value in data.items() if name not in ("paid_on", "payments")}


def carriage(number: str, box: str, seal: str) -> dict[str, Any]:
    """What the goods of a declaration came in."""
    return {
        "waybills": [{"number": f"{box[:4]}{number[-9:]}", "kind": "M"}],
        "containers": [{"number": box, "type_code": HIGH_CUBE}],
        "seals": [{"number": seal}],
    }


def _additions(price: Decimal | int) -> dict[str, str]:
    """Freight and insurance of goods at a price."""
    return {
        "inc_freight_mxn": str(round_half_up(price * FREIGHT, 0)),
        "inc_insurance_mxn": str(round_half_up(price * INSURANCE, 0)),
    }


def _spread(total: Decimal | int, prices: list[Decimal]) -> list[Decimal]:
    """A total over prices in whole pesos; the last takes the residue.

    >>> _spread(Decimal(103), [Decimal(50), Decimal(25), Decimal(25)])
    [Decimal('52'), Decimal('26'), Decimal('25')]
    """
    shares = [round_half_up(Fraction(price) * Fraction(total) / Fraction(sum(prices)), 0) for price in prices[:-1]]
    return [*shares, Decimal(total) - sum(shares)]


def _line(line: Line, price: Decimal, value: Decimal, taxes: tuple[str, str] | None) -> dict[str, Any]:
    """One line with one part number."""
    item = line.good.item
    commercial = convert(line.quantity, item.to_commercial)
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
        "price_paid_mxn": plain(price),
        "relationship": "0",
        "product_code": item.sku,
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


def _payment(number: str, on: date, cash: str) -> dict[str, str]:
    """The payment of the cash at a bank."""
    return {
        "capture_line": f"04{on:%y}{number}C",
        "amount_mxn": cash,
        "bank": BANKS[int(number[-3:]) % len(BANKS)],
        "operation_number": f"{on:%Y%m%d}{number[-6:]}",
        "paid_on": on.isoformat(),
    }


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
