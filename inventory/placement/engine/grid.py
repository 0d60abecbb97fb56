"""Who is fed from where: regions by DCs, DCs by bonded sites, bonded sites by suppliers, item by item. Pure.

Source: placement.md §2.2 and §6.4 (docs/placement.md): a region belongs to its first DC, a DC to the site from which it
is reached most cheaply.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.model import Ints, Lane, LeadTime, Network, Node, Problem, Sku


@dataclass(frozen=True)
class Roads:
    """The network looked up: nodes by id, the best lane between two nodes, each region's DC, what reaches what.

    `others` are the further lanes between two nodes, in their order: ways round when the best is closed.
    """

    nodes: dict[str, Node]
    lanes: dict[tuple[str, str], Lane]
    dc_of: dict[str, str]
    sites_to: dict[str, tuple[str, ...]]
    suppliers_to: dict[str, tuple[str, ...]]
    others: dict[tuple[str, str], tuple[Lane, ...]]


@dataclass(frozen=True)
class Pair:
    """An item at a DC: the site that feeds it and the lane it comes by."""

    sku: int
    dc: str
    site: str
    lane: Lane


@dataclass(frozen=True)
class SitePair:
    """An item at a bonded site: the pairs it feeds, and how it is supplied."""

    sku: int
    site: str
    pairs: tuple[int, ...]
    supply: Lane | None
    lead_time: LeadTime


@dataclass(frozen=True)
class Grid:
    """Items in order of id, and the pairs of one run; `line_pair` leads from a history line to its pair (−1: none)."""

    skus: tuple[Sku, ...]
    roads: Roads
    pairs: tuple[Pair, ...]
    site_pairs: tuple[SitePair, ...]
    line_pair: Ints
    unreached: tuple[tuple[str, str], ...]


def roads(network: Network) -> Roads:
    """Look the network up. Of two lanes between the same nodes the first by priority, price, time and crossing counts."""
    nodes = {node.id: node for node in network.nodes}
    lanes: dict[tuple[str, str], Lane] = {}
    others: dict[tuple[str, str], tuple[Lane, ...]] = {}
    for lane in sorted(network.lanes, key=_lane_order):
        ends = (lane.origin, lane.destination)
        if lanes.setdefault(ends, lane) is not lane:
            others[ends] = (*others.get(ends, ()), lane)
    into: dict[str, list[Lane]] = defaultdict(list)
    for lane in lanes.values():
        into[lane.destination].append(lane)
    dc_of = {}
    for region in sorted(node.id for node in network.nodes if node.type == "region"):
        from_dcs = [lane for lane in into[region] if nodes[lane.origin].type == "dc"]
        if from_dcs:
            dc_of[region] = min(from_dcs, key=_lane_order).origin
    return Roads(
        nodes,
        lanes,
        dc_of,
        _feeders(into, nodes, "bonded", "dc"),
        _feeders(into, nodes, "supplier", "bonded"),
        others,
    )


def lay_out(problem: Problem, site_of: Mapping[tuple[int, str], str] | None = None) -> Grid:
    """The pairs of a run: every item at every DC where it was asked for, lies, or is to be launched.

    `site_of` names the bonded site that feeds an item at a DC; without it, the one it is cheapest to reach from.
    """
    network, history, state = problem.network, problem.history, problem.state
    skus = tuple(sorted(network.skus, key=lambda sku: sku.id))
    number = {sku.id: n for n, sku in enumerate(skus)}
    way = roads(network)
    keys = [(number.get(s, -1), way.dc_of.get(r, "")) for s, r in zip(history.skus, history.regions, strict=True)]
    wanted = {key for key in keys if key[0] >= 0 and key[1]}
    for sku_id, node in {*state.on_hand, *state.inbound, *state.backorders}:
        if sku_id in number and node in way.nodes and way.nodes[node].type == "dc":
            wanted.add((number[sku_id], node))
    asked_of = sorted(set(way.dc_of.values()))
    wanted.update((n, dc) for n, sku in enumerate(skus) if sku.launch_weekly for dc in asked_of)
    pairs: list[Pair] = []
    unreached: list[tuple[str, str]] = []
    place: dict[tuple[int, str], int] = {}
    for sku_no, dc in sorted(wanted):
        site = site_of.get((sku_no, dc), "") if site_of else cheapest_site(skus[sku_no], dc, way, network)
        if not site:
            unreached.append((skus[sku_no].id, dc))
            continue
        place[sku_no, dc] = len(pairs)
        pairs.append(Pair(sku_no, dc, site, way.lanes[site, dc]))
    line_pair = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
    return Grid(skus, way, tuple(pairs), _site_pairs(problem, skus, pairs, way), line_pair, tuple(unreached))


def cheapest_site(sku: Sku, dc: str, way: Roads, network: Network) -> str:
    """The site from which a unit of the item reaches the DC at the least freight and capital on the way; "" if none does."""
    allowed = [site for site in way.sites_to.get(dc, ()) if not sku.sites or site in sku.sites]
    weekly = network.capital_rate * sku.unit_value

    def price(site: str) -> tuple[bool, float, str]:
        lane, supply = way.lanes[site, dc], supply_lane(sku, site, way)
        total = lane.freight(sku.volume_m3) + weekly * lane.lead_time.mean
        if supply:
            total += supply.freight(sku.volume_m3) + weekly * supply.lead_time.mean
        # A site nobody supplies is not the cheaper one for that.
        return supply is None, total, site

    return min(allowed, key=price) if allowed else ""


def supply_lane(sku: Sku, site: str, way: Roads) -> Lane | None:
    """The lane by which the item comes to the site: from its own supplier, or the first one when it names none."""
    named = (sku.supplier,) if sku.supplier else way.suppliers_to.get(site, ())
    return next((way.lanes[supplier, site] for supplier in named if (supplier, site) in way.lanes), None)


def _site_pairs(problem: Problem, skus: tuple[Sku, ...], pairs: list[Pair], way: Roads) -> tuple[SitePair, ...]:
    fed: dict[tuple[int, str], list[int]] = defaultdict(list)
    for n, pair in enumerate(pairs):
        fed[pair.sku, pair.site].append(n)
    number = {sku.id: n for n, sku in enumerate(skus)}
    for sku_id, site in {*problem.state.lots, *problem.state.on_order}:
        if sku_id in number:
            fed[number[sku_id], site] += []
    found = []
    for (sku_no, site), members in sorted(fed.items()):
        supply = supply_lane(skus[sku_no], site, way)
        lead = supply.lead_time if supply else problem.params.default_supply
        found.append(SitePair(sku_no, site, tuple(members), supply, lead))
    return tuple(found)


def _feeders(
    into: dict[str, list[Lane]], nodes: dict[str, Node], origin: str, destination: str
) -> dict[str, tuple[str, ...]]:
    return {
        node: tuple(sorted(lane.origin for lane in lanes if nodes[lane.origin].type == origin))
        for node, lanes in into.items()
        if nodes[node].type == destination
    }


def _lane_order(lane: Lane) -> tuple[int, float, float, str, str]:
    return lane.priority, lane.freight(1.0), lane.lead_time.mean, lane.origin, lane.crossing
