"""What is still owed to customs: by line of pedimento, and by the day it must be gone."""

from collections.abc import Iterator
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.reports.lots import Standing, site_of, standing_lots
from inventory.reports.shapes import Ask, Asked, Column, Kind, Report, Row

LIMITS = (Ask.AS_OF, Ask.KNOWN_ON, Ask.CLIENT, Ask.SITE, Ask.REGIME, Ask.SKU, Ask.PEDIMENTO)
BUCKETS: tuple[tuple[int, Promise], ...] = (
    (-1, _("Expired")),
    (30, _("30 days or less")),
    (60, _("31 to 60 days")),
    (90, _("61 to 90 days")),
    (180, _("91 to 180 days")),
    (365, _("181 to 365 days")),
)
LATER, NEVER = _("More than a year"), _("Life of the programme")


def bucket_of(must_leave_by: date | None, on: date) -> tuple[int, Promise]:
    """The rank and the name of how near a deadline is, seen from a day."""
    if must_leave_by is None:
        return len(BUCKETS) + 1, NEVER
    days = (must_leave_by - on).days
    for rank, (limit, title) in enumerate(BUCKETS):
        if days <= limit:
            return rank, title
    return len(BUCKETS), LATER


def _balance(asked: Asked) -> Iterator[Row]:
    for stands in standing_lots(asked):
        lot, line = stands.lot, stands.lot.subline.line
        yield (
            *_whose(stands),
            line.pedimento.document_key,
            lot.legal_date,
            lot.paid_on,
            lot.account.item.description,
            f"{line.tariff_code}{line.nico}",
            lot.account.item.stock_unit,
            lot.quantity,
            stands.quantity,
            line.tariff_unit,
            stands.tariff_quantity,
            stands.value_mxn,
            lot.clock_start,
            lot.must_leave_by,
            lot.legal_deadline,
            lot.is_provisional,
        )


def _deadlines(asked: Asked) -> Iterator[Row]:
    for stands in standing_lots(asked, order=("must_leave_by", "pk")):
        lot = stands.lot
        yield (
            now(str(bucket_of(lot.must_leave_by, asked.as_of)[1])),
            lot.must_leave_by,
            (lot.must_leave_by - asked.as_of).days if lot.must_leave_by else None,
            lot.legal_deadline,
            (asked.as_of - lot.clock_start).days,
            *_whose(stands),
            lot.account.item.description,
            lot.account.item.stock_unit,
            stands.quantity,
            stands.value_mxn,
            lot.stay_limit_code,
        )


def _whose(stands: Standing) -> tuple[str, str, str, str, str, int, str]:
    """Client, regime, authorisation, site, pedimento, line and SKU."""
    lot, account = stands.lot, stands.lot.account
    authorisation = account.authorisation.number if account.authorisation else ""
    owner = (account.client.code, account.regime, authorisation, site_of(lot))
    return (*owner, lot.pedimento_number, lot.line_seq, account.item.sku)


WHOSE = (
    Column("client", _("Client"), width=12),
    Column("regime", _("Customs regime"), width=7),
    Column("authorisation", _("Authorisation"), width=12),
    Column("site", _("Site"), width=9),
    Column("pedimento", _("Pedimento"), width=16),
    Column("line", _("Line"), Kind.COUNT, width=6),
    Column("sku", _("SKU"), width=14),
)
UNIT = Column("unit", _("Unit"), width=6)
VALUE = Column("value_mxn", _("Value, MXN"), Kind.MONEY, width=15, is_summed=True)

BONDED_BALANCE = Report(
    code="bonded_balance",
    title=_("Bonded balance by pedimento line"),
    description=_("What each line of each inbound pedimento still owes, on any legal date, as known on any day."),
    columns=(
        *WHOSE,
        Column("document_key", _("Document key"), width=7),
        Column("entered_on", _("Entry date"), Kind.DATE),
        Column("paid_on", _("Paid"), Kind.DATE),
        Column("description", _("Description"), width=28),
        Column("tariff_code", _("Tariff code + NICO"), width=12),
        UNIT,
        Column("opening", _("Opening"), Kind.QUANTITY),
        Column("balance", _("Balance"), Kind.QUANTITY),
        Column("tariff_unit", _("Tariff unit"), width=7),
        Column("tariff_balance", _("Balance in tariff units"), Kind.QUANTITY),
        VALUE,
        Column("clock_start", _("Clock start"), Kind.DATE),
        Column("must_leave_by", _("Must leave by"), Kind.DATE),
        Column("legal_deadline", _("Legal deadline"), Kind.DATE),
        Column("is_provisional", _("Provisional"), Kind.FLAG, width=8),
    ),
    asks=LIMITS,
    rows=_balance,
)

DEADLINES = Report(
    code="deadlines",
    title=_("Layers by deadline"),
    description=_("Entries that still owe something, by the day they must be gone; what has expired comes first."),
    columns=(
        Column("bucket", _("Time left"), width=16),
        Column("must_leave_by", _("Must leave by"), Kind.DATE),
        Column("days_left", _("Days left"), Kind.COUNT, width=7),
        Column("legal_deadline", _("Legal deadline"), Kind.DATE),
        Column("age_days", _("Age, days"), Kind.COUNT, width=7),
        *WHOSE,
        Column("description", _("Description"), width=28),
        UNIT,
        Column("balance", _("Balance"), Kind.QUANTITY),
        VALUE,
        Column("rule", _("Permanence rule"), width=12),
    ),
    asks=LIMITS,
    rows=_deadlines,
)
