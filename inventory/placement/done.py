"""What was really done over some weeks: dispatches from bond to US distribution, and receipts into bond as the orders behind them.

Read from the physical books alone, in which each dispatch and receipt is one posting; what was reversed counts for nothing.
Source: placement.md §11 (docs/placement.md).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from inventory.ledger.models import Leg, Posting
from inventory.parties.models import Client
from inventory.parties.scope import ClientScope
from inventory.placement.engine.grid import roads, supply_lane
from inventory.placement.engine.model import Problem
from inventory.placement.engine.recorded import Movement
from inventory.places.models import Location, Site

Row = tuple[int, str, str, str, Decimal, date]  # posting, sku, site, kind of site, quantity, day


def movements(
    scope: ClientScope, *, client: Client, problem: Problem, since: date, before: date
) -> tuple[Movement, ...]:
    """The dispatches and receipts of the problem's items in these days, in order of day, item and sites. Two statements.

    The books hold no orders to suppliers: what was received counts as ordered as many whole weeks earlier as the item's supply
    takes on the mean. So orders of receipts after `before` are among them where they were placed before it.
    """
    network = problem.network
    skus, way = {sku.id: sku for sku in network.skus}, roads(network)
    found = list(_shipped(_legs(scope, client, Posting.Kind.DISPATCH, since, before), set(way.lanes)))
    for _posting, sku, site, _kind, quantity, day in _legs(scope, client, Posting.Kind.RECEIPT, since, None):
        lane = supply_lane(skus[sku], site, way) if sku in skus and site in way.nodes else None
        if lane:
            ordered = day - timedelta(weeks=int(lane.lead_time.mean + 0.5))
            if since <= ordered < before:
                found.append(Movement(sku, lane.origin, site, ordered, float(quantity)))
    known = [move for move in found if move.sku in skus]
    return tuple(sorted(known, key=lambda m: (m.day, m.sku, m.from_node, m.to_node, m.quantity)))


def has_shipments(moved: Iterable[Movement], problem: Problem) -> bool:
    """Whether anything left bond for a distribution center; orders alone say nothing of how goods were placed."""
    dcs = {node.id for node in problem.network.nodes if node.type == "dc"}
    return any(move.to_node in dcs for move in moved)


def _shipped(rows: Iterable[Row], ways: Iterable[tuple[str, str]]) -> Iterable[Movement]:
    """The movements of dispatches from a bonded site over a way of the network; each posting has one origin and one destination."""
    known = set(ways)
    came: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    origin: dict[int, str] = {}
    target: dict[int, tuple[str, date]] = {}
    for posting, sku, site, kind, quantity, day in rows:
        if quantity < 0 and kind == Site.Kind.BONDED:
            origin[posting] = site
        elif quantity > 0 and kind == Site.Kind.US_DC:
            target[posting] = site, day
            came[posting, sku] += quantity
    for (posting, sku), quantity in came.items():
        site, day = target[posting]
        if (origin.get(posting, ""), site) in known:
            yield Movement(sku, origin[posting], site, day, float(quantity))


def _legs(scope: ClientScope, client: Client, kind: Posting.Kind, since: date, before: date | None) -> Iterable[Row]:
    """A client's legs of a kind of posting but for reversed ones: of dispatches both ends, of receipts what came to shelves."""
    rows: QuerySet[Leg] = Leg.objects.filter(
        account__client=client, posting__kind=kind, posting__reversed_by__isnull=True, legal_date__gte=since
    )
    if before:
        rows = rows.filter(legal_date__lt=before)
    if kind == Posting.Kind.RECEIPT:
        rows = rows.filter(location__is_virtual=False, location__site__kind=Site.Kind.BONDED, quantity__gt=0)
    else:
        rows = rows.exclude(location__kind=Location.Kind.CONSIGNEE)
    fields = (
        "posting_id",
        "account__item__sku",
        "location__site__code",
        "location__site__kind",
        "quantity",
        "legal_date",
    )
    return scope.filter(rows, "account__client").order_by("pk").values_list(*fields)
