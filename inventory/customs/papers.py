"""The blocks of a pedimento that may have any number of rows, as somebody typed them: taxes, papers, boxes, payments. Pure.

Each draft has the names of its table's columns, and the path its values were read from. Numbers that have a form of their
own (containers, seals, líneas de captura …) are read without spaces and in capitals; `paper_checks` judges them.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory.customs.reader import Reader
from inventory.parties.identifiers import check_container, check_format, check_rfc
from inventory.units import MONEY_SCALE, QUANTITY_SCALE, RATE_SCALE

MOST = 500  # of one kind on a pedimento
MOST_OF_A_LINE = 100
MOST_SERIALS = 1000
MOST_NOTICES = 2000  # a month of remesas


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
    complement_1: str = ""
    complement_2: str = ""
    complement_3: str = ""


@dataclass(frozen=True)
class InvoiceDraft:
    """A commercial invoice and who it is from."""

    path: str
    number: str
    issued_on: date
    currency: str
    value: Decimal
    cove: str = ""
    incoterm: str = ""
    supplier: str = ""
    supplier_tax_id: str = ""
    supplier_address: str = ""
    is_related: bool = False
    usd_factor: Decimal | None = None


@dataclass(frozen=True)
class ConsigneeDraft:
    """Who the goods are for (destinatario)."""

    path: str
    name: str
    tax_id: str = ""
    address: str = ""


@dataclass(frozen=True)
class RemesaNoticeDraft:
    """The electronic notice of one remesa of a consolidated pedimento."""

    path: str
    remesa: int
    number: str
    issued_on: date


@dataclass(frozen=True)
class WaybillDraft:
    """A transport document (guía, conocimiento de embarque), master or house."""

    path: str
    number: str
    kind: str


@dataclass(frozen=True)
class ContainerDraft:
    """A container or trailer."""

    path: str
    number: str
    type_code: str


@dataclass(frozen=True)
class SealDraft:
    """A customs seal (candado), and those that replaced it at the first and the second examination."""

    path: str
    number: str
    first_review: str = ""
    second_review: str = ""


@dataclass(frozen=True)
class VehicleDraft:
    """What the goods travel in, and whose it is."""

    path: str
    identification: str
    country: str = ""
    carrier: str = ""
    carrier_rfc: str = ""


@dataclass(frozen=True)
class PaymentDraft:
    """A payment at a bank against a línea de captura."""

    path: str
    capture_line: str
    amount_mxn: Decimal
    payment_form: str = "0"
    bank: str = ""
    operation_number: str = ""
    paid_on: date | None = None


@dataclass(frozen=True)
class PermitDraft:
    """A permit or other non-tariff regulation that a line complies with (Apéndice 9)."""

    path: str
    code: str
    number: str = ""
    signature: str = ""
    value_usd: Decimal | None = None
    quantity: Decimal | None = None


@dataclass(frozen=True)
class SerialDraft:
    """A serial number or NIV of a line's goods, with the kilometres of a vehicle."""

    path: str
    number: str
    kilometres: int | None = None


def read_contributions(reader: Reader) -> tuple[ContributionDraft, ...]:
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
        for row in reader.rows("contributions", MOST_OF_A_LINE)
    )


def read_identifiers(reader: Reader) -> tuple[IdentifierDraft, ...]:
    """The identifiers of a pedimento or a line."""
    return tuple(
        IdentifierDraft(
            path=row.path,
            code=row.text("code", 2, required=True, upper=True),
            complement_1=row.text("complement_1", 50),
            complement_2=row.text("complement_2", 50),
            complement_3=row.text("complement_3", 50),
        )
        for row in reader.rows("identifiers", MOST_OF_A_LINE)
    )


def read_invoices(reader: Reader) -> tuple[InvoiceDraft, ...]:
    """The invoices; each has a date."""
    return tuple(
        InvoiceDraft(
            path=row.path,
            number=row.text("number", 60, required=True),
            issued_on=row.required_day("issued_on"),
            currency=row.text("currency", 3, required=True, upper=True),
            value=row.required_number("value", MONEY_SCALE),
            cove=check_format("cove", row.text("cove", 15)).value,
            incoterm=row.text("incoterm", 3, upper=True),
            supplier=row.text("supplier", 200),
            supplier_tax_id=row.text("supplier_tax_id", 30, upper=True),
            supplier_address=row.text("supplier_address", 250),
            is_related=row.flag("is_related"),
            usd_factor=row.number("usd_factor", RATE_SCALE, positive=True),
        )
        for row in reader.rows("invoices", MOST)
    )


