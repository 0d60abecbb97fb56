"""Scenarios: named changes to a problem, such as another duty, a closed crossing or a supplier nearby. Pure.

Source: placement.md §8 (docs/placement.md). What has a date becomes an event of the problem that the engine knows beforehand, and
takes effect on its day where weeks are played (`scenario_play`).
"""

from dataclasses import dataclass
from datetime import date

from inventory.placement.engine.model import LeadTime


class ScenarioError(ValueError):
    """A change that does not fit the problem: which field, its value, and what it should be."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field}: {value!r}: {rule}")
        self.field, self.value, self.rule = field, value, rule


@dataclass(frozen=True)
class Items:
    """The items a change is about: by id, category or origin (their country, else their supplier); all three empty means all."""

    skus: tuple[str, ...] = ()
    category: str = ""
    origin: str = ""


@dataclass(frozen=True)
class DutyChange:
    """Another duty rate: `rate`, or the old one + `delta` or × `factor`; from a day on (None: already), with a probability."""

    items: Items = Items()
    rate: float | None = None
    delta: float | None = None
    factor: float | None = None
    begin: date | None = None
    probability: float = 1.0


@dataclass(frozen=True)
class UsmcaChange:
    """The items qualify (no duty) or no longer do: then `rate` is due, else the rate each would have had without."""

    qualifies: bool
    items: Items = Items()
    rate: float | None = None
    begin: date | None = None
    probability: float = 1.0


@dataclass(frozen=True)
class Closure:
    """A crossing that nothing passes from one day to another, both included."""

    crossing: str
    begin: date
    end: date
    probability: float = 1.0


@dataclass(frozen=True)
class LeadTimeChange:
    """Lead times times `factor`, or another distribution, of the lanes that fit all that is stated.

    `leg` is "supply" (to bond), "crossing" (from bond to a DC) or "" (both).
    """

    factor: float | None = None
    lead_time: LeadTime | None = None
    leg: str = ""
    origin: str = ""
    destination: str = ""
    crossing: str = ""
    mode: str = ""


@dataclass(frozen=True)
class DemandChange:
    """What is asked, times `factor`, in a region and of a category (empty: all)."""

    factor: float
    region: str = ""
    category: str = ""


@dataclass(frozen=True)
class CapitalChange:
    """Another capital rate per year: `rate`, or the old one times `factor`."""

    rate: float | None = None
    factor: float | None = None


@dataclass(frozen=True)
class DcAdded:
    """A new DC that serves some regions; it is reached and paid for as the one it is `like`, `storage` apart."""

    dc: str
    like: str
    regions: tuple[str, ...]
    storage: float | None = None


@dataclass(frozen=True)
class DcRemoved:
    """A DC less: its regions and its stock go to `to`, else regions to the next DC that reaches them."""

    dc: str
    to: str = ""


@dataclass(frozen=True)
class SupplierChange:
    """The items come from another supplier: its lead time and prices of carriage, and new values and duties (None: as they were).

    What a unit not served costs stays as it was: customers lose no less because it was bought cheaper.
    """

    supplier: str
    items: Items = Items()
    lead_time: LeadTime | None = None
    cost_per_m3: float = 0.0
    cost_per_unit: float = 0.0
    unit_value: float | None = None
    value_factor: float | None = None
    duty_rate: float | None = None


@dataclass(frozen=True)
class StorageChange:
    """Another price of storage at a node (empty: all bonded sites and DCs): `price` per m³ and week, or the old one × `factor`."""

    node: str = ""
    price: float | None = None
    factor: float | None = None


@dataclass(frozen=True)
class PriceChange:
    """All freight and trucks (`what` = "freight"), or what units not served cost ("shortage"), times `factor`."""

    what: str
    factor: float


Change = (
    DutyChange | UsmcaChange | Closure | LeadTimeChange | DemandChange | CapitalChange | DcAdded | DcRemoved
    | SupplierChange | StorageChange | PriceChange
)  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """A name and changes, which are made in their order."""

    name: str
    changes: tuple[Change, ...] = ()
