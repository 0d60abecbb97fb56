"""The engine's problem, read from the books: network from sites, lanes and markets, history from demand, state from stock."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np

from inventory.catalog.models import Item
from inventory.demand import selectors as demand
from inventory.errors import gettext_noop
from inventory.ledger.models import Account
from inventory.parties.models import Client
from inventory.parties.scope import ClientScope
from inventory.placement import selectors
from inventory.placement import stock as stocks
from inventory.placement.engine.duties import ORIGIN
from inventory.placement.engine.model import (
    BondLot,
    Event,
    History,
    Lane,
    LeadTime,
    Network,
    Node,
    Params,
    Problem,
    Sku,
    State,
)
from inventory.placement.errors import NothingToPlan
from inventory.placement.models import PlannedEvent
from inventory.placement.priors import prior_of
from inventory.placement.stock import Stock
from inventory.places import models as places
from inventory.places.models import Market, Site, SiteAuthorisation

NODE_TYPES = {Site.Kind.SUPPLIER: "supplier", Site.Kind.BONDED: "bonded", Site.Kind.US_DC: "dc"}
EVENTS = {
    PlannedEvent.Kind.CLOSURE: "closure", PlannedEvent.Kind.HOLIDAY: "holiday", PlannedEvent.Kind.TARIFF: "tariff",
    PlannedEvent.Kind.PROMOTION: "promo",
}  # fmt: skip
AT_ONCE = LeadTime((0,), (1.0,))


@dataclass(frozen=True)
class Assumptions:
    """What a planner may set for a run; the rest is the method's. A tuned run rehearses the past first (`engine.tune`).

    `budget` limits the value in USD of all the client's stock, on hand and on the way; None sets no limit.
    """

    capital_rate_per_year: float = 0.12
    review_weeks: int = 1
    budget: float | None = None
    is_tuned: bool = False
    # The operator's trucks carry the goods of several clients, so no client waits to fill one. Nor is there a movement in the books
    # that takes goods from one authorisation to another: it is two pedimentos (mexico.md §3.7), so transfers are only advised.
    params: Params = field(default_factory=lambda: Params(are_trucks_shared=True, are_transfers_advised=True))


@dataclass(frozen=True)
class BookedProblem:
    """A problem, and whose items and sites its ids are."""

    problem: Problem
    items: dict[str, Item]
    sites: dict[str, Site]
    without_value: tuple[str, ...]


def problem(*, client: Client, as_of: date, assumptions: Assumptions) -> BookedProblem:
    """Everything a run for this client depends on. Raises NothingToPlan; InvalidInput or NoPrior for a lane without a lead time."""
    items = {item.sku: item for item in Item.objects.filter(client=client, is_active=True)}
    without_value = tuple(sorted(sku for sku, item in items.items() if not item.unit_value_usd))
    planned = {sku: item for sku, item in items.items() if item.unit_value_usd}
    history = _history(client, planned, as_of)
    if not planned or not len(history.skus):
        raise NothingToPlan(gettext_noop("There is no demand history of an item with a value to plan from."))
    sites = {site.code: site for site in Site.objects.filter(kind__in=NODE_TYPES, is_active=True)}
    lanes = _lanes(sites, as_of)
    if not any(sites[lane.origin].kind == Site.Kind.BONDED for lane in lanes if lane.origin in sites):
        raise NothingToPlan(gettext_noop("No lane leads from a bonded site to a distribution center."))
    held_at = _client_sites(client)
    network = Network(
        nodes=_nodes(sites),
        lanes=lanes,
        skus=tuple(_sku(item, held_at, as_of) for _sku_id, item in sorted(planned.items())),
        capital_rate_per_year=assumptions.capital_rate_per_year,
        review_weeks=assumptions.review_weeks,
        budget=assumptions.budget,
    )
    state = _state(stocks.stock(client=client, on=as_of), planned, sites, as_of)
    set_by_hand = {
        (row.item.sku, row.site.code): float(row.value)
        for row in selectors.overrides_on(ClientScope.of(client.pk), as_of)
        if row.item.sku in planned
    }
    events = _events(client, planned, as_of)
    found = Problem(network, history, state, assumptions.params, events, overrides=set_by_hand)
    return BookedProblem(found, planned, sites, without_value)


def outline(*, client: Client, as_of: date) -> Problem:
    """The operator's network, and a history as long as the client's but empty: what asks for neither items nor demand.

    Three statements and those of the network. Raises NothingToPlan without a history; InvalidInput or NoPrior as `problem` does.
    """
    span = demand.span(ClientScope.of(client.pk), client=client, before=as_of)
    if span is None:
        raise NothingToPlan(gettext_noop("There is no demand history of an item with a value to plan from."))
    first, last = span
    nothing = np.zeros((0, (last - first).days // 7 + 1))
    sites = {site.code: site for site in Site.objects.filter(kind__in=NODE_TYPES, is_active=True)}
    network = Network(nodes=_nodes(sites), lanes=_lanes(sites, as_of), skus=())
    return Problem(network, History((), (), first, nothing, nothing), State(as_of=as_of))


def region_id(market: Market) -> str:
    """A market's id in the network; a site may have the same code."""
    return f"market:{market.code}"


