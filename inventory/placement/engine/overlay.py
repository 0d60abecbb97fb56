"""A scenario laid over a problem: the problem as it would then be. Pure.

Source: placement.md §8 (docs/placement.md).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from inventory.placement.engine.economics import stockout_cost
from inventory.placement.engine.grid import roads
from inventory.placement.engine.model import Event, Lane, LeadTime, Network, Node, Problem, Sku, State
from inventory.placement.engine.scenarios import (
    CapitalChange,
    Closure,
    DcAdded,
    DcRemoved,
    DemandChange,
    DutyChange,
    Items,
    LeadTimeChange,
    PriceChange,
    Scenario,
    ScenarioError,
    StorageChange,
    SupplierChange,
    UsmcaChange,
)

STORING = ("bonded", "dc")
UNNAMED = "supply"


@dataclass(frozen=True)
class DutyStep:
    """From a day on an item's duty is another, with a probability."""

    sku: str
    begin: date
    old: float
    new: float
    probability: float


def apply(problem: Problem, scenario: Scenario) -> Problem:
    """The problem under a scenario. Raises ScenarioError for what does not fit it.

    A duty that changes on a later day, and a closure, become events: of a duty that is not certain the expected rate, of a closure
    its expected length.
    """
    found, steps, closures = split(problem, scenario)
    later = [Event("tariff", s.sku, "", s.begin, date.max, s.old + s.probability * (s.new - s.old)) for s in steps]
    shut = [Event("closure", c.crossing, "", c.begin, _expected_end(c)) for c in closures if c.probability]
    events = sorted([*found.events, *later, *shut], key=lambda e: (e.begin, e.kind, e.subject, e.location))
    return replace(found, events=tuple(events))


def split(problem: Problem, scenario: Scenario) -> tuple[Problem, tuple[DutyStep, ...], tuple[Closure, ...]]:
    """The problem with all that holds already, the duties that change later, and the closures. Raises ScenarioError."""
    steps: list[DutyStep] = []
    closures: list[Closure] = []
    for n, change in enumerate(scenario.changes):
        try:
            if isinstance(change, Closure):
                closures.append(_checked_closure(problem, change))
            elif isinstance(change, DutyChange | UsmcaChange):
                problem, found = _duties(problem, change)
                steps += found
            else:
                problem = _APPLIES[type(change)](problem, change)
        except ScenarioError as error:
            raise ScenarioError(f"changes[{n}].{error.field}", error.value, error.rule) from None
    return problem, tuple(steps), tuple(closures)


def supplied(problem: Problem) -> Problem:
    """The problem with a supplier for every bonded site that none leads to, as far away as a run takes it to be.

    Levels are the same; but goods that are ordered in a week that is played have to come from somewhere.
    """
    network = problem.network
    types = {node.id: node.type for node in network.nodes}
    reached = {lane.destination for lane in network.lanes if types[lane.origin] == "supplier"}
    bare = [node.id for node in network.nodes if node.type == "bonded" and node.id not in reached]
    if not bare:
        return problem
    lanes = tuple(Lane(UNNAMED, site, problem.params.default_supply, "supply") for site in bare)
    return _with(problem, nodes=(*network.nodes, Node(UNNAMED, "supplier")), lanes=(*network.lanes, *lanes))


def with_duties(problem: Problem, rates: dict[str, float]) -> Problem:
    """The problem with other duty rates."""
    skus = tuple(replace(sku, duty_rate=rates.get(sku.id, sku.duty_rate)) for sku in problem.network.skus)
    return _with(problem, skus=skus)


def scaled(lead: LeadTime, factor: float) -> LeadTime:
    """A lead time times a factor; the part between two whole weeks is shared among them, so that the mean is exact.

    >>> scaled(LeadTime((2, 4), (0.5, 0.5)), 1.25)
    LeadTime(weeks=(2, 3, 5), probs=(0.25, 0.25, 0.5), is_default=False)
    """
    weights: dict[int, float] = {}
    for week, prob in zip(lead.weeks, lead.probs, strict=True):
        whole, part = divmod(week * factor, 1.0)
        for at, share in ((int(whole), 1 - part), (int(whole) + 1, part)):
            if share > 1e-12:
                weights[at] = weights.get(at, 0.0) + prob * share
    return LeadTime(tuple(sorted(weights)), tuple(weights[week] for week in sorted(weights)), lead.is_default)


