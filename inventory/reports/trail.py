"""The discharge trail, read both ways: which exits used an entry, and which entries an exit used."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.customs.models import Discharge
from inventory.reports.bonded import UNIT, VALUE
from inventory.reports.lots import CHUNK
from inventory.reports.shapes import Ask, Asked, Column, Kind, Report, Row


def _discharges(asked: Asked) -> QuerySet[Discharge]:
    """The discharges and reversals of the period, as known on the day asked for."""
    rows = Discharge.objects.select_related(
        "account__client", "account__item", "bonded_lot", "outbound_line__pedimento", "reverses"
    ).filter(legal_date__gte=asked.since, legal_date__lte=asked.until)
    limits = {"account__regime": asked.regime, "account__item__sku": asked.sku}
    rows = rows.filter(**{path: value for path, value in limits.items() if value})
    if asked.known_at is not None:
        rows = rows.filter(recorded_at__lte=asked.known_at)
    return asked.scope.filter(rows, "account__client")


def _exits_of_entry(asked: Asked) -> Iterator[Row]:
    rows = _discharges(asked)
    if asked.pedimento:
        rows = rows.filter(bonded_lot__pedimento_number=asked.pedimento)
    order = ("bonded_lot__pedimento_number", "bonded_lot__line_seq", "bonded_lot", "recorded_at", "pk")
    lot_id, used = None, Decimal(0)
    for row in rows.order_by(*order).iterator(chunk_size=CHUNK):
        used = used + row.quantity if row.bonded_lot_id == lot_id else row.quantity
        lot_id = row.bonded_lot_id
        yield (*_entry(row), *_exit(row), *_amounts(row), used, *_why(row))


def _entries_of_exit(asked: Asked) -> Iterator[Row]:
    rows = _discharges(asked)
    if asked.pedimento:
        rows = rows.filter(outbound_line__pedimento__number=asked.pedimento)
    order = ("legal_date", "outbound_line__pedimento__number", "outbound_line__seq", "pk")
    for row in rows.order_by(*order).iterator(chunk_size=CHUNK):
        yield (*_exit(row), *_entry(row), *_amounts(row), *_why(row))


def _entry(row: Discharge) -> Row:
    lot = row.bonded_lot
    return lot.pedimento_number, lot.line_seq, lot.legal_date


def _exit(row: Discharge) -> Row:
    pedimento = row.outbound_line.pedimento
    return pedimento.number, row.outbound_line.seq, pedimento.document_key, row.legal_date


def _amounts(row: Discharge) -> Row:
    account = row.account
    owner = (account.client.code, account.regime, account.item.sku, account.item.description, account.item.stock_unit)
    return (*owner, row.quantity, row.tariff_quantity, row.value_mxn)


def _why(row: Discharge) -> Row:
    flags = " ".join(row.flags)
    return row.reverses_id is not None, flags, row.reason, row.recorded_at, row.actor_label


ENTRY = (
    Column("entry", _("Entry pedimento"), width=16),
    Column("entry_line", _("Line"), Kind.COUNT, width=6),
    Column("entered_on", _("Entry date"), Kind.DATE),
)
EXIT = (
    Column("exit", _("Exit pedimento"), width=16),
    Column("exit_line", _("Line"), Kind.COUNT, width=6),
    Column("document_key", _("Document key"), width=7),
    Column("left_on", _("Exit date"), Kind.DATE),
)
AMOUNTS = (
    Column("client", _("Client"), width=12),
    Column("regime", _("Customs regime"), width=7),
    Column("sku", _("SKU"), width=14),
    Column("description", _("Description"), width=26),
    UNIT,
    Column("quantity", _("Discharged"), Kind.QUANTITY),
    Column("tariff_quantity", _("Tariff quantity"), Kind.QUANTITY),
    VALUE,
)
WHY = (
    Column("is_reversal", _("Reversal"), Kind.FLAG, width=8),
    Column("flags", _("Flags"), width=16),
    Column("reason", _("Reason"), width=18),
    Column("recorded_at", _("Recorded"), Kind.MOMENT, width=16),
    Column("actor", _("By"), width=14),
)
LIMITS = (Ask.SINCE, Ask.UNTIL, Ask.KNOWN_ON, Ask.CLIENT, Ask.REGIME, Ask.SKU, Ask.PEDIMENTO)

EXITS_OF_ENTRY = Report(
    code="exits_of_entry",
    title=_("Discharges by entry"),
    description=_("Which exits used each entry, in the order they were recorded, and how much was used by then."),
    columns=(*ENTRY, *EXIT, *AMOUNTS, Column("used", _("Used so far"), Kind.QUANTITY), *WHY),
    asks=LIMITS,
    rows=_exits_of_entry,
)
ENTRIES_OF_EXIT = Report(
    code="entries_of_exit",
    title=_("Discharges by exit"),
    description=_("Which entries each exit used (Anexo 24, customs module 3)."),
    columns=(*EXIT, *ENTRY, *AMOUNTS, *WHY),
    asks=LIMITS,
    rows=_entries_of_exit,
)