def read_consignees(reader: Reader) -> tuple[ConsigneeDraft, ...]:
    """Who the goods are for."""
    return tuple(
        ConsigneeDraft(
            path=row.path,
            name=row.text("name", 200, required=True),
            tax_id=row.text("tax_id", 30, upper=True),
            address=row.text("address", 250),
        )
        for row in reader.rows("consignees", MOST)
    )


def read_remesa_notices(reader: Reader) -> tuple[RemesaNoticeDraft, ...]:
    """The notices of the remesas."""
    return tuple(read_remesa_notice(row) for row in reader.rows("remesa_notices", MOST_NOTICES))


def read_remesa_notice(reader: Reader) -> RemesaNoticeDraft:
    """The notice of one remesa."""
    return RemesaNoticeDraft(
        path=reader.path,
        remesa=reader.whole("remesa", 100_000, required=True, positive=True) or 0,
        number=reader.text("number", 40, required=True, upper=True),
        issued_on=reader.required_day("issued_on"),
    )


def read_waybills(reader: Reader) -> tuple[WaybillDraft, ...]:
    """The transport documents."""
    return tuple(
        WaybillDraft(
            path=row.path,
            number=row.text("number", 40, required=True, upper=True),
            kind=row.text("kind", 1, required=True, upper=True),
        )
        for row in reader.rows("waybills", MOST)
    )


def read_containers(reader: Reader) -> tuple[ContainerDraft, ...]:
    """The containers and trailers."""
    return tuple(
        ContainerDraft(
            path=row.path,
            number=check_container(row.text("number", 20, required=True, upper=True)).value,
            type_code=row.text("type_code", 3, required=True).lstrip("0"),
        )
        for row in reader.rows("containers", MOST)
    )


def read_seals(reader: Reader) -> tuple[SealDraft, ...]:
    """The seals."""
    return tuple(
        SealDraft(
            path=row.path,
            number=_seal(row, "number", required=True),
            first_review=_seal(row, "first_review"),
            second_review=_seal(row, "second_review"),
        )
        for row in reader.rows("seals", MOST)
    )


def _seal(reader: Reader, name: str, *, required: bool = False) -> str:
    return check_format("seal", reader.text(name, 30, required=required)).value


def read_vehicles(reader: Reader) -> tuple[VehicleDraft, ...]:
    """The vehicles, ships and flights."""
    return tuple(
        VehicleDraft(
            path=row.path,
            identification=row.text("identification", 40, required=True, upper=True),
            country=row.text("country", 3, upper=True),
            carrier=row.text("carrier", 120),
            carrier_rfc=check_rfc(row.text("carrier_rfc", 20)).value,
        )
        for row in reader.rows("vehicles", MOST)
    )


def read_payments(reader: Reader) -> tuple[PaymentDraft, ...]:
    """The payments at a bank."""
    return tuple(read_payment(row) for row in reader.rows("payments", MOST))


def read_payment(reader: Reader) -> PaymentDraft:
    """One payment at a bank."""
    return PaymentDraft(
        path=reader.path,
        capture_line=check_format("capture_line", reader.text("capture_line", 30, required=True)).value,
        amount_mxn=reader.required_number("amount_mxn", MONEY_SCALE, positive=True),
        payment_form=reader.text("payment_form", 2) or "0",
        bank=reader.text("bank", 80),
        operation_number=check_format("bank_operation", reader.text("operation_number", 30)).value,
        paid_on=reader.day("paid_on"),
    )


def read_permits(reader: Reader) -> tuple[PermitDraft, ...]:
    """The permits of a line."""
    return tuple(
        PermitDraft(
            path=row.path,
            code=row.text("code", 4, required=True, upper=True),
            number=row.text("number", 40),
            signature=row.text("signature", 40),
            value_usd=row.number("value_usd", MONEY_SCALE),
            quantity=row.number("quantity", QUANTITY_SCALE, positive=True),
        )
        for row in reader.rows("permits", MOST_OF_A_LINE)
    )


def read_serials(reader: Reader) -> tuple[SerialDraft, ...]:
    """The serial numbers of a line."""
    return tuple(
        SerialDraft(
            path=row.path,
            number=row.text("number", 40, required=True, upper=True),
            kilometres=row.whole("kilometres", 10_000_000),
        )
        for row in reader.rows("serials", MOST_SERIALS)
    )