def _duties(problem: Problem, change: DutyChange | UsmcaChange) -> tuple[Problem, list[DutyStep]]:
    """New rates at once, or the steps to come."""
    as_of = problem.state.as_of
    meant = _meant(problem, change.items)
    rates = {sku.id: _new_rate(sku, change) for sku in meant}
    if change.begin is not None and change.begin > as_of:
        begin = change.begin
        return problem, [DutyStep(s.id, begin, s.duty_rate, rates[s.id], change.probability) for s in meant]
    expected = {sku.id: sku.duty_rate + change.probability * (rates[sku.id] - sku.duty_rate) for sku in meant}
    return with_duties(problem, expected), []


def _new_rate(sku: Sku, change: DutyChange | UsmcaChange) -> float:
    if isinstance(change, UsmcaChange):
        if change.qualifies:
            return 0.0
        rate = sku.full_duty_rate if change.rate is None else change.rate
        if rate is None:
            raise ScenarioError("rate", None, f"is needed: nothing says what {sku.id!r} pays without USMCA")
        return rate
    if change.rate is not None:
        return change.rate
    if change.delta is not None:
        rate = sku.duty_rate + change.delta
        if rate < 0:
            raise ScenarioError("delta", change.delta, f"would make the rate of {sku.id!r} negative ({rate:g})")
        return rate
    return sku.duty_rate * (1.0 if change.factor is None else change.factor)


def _lead_times(problem: Problem, change: LeadTimeChange) -> Problem:
    types = {node.id: node.type for node in problem.network.nodes}
    ends = {"supply": ("supplier", "bonded"), "crossing": ("bonded", "dc")}
    legs = [ends[change.leg]] if change.leg else list(ends.values())

    def is_meant(lane: Lane) -> bool:
        asked = (
            (change.origin, lane.origin), (change.destination, lane.destination), (change.crossing, lane.crossing),
            (change.mode, lane.mode),
        )  # fmt: skip
        leg = (types[lane.origin], types[lane.destination])
        return leg in legs and all(not wanted or wanted == own for wanted, own in asked)

    if not any(is_meant(lane) for lane in problem.network.lanes):
        stated = change.crossing or change.destination or change.origin or change.mode or change.leg
        raise ScenarioError("lane", stated, "no lane is like this")
    lanes = tuple(
        replace(lane, lead_time=change.lead_time or scaled(lane.lead_time, change.factor or 1.0)) if is_meant(lane) else lane
        for lane in problem.network.lanes
    )  # fmt: skip
    return _with(problem, lanes=lanes)


def _demand(problem: Problem, change: DemandChange) -> Problem:
    history = problem.history
    if change.region:
        _node(problem.network, change.region, ("region",), "region")
    items = {sku.id for sku in _meant(problem, Items(category=change.category))}
    meant = [
        sku in items and change.region in ("", region)
        for sku, region in zip(history.skus, history.regions, strict=True)
    ]
    factor = np.where(np.array(meant, dtype=bool), change.factor, 1.0)[:, None]
    skus = tuple(
        replace(sku, launch_weekly=sku.launch_weekly * change.factor)
        if sku.launch_weekly and sku.id in items and not change.region else sku
        for sku in problem.network.skus
    )  # fmt: skip
    return replace(_with(problem, skus=skus), history=replace(history, demand=history.demand * factor))


def _capital(problem: Problem, change: CapitalChange) -> Problem:
    old = problem.network.capital_rate_per_year
    rate = old * (change.factor if change.factor is not None else 1.0) if change.rate is None else change.rate
    return _with(problem, capital_rate_per_year=rate)


