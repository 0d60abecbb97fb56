"""Reading the physical books. What a client may see takes the scope first."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.fields import QuantityField, quantity
from inventory.ledger.models import Account, Balance, Hold, Leg, Lot, Posting, Reservation
from inventory.parties.scope import ClientScope


def accounts(scope: ClientScope) -> QuerySet[Account]:
    """Every account in scope, with its item and authorisation."""
    rows = Account.objects.select_related("client", "item", "authorisation")
    return scope.filter(rows).order_by("item__sku", "regime", "pk")


def reserved_there(document: str | None = None) -> Coalesce:
    """For a query of balances: what is reserved of each, leaving out what is reserved for `document`."""
    rows = Reservation.objects.filter(lot=OuterRef("lot"), location=OuterRef("location"), released_at__isnull=True)
    if document is not None:
        rows = rows.exclude(document=document)
    total = rows.order_by().values("lot", "location").annotate(total=Sum("quantity")).values("total")
    return Coalesce(Subquery(total, output_field=QuantityField()), quantity(0))


def stock(scope: ClientScope) -> QuerySet[Any]:
    """What lies on shelves now: physical balances above zero, with `reserved` and `free` beside `quantity`."""
    rows = Balance.objects.filter(is_virtual=False, quantity__gt=0).select_related(
        "account__client", "account__item", "account__authorisation", "lot", "location__site"
    )
    rows = rows.annotate(reserved=reserved_there(), free=F("quantity") - F("reserved"))
    return scope.filter(rows, "account__client").order_by("account__item__sku", "location__code", "pk")


def in_transit(scope: ClientScope) -> QuerySet[Balance]:
    """What is on the road: balances above zero at the transit location of the destination site."""
    rows = Balance.objects.filter(location__kind="transit", quantity__gt=0)
    return scope.filter(rows.select_related("account__item", "lot", "location__site"), "account__client").order_by(
        "location__site__code", "account__item__sku", "pk"
    )


def stock_as_of(scope: ClientScope, on: date, known_at: datetime | None = None) -> QuerySet[Any, Any]:
    """Physical stock at the end of a legal date, as known at a moment (None: as known now).

    Returns dictionaries of account, lot, location and `on_hand`, leaving out what had come to nothing. Sums legs by the
    index on account and date; it never reads the running balances.
    """
    rows = Leg.objects.filter(legal_date__lte=on, location__is_virtual=False)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    sums = scope.filter(rows, "account__client").values("account_id", "lot_id", "location_id")
    return sums.annotate(on_hand=Sum("quantity")).exclude(on_hand=0).order_by("account_id", "lot_id", "location_id")


def on_hand_as_of(scope: ClientScope, account: Account, on: date, known_at: datetime | None = None) -> Decimal:
    """What of one account lay on shelves at the end of a legal date, as known at a moment."""
    rows = Leg.objects.filter(account=account, legal_date__lte=on, location__is_virtual=False)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return scope.filter(rows, "account__client").aggregate(total=Sum("quantity"))["total"] or Decimal(0)


def postings(scope: ClientScope) -> QuerySet[Posting]:
    """Postings that touch an account in scope, newest first."""
    rows = Posting.objects.select_related("actor", "reverses")
    if not scope.sees_everyone:
        rows = rows.filter(Q(pk__in=scope.filter(Leg.objects.all(), "account__client").values("posting_id")))
    return rows.order_by("-pk")


def legs(scope: ClientScope) -> QuerySet[Leg]:
    """Legs in scope, newest first."""
    rows = Leg.objects.select_related("posting", "account__item", "account__client", "lot", "location__site")
    return scope.filter(rows, "account__client").order_by("-pk")


def lots(scope: ClientScope) -> QuerySet[Lot]:
    """Lots in scope."""
    rows = Lot.objects.select_related("account__item", "account__client", "account__authorisation")
    return scope.filter(rows, "account__client").order_by("account__item__sku", "pk")


def open_holds(scope: ClientScope) -> QuerySet[Hold]:
    """Holds not lifted yet, oldest first."""
    rows = Hold.objects.filter(closed_at__isnull=True).select_related("lot__account__item", "lot__account__client")
    return scope.filter(rows, "lot__account__client").order_by("opened_at", "pk")


def reservations(scope: ClientScope) -> QuerySet[Reservation]:
    """Open reservations, newest first."""
    rows = Reservation.objects.filter(released_at__isnull=True).select_related("account__item", "lot", "location__site")
    return scope.filter(rows, "account__client").order_by("-pk")
