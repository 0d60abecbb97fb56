"""network.json read and checked: nodes, lanes and items. Pure.

Source: placement.md §2.2 and §2.4 (docs/placement.md).
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from inventory.placement.engine.grid import roads
from inventory.placement.engine.model import Lane, LeadTime, Network, Node, Sku
from inventory.placement.files.checks import Checker, load_json

SCHEMA = "placement-network/1"
TYPES = ("supplier", "bonded", "dc", "region")
LONGEST_LEAD = 104
DEFAULT_LEAD = LeadTime((1, 2), (0.85, 0.15), is_default=True)


def read_network(path: Path) -> Network:
    """The network of a file. Raises BadInput with one line per cause."""
    found, checker = load_json(path), Checker(path.name)
    if found.get("schema") != SCHEMA:
        checker.blame("schema", f"{SCHEMA!r} is needed, not {found.get('schema')!r}")
        checker.done()
    network = Network(
        nodes=_nodes(found, checker),
        lanes=tuple(_lane(row, where, checker) for where, row in checker.rows(found, "lanes")),
        skus=_skus(found, checker),
        currency=checker.text(found, "currency", "", "USD"),
        capital_rate_per_year=checker.number(found, "capital_rate_per_year", "", 0.12) or 0.0,
        review_weeks=_review(found, checker),
        unmet="lost" if found.get("unmet", "lost") == "lost" else "backordered",
        budget=checker.number(found, "budget", "", None),
    )
    if found.get("unmet", "lost") not in ("lost", "backorder", "backordered"):
        checker.blame("unmet", "'lost' or 'backordered' is needed")
    checker.done()
    _check_whole(network, checker, is_partial=found.get("is_partial") is True)
    checker.done()
    return network


def _nodes(found: Mapping[str, Any], checker: Checker) -> tuple[Node, ...]:
    nodes: dict[str, Node] = {}
    for where, row in checker.rows(found, "nodes"):
        node = Node(
            id=checker.text(row, "id", where),
            type=checker.text(row, "type", where),
            storage_per_m3_week=checker.number(row, "storage_usd_per_m3_week", where) or 0.0,
            permanence_months=int(checker.number(row, "permanence_months", where, None) or 0) or None,
            capacity_m3=checker.number(row, "capacity_m3", where, None),
        )
        if node.type not in TYPES:
            checker.blame(f"{where}.type", f"one of {', '.join(TYPES)} is needed, not {node.type!r}")
        if node.id in nodes:
            checker.blame(f"{where}.id", f"{node.id!r} stands twice")
        currency = row.get("currency", found.get("currency", "USD"))
        if currency != found.get("currency", "USD"):
            checker.blame(f"{where}.currency", f"{currency!r} is not the network's currency")
        nodes[node.id] = node
    return tuple(nodes.values())


def _lane(row: Mapping[str, Any], where: str, checker: Checker) -> Lane:
    return Lane(
        origin=checker.text(row, "from", where),
        destination=checker.text(row, "to", where),
        lead_time=_lead_time(row.get("lead_time_weeks"), f"{where}.lead_time_weeks", checker),
        mode=checker.text(row, "mode", where, "truck"),
        crossing=checker.text(row, "crossing", where, "") if row.get("crossing") else "",
        cost_per_unit=checker.number(row, "cost_per_unit", where) or 0.0,
        cost_per_m3=checker.number(row, "cost_per_m3", where) or 0.0,
        truck_m3=checker.number(row, "truck_m3", where, None, positive=True),
        truck_cost=checker.number(row, "truck_cost", where, None),
        max_trucks_per_week=checker.number(row, "max_trucks_per_week", where, None),
        priority=int(checker.number(row, "priority", where) or 0),
        renews_limit_months=_months(row, where, checker),
    )


def _months(row: Mapping[str, Any], where: str, checker: Checker) -> int | None:
    """For how many months a transfer lets lots stay; None where the lane says nothing."""
    value = checker.number(row, "renews_limit_months", where, None, positive=True)
    if value is not None and value != int(value):
        checker.blame(f"{where}.renews_limit_months", f"a whole number is needed, not {value!r}")
    return None if value is None else int(value)


def _lead_time(found: Any, where: str, checker: Checker) -> LeadTime:
    """Values with probabilities, mean with sd (a gamma in whole weeks), or samples."""
    if found is None:
        return DEFAULT_LEAD
    if not isinstance(found, Mapping):
        checker.blame(where, "an object with values and probs, mean and sd, or samples is needed")
        return DEFAULT_LEAD
    try:
        return replace(lead_time(found), is_default=found.get("is_default") is True)
    except (KeyError, TypeError, ValueError) as error:
        checker.blame(where, str(error) or "is not a lead time")
        return DEFAULT_LEAD


def lead_time(found: Mapping[str, Any]) -> LeadTime:
    """A lead time as it stands in JSON. Raises ValueError, TypeError or KeyError when it is none.

    >>> lead_time({"values": [2, 1], "probs": [0.15, 0.85]})
    LeadTime(weeks=(1, 2), probs=(0.85, 0.15), is_default=False)
    >>> lead_time({"samples": [1, 1, 2, 4]}).mean
    2.0
    """
    if "samples" in found:
        values = [float(value) for value in found["samples"]]
        pairs = [(value, 1.0 / len(values)) for value in values]
    elif "mean" in found:
        pairs = _gamma(float(found["mean"]), float(found.get("sd", 0.0)))
    else:
        pairs = list(zip(found["values"], (float(p) for p in found["probs"]), strict=True))
    if not pairs or any(not 0 <= float(week) <= LONGEST_LEAD for week, _prob in pairs):
        raise ValueError(f"weeks from 0 to {LONGEST_LEAD} are needed")
    if any(prob < 0 for _week, prob in pairs) or abs(sum(prob for _week, prob in pairs) - 1.0) > 1e-6:
        raise ValueError("the probabilities do not sum to 1")
    weights: dict[int, float] = {}
    for week, prob in sorted(pairs):
        whole = -int(-float(week) // 1)  # a part of a week is a week
        weights[whole] = weights.get(whole, 0.0) + prob
    kept = {week: prob for week, prob in sorted(weights.items()) if prob > 0}
    return LeadTime(tuple(kept), tuple(kept.values()))


def _gamma(mean: float, sd: float) -> list[tuple[float, float]]:
    """A gamma of this mean and spread in whole weeks, what is rarer than 1 in 1,000 cut off."""
    if mean <= 0 or sd < 0:
        raise ValueError("mean must be above zero and sd not below it")
    if sd == 0:
        return [(mean, 1.0)]
    from scipy.special import gammainc, gammaincinv  # noqa: PLC0415  slow to load, and most processes compute no plan

    shape, scale = (mean / sd) ** 2, sd * sd / mean
    last = min(int(gammaincinv(shape, 0.999) * scale) + 1, LONGEST_LEAD)
    below = [0.0, *(float(gammainc(shape, (week + 0.5) / scale)) for week in range(last + 1))]
    probs = [upper - lower for lower, upper in pairwise(below)]
    total = sum(probs)
    return [(float(week), prob / total) for week, prob in enumerate(probs)]


def _skus(found: Mapping[str, Any], checker: Checker) -> tuple[Sku, ...]:
    defaults = found.get("sku_defaults") or {}
    if not isinstance(defaults, Mapping):
        checker.blame("sku_defaults", "an object is needed")
        defaults = {}
    skus: dict[str, Sku] = {}
    for where, own in checker.rows(found, "skus"):
        sku = _sku({**defaults, **own}, where, checker)
        if sku.id in skus:
            checker.blame(f"{where}.id", f"{sku.id!r} stands twice")
        skus[sku.id] = sku
    return tuple(skus.values())


def _sku(row: Mapping[str, Any], where: str, checker: Checker) -> Sku:
    sites = row.get("sites") or []
    return Sku(
        id=checker.text(row, "id", where),
        unit_value=checker.needed(row, "unit_value", where),
        duty_rate=checker.number(row, "duty_rate", where) or 0.0,
        volume_m3=checker.number(row, "volume_m3", where) or 0.0,
        obsolescence_per_year=checker.number(row, "obsolescence_per_year", where, 0.08) or 0.0,
        stockout_cost=checker.number(row, "stockout_cost", where, None),
        expiry_cost=checker.number(row, "expiry_cost", where, None),
        supplier=checker.text(row, "supplier", where, "") if row.get("supplier") else "",
        pack_size=checker.number(row, "pack_size", where, 1.0, positive=True) or 1.0,
        moq=checker.number(row, "moq", where) or 0.0,
        min_fill=checker.number(row, "min_fill", where, None),
        sites=tuple(str(site) for site in sites) if isinstance(sites, list) else (),
        category=checker.text(row, "category", where, "") if row.get("category") else "",
        launch_weekly=checker.number(row, "launch_weekly", where, None),
        replaces=checker.text(row, "replaces", where, "") if row.get("replaces") else "",
        origin=checker.text(row, "origin", where, "") if row.get("origin") else "",
        full_duty_rate=checker.number(row, "full_duty_rate", where, None),
    )


def _review(found: Mapping[str, Any], checker: Checker) -> int:
    value = found.get("review_weeks", 1)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 52:
        checker.blame("review_weeks", f"a whole number from 1 to 52 is needed, not {value!r}")
        return 1
    return value


def _check_whole(network: Network, checker: Checker, *, is_partial: bool) -> None:
    """What must hold between nodes, lanes and items. In a partial network some places may be reached by no lane."""
    ids = {node.id for node in network.nodes}
    for n, lane in enumerate(network.lanes):
        for end in (lane.origin, lane.destination):
            if end not in ids:
                checker.blame(f"lanes[{n}]", f"there is no node {end!r}")
    checker.done()
    _check_transfers(network, checker)
    way = roads(network)
    for node in () if is_partial else network.nodes:
        if node.type == "region" and node.id not in way.dc_of:
            checker.blame(f"region {node.id}", "no lane from a DC leads to it")
        if node.type == "dc" and not way.sites_to.get(node.id):
            checker.blame(f"dc {node.id}", "no lane from a bonded site leads to it")
    if not network.skus:
        checker.blame("skus", "at least one is needed")


def _check_transfers(network: Network, checker: Checker) -> None:
    """A lane leads somewhere else, and only one from bond to bond says what a transfer does to the limit of lots."""
    types = {node.id: node.type for node in network.nodes}
    for n, lane in enumerate(network.lanes):
        if lane.origin == lane.destination:
            checker.blame(f"lanes[{n}]", f"leads from {lane.origin!r} to itself")
        if lane.renews_limit_months and (types[lane.origin], types[lane.destination]) != ("bonded", "bonded"):
            checker.blame(f"lanes[{n}].renews_limit_months", "belongs to a lane between two bonded sites")
    checker.done()