def _dc_added(problem: Problem, change: DcAdded) -> Problem:
    network = problem.network
    if any(node.id == change.dc for node in network.nodes):
        raise ScenarioError("dc", change.dc, "stands in the network already")
    like = _node(network, change.like, ("dc",), "like")
    node = replace(like, id=change.dc, storage_per_m3_week=_or(change.storage, like.storage_per_m3_week))
    first = min((lane.priority for lane in network.lanes), default=0) - 1
    to_it = [replace(lane, destination=change.dc) for lane in network.lanes if lane.destination == change.like]
    for region in change.regions:
        _node(network, region, ("region",), "regions")
    from_it = [Lane(change.dc, region, LeadTime((0,), (1.0,)), "parcel", priority=first) for region in change.regions]
    return _with(problem, nodes=(*network.nodes, node), lanes=(*network.lanes, *to_it, *from_it))


def _dc_removed(problem: Problem, change: DcRemoved) -> Problem:
    network = problem.network
    _node(network, change.dc, ("dc",), "dc")
    if change.to:
        _node(network, change.to, ("dc",), "to")
    if change.to == change.dc:
        raise ScenarioError("to", change.to, "another DC is needed")
    served = sorted(region for region, dc in roads(network).dc_of.items() if dc == change.dc)
    lanes = [lane for lane in network.lanes if change.dc not in (lane.origin, lane.destination)]
    if change.to:
        first = min((lane.priority for lane in network.lanes), default=0) - 1
        kept = {(lane.origin, lane.destination): lane for lane in lanes}
        lanes = [lane for lane in lanes if not (lane.origin == change.to and lane.destination in served)]
        new = Lane(change.to, "", LeadTime((0,), (1.0,)), "parcel")
        lanes += [replace(kept.get((change.to, region), new), destination=region, priority=first) for region in served]
    less = replace(network, nodes=tuple(node for node in network.nodes if node.id != change.dc), lanes=tuple(lanes))
    heirs = roads(less).dc_of
    lost = [region for region in served if region not in heirs]
    if lost:
        raise ScenarioError("to", change.to, f"is needed: no other DC reaches {', '.join(lost[:5])}")
    heir = change.to or (heirs[served[0]] if served else "")
    return replace(problem, network=less, state=_moved(problem.state, change.dc, heir))


