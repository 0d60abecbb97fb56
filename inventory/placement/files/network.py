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
        lanes=_lanes(found, checker),
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
            permanence_months=checker.whole(row, "permanence_months", where) or None,
            capacity_m3=checker.number(row, "capacity_m3", where, None),
        )
        if node.type not in TYPES:
            checker.blame(f"{where}.type", f"one of {', '.join(TYPES)} is needed, not {node.type!r}")
        if node.id in nodes:
            checker.blame(f"{where}.id", f"{node.id!r} stands twice")
        _check_currency(row, where, found, checker)
        nodes[node.id] = node
    return tuple(nodes.values())


def _check_currency(row: Mapping[str, Any], where: str, found: Mapping[str, Any], checker: Checker) -> None:
    """All money is in one currency: a node, lane or item may state the network's, and no other."""
    whole = found.get("currency") or "USD"
    if row.get("currency") not in (None, whole):
        checker.blame(f"{where}.currency", f"{row['currency']!r} is not the network's currency, {whole!r}")


def _lanes(found: Mapping[str, Any], checker: Checker) -> tuple[Lane, ...]:
    lanes = []
    for where, row in checker.rows(found, "lanes"):
        _check_currency(row, where, found, checker)
        lanes.append(_lane(row, where, checker))
    return tuple(lanes)


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
        priority=checker.whole(row, "priority", where) or 0,
        renews_limit_months=checker.whole(row, "renews_limit_months", where, positive=True),
    )


def _lead_time(found: Any, where: str, checker: Checker) -> LeadTime:
    """Values with probabilities, mean with sd (a gamma in whole weeks), or samples."""
    if found is None:
        return DEFAULT_LEAD
    if not isinstance(found, Mapping):
        checker.blame(where, "an object with values and probs, mean and sd, or samples is needed")
        return DEFAULT_LEAD
    try:
        return replace(lead_time(found), is_default=found.get("is_default") is True)
    except KeyError as error:
        checker.blame(where, f"{error.args[0]!r} is missing")
        return DEFAULT_LEAD
    except (TypeError, ValueError, OverflowError) as error:
        checker.blame(where, str(error) or "is not a lead time")
        return DEFAULT_LEAD


def lead_time(found: Mapping[str, Any]) -> LeadTime:
    """A lead time as it stands in JSON. Raises ValueError, TypeError, KeyError or OverflowError when it is none.

    >>> lead_time({"values": [2, 1], "probs": [0.15, 0.85]})
    LeadTime(weeks=(1, 2), probs=(0.85, 0.15), is_default=False)
    >>> lead_time({"samples": [1, 1, 2, 4]}).mean
    2.0
    """
    if "samples" in found:
        values = [_number(value) for value in found["samples"]]
        pairs = [(value, 1.0 / len(values)) for value in values]
    elif "mean" in found:
        pairs = _gamma(_number(found["mean"]), _number(found.get("sd", 0.0)))
    else:
        pairs = [(_number(week), _number(p)) for week, p in zip(found["values"], found["probs"], strict=True)]
    if not pairs or not all(0 <= week <= LONGEST_LEAD for week, _prob in pairs):
        raise ValueError(f"weeks from 0 to {LONGEST_LEAD} are needed")
    if not all(prob >= 0 for _week, prob in pairs) or not abs(sum(prob for _week, prob in pairs) - 1.0) <= 1e-6:
        raise ValueError("the probabilities do not sum to 1")
    weights: dict[int, float] = {}
    for week, prob in sorted(pairs):
        whole = -int(-week // 1)  # a part of a week is a week
        weights[whole] = weights.get(whole, 0.0) + prob
    kept = {week: prob for week, prob in sorted(weights.items()) if prob > 0}
    return LeadTime(tuple(kept), tuple(kept.values()))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"numbers are needed, not {value!r}")
    return float(value)


def _gamma(mean: float, sd: float) -> list[tuple[float, float]]:
    """A gamma of this mean and spread in whole weeks, what is rarer than 1 in 1,000 cut off."""
    if not 0 < mean <= LONGEST_LEAD or not 0 <= sd <= LONGEST_LEAD:
        raise ValueError(f"a mean above zero and an sd not below it are needed, at most {LONGEST_LEAD} weeks")
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
        _check_currency({**defaults, **own}, where, found, checker)
        sku = _sku({**defaults, **own}, where, checker)
        if sku.id in skus:
            checker.blame(f"{where}.id", f"{sku.id!r} stands twice")
        skus[sku.id] = sku
    return tuple(skus.values())


