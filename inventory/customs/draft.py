"""A pedimento as somebody typed it, read into typed values: the one door for form, API and CSV. Pure.

Every value that cannot be read is reported with its path (`lines[0].tariff_quantity`), the value and the rule, all at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from inventory.errors import InvalidInput, InvalidInputs
from inventory.errors import gettext_noop as _
from inventory.units import MONEY_SCALE, QUANTITY_SCALE, RATE_SCALE, to_base

MOST_LINES = 5000
YEARS = range(1990, 2200)  # the years that customs papers are about


@dataclass(frozen=True)
class SublineDraft:
    """One part number of a line. Quantities left empty are worked out from the item's factors or the line."""

    path: str
    sku: str
    batch: str = ""
    serial: str = ""
    quantity: Decimal | None = None
    commercial_quantity: Decimal | None = None
    tariff_quantity: Decimal | None = None
    customs_value_mxn: Decimal | None = None


@dataclass(frozen=True)
class ContributionDraft:
    """A declared tax."""

    path: str
    code: str
    payment_form: str
    amount_mxn: Decimal
    rate: Decimal | None = None
    rate_type: str = ""


@dataclass(frozen=True)
class IdentifierDraft:
    """An identifier of Apéndice 8 with its complements."""

    path: str
    code: str
    complements: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True)
class InvoiceDraft:
    """A commercial invoice."""

    path: str
    number: str
    issued_on: date
    currency: str
    value: Decimal
    cove: str = ""
    incoterm: str = ""
    supplier: str = ""


@dataclass(frozen=True)
class LineDraft:
    """A line (partida)."""

    path: str
    seq: int
    tariff_code: str
    nico: str
    description: str
    commercial_unit: str
    commercial_quantity: Decimal
    tariff_unit: str
    tariff_quantity: Decimal
    origin_country: str
    seller_country: str
    valuation_method: str
    customs_value_mxn: Decimal
    price_paid_mxn: Decimal
    source_number: str
    source_seq: int | None
    sublines: tuple[SublineDraft, ...]
    contributions: tuple[ContributionDraft, ...]
    identifiers: tuple[IdentifierDraft, ...]


@dataclass(frozen=True)
class PedimentoDraft:
    """A whole declaration, readable but not yet checked against the law and the books."""

    number: str
    operation: str
    document_key: str
    regime: str
    authorisation: str
    site: str
    customs_section: str
    fx_rate: Decimal
    gross_kg: Decimal
    packages: int
    value_usd: Decimal
    customs_value_mxn: Decimal
    price_paid_mxn: Decimal
    transport_mode: str = ""
    destination_zone: str = ""
    validation_ack: str = ""
    validated_on: date | None = None
    entered_on: date | None = None
    paid_on: date | None = None
    cleared_at: datetime | None = None
    is_consolidated: bool = False
    consolidated_opened_on: date | None = None
    update_option: str = ""
    rectifies: str = ""
    cash_mxn: Decimal = Decimal(0)
    other_mxn: Decimal = Decimal(0)
    total_mxn: Decimal = Decimal(0)
    remarks: str = ""
    lines: tuple[LineDraft, ...] = ()
    contributions: tuple[ContributionDraft, ...] = ()
    identifiers: tuple[IdentifierDraft, ...] = ()
    invoices: tuple[InvoiceDraft, ...] = ()