def _moved(state: State, dc: str, heir: str) -> State:
    """The state with what lies at, or comes to, a DC at its heir's ("": nowhere)."""

    def moved(stock: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
        found = {key: units for key, units in stock.items() if key[1] != dc}
        for (sku, node), units in stock.items():
            if node == dc and heir:
                found[sku, heir] = found.get((sku, heir), 0.0) + units
        return found

    return replace(
        state, on_hand=moved(state.on_hand), inbound=moved(state.inbound), backorders=moved(state.backorders)
    )


def _supplier(problem: Problem, change: SupplierChange) -> Problem:
    network = problem.network
    meant = {sku.id for sku in _meant(problem, change.items)}
    known = {node.id: node for node in network.nodes}
    nodes, lanes = network.nodes, network.lanes
    sites = [node.id for node in network.nodes if node.type == "bonded"]
    if change.supplier in known:
        _node(network, change.supplier, ("supplier",), "supplier")
    else:
        nodes = (*nodes, Node(change.supplier, "supplier"))
    if change.lead_time is not None:
        kept = tuple(lane for lane in lanes if lane.origin != change.supplier)
        new = Lane(
            change.supplier, "", change.lead_time, "supply", cost_per_unit=change.cost_per_unit,
            cost_per_m3=change.cost_per_m3,
        )  # fmt: skip
        lanes = (*kept, *(replace(new, destination=site) for site in sites))
    elif not any(lane.origin == change.supplier for lane in lanes):
        raise ScenarioError("lead_time_weeks", None, f"is needed: no lane leads from {change.supplier!r}")

    def switched(sku: Sku) -> Sku:
        value = sku.unit_value * _or(change.value_factor, 1.0) if change.unit_value is None else change.unit_value
        return replace(
            sku, supplier=change.supplier, unit_value=value, duty_rate=_or(change.duty_rate, sku.duty_rate),
            stockout_cost=stockout_cost(sku, problem.params),
        )  # fmt: skip

    skus = tuple(switched(sku) if sku.id in meant else sku for sku in network.skus)
    if not change.items.skus and not change.items.category and not change.items.origin:
        return _with(problem, nodes=nodes, lanes=lanes, skus=skus)
    # An item that names no supplier comes from any; it must not come from the new one because another does.
    first = roads(network).suppliers_to
    named = {site: suppliers[0] for site, suppliers in first.items() if suppliers}
    usual = named.get(sites[0], "") if sites else ""
    skus = tuple(replace(sku, supplier=sku.supplier or usual) for sku in skus)
    return _with(problem, nodes=nodes, lanes=lanes, skus=skus)


def _storage(problem: Problem, change: StorageChange) -> Problem:
    if change.node:
        _node(problem.network, change.node, STORING, "node")

    def priced(node: Node) -> Node:
        if node.type not in STORING or change.node not in ("", node.id):
            return node
        old = node.storage_per_m3_week
        return replace(node, storage_per_m3_week=_or(change.price, old * _or(change.factor, 1.0)))

    return _with(problem, nodes=tuple(priced(node) for node in problem.network.nodes))


def _price(problem: Problem, change: PriceChange) -> Problem:
    factor = change.factor
    if change.what == "shortage":
        skus = problem.network.skus
        costs = [stockout_cost(sku, problem.params) * factor for sku in skus]
        return _with(problem, skus=tuple(replace(s, stockout_cost=cost) for s, cost in zip(skus, costs, strict=True)))
    lanes = tuple(
        replace(
            lane, cost_per_unit=lane.cost_per_unit * factor, cost_per_m3=lane.cost_per_m3 * factor,
            truck_cost=None if lane.truck_cost is None else lane.truck_cost * factor,
        )
        for lane in problem.network.lanes
    )  # fmt: skip
    return _with(problem, lanes=lanes)


_APPLIES: dict[type, Callable[[Problem, Any], Problem]] = {
    LeadTimeChange: _lead_times,
    DemandChange: _demand,
    CapitalChange: _capital,
    DcAdded: _dc_added,
    DcRemoved: _dc_removed,
    SupplierChange: _supplier,
    StorageChange: _storage,
    PriceChange: _price,
}


def _checked_closure(problem: Problem, change: Closure) -> Closure:
    if not any(lane.crossing == change.crossing for lane in problem.network.lanes):
        raise ScenarioError("crossing", change.crossing, "no lane passes it")
    return change


def _expected_end(closure: Closure) -> date:
    """The last day of a closure of its expected length."""
    return closure.begin + timedelta(days=round((closure.end - closure.begin).days * closure.probability))


def _meant(problem: Problem, items: Items) -> list[Sku]:
    """The items that are meant. Raises ScenarioError when one is unknown or none is like this."""
    skus = problem.network.skus
    known = {sku.id for sku in skus}
    for sku_id in items.skus:
        if sku_id not in known:
            raise ScenarioError("skus", sku_id, "there is no such item")
    found = [
        sku for sku in skus
        if (not items.skus or sku.id in items.skus) and items.category in ("", sku.category)
        and items.origin in ("", sku.origin, sku.supplier)
    ]  # fmt: skip
    if not found:
        raise ScenarioError("items", items.category or items.origin, "no item is like this")
    return found


def _node(network: Network, node_id: str, types: tuple[str, ...], field: str) -> Node:
    found = next((node for node in network.nodes if node.id == node_id and node.type in types), None)
    if found is None:
        raise ScenarioError(field, node_id, f"there is no such {' or '.join(types)}")
    return found


def _with(problem: Problem, **values: Any) -> Problem:
    return replace(problem, network=replace(problem.network, **values))


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
