"""A scenario as JSON: read and checked, each wrong value one line. Pure.

Source: placement.md §8 (docs/placement.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from inventory.placement.engine.model import LeadTime
from inventory.placement.engine.scenarios import (
    CapitalChange,
    Change,
    Closure,
    DcAdded,
    DcRemoved,
    DemandChange,
    DutyChange,
    Items,
    LeadTimeChange,
    PriceChange,
    Scenario,
    StorageChange,
    SupplierChange,
    UsmcaChange,
)
from inventory.placement.files.checks import Checker, load_json
from inventory.placement.files.network import lead_time

SCHEMA = "placement-scenario/1"
LEGS = ("", "supply", "crossing")
MOST_FACTOR = 100.0
_ABOUT_ITEMS = frozenset({"skus", "category", "origin"})
_FIELDS = {
    "duty": _ABOUT_ITEMS | {"rate", "delta", "factor", "from", "probability"},
    "usmca": _ABOUT_ITEMS | {"qualifies", "rate", "from", "probability"},
    "closure": frozenset({"crossing", "from", "to", "probability"}),
    "lead_time": frozenset({"factor", "lead_time_weeks", "leg", "from_node", "to_node", "crossing", "mode"}),
    "demand": frozenset({"factor", "region", "category"}),
    "capital": frozenset({"rate", "factor"}),
    "dc_added": frozenset({"dc", "like", "regions", "storage_usd_per_m3_week"}),
    "dc_removed": frozenset({"dc", "to"}),
    "supplier": _ABOUT_ITEMS
    | {"supplier", "lead_time_weeks", "cost_per_m3", "cost_per_unit", "unit_value", "value_factor", "duty_rate"},
    "storage": frozenset({"node", "usd_per_m3_week", "factor"}),
    "freight": frozenset({"factor"}),
    "shortage": frozenset({"factor"}),
}
KINDS = tuple(_FIELDS)


def read_scenario(path: Path) -> Scenario:
    """The scenario of a file. Raises BadInput with one line per cause."""
    return scenario_of(load_json(path), path.name)


def scenario_of(found: Mapping[str, Any], file: str = "scenario") -> Scenario:
    """A scenario from what JSON holds. Raises BadInput with one line per cause."""
    checker = Checker(file)
    if found.get("schema") != SCHEMA:
        checker.blame("schema", f"{SCHEMA!r} is needed, not {found.get('schema')!r}")
        checker.done()
    name = checker.text(found, "name", "scenario")
    changes = [_Row(row, where, checker).change() for where, row in checker.rows(found, "changes")]
    if not changes:
        checker.blame("changes", "at least one is needed")
    checker.done()
    return Scenario(name, tuple(change for change in changes if change is not None))


@dataclass
class _Row:
    """One change, its values taken out and checked."""

    row: Mapping[str, Any]
    where: str
    checker: Checker

    def change(self) -> Change | None:
        kind = self.row.get("kind")
        if not isinstance(kind, str) or kind not in _FIELDS:
            self.checker.blame(f"{self.where}.kind", f"one of {', '.join(KINDS)} is needed, not {kind!r}")
            return None
        for name in sorted(set(self.row) - _FIELDS[kind] - {"kind"}):
            self.checker.blame(f"{self.where}.{name}", f"a change of kind {kind} has no such field")
        return _READERS[kind](self)

    def duty(self) -> DutyChange:
        self.one_of("rate", "delta", "factor")
        delta = self.row.get("delta")
        if delta is not None and (
            isinstance(delta, bool) or not isinstance(delta, int | float) or not -10 <= delta <= 10
        ):
            self.checker.blame(f"{self.where}.delta", f"a number from -10 to 10 is needed, not {delta!r}")
            delta = None
        return DutyChange(
            self.items(), self.share("rate", most=10), delta, self.factor(needed=False), self.day("from"),
            self.probability(),
        )  # fmt: skip

    def usmca(self) -> UsmcaChange:
        qualifies = self.row.get("qualifies")
        if not isinstance(qualifies, bool):
            self.checker.blame(f"{self.where}.qualifies", f"true or false is needed, not {qualifies!r}")
        return UsmcaChange(
            bool(qualifies), self.items(), self.share("rate", most=10), self.day("from"), self.probability()
        )

    def closure(self) -> Closure:
        begin, end = (self.day(name) for name in ("from", "to"))
        for name, day in (("from", begin), ("to", end)):
            if day is None and self.row.get(name) is None:
                self.checker.blame(f"{self.where}.{name}", "is missing")
        if begin and end and end < begin:
            self.checker.blame(f"{self.where}.to", f"{end} lies before {begin}")
        return Closure(self.name("crossing"), begin or date.min, end or date.min, self.probability())

    def lead_time(self) -> LeadTimeChange:
        self.one_of("factor", "lead_time_weeks")
        leg = self.row.get("leg") or ""
        if leg not in LEGS:
            self.checker.blame(f"{self.where}.leg", f"supply or crossing is needed, not {leg!r}")
        names = {
            own: self.name(name, "")
            for own, name in (
                ("origin", "from_node"),
                ("destination", "to_node"),
                ("crossing", "crossing"),
                ("mode", "mode"),
            )
        }
        return LeadTimeChange(self.factor(needed=False), self.weeks(), str(leg), **names)

    def demand(self) -> DemandChange:
        return DemandChange(self.factor() or 0.0, self.name("region", ""), self.name("category", ""))

    def capital(self) -> CapitalChange:
        self.one_of("rate", "factor")
        return CapitalChange(self.share("rate", most=10), self.factor(needed=False))

    def dc_added(self) -> DcAdded:
        regions = self.row.get("regions")
        if not isinstance(regions, list) or not regions or any(not isinstance(region, str) for region in regions):
            self.checker.blame(f"{self.where}.regions", "a list of at least one region is needed")
            regions = []
        storage = self.checker.number(self.row, "storage_usd_per_m3_week", self.where, None)
        return DcAdded(self.name("dc"), self.name("like"), tuple(regions), storage)

    def dc_removed(self) -> DcRemoved:
        return DcRemoved(self.name("dc"), self.name("to", ""))

    def supplier(self) -> SupplierChange:
        if self.row.get("unit_value") is not None and self.row.get("value_factor") is not None:
            self.checker.blame(self.where, "unit_value and value_factor exclude each other")
        price = {
            name: self.checker.number(self.row, name, self.where) or 0.0 for name in ("cost_per_m3", "cost_per_unit")
        }
        return SupplierChange(
            self.name("supplier"), self.items(), self.weeks(), **price,
            unit_value=self.checker.number(self.row, "unit_value", self.where, None, positive=True),
            value_factor=self.factor("value_factor", needed=False), duty_rate=self.share("duty_rate", most=10),
        )  # fmt: skip

    def storage(self) -> StorageChange:
        self.one_of("usd_per_m3_week", "factor")
        price = self.checker.number(self.row, "usd_per_m3_week", self.where, None)
        return StorageChange(self.name("node", ""), price, self.factor(needed=False))

    def price(self) -> PriceChange:
        return PriceChange(str(self.row["kind"]), self.factor() or 0.0)

    def items(self) -> Items:
        skus = self.row.get("skus") or []
        if not isinstance(skus, list) or any(not isinstance(sku, str) for sku in skus):
            self.checker.blame(f"{self.where}.skus", "a list of item ids is needed")
            skus = []
        return Items(tuple(skus), self.name("category", ""), self.name("origin", ""))

    def one_of(self, *names: str) -> None:
        """Exactly one of these is to be stated."""
        stated = [name for name in names if self.row.get(name) is not None]
        if len(stated) != 1:
            self.checker.blame(self.where, f"exactly one of {', '.join(names)} is needed")

    def name(self, field: str, default: str | None = None) -> str:
        if default is not None and not self.row.get(field):
            return default
        return self.checker.text(self.row, field, self.where)

    def factor(self, field: str = "factor", *, needed: bool = True) -> float | None:
        if needed and self.row.get(field) is None:
            self.checker.blame(f"{self.where}.{field}", "is missing")
        found = self.checker.number(self.row, field, self.where, None, positive=True)
        if found is not None and found > MOST_FACTOR:
            self.checker.blame(f"{self.where}.{field}", f"{found:g} is more than {MOST_FACTOR:g}")
        return found

    def share(self, field: str, *, most: float) -> float | None:
        found = self.checker.number(self.row, field, self.where, None)
        if found is not None and found > most:
            self.checker.blame(f"{self.where}.{field}", f"{found:g} is more than {most:g}; 0.25 is 25 %")
        return found

    def probability(self) -> float:
        found = self.row.get("probability", 1.0)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 1:
            self.checker.blame(f"{self.where}.probability", f"a number from 0 to 1 is needed, not {found!r}")
            return 1.0
        return float(found)

    def day(self, field: str) -> date | None:
        value = self.row.get(field)
        if value is None:
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.checker.blame(f"{self.where}.{field}", f"an ISO date is needed, not {value!r}")
            return None

    def weeks(self) -> LeadTime | None:
        found = self.row.get("lead_time_weeks")
        if found is None:
            return None
        if not isinstance(found, Mapping):
            self.checker.blame(
                f"{self.where}.lead_time_weeks", "an object with values and probs, mean and sd, or samples is needed"
            )
            return None
        try:
            return lead_time(found)
        except (KeyError, TypeError, ValueError) as error:
            self.checker.blame(f"{self.where}.lead_time_weeks", str(error) or "is not a lead time")
            return None


_READERS: dict[str, Callable[[_Row], Change]] = {
    "duty": _Row.duty,
    "usmca": _Row.usmca,
    "closure": _Row.closure,
    "lead_time": _Row.lead_time,
    "demand": _Row.demand,
    "capital": _Row.capital,
    "dc_added": _Row.dc_added,
    "dc_removed": _Row.dc_removed,
    "supplier": _Row.supplier,
    "storage": _Row.storage,
    "freight": _Row.price,
    "shortage": _Row.price,
}