def _nodes(sites: dict[str, Site]) -> tuple[Node, ...]:
    """Sites and markets as nodes. The room of a site is all of it: what others have there is no client's business."""
    found = [
        Node(
            code, NODE_TYPES[Site.Kind(site.kind)], float(site.storage_usd_per_m3_week),
            capacity_m3=_float(site.capacity_m3),
        )
        for code, site in sorted(sites.items())
    ]  # fmt: skip
    return (*found, *(Node(region_id(market), "region") for market in Market.objects.order_by("code")))


def _lanes(sites: dict[str, Site], as_of: date) -> tuple[Lane, ...]:
    """Roads between sites of the network, and from each market's DC to the market.

    A lane takes as long as was learned of it by the day; while too little has arrived over it, its prior stands, marked as default.
    """
    learned = selectors.learned_lead_times(as_of)
    by_id = {site.pk: code for code, site in sites.items()}
    rows = places.Lane.objects.filter(is_active=True, origin__in=by_id, destination__in=by_id)
    found = [
        Lane(
            origin=by_id[row.origin_id],
            destination=by_id[row.destination_id],
            lead_time=learned.get(row.pk) or prior_of(row).lead_time,
            mode=row.mode,
            crossing=row.crossing.code if row.crossing else "",
            cost_per_m3=float(row.cost_usd_per_m3),
            truck_m3=_float(row.truck_m3) or None,
            truck_cost=_float(row.truck_cost_usd),
        )
        for row in rows.select_related("origin", "destination", "crossing").order_by("pk")
    ]
    markets = Market.objects.filter(primary_dc__in=by_id).order_by("code")
    return (*found, *(Lane(by_id[m.primary_dc_id], region_id(m), AT_ONCE, mode="parcel") for m in markets))


def _client_sites(client: Client) -> tuple[str, ...]:
    """Codes of the bonded sites where the client has accounts."""
    held = Account.objects.filter(client=client, authorisation__isnull=False).values("authorisation")
    codes = SiteAuthorisation.objects.filter(authorisation__in=held).values_list("site__code", flat=True)
    return tuple(sorted(set(codes)))


def _sku(item: Item, sites: tuple[str, ...], as_of: date) -> Sku:
    is_free = item.is_usmca and (item.usmca_valid_to is None or item.usmca_valid_to >= as_of)
    return Sku(
        id=item.sku,
        unit_value=float(item.unit_value_usd),
        duty_rate=0.0 if is_free else _float(item.us_duty_rate) or 0.0,
        volume_m3=float(item.volume_m3),
        pack_size=float(item.pack_size),
        sites=sites,
        origin=item.origin_country,
        full_duty_rate=_float(item.us_duty_rate),
    )


def _history(client: Client, items: dict[str, Item], as_of: date) -> History:
    """The client's weeks before that of `as_of`."""
    series = demand.series(ClientScope.of(client.pk), client=client, before=as_of)
    sku_of = {item.pk: sku for sku, item in items.items()}
    regions = {market.pk: region_id(market) for market in Market.objects.all()}
    kept = [n for n, item_id in enumerate(series.item_ids.tolist()) if item_id in sku_of]
    promoted = series.promoted[kept]
    return History(
        skus=tuple(sku_of[int(series.item_ids[n])] for n in kept),
        regions=tuple(regions[int(series.market_ids[n])] for n in kept),
        first_week=series.first_week,
        demand=series.demand[kept],
        stockout=series.stockout[kept],
        promo=promoted if promoted.any() else None,
    )


def _events(client: Client, items: dict[str, Item], as_of: date) -> tuple[Event, ...]:
    """What planners know to come, for the client or for all, in the order in which a file's events are read."""
    rows = selectors.planned_events_on(ClientScope.of(client.pk), as_of)
    found = [_event(row) for row in rows if row.item is None or row.item.sku in items]
    return tuple(sorted(found, key=lambda event: (event.begin, event.kind, event.subject, event.location, repr(event))))


def _event(row: PlannedEvent) -> Event:
    subject = f"{ORIGIN}{row.origin_country}" if row.origin_country else ""
    if row.item:
        subject = row.item.sku
    elif row.crossing:
        subject = row.crossing.code
    elif row.lane:
        subject = f"{row.lane.origin.code}>{row.lane.destination.code}"
    return Event(
        kind=EVENTS[PlannedEvent.Kind(row.kind)],
        subject=subject,
        location=region_id(row.market) if row.market else "",
        begin=row.first_day,
        end=row.last_day or date.max,
        value=_float(row.value),
    )


def _state(found: Stock, items: dict[str, Item], sites: dict[str, Site], as_of: date) -> State:
    """Stock by item and site; lots in the order in which customs would write them off."""
    sku_of = {item.pk: sku for sku, item in items.items()}
    code_of = {site.pk: code for code, site in sites.items()}

    def named(values: dict[stocks.Key, Decimal], kind: str) -> dict[tuple[str, str], float]:
        return {
            (sku_of[item_id], code_of[site_id]): float(units)
            for (item_id, site_id), units in values.items()
            if item_id in sku_of and site_id in code_of and sites[code_of[site_id]].kind == kind
        }

    lots = {
        (sku_of[item_id], code_of[site_id]): tuple(
            BondLot(lot.name, float(lot.quantity), lot.must_leave_by, lot.order) for lot in listed
        )
        for (item_id, site_id), listed in found.lots.items()
        if listed and item_id in sku_of and site_id in code_of
    }
    return State(
        as_of=as_of,
        lots=lots,
        on_hand=named(found.at_dc, Site.Kind.US_DC),
        inbound=named(found.inbound, Site.Kind.US_DC),
        on_order=named(found.inbound, Site.Kind.BONDED),
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
