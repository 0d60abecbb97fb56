"""What of a client's stock may be moved, and what is already on its way: read from the physical and the customs books.

The books never ask about the work: what is under way is seen as balances in transit, as reservations, and as accepted
recommendations whose goods have not left.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from inventory.customs.models import BondedLot
from inventory.ledger.models import Balance, Reservation
from inventory.parties.models import Client
from inventory.placement.models import Recommendation
from inventory.places.models import Location, Site, SiteAuthorisation

Key = tuple[int, int]  # item, site
ZERO = Decimal(0)


@dataclass(frozen=True)
class FreeLot:
    """A bonded lot and how much of it an exit could still take, in PEPS order by `order`; past its limit it is listed, not free."""

    name: str
    quantity: Decimal
    must_leave_by: date | None
    order: int

    def is_expired(self, on: date) -> bool:
        """True after the last lawful day."""
        return self.must_leave_by is not None and on > self.must_leave_by


@dataclass(frozen=True)
class Stock:
    """Per item and site: lots in bond that may leave, units at DCs, and units on their way to each."""

    lots: dict[Key, tuple[FreeLot, ...]]
    at_dc: dict[Key, Decimal]
    inbound: dict[Key, Decimal]


def stock(*, client: Client, on: date, item_ids: Iterable[int] | None = None) -> Stock:
    """The client's stock on a day, less all that is promised, held, expired (kept apart), or under way."""
    wanted = None if item_ids is None else list(item_ids)
    under_way = _under_way(client, wanted)
    reserved = _reserved(client, wanted)
    promised: dict[Key, Decimal] = defaultdict(Decimal)
    inbound = _in_transit(client, wanted)
    for item_id, source_id, target_id, left, whole in under_way:
        promised[item_id, source_id] += left
        inbound[item_id, target_id] += whole
    shelf = _shelf(client, wanted)
    lots = {
        key: releasable(found, shelf.get(key, ZERO), reserved.get(key, ZERO) + promised.get(key, ZERO), on)
        for key, found in _bonded_lots(client, on, wanted).items()
    }
    dcs = set(Site.objects.filter(kind=Site.Kind.US_DC).values_list("pk", flat=True))
    at_dc = {key: max(ZERO, units - reserved.get(key, ZERO)) for key, units in shelf.items() if key[1] in dcs}
    return Stock(lots, at_dc, dict(inbound))


def releasable(lots: Iterable[FreeLot], shelf: Decimal, promised: Decimal, on: date) -> tuple[FreeLot, ...]:
    """The lots as they would be after what is promised left, oldest first, and never more than lies on the shelf.

    Lots past their limit come along unchanged: they are no part of what can be released. Where the shelf has less than the
    customs books say, the youngest lots are cut.

    >>> day = date(2026, 3, 2)
    >>> lots = [FreeLot("old", Decimal(50), None, 1), FreeLot("new", Decimal(50), None, 2)]
    >>> [(lot.name, int(lot.quantity)) for lot in releasable(lots, Decimal(90), Decimal(20), day)]
    [('old', 30), ('new', 40)]
    """
    ordered = sorted(lots, key=lambda lot: lot.order)
    expired = [lot for lot in ordered if lot.is_expired(on)]
    live = [lot for lot in ordered if not lot.is_expired(on)]
    on_shelf = max(ZERO, shelf - sum((lot.quantity for lot in expired), ZERO))
    left = _cut(live, max(ZERO, sum((lot.quantity for lot in live), ZERO) - on_shelf), from_oldest=False)
    return (*expired, *_cut(left, promised, from_oldest=True))


def free(lots: Iterable[FreeLot], on: date) -> Decimal:
    """How much of these lots an exit could take."""
    return sum((lot.quantity for lot in lots if not lot.is_expired(on)), ZERO)


def _cut(lots: list[FreeLot], units: Decimal, *, from_oldest: bool) -> list[FreeLot]:
    """The lots less so many units, taken from one end; lots of which nothing is left fall out."""
    kept = []
    for lot in lots if from_oldest else reversed(lots):
        taken = min(lot.quantity, units)
        units -= taken
        if lot.quantity > taken:
            kept.append(FreeLot(lot.name, lot.quantity - taken, lot.must_leave_by, lot.order))
    return kept if from_oldest else kept[::-1]


