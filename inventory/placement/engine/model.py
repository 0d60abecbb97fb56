"""What the engine is given and what it hands back: plain frozen records, and arrays for what there is much of.

Quantities are in stock units, money in the network's currency, the period is a week (or the network's
other period: then what is called weeks here is months), rates are per year unless said otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import floor, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inventory.placement.engine.periods import WEEK, Period

if TYPE_CHECKING:
    from inventory.placement.engine.fans import Fan
    from inventory.placement.engine.tuning import Tuning
    from inventory.placement.engine.what_if import Footing

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Node:
    """A place of the network: `supplier`, `bonded`, `dc` or `region`."""

    id: str
    type: str
    storage_per_m3_week: float = 0.0
    permanence_months: int | None = None
    capacity_m3: float | None = None


@dataclass(frozen=True)
class LeadTime:
    """A lead time in weeks, whole ones unless the period is longer: values and their probabilities, in order of value."""

    weeks: tuple[float, ...]
    probs: tuple[float, ...]
    is_default: bool = False

    @property
    def mean(self) -> float:
        """The expected number of weeks."""
        return float(sum(w * p for w, p in zip(self.weeks, self.probs, strict=True)))

    @property
    def sd(self) -> float:
        """The standard deviation, in weeks."""
        return sqrt(self.variance)

    def as_json(self) -> dict[str, list[Any]]:
        """The distribution as files and tables keep it.

        >>> LeadTime((1, 2), (0.85, 0.15)).as_json()
        {'values': [1, 2], 'probs': [0.85, 0.15]}
        """
        return {"values": list(self.weeks), "probs": list(self.probs)}

    def quantile(self, share: float) -> float:
        """The least number of weeks within which at least this share arrives."""
        total = 0.0
        for week, prob in zip(self.weeks, self.probs, strict=True):
            total += prob
            if total >= share - 1e-9:
                return week
        return self.weeks[-1]

    @property
    def whole(self) -> "LeadTime":
        """The same in whole weeks with the same mean: what lies between two of them is the one or the other.

        >>> LeadTime((0.25, 1.0), (0.4, 0.6)).whole
        LeadTime(weeks=(0, 1), probs=(0.3, 0.7), is_default=False)
        """
        if all(float(week).is_integer() for week in self.weeks):
            return self
        found: dict[int, float] = {}
        for week, prob in zip(self.weeks, self.probs, strict=True):
            below = floor(week)
            found[below] = found.get(below, 0.0) + prob * (1 - (week - below))
            found[below + 1] = found.get(below + 1, 0.0) + prob * (week - below)
        kept = {week: round(prob, 12) for week, prob in sorted(found.items()) if prob > 0}
        return LeadTime(tuple(kept), tuple(kept.values()), self.is_default)

    @property
    def variance(self) -> float:
        """The variance of the number of weeks."""
        mean = self.mean
        return float(sum(p * (w - mean) ** 2 for w, p in zip(self.weeks, self.probs, strict=True)))


TRUCK_FILL = 0.85  # how full a truck is taken to be where a unit or a m³ is priced


@dataclass(frozen=True)
class Lane:
    """A road between two nodes, with what a unit, a m³ or a truck costs on it.

    `renews_limit_months`: from bond to bond, how long lots may stay from the day of the transfer on (None: their limit goes along).
    """

    origin: str
    destination: str
    lead_time: LeadTime
    mode: str = "truck"
    crossing: str = ""
    cost_per_unit: float = 0.0
    cost_per_m3: float = 0.0
    truck_m3: float | None = None
    truck_cost: float | None = None
    max_trucks_per_week: float | None = None
    priority: int = 0
    renews_limit_months: int | None = None

    def freight(self, volume_m3: float) -> float:
        """What one unit of this volume costs; a truck is counted 85 % full (placement.md §1)."""
        per_m3 = self.cost_per_m3
        if self.truck_m3 and self.truck_cost is not None:
            per_m3 += self.truck_cost / self.truck_m3 / TRUCK_FILL
        return self.cost_per_unit + per_m3 * volume_m3


@dataclass(frozen=True)
class Sku:
    """An item: what it is worth, what it costs to have too little or too much of it, and how it is packed.

    `stockout_cost` and `expiry_cost` are None when nobody stated them. `sites` limits the bonded sites it may lie at (empty: any).
    `launch_weekly` is what all markets together are thought to ask at first; `replaces` names the item whose history it continues.
    `origin` is the country it is made in, `full_duty_rate` what it would pay without a USMCA claim (None: nobody stated it).
    """

    id: str
    unit_value: float
    duty_rate: float = 0.0
    volume_m3: float = 0.0
    obsolescence_per_year: float = 0.08
    stockout_cost: float | None = None
    expiry_cost: float | None = None
    supplier: str = ""
    pack_size: float = 1.0
    moq: float = 0.0
    min_fill: float | None = None
    sites: tuple[str, ...] = ()
    category: str = ""
    launch_weekly: float | None = None
    replaces: str = ""
    origin: str = ""
    full_duty_rate: float | None = None


@dataclass(frozen=True)
class Network:
    """Nodes, lanes and items; everything is sorted by id when it is made into a problem.

    `unmet` is "lost" or "backordered"; `budget` limits the value of all stock, on hand and on the way. Lead times, storage, the
    review and the like are per `period`.
    """

    nodes: tuple[Node, ...]
    lanes: tuple[Lane, ...]
    skus: tuple[Sku, ...]
    currency: str = "USD"
    capital_rate_per_year: float = 0.12
    review_weeks: int = 1
    unmet: str = "lost"
    budget: float | None = None
    period: Period = WEEK

    @property
    def capital_rate(self) -> float:
        """What capital costs per period."""
        return self.capital_rate_per_year / self.period.per_year


@dataclass(frozen=True)
class Adjustment:
    """A change made to the history before planning: which week, why, from what to what (None: unknown)."""

    sku: str
    location: str
    week: date
    reason: str
    old: float | None
    new: float | None


@dataclass(frozen=True)
class History:
    """Weekly demand: one line per (sku, region), one column per week from `first_week`; NaN is a week nobody knows.

    `stockout` is the share of the week that was out of stock, `promo` whether it was promoted (None: no week was).
    """

    skus: tuple[str, ...]
    regions: tuple[str, ...]
    first_week: date
    demand: Floats
    stockout: Floats
    adjustments: tuple[Adjustment, ...] = ()
    promo: Flags | None = None


@dataclass(frozen=True)
class Event:
    """Something known to come: `promo`, `closure`, `tariff` or `holiday`, from one day to another, both included.

    `subject` is the item, category, lane ("from>to"), crossing or country of origin ("origin:CHN") it is about (empty: all),
    `location` a region or DC. `value` is the uplift of a promotion, the new duty rate of a tariff (None: not given).
    """

    kind: str
    subject: str
    location: str
    begin: date
    end: date
    value: float | None = None


@dataclass(frozen=True)
class BondLot:
    """Stock in bond that may leave: `limit` is its last lawful day, `order` its place in first-in-first-out."""

    lot: str
    quantity: float
    limit: date | None = None
    order: int = 0


@dataclass(frozen=True)
class State:
    """Stock on the day, after the week's receipts. Keys are (sku, node).

    `lots` are at bonded nodes and add up to what may be released there; `on_order` is on its way to bond, `inbound` to a DC.
    """

    as_of: date
    lots: dict[tuple[str, str], tuple[BondLot, ...]] = field(default_factory=dict)
    on_hand: dict[tuple[str, str], float] = field(default_factory=dict)
    inbound: dict[tuple[str, str], float] = field(default_factory=dict)
    on_order: dict[tuple[str, str], float] = field(default_factory=dict)
    backorders: dict[tuple[str, str], float] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    is_given: bool = True


@dataclass(frozen=True)
class Params:
    """The numbers of the method.

    `phi` is the hold-back factor (placement.md §6.2) that a planner may set for all classes (None: as tuned). Trucks that others
    fill too (`are_trucks_shared`) are paid by the m³ and not rounded. `is_exact` asks for the cheapest deployment, where few items
    move. What is worth bringing from bond to bond is a move, or only advice (`are_transfers_advised`) that changes nothing else.
    """

    phi: float | None = None
    premium_floor: float = 0.02
    default_stockout_share: float = 0.35
    default_expiry_share: float = 0.45
    half_life_weeks: float = 52.0
    default_supply: LeadTime = LeadTime((7, 8, 9, 11), (0.2, 0.5, 0.2, 0.1), is_default=True)
    red_weeks: int = 4
    amber_weeks: int = 13
    moq_cover_weeks: float = 26.0
    dormant_weeks: int = 52
    are_trucks_shared: bool = False
    is_exact: bool = False
    are_transfers_advised: bool = False


@dataclass(frozen=True)
class Problem:
    """Everything one run depends on. `overrides` are levels that a planner set, by (sku, node)."""

    network: Network
    history: History
    state: State
    params: Params = field(default_factory=Params)
    events: tuple[Event, ...] = ()
    overrides: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def week(self, column: int) -> date:
        """The first day of the period in a column of the history."""
        return self.network.period.begin(self.history.first_week, column)


@dataclass(frozen=True)
class Level:
    """How much of a SKU a node ought to own. For a bonded node that is the echelon: the site and the DCs it feeds.

    `fan` is what a DC may be asked in the coming weeks, `footing` what its level stands on (None: a bonded node).
    """

    sku: str
    node: str
    source_node: str
    order_up_to: float
    reorder_point: float
    safety_stock: float
    expected_demand: float
    protection_weeks: float
    expected_fill: float
    expected_weekly_cost: float
    expected_on_hand: float
    marginal_value: float
    position: float
    reason_code: str
    confidence: str
    flags: tuple[str, ...]
    explanation: dict[str, Any]
    fan: "Fan | None" = None
    footing: "Footing | None" = field(default=None, compare=False)


@dataclass(frozen=True)
class Move:
    """Bring so much from one node to another now. `quantity` is a whole number of packs, less only where a lot holds less."""

    sku: str
    from_node: str
    to_node: str
    quantity: float
    mode: str
    crossing: str
    ship_week: date
    arrive_week_p50: date
    arrive_week_p90: date
    expected_fill: float
    expected_weekly_cost: float
    expected_on_hand: float
    marginal_value: float
    value_per_m3: float
    priority: int
    lots: tuple[tuple[str, float, date | None], ...]
    lot: str
    limit_date: date | None
    reason_code: str
    confidence: str
    flags: tuple[str, ...]
    explanation: dict[str, Any]


@dataclass(frozen=True)
class ExceptionRow:
    """Something the moves do not settle: a lot past or near its limit, stock without demand, no basis for a level."""

    sku: str
    node: str
    quantity: float
    lot: str
    limit_date: date | None
    reason_code: str
    confidence: str
    flags: tuple[str, ...]
    explanation: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """What a run recommends, each list in its own fixed order, and the tuning it used."""

    levels: tuple[Level, ...]
    moves: tuple[Move, ...]
    exceptions: tuple[ExceptionRow, ...]
    adjustments: tuple[Adjustment, ...]
    metrics: dict[str, Any]
    tuning: "Tuning"