def _sku(row: Mapping[str, Any], where: str, checker: Checker) -> Sku:
    return Sku(
        id=checker.text(row, "id", where),
        unit_value=checker.needed(row, "unit_value", where, positive=True),
        duty_rate=checker.number(row, "duty_rate", where) or 0.0,
        volume_m3=checker.number(row, "volume_m3", where) or 0.0,
        obsolescence_per_year=checker.number(row, "obsolescence_per_year", where, 0.08, most=1) or 0.0,
        stockout_cost=checker.number(row, "stockout_cost", where, None),
        expiry_cost=checker.number(row, "expiry_cost", where, None),
        supplier=checker.text(row, "supplier", where, "") if row.get("supplier") else "",
        pack_size=checker.number(row, "pack_size", where, 1.0, positive=True) or 1.0,
        moq=checker.number(row, "moq", where) or 0.0,
        min_fill=checker.number(row, "min_fill", where, None, most=1),
        sites=_sites(row, where, checker),
        category=checker.text(row, "category", where, "") if row.get("category") else "",
        launch_weekly=checker.number(row, "launch_weekly", where, None),
        replaces=checker.text(row, "replaces", where, "") if row.get("replaces") else "",
        origin=checker.text(row, "origin", where, "") if row.get("origin") else "",
        full_duty_rate=checker.number(row, "full_duty_rate", where, None),
    )


def _sites(row: Mapping[str, Any], where: str, checker: Checker) -> tuple[str, ...]:
    sites = row.get("sites") or []
    if not isinstance(sites, list) or not all(isinstance(site, str) for site in sites):
        checker.blame(f"{where}.sites", f"a list of ids of bonded sites is needed, not {sites!r}")
        return ()
    return tuple(sites)


def _review(found: Mapping[str, Any], checker: Checker) -> int:
    value = found.get("review_weeks", 1)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 52:
        checker.blame("review_weeks", f"a whole number from 1 to 52 is needed, not {value!r}")
        return 1
    return value


def _check_whole(network: Network, checker: Checker, *, is_partial: bool) -> None:
    """What must hold between nodes, lanes and items. A partial network may have gaps."""
    ids = {node.id for node in network.nodes}
    for n, lane in enumerate(network.lanes):
        for end in (lane.origin, lane.destination):
            if end not in ids:
                checker.blame(f"lanes[{n}]", f"there is no node {end!r}")
    checker.done()
    _check_transfers(network, checker)
    for where, wrong in () if is_partial else gaps(network):
        checker.blame(where, wrong)
    if not network.skus:
        checker.blame("skus", "at least one is needed")


def gaps(network: Network) -> list[tuple[str, str]]:
    """Where a network is partial, and how: places that no lane leads to, and items of suppliers or sites that it does not have."""
    way, found = roads(network), []
    for node in network.nodes:
        if node.type == "region" and node.id not in way.dc_of:
            found.append((f"region {node.id}", "no lane from a DC leads to it"))
        if node.type == "dc" and not way.sites_to.get(node.id):
            found.append((f"dc {node.id}", "no lane from a bonded site leads to it"))
    types = {node.id: node.type for node in network.nodes}
    for sku in network.skus:
        if sku.supplier and types.get(sku.supplier) != "supplier":
            found.append((f"sku {sku.id}.supplier", f"there is no supplier {sku.supplier!r} among the nodes"))
        unknown = [site for site in sku.sites if site not in types]
        found += [(f"sku {sku.id}.sites", f"there is no node {site!r}") for site in unknown]
    return found


def _check_transfers(network: Network, checker: Checker) -> None:
    """A lane leads somewhere else, and only one from bond to bond says what a transfer does to the limit of lots."""
    types = {node.id: node.type for node in network.nodes}
    for n, lane in enumerate(network.lanes):
        if lane.origin == lane.destination:
            checker.blame(f"lanes[{n}]", f"leads from {lane.origin!r} to itself")
        if lane.renews_limit_months and (types[lane.origin], types[lane.destination]) != ("bonded", "bonded"):
            checker.blame(f"lanes[{n}].renews_limit_months", "belongs to a lane between two bonded sites")
    checker.done()