def _bonded_lots(client: Client, on: date, wanted: list[int] | None) -> dict[Key, list[FreeLot]]:
    """Open lots of the client, in PEPS order, less those an ordinary exit may not use on that day."""
    rows = BondedLot.objects.filter(
        account__client=client, remaining__gt=0, available_from__lte=on, hold_reason="", is_provisional=False
    )
    rows = _of(rows, "account__item", wanted)
    rows = rows.order_by("clock_start", "paid_on", "pedimento_number", "line_seq", "pk")
    site_of = dict(SiteAuthorisation.objects.values_list("authorisation_id", "site_id"))
    found: dict[Key, list[FreeLot]] = defaultdict(list)
    for n, row in enumerate(rows.select_related("account")):
        site_id = site_of.get(row.account.authorisation_id or 0)
        if site_id:
            lot = FreeLot(str(row), row.remaining, row.must_leave_by, n)
            found[row.account.item_id, site_id].append(lot)
    return found


def _shelf(client: Client, wanted: list[int] | None) -> dict[Key, Decimal]:
    """Physical units by item and site that are not held: bonded ones at bonded sites, any at a DC."""
    rows = Balance.objects.filter(
        Q(account__authorisation__isnull=False, location__site__kind=Site.Kind.BONDED)
        | Q(location__site__kind=Site.Kind.US_DC),
        account__client=client, is_virtual=False, quantity__gt=0, lot__hold_reason="",
    ).exclude(location__kind=Location.Kind.QUARANTINE)  # fmt: skip
    return _sums(rows, "account__item", "location__site", wanted)


def _reserved(client: Client, wanted: list[int] | None) -> dict[Key, Decimal]:
    """Units promised to documents, by item and the site where they lie."""
    rows = Reservation.objects.filter(account__client=client, released_at__isnull=True)
    return _sums(rows, "account__item", "location__site", wanted)


def _in_transit(client: Client, wanted: list[int] | None) -> dict[Key, Decimal]:
    """Units on the road, by item and destination."""
    rows = Balance.objects.filter(account__client=client, location__kind=Location.Kind.TRANSIT, quantity__gt=0)
    return defaultdict(Decimal, _sums(rows, "account__item", "location__site", wanted))


def _under_way(client: Client, wanted: list[int] | None) -> list[tuple[int, int, int, Decimal, Decimal]]:
    """Accepted moves whose goods have not left: item, from, to, units not yet reserved, units in all."""
    rows = Recommendation.objects.filter(client=client, state=Recommendation.State.ACCEPTED, closed_at__isnull=True)
    accepted = list(_of(rows, "item", wanted).order_by("pk"))
    documents = {row.document for row in accepted if row.document}
    held = Reservation.objects.filter(document__in=documents, released_at__isnull=True)
    sums = held.values_list("document", "account__item_id").annotate(units=Sum("quantity")).order_by()
    reserved = {(document, item_id): units for document, item_id, units in sums}
    found = []
    for row in accepted:
        units = row.accepted_quantity or ZERO
        key = (row.document, row.item_id)
        covered = min(units, reserved.get(key, ZERO)) if row.document else ZERO
        if covered:
            reserved[key] -= covered
        found.append((row.item_id, row.source_id, row.target_id, units - covered, units))
    return found


def _sums(rows: QuerySet, item: str, site: str, wanted: list[int] | None) -> dict[Key, Decimal]:  # type: ignore[type-arg]
    sums = _of(rows, item, wanted).order_by().values_list(f"{item}_id", f"{site}_id").annotate(units=Sum("quantity"))
    return {(item_id, site_id): units for item_id, site_id, units in sums}


def _of(rows: QuerySet, item: str, wanted: list[int] | None) -> QuerySet:  # type: ignore[type-arg]
    """Rows of the wanted items; of all when None."""
    return rows if wanted is None else rows.filter(**{f"{item}__in": wanted})
