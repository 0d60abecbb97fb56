"""What entered under bond: module 1 of Anexo 24, one row for each part number of each line."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice

from django.utils.translation import gettext_lazy as _

from inventory.customs.models import BondedLot
from inventory.customs.paper_models import PedimentoSerial
from inventory.customs.pedimento_models import Contribution, PedimentoInvoice
from inventory.reports.bonded import UNIT, VALUE, WHOSE
from inventory.reports.lots import CHUNK, lots_asked_for, site_of
from inventory.reports.shapes import Ask, Asked, Column, Kind, Report, Row

IGI, IVA = "6", "3"


def _entries(asked: Asked) -> Iterator[Row]:
    order = ("legal_date", "pedimento_number", "line_seq", "pk")
    rows = lots_asked_for(asked, order).filter(legal_date__gte=asked.since, legal_date__lte=asked.until)
    if asked.known_at is not None:
        rows = rows.filter(recorded_at__lte=asked.known_at)
    found = rows.select_related("account__client", "subline__line__pedimento__broker").iterator(chunk_size=CHUNK)
    while lots := list(islice(found, CHUNK)):
        taxes = line_taxes({lot.subline.line_id for lot in lots})
        serials = _serials({lot.subline.line_id for lot in lots})
        invoices = _invoices({lot.subline.line.pedimento_id for lot in lots})
        for lot in lots:
            line = lot.subline.line
            papers = (*invoices.get(line.pedimento_id, ("", "", "")), serials.get(line.pk, ""))
            yield _entry(lot, taxes.get(line.pk, {}), papers)


def line_taxes(line_ids: set[int]) -> dict[int, dict[str, list[tuple[str, Decimal]]]]:
    """What lines declared: line id → contribution → (form of payment, amount)."""
    taxes: dict[int, dict[str, list[tuple[str, Decimal]]]] = {}
    rows = Contribution.objects.filter(line__in=line_ids).order_by("line_id", "pk")
    for line_id, code, form, amount in rows.values_list("line_id", "code", "payment_form", "amount_mxn"):
        taxes.setdefault(line_id, {}).setdefault(code, []).append((form, amount))
    return taxes


def _invoices(pedimento_ids: set[int]) -> dict[int, tuple[str, str, str]]:
    """Pedimento id → its invoices, their value receipts, and whom they are from."""
    found: dict[int, list[PedimentoInvoice]] = {}
    for row in PedimentoInvoice.objects.filter(pedimento__in=pedimento_ids).order_by("pedimento_id", "pk"):
        found.setdefault(row.pedimento_id, []).append(row)
    return {
        pk: (
            _listed(row.number for row in rows),
            _listed(row.cove for row in rows),
            _listed(f"{row.supplier} {row.supplier_tax_id}".strip() for row in rows),
        )
        for pk, rows in found.items()
    }


def _serials(line_ids: set[int]) -> dict[int, str]:
    """Line id → the serial numbers it declares."""
    found: dict[int, list[str]] = {}
    rows = PedimentoSerial.objects.filter(line__in=line_ids).order_by("line_id", "pk")
    for line_id, number in rows.values_list("line_id", "number"):
        found.setdefault(line_id, []).append(number)
    return {line_id: _listed(numbers) for line_id, numbers in found.items()}


def _listed(texts: Iterable[str]) -> str:
    """Texts in one cell, each once."""
    return "; ".join(dict.fromkeys(filter(None, texts)))


def _entry(lot: BondedLot, taxes: dict[str, list[tuple[str, Decimal]]], papers: tuple[str, str, str, str]) -> Row:
    """One row: the declaration's header, the part number, the line's own taxes, and the papers behind it."""
    line, pedimento, account = lot.subline.line, lot.subline.line.pedimento, lot.account
    owner = (account.client.code, account.regime, account.authorisation.number if account.authorisation else "")
    return (
        *(*owner, site_of(lot), lot.pedimento_number, lot.line_seq, account.item.sku),
        pedimento.customs_section,
        pedimento.document_key,
        pedimento.operation,
        pedimento.broker.patente if pedimento.broker else lot.pedimento_number[4:8],
        lot.legal_date,
        lot.paid_on,
        pedimento.cleared_at,
        account.item.description,
        f"{line.tariff_code}{line.nico}",
        line.origin_country,
        account.item.stock_unit,
        lot.quantity,
        line.commercial_unit,
        lot.subline.commercial_quantity,
        line.tariff_unit,
        lot.tariff_quantity,
        lot.value_mxn,
        pedimento.fx_rate,
        *(_sum(taxes.get(code, [])) for code in (IGI, IVA)),
        " ".join(sorted({form for paid in taxes.values() for form, _amount in paid})),
        lot.must_leave_by,
        lot.recorded_at,
        *papers[:3],
        line.seller_country,
        line.get_relationship_display(),
        line.brand,
        line.model,
        line.product_code,
        papers[3],
    )


def _sum(paid: list[tuple[str, Decimal]]) -> Decimal:
    return sum((amount for _form, amount in paid), Decimal(0))


ENTRIES = Report(
    code="entries",
    title=_("Entries"),
    description=_("What entered under bond in a period (Anexo 24, customs module 1)."),
    columns=(
        *WHOSE,
        Column("customs_section", _("Customs office and section"), width=8),
        Column("document_key", _("Document key"), width=7),
        Column("operation", _("Operation"), width=8),
        Column("patente", _("Patent"), width=8),
        Column("entered_on", _("Entry date"), Kind.DATE),
        Column("paid_on", _("Paid"), Kind.DATE),
        Column("cleared_at", _("Cleared"), Kind.MOMENT, width=16),
        Column("description", _("Description"), width=28),
        Column("tariff_code", _("Tariff code + NICO"), width=12),
        Column("origin", _("Origin"), width=7),
        UNIT,
        Column("quantity", _("Quantity"), Kind.QUANTITY),
        Column("commercial_unit", _("Commercial unit"), width=8),
        Column("commercial_quantity", _("Commercial quantity"), Kind.QUANTITY),
        Column("tariff_unit", _("Tariff unit"), width=7),
        Column("tariff_quantity", _("Tariff quantity"), Kind.QUANTITY),
        VALUE,
        Column("fx_rate", _("Exchange rate"), Kind.QUANTITY, width=9),
        Column("igi_mxn", _("IGI of the line, MXN"), Kind.MONEY),
        Column("iva_mxn", _("IVA of the line, MXN"), Kind.MONEY),
        Column("payment_forms", _("Payment forms"), width=9),
        Column("must_leave_by", _("Must leave by"), Kind.DATE),
        Column("recorded_at", _("Recorded"), Kind.MOMENT, width=16),
        Column("invoices", _("Invoices"), width=18),
        Column("coves", _("COVE"), width=16),
        Column("suppliers", _("Suppliers or buyers"), width=24),
        Column("seller_country", _("Seller or buyer"), width=7),
        Column("relationship", _("Relationship"), width=12),
        Column("brand", _("Brand"), width=12),
        Column("model", _("Model"), width=12),
        Column("product_code", _("Product code"), width=12),
        Column("serials", _("Serial numbers"), width=18),
    ),
    asks=(Ask.SINCE, Ask.UNTIL, Ask.KNOWN_ON, Ask.CLIENT, Ask.SITE, Ask.REGIME, Ask.SKU, Ask.PEDIMENTO),
    rows=_entries,
)
