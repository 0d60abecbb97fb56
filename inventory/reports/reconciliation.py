"""The auditor's reconciliation: opening + in ± corrections - out = closing, held against the shelf (mexico.md §3.9)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.customs import selectors as customs
from inventory.customs.models import BondedLot, Discharge, LotCorrection, StockDifference
from inventory.ledger.models import Account, Leg
from inventory.places.models import Location, Site
from inventory.reports.asking import end_of
from inventory.reports.bonded import UNIT
from inventory.reports.lots import CHUNK
from inventory.reports.shapes import Ask, Asked, Column, Kind, Report, Row

NOTHING = Decimal(0)
TRANSFERS = ("V1", "V2", "V5", "V6", "V7", "V9", "VD", "VF", "VU")


@dataclass
class Tally:
    """The sums of one account over the period, in stock units."""

    opening: Decimal = NOTHING
    entries: Decimal = NOTHING
    corrections: Decimal = NOTHING
    abroad: Decimal = NOTHING
    domestic: Decimal = NOTHING
    transfers: Decimal = NOTHING
    closing_books: Decimal = NOTHING
    shelf: Decimal = NOTHING
    explained: Decimal = NOTHING
    documents: list[str] = field(default_factory=list)

    @property
    def closing(self) -> Decimal:
        """What the movements of the period leave."""
        return self.opening + self.entries + self.corrections - self.abroad - self.domestic - self.transfers

    @property
    def difference(self) -> Decimal:
        """What the shelf has more (+) or less (-) than is owed."""
        return self.shelf - self.closing

    @property
    def unexplained(self) -> Decimal:
        """The difference that no open document accounts for."""
        return self.difference - self.explained

    def verdict(self) -> str:
        """How the account stands, in words."""
        if self.closing != self.closing_books:
            return now("The books do not add up: support must look at them.")
        if self.unexplained:
            return now("Not explained: count again.")
        return now("Explained by open differences.") if self.difference else now("Agrees.")


def _reconciliation(asked: Asked) -> Iterator[Row]:
    tallies = tally(asked)
    accounts = Account.objects.filter(pk__in=list(tallies)) if len(tallies) < CHUNK else Account.objects.all()
    rows = _limited(asked, accounts).select_related("client", "item", "authorisation")
    for account in rows.order_by("client__code", "regime", "item__sku", "pk").iterator(chunk_size=CHUNK):
        if account.pk not in tallies:
            continue
        sums = tallies[account.pk]
        yield (
            *(account.client.code, account.client.rfc, account.regime),
            account.authorisation.number if account.authorisation else "",
            *(account.item.sku, account.item.description, account.item.tariff_code, account.item.stock_unit),
            *(sums.opening, sums.entries, sums.corrections, sums.abroad, sums.domestic, sums.transfers, sums.closing),
            *(sums.shelf, sums.difference, sums.explained, sums.unexplained),
            " ".join(sums.documents),
            sums.verdict(),
        )


def tally(asked: Asked) -> dict[int, Tally]:
    """The sums of every bonded account in scope that had anything in the period, by account id."""
    tallies: dict[int, Tally] = defaultdict(Tally)
    before = asked.at(asked.since - timedelta(days=1)) if asked.since else asked
    for account_id, total in _owed(before).items():
        tallies[account_id].opening = total
    closing = asked.at(asked.until or asked.as_of)
    for account_id, total in _owed(closing).items():
        tallies[account_id].closing_books = total
    for account_id, total in _sums(_of_period(asked, BondedLot.objects.all()), "account_id"):
        tallies[account_id].entries = total
    corrections = _of_period(asked, LotCorrection.objects.all(), "bonded_lot__")
    for account_id, total in _sums(corrections, "bonded_lot__account_id"):
        tallies[account_id].corrections = total
    _add_exits(asked, tallies)
    _add_shelf(closing, tallies)
    _add_differences(closing, tallies)
    return {pk: sums for pk, sums in tallies.items() if sums != Tally()}


def _owed(asked: Asked) -> dict[int, Decimal]:
    """What each account owed at the end of a day, as known then."""
    owed = customs.bonded_as_of(asked.scope, asked.as_of, asked.known_at)
    account_of = dict(asked.scope.filter(BondedLot.objects.all(), "account__client").values_list("pk", "account_id"))
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for row in owed:
        sums[account_of[row.bonded_lot_id]] += row.quantity
    return sums


def _of_period(asked: Asked, rows: QuerySet[Any], to_lot: str = "") -> QuerySet[Any]:
    """Rows of the period in scope, as known on the day asked for."""
    rows = rows.filter(legal_date__gte=asked.since, legal_date__lte=asked.until)
    if asked.known_at is not None:
        rows = rows.filter(recorded_at__lte=asked.known_at)
    return asked.scope.filter(rows, f"{to_lot}account__client")


def _sums(rows: QuerySet[Any], *keys: str) -> Iterable[tuple[Any, ...]]:
    """Total quantity by these keys."""
    sums: Iterable[tuple[Any, ...]] = rows.order_by().values_list(*keys).annotate(total=Sum("quantity"))
    return sums


def _add_exits(asked: Asked, tallies: dict[int, Tally]) -> None:
    """Discharges less their reversals, parted by where the goods went."""
    keys = ("account_id", "outbound_line__pedimento__document_key", "outbound_line__pedimento__operation")
    for account_id, document_key, operation, total in _sums(_of_period(asked, Discharge.objects.all()), *keys):
        sums = tallies[account_id]
        if document_key in TRANSFERS:
            sums.transfers += total
        elif operation == "EXP":
            sums.abroad += total
        else:
            sums.domestic += total


def _add_shelf(asked: Asked, tallies: dict[int, Tally]) -> None:
    """What lay on shelves, or was on the road between bonded sites, at the end of the day."""
    legs = Leg.objects.filter(account__authorisation__isnull=False, legal_date__lte=asked.as_of)
    to_bond = Q(location__kind=Location.Kind.TRANSIT, location__site__kind=Site.Kind.BONDED)
    legs = legs.filter(Q(location__is_virtual=False) | to_bond)
    if asked.known_at is not None:
        legs = legs.filter(recorded_at__lte=asked.known_at)
    for account_id, total in _sums(asked.scope.filter(legs, "account__client"), "account_id"):
        tallies[account_id].shelf = total


def _add_differences(asked: Asked, tallies: dict[int, Tally]) -> None:
    """Differences found by then that no document of law had explained."""
    known_at = asked.known_at or end_of(asked.as_of)
    rows = StockDifference.objects.filter(found_on__lte=asked.as_of, recorded_at__lte=known_at)
    rows = rows.filter(Q(resolved_at__isnull=True) | Q(resolved_at__gt=known_at)).order_by("found_on", "pk")
    for row in asked.scope.filter(rows, "account__client"):
        tallies[row.account_id].explained += row.quantity
        tallies[row.account_id].documents.append(row.document)


def _limited(asked: Asked, accounts: QuerySet[Account]) -> QuerySet[Account]:
    """The bonded accounts of the regime, SKU and site asked for."""
    limits = {
        "regime": asked.regime,
        "item__sku": asked.sku,
        "authorisation__site_link__site__code": asked.site,
    }
    rows = accounts.filter(authorisation__isnull=False, **{path: value for path, value in limits.items() if value})
    return asked.scope.filter(rows)


RECONCILIATION = Report(
    code="reconciliation",
    title=_("Auditor's reconciliation"),
    description=_("Opening balance + entries ± corrections - exits = closing balance, held against the shelf."),
    columns=(
        Column("client", _("Client"), width=12),
        Column("rfc", _("RFC"), width=16),
        Column("regime", _("Customs regime"), width=7),
        Column("authorisation", _("Authorisation"), width=12),
        Column("sku", _("SKU"), width=14),
        Column("description", _("Description"), width=24),
        Column("tariff_code", _("Tariff code + NICO"), width=12),
        UNIT,
        Column("opening", _("Opening balance"), Kind.QUANTITY),
        Column("entries", _("Entries"), Kind.QUANTITY),
        Column("corrections", _("Corrections"), Kind.QUANTITY),
        Column("abroad", _("Exits abroad"), Kind.QUANTITY),
        Column("domestic", _("Exits to the domestic market"), Kind.QUANTITY),
        Column("transfers", _("Transfers"), Kind.QUANTITY),
        Column("closing", _("Closing balance"), Kind.QUANTITY),
        Column("shelf", _("On the shelf"), Kind.QUANTITY),
        Column("difference", _("Difference"), Kind.QUANTITY),
        Column("explained", _("Explained"), Kind.QUANTITY),
        Column("unexplained", _("Not explained"), Kind.QUANTITY),
        Column("documents", _("Documents"), width=18),
        Column("verdict", _("Result"), width=24),
    ),
    asks=(Ask.SINCE, Ask.UNTIL, Ask.KNOWN_ON, Ask.CLIENT, Ask.SITE, Ask.REGIME, Ask.SKU),
    rows=_reconciliation,
)
