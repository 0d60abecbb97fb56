"""What entered under bond: module 1 of Anexo 24, one row for each part number of each line."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from django.utils.translation import gettext_lazy as _

from inventory.customs.models import BondedLot, Contribution
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
        for lot in lots:
            yield _entry(lot, taxes.get(lot.subline.line_id, {}))


def line_taxes(line_ids: set[int]) -> dict[int, dict[str, list[tuple[str, Decimal]]]]:
    """What lines declared: line id → contribution → (form of payment, amount)."""
    taxes: dict[int, dict[str, list[tuple[str, Decimal]]]] = {}
    rows = Contribution.objects.filter(line__in=line_ids).order_by("line_id", "pk")
    for line_id, code, form, amount in rows.values_list("line_id", "code", "payment_form", "amount_mxn"):
        taxes.setdefault(line_id, {}).setdefault(code, []).append((form, amount))
    return taxes


def _entry(lot: BondedLot, taxes: dict[str, list[tuple[str, Decimal]]]) -> Row:
    """One row: the declaration's header, the part number, and the line's own taxes."""
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
    ),
    asks=(Ask.SINCE, Ask.UNTIL, Ask.KNOWN_ON, Ask.CLIENT, Ask.SITE, Ask.REGIME, Ask.SKU, Ask.PEDIMENTO),
    rows=_entries,
)
