"""A pedimento as somebody typed it, read into typed values: the one door for form, API and CSV. Pure.

Every value that cannot be read is reported with its path (`lines[0].tariff_quantity`), the value and the rule, all at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory.customs.money_papers import (
    CustomsAccountDraft,
    OffsetDraft,
    PaymentDocumentDraft,
    read_customs_accounts,
    read_offsets,
    read_payment_documents,
)
from inventory.customs.papers import (
    ConsigneeDraft,
    ContainerDraft,
    ContributionDraft,
    IdentifierDraft,
    InvoiceDraft,
    PaymentDraft,
    PermitDraft,
    RemesaNoticeDraft,
    SealDraft,
    SerialDraft,
    VehicleDraft,
    WaybillDraft,
    read_consignees,
    read_containers,
    read_contributions,
    read_identifiers,
    read_invoices,
    read_payments,
    read_permits,
    read_remesa_notices,
    read_seals,
    read_serials,
    read_vehicles,
    read_waybills,
)
from inventory.customs.reader import Reader
from inventory.errors import InvalidInputs
from inventory.errors import gettext_noop as _
from inventory.units import MONEY_SCALE, QUANTITY_SCALE, RATE_SCALE

MOST_LINES = 5000
# What is added to the price paid and taken from it on the way to the customs value (LA 65 and 66; fields 20-28).
ADDITIONS = ("inc_insurance_mxn", "inc_freight_mxn", "inc_packing_mxn", "inc_other_mxn")
INSURED = "insured_value_mxn"  # what the policy covers (field 19): told, never added
DEDUCTIONS = ("dec_transport_mxn", "dec_insurance_mxn", "dec_loading_mxn", "dec_unloading_mxn", "dec_other_mxn")


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
    relationship: str = ""
    brand: str = ""
    model: str = ""
    product_code: str = ""
    value_added_mxn: Decimal = Decimal(0)
    permits: tuple[PermitDraft, ...] = ()
    serials: tuple[SerialDraft, ...] = ()


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
    entry_section: str = ""
    arrival_mode: str = ""
    departure_mode: str = ""
    marks: str = ""
    extracted_on: date | None = None
    presented_on: date | None = None
    foreign_import_on: date | None = None
    rfe_constancia: str = ""
    insured_value_mxn: Decimal = Decimal(0)
    inc_insurance_mxn: Decimal = Decimal(0)
    inc_freight_mxn: Decimal = Decimal(0)
    inc_packing_mxn: Decimal = Decimal(0)
    inc_other_mxn: Decimal = Decimal(0)
    dec_transport_mxn: Decimal = Decimal(0)
    dec_insurance_mxn: Decimal = Decimal(0)
    dec_loading_mxn: Decimal = Decimal(0)
    dec_unloading_mxn: Decimal = Decimal(0)
    dec_other_mxn: Decimal = Decimal(0)
    waybills: tuple[WaybillDraft, ...] = ()
    containers: tuple[ContainerDraft, ...] = ()
    seals: tuple[SealDraft, ...] = ()
    vehicles: tuple[VehicleDraft, ...] = ()
    payments: tuple[PaymentDraft, ...] = ()
    consignees: tuple[ConsigneeDraft, ...] = ()
    remesa_notices: tuple[RemesaNoticeDraft, ...] = ()
    customs_accounts: tuple[CustomsAccountDraft, ...] = ()
    offsets: tuple[OffsetDraft, ...] = ()
    payment_documents: tuple[PaymentDocumentDraft, ...] = ()


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
        contributions=read_contributions(reader),
        identifiers=read_identifiers(reader),
        invoices=read_invoices(reader),
        entry_section=reader.text("entry_section", 3),
        arrival_mode=reader.text("arrival_mode", 2),
        departure_mode=reader.text("departure_mode", 2),
        marks=reader.text("marks", 250),
        extracted_on=reader.day("extracted_on"),
        presented_on=reader.day("presented_on"),
        foreign_import_on=reader.day("foreign_import_on"),
        rfe_constancia=reader.text("rfe_constancia", 40, upper=True),
        **{name: reader.number(name, MONEY_SCALE) or Decimal(0) for name in (INSURED, *ADDITIONS, *DEDUCTIONS)},
        waybills=read_waybills(reader),
        containers=read_containers(reader),
        seals=read_seals(reader),
        vehicles=read_vehicles(reader),
        payments=read_payments(reader),
        consignees=read_consignees(reader),
        remesa_notices=read_remesa_notices(reader),
        customs_accounts=read_customs_accounts(reader),
        offsets=read_offsets(reader),
        payment_documents=read_payment_documents(reader),
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
        contributions=read_contributions(reader),
        identifiers=read_identifiers(reader),
        relationship=reader.text("relationship", 1),
        brand=reader.text("brand", 80),
        model=reader.text("model", 80),
        product_code=reader.text("product_code", 80),
        value_added_mxn=reader.number("value_added_mxn", MONEY_SCALE) or Decimal(0),
        permits=read_permits(reader),
        serials=read_serials(reader),
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
