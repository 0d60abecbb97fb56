"""Accounts event by event, with what each event left: the customs kardex, and the stock card of the shelves."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.customs import selectors as customs
from inventory.ledger.models import Account, Leg
from inventory.parties.roles import Can
from inventory.reports.bonded import UNIT
from inventory.reports.lots import CHUNK
from inventory.reports.shapes import Ask, Asked, Column, Kind, Report, Row


def _accounts(asked: Asked) -> QuerySet[Account]:
    """The accounts asked for, in the order they are printed."""
    rows = Account.objects.select_related("client", "item", "authorisation")
    limits = {
        "regime": asked.regime,
        "item__sku": asked.sku,
        "authorisation__site_link__site__code": asked.site,
    }
    rows = rows.filter(**{path: value for path, value in limits.items() if value})
    return asked.scope.filter(rows).order_by("client__code", "item__sku", "regime", "pk")


def _kardex(asked: Asked) -> Iterator[Row]:
    for account in _accounts(asked).filter(authorisation__isnull=False).iterator(chunk_size=CHUNK):
        for event in customs.kardex(asked.scope, account):
            yield (
                *_whose(account),
                *(
                    event.recorded_at,
                    event.legal_date,
                    str(KINDS.get(event.kind, event.kind)),
                    event.document,
                    event.source,
                ),
                *(event.quantity, event.tariff_quantity, event.value_mxn, event.lot_balance, event.account_balance),
                *(" ".join(event.flags), event.actor),
            )


def _stock_card(asked: Asked) -> Iterator[Row]:
    for account in _accounts(asked).iterator(chunk_size=CHUNK):
        legs = Leg.objects.filter(account=account, location__is_virtual=False)
        legs = legs.select_related("posting", "lot", "location__site").order_by("recorded_at", "pk")
        balance = Decimal(0)
        for leg in legs.iterator(chunk_size=CHUNK):
            balance += leg.quantity
            came, left = max(leg.quantity, Decimal(0)), max(-leg.quantity, Decimal(0))
            yield (
                *_whose(account),
                *(leg.recorded_at, leg.legal_date, str(leg.posting.get_kind_display()), leg.posting.document),
                *(f"{leg.location.site.code}/{leg.location.code}", str(leg.lot), came, left, balance),
                *(leg.posting.reason, leg.posting.actor_label),
            )


def _whose(account: Account) -> Row:
    number = account.authorisation.number if account.authorisation else ""
    return (account.client.code, account.regime, number, account.item.sku, account.item.stock_unit)


KINDS = {
    "entry": _("Entry"),
    "discharge": _("Discharge"),
    "reversal": _("Reversal"),
    "correction": _("Correction"),
}
WHOSE = (
    Column("client", _("Client"), width=12),
    Column("regime", _("Customs regime"), width=7),
    Column("authorisation", _("Authorisation"), width=12),
    Column("sku", _("SKU"), width=14),
    UNIT,
)
WHEN = (
    Column("recorded_at", _("Recorded"), Kind.MOMENT, width=16),
    Column("legal_date", _("Legal date"), Kind.DATE),
    Column("kind", _("Event"), width=11),
    Column("document", _("Document"), width=18),
)
LIMITS = (Ask.CLIENT, Ask.SITE, Ask.REGIME, Ask.SKU)

KARDEX = Report(
    code="kardex",
    title=_("Customs kardex"),
    description=_("Every event of each bonded account, in the order it was recorded, with the balance it left."),
    columns=(
        *WHOSE,
        *WHEN,
        Column("source", _("Entry and line"), width=19),
        Column("quantity", _("Quantity"), Kind.QUANTITY),
        Column("tariff_quantity", _("Tariff quantity"), Kind.QUANTITY),
        Column("value_mxn", _("Value, MXN"), Kind.MONEY, width=15),
        Column("lot_balance", _("Balance of the entry"), Kind.QUANTITY),
        Column("account_balance", _("Balance of the account"), Kind.QUANTITY),
        Column("flags", _("Flags"), width=16),
        Column("actor", _("By"), width=14),
    ),
    asks=LIMITS,
    rows=_kardex,
)
STOCK_CARD = Report(
    code="stock_card",
    title=_("Stock card"),
    description=_("Every movement on the shelves of each account, with what it left."),
    columns=(
        *WHOSE,
        *WHEN,
        Column("place", _("Location"), width=18),
        Column("lot", _("Lot"), width=12),
        Column("came", _("In"), Kind.QUANTITY),
        Column("left", _("Out"), Kind.QUANTITY),
        Column("balance", _("Balance"), Kind.QUANTITY),
        Column("reason", _("Reason"), width=18),
        Column("actor", _("By"), width=14),
    ),
    asks=LIMITS,
    rows=_stock_card,
    needs=Can.SEE_STOCK,
)