@dataclass
class Reader:
    """Reads values out of a mapping and keeps every error, so that a person can mend them in one go."""

    data: Mapping[str, Any]
    path: str = ""
    errors: list[InvalidInput] = field(default_factory=list)

    def at(self, name: str) -> str:
        """The full path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, message: str, rule: str, **context: Any) -> None:
        """Note an error of a field."""
        self.errors.append(
            InvalidInput(message, field=self.at(name), value=_short(self.data.get(name)), rule=rule, **context)
        )

    def text(self, name: str, most: int, *, required: bool = False, upper: bool = False) -> str:
        """A text of at most so many characters, outer spaces gone."""
        value = self.data.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str | int) or isinstance(value, bool):
            self.refuse(name, _("%(field)s must be text."), "text")
            return ""
        text = str(value).strip()
        if required and not text:
            self.refuse(name, _("%(field)s is required."), "required")
        elif len(text) > most:
            self.refuse(name, _("%(field)s may have at most %(most)s characters."), "max_length", most=most)
            return ""
        elif "\x00" in text:
            self.refuse(name, _("%(field)s holds a character that is not text."), "text")
            return ""
        return text.upper() if upper else text

    def number(self, name: str, scale: int, *, required: bool = False, positive: bool = False) -> Decimal | None:
        """An exact number of at most `scale` decimals, not negative."""
        value = self.data.get(name)
        if value is None or value == "":
            if required:
                self.refuse(name, _("%(field)s is required."), "required")
            return None
        if isinstance(value, float | bool) or not isinstance(value, str | int | Decimal):
            self.refuse(name, _('%(field)s must be a decimal number written as text, such as "12.5".'), "decimal_text")
            return None
        try:
            number = Decimal(str(value).strip().replace(",", ""))
            to_base(number, scale)
        except (InvalidOperation, InvalidInput):
            self.refuse(
                name, _("%(field)s: %(value)s is not a number with at most %(scale)s decimals."), "number", scale=scale
            )
            return None
        if number < 0 or (positive and number == 0):
            rule = "positive" if positive else "not_negative"
            self.refuse(
                name,
                _("%(field)s: %(value)s must be more than zero.")
                if positive
                else _("%(field)s: %(value)s may not be negative."),
                rule,
            )
            return None
        return number

    def required_number(self, name: str, scale: int, *, positive: bool = False) -> Decimal:
        """A number that must be there; zero stands in while the error is reported."""
        return self.number(name, scale, required=True, positive=positive) or Decimal(0)

    def whole(self, name: str, most: int = 1_000_000) -> int | None:
        """A whole number from 0 to `most`."""
        number = self.number(name, 0)
        if number is not None and number > most:
            self.refuse(name, _("%(field)s: %(value)s is more than %(most)s."), "max_value", most=most)
            return None
        return None if number is None else int(number)

    def day(self, name: str) -> date | None:
        """An ISO date, or None."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        try:
            day = value if type(value) is date else date.fromisoformat(str(value))
        except ValueError:
            day = None
        if day is None or day.year not in YEARS:
            self.refuse(name, _("%(field)s: %(value)s is not a date such as 2026-03-31."), "date")
            return None
        return day

    def moment(self, name: str) -> datetime | None:
        """An ISO moment with its offset, or None."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.refuse(name, _("%(field)s: %(value)s is not a moment such as 2026-03-31T09:00:00-06:00."), "moment")
            return None
        return moment

    def flag(self, name: str) -> bool:
        """True or false; absent is false."""
        value = self.data.get(name, False)
        if value in (True, "true", "True", "1", 1, "on"):
            return True
        if value not in (False, None, "", "false", "False", "0", 0, "off"):
            self.refuse(name, _("%(field)s must be true or false."), "boolean")
        return False

    def rows(self, name: str, most: int) -> "list[Reader]":
        """A reader for each row of a list."""
        value = self.data.get(name) or []
        if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(r, Mapping) for r in value):
            self.refuse(name, _("%(field)s must be a list of objects."), "list")
            return []
        if len(value) > most:
            self.refuse(name, _("%(field)s may have at most %(most)s rows."), "max_rows", most=most)
            return []
        return [Reader(row, f"{self.at(name)}[{index}]", self.errors) for index, row in enumerate(value)]


def read_pedimento(data: Mapping[str, Any]) -> PedimentoDraft:
    """The declaration in `data`. Raises InvalidInputs naming every field that cannot be read.

    >>> read_pedimento({"number": "26 24 3456 6000123", "lines": [{"tariff_quantity": "-1"}]})
    Traceback (most recent call last):
    ...
    inventory.errors.InvalidInputs: ...
    """
    reader = Reader(data)
    draft = PedimentoDraft(
        number=reader.text("number", 30, required=True),
        operation=reader.text("operation", 3, upper=True, required=True),
        document_key=reader.text("document_key", 2, upper=True, required=True),
        regime=reader.text("regime", 3, upper=True, required=True),
        authorisation=reader.text("authorisation", 40),
        site=reader.text("site", 24, required=True),
        customs_section=reader.text("customs_section", 3, required=True),
        transport_mode=reader.text("transport_mode", 2),
        destination_zone=reader.text("destination_zone", 2),
        fx_rate=reader.required_number("fx_rate", RATE_SCALE, positive=True),
        gross_kg=reader.number("gross_kg", QUANTITY_SCALE) or Decimal(0),
        packages=reader.whole("packages") or 0,
        value_usd=reader.required_number("value_usd", MONEY_SCALE),
        customs_value_mxn=reader.required_number("customs_value_mxn", MONEY_SCALE),
        price_paid_mxn=reader.required_number("price_paid_mxn", MONEY_SCALE),
        validation_ack=reader.text("validation_ack", 8, upper=True),
        validated_on=reader.day("validated_on"),
        entered_on=reader.day("entered_on"),
        paid_on=reader.day("paid_on"),
        cleared_at=reader.moment("cleared_at"),
        is_consolidated=reader.flag("is_consolidated"),
        consolidated_opened_on=reader.day("consolidated_opened_on"),
        update_option=reader.text("update_option", 2, upper=True),
        rectifies=reader.text("rectifies", 30),
        cash_mxn=reader.number("cash_mxn", MONEY_SCALE) or Decimal(0),
        other_mxn=reader.number("other_mxn", MONEY_SCALE) or Decimal(0),
        total_mxn=reader.number("total_mxn", MONEY_SCALE) or Decimal(0),
        remarks=reader.text("remarks", 2000),
        lines=tuple(_line(row) for row in reader.rows("lines", MOST_LINES)),
        contributions=_contributions(reader),
        identifiers=_identifiers(reader),
        invoices=tuple(_invoice(row) for row in reader.rows("invoices", 500)),
    )
    if not draft.lines and not reader.errors:
        reader.refuse("lines", _("%(field)s: a pedimento has at least one line."), "required")
    if reader.errors:
        raise InvalidInputs(reader.errors)
    return draft


def _line(reader: Reader) -> LineDraft:
    """One line; a line that names a `sku` and no sublines has one subline of that item."""
    sublines = tuple(_subline(row) for row in reader.rows("sublines", 1000))
    if not sublines and reader.data.get("sku"):
        sublines = (
            SublineDraft(
                reader.path, reader.text("sku", 64), batch=reader.text("batch", 64), serial=reader.text("serial", 64)
            ),
        )
    seq = reader.whole("seq", 100_000)
    tariff_code = reader.text("tariff_code", 13, required=True).replace(".", "").replace(" ", "")
    return LineDraft(
        path=reader.path,
        seq=int(reader.path.rsplit("[", 1)[1][:-1]) + 1 if seq is None else seq,
        tariff_code=tariff_code[:8],
        nico=reader.text("nico", 2) or tariff_code[8:10],
        description=reader.text("description", 250),
        commercial_unit=reader.text("commercial_unit", 2, required=True),
        commercial_quantity=reader.required_number("commercial_quantity", QUANTITY_SCALE, positive=True),
        tariff_unit=reader.text("tariff_unit", 2, required=True),
        tariff_quantity=reader.required_number("tariff_quantity", QUANTITY_SCALE, positive=True),
        origin_country=reader.text("origin_country", 3, upper=True, required=True),
        seller_country=reader.text("seller_country", 3, upper=True),
        valuation_method=reader.text("valuation_method", 1) or "1",
        customs_value_mxn=reader.required_number("customs_value_mxn", MONEY_SCALE),
        price_paid_mxn=reader.number("price_paid_mxn", MONEY_SCALE) or Decimal(0),
        source_number=reader.text("source_number", 30),
        source_seq=reader.whole("source_seq", 100_000),
        sublines=sublines,
        contributions=_contributions(reader),
        identifiers=_identifiers(reader),
    )


def _subline(reader: Reader) -> SublineDraft:
    """One part number of a line."""
    return SublineDraft(
        path=reader.path,
        sku=reader.text("sku", 64, required=True),
        batch=reader.text("batch", 64),
        serial=reader.text("serial", 64),
        quantity=reader.number("quantity", QUANTITY_SCALE, positive=True),
        commercial_quantity=reader.number("commercial_quantity", QUANTITY_SCALE, positive=True),
        tariff_quantity=reader.number("tariff_quantity", QUANTITY_SCALE, positive=True),
        customs_value_mxn=reader.number("customs_value_mxn", MONEY_SCALE),
    )


def _contributions(reader: Reader) -> tuple[ContributionDraft, ...]:
    """The taxes of a pedimento or a line."""
    return tuple(
        ContributionDraft(
            path=row.path,
            code=row.text("code", 3, required=True),
            payment_form=row.text("payment_form", 2, required=True),
            amount_mxn=row.required_number("amount_mxn", MONEY_SCALE),
            rate=row.number("rate", RATE_SCALE),
            rate_type=row.text("rate_type", 2),
        )
        for row in reader.rows("contributions", 100)
    )


def _identifiers(reader: Reader) -> tuple[IdentifierDraft, ...]:
    """The identifiers of a pedimento or a line."""
    return tuple(
        IdentifierDraft(
            path=row.path,
            code=row.text("code", 2, required=True, upper=True),
            complements=(row.text("complement_1", 50), row.text("complement_2", 50), row.text("complement_3", 50)),
        )
        for row in reader.rows("identifiers", 100)
    )


def _invoice(reader: Reader) -> InvoiceDraft:
    """One invoice; its date is required."""
    issued_on = reader.day("issued_on")
    if issued_on is None and not reader.data.get("issued_on"):
        reader.refuse("issued_on", _("%(field)s is required."), "required")
    return InvoiceDraft(
        path=reader.path,
        number=reader.text("number", 60, required=True),
        issued_on=issued_on or date.min,
        currency=reader.text("currency", 3, required=True, upper=True),
        value=reader.required_number("value", MONEY_SCALE),
        cove=reader.text("cove", 15, upper=True),
        incoterm=reader.text("incoterm", 3, upper=True),
        supplier=reader.text("supplier", 200),
    )


def _short(value: Any) -> Any:
    """A value as an error may repeat it: never more than 80 characters of somebody's garbage."""
    text = str(value)
    return value if value is None or len(text) <= 80 else text[:77] + "..."
