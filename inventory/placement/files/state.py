"""state.json as the engine's state: what lies where, in which lots, and what is on its way. Pure.

Source: placement.md §2.3 and §18 (docs/placement.md).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from inventory.placement.engine.model import BondLot, Network, State
from inventory.placement.engine.periods import add_months
from inventory.placement.files.checks import Checker, load_json

Stock = dict[tuple[str, str], float]
UNORDERED = -1


def read_state(path: Path, network: Network) -> State:
    """The state of a file.

    `errors` lists what was left out, rows of unknown items or nodes and quantities below zero, and lots that do not add up to their
    row's quantity. The quantity counts: what is beyond the lots is a lot of its own, and of too many the last to leave are cut.
    """
    found, checker = load_json(path), Checker(path.name)
    try:
        as_of = date.fromisoformat(str(found.get("as_of")))
    except ValueError:
        checker.blame("as_of", f"an ISO date is needed, not {found.get('as_of')!r}")
        checker.done()
    reader = _Reader(network, as_of, checker)
    for where, row in checker.rows(found, "on_hand"):
        reader.on_hand(row, where)
    for where, row in checker.rows(found, "in_transit"):
        reader.in_transit(row, where)
    for where, row in checker.rows(found, "backorders"):
        key, quantity = reader.key(row, "node", where), reader.quantity(row, where)
        if key:
            reader.backorders[key] += quantity
    checker.done()
    return reader.state()


def read_overrides(path: Path, network: Network) -> dict[tuple[str, str], float]:
    """The levels that a planner set, by (sku, node); those of items or nodes that the network does not know are left out."""
    found, checker = load_json(path), Checker(path.name)
    reader = _Reader(network, date.min, checker)
    levels = {}
    for where, row in checker.rows(found, "level_overrides"):
        key, level = reader.key(row, "node", where), checker.needed(row, "level", where)
        if key:
            levels[key] = level
    checker.done()
    return levels


class _Reader:
    """Sums rows up; the same item at the same node may be stated in several."""

    def __init__(self, network: Network, as_of: date, checker: Checker) -> None:
        self.skus = {sku.id for sku in network.skus}
        self.nodes = {node.id: node for node in network.nodes}
        self.as_of, self.checker = as_of, checker
        self.errors: list[str] = []
        self.lots: dict[tuple[str, str], list[BondLot]] = defaultdict(list)
        self.at_dc: Stock = defaultdict(float)
        self.inbound: Stock = defaultdict(float)
        self.on_order: Stock = defaultdict(float)
        self.backorders: Stock = defaultdict(float)

    def key(self, row: Mapping[str, Any], node_name: str, where: str) -> tuple[str, str] | None:
        """The item and node of a row, if the network knows both."""
        sku = self.checker.text(row, "sku", where)
        node = self.checker.text(row, node_name, where)
        if sku not in self.skus or node not in self.nodes:
            self.errors.append(f"{where}: {sku!r} at {node!r} is not in the network")
            return None
        return sku, node

    def quantity(self, row: Mapping[str, Any], where: str) -> float:
        """A quantity; below zero it counts as none and is listed."""
        value = row.get("quantity")
        if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
            self.errors.append(f"{where}: quantity {value} is below zero and counts as 0")
            return 0.0
        return self.checker.needed(row, "quantity", where)

    def on_hand(self, row: Mapping[str, Any], where: str) -> None:
        key, quantity = self.key(row, "node", where), self.quantity(row, where)
        if key is None:
            return
        if self.nodes[key[1]].type != "bonded":
            self.at_dc[key] += quantity
            return
        lots = [self._lot(lot, key[1], place) for place, lot in self.checker.rows(row, "lots", where)]
        over = sum(lot.quantity for lot in lots) - quantity
        told = (
            f"{where}: the lots of {key[0]!r} at {key[1]!r} add up to {quantity + over:g}, the quantity is {quantity:g}"
        )
        is_other = abs(over) > 1e-9 * max(1.0, quantity)
        if is_other and over > 0:
            self.errors.append(f"{told}: the quantity counts, and {over:g} of the lots that would leave last do not")
            lots = _cut(_ordered(lots), quantity)
        elif is_other:
            if lots:
                self.errors.append(f"{told}: the other {-over:g} count as a lot without number whose stay begins now")
            lots.append(BondLot("", -over, self._limit({}, key[1], where), UNORDERED))
        self.lots[key] += [lot for lot in lots if lot.quantity > 0]

    def in_transit(self, row: Mapping[str, Any], where: str) -> None:
        key, quantity = self.key(row, "to", where), self.quantity(row, where)
        if key:
            (self.on_order if self.nodes[key[1]].type == "bonded" else self.inbound)[key] += quantity

    def state(self) -> State:
        """What was read."""
        ordered = {key: _ordered(lots) for key, lots in self.lots.items()}
        return State(
            as_of=self.as_of, lots=ordered, on_hand=dict(self.at_dc), inbound=dict(self.inbound),
            on_order=dict(self.on_order), backorders=dict(self.backorders), errors=tuple(self.errors),
        )  # fmt: skip

    def _lot(self, lot: Mapping[str, Any], node: str, where: str) -> BondLot:
        name = self.checker.text(lot, "lot", where) if lot.get("lot") else ""
        return BondLot(name, self.quantity(lot, where), self._limit(lot, node, where), self._order(lot, where))

    def _order(self, lot: Mapping[str, Any], where: str) -> int:
        """The place that the lot states in the order of leaving, if it states one."""
        stated = self.checker.number(lot, "order", where, None)
        return UNORDERED if stated is None else int(stated)

    def _limit(self, lot: Mapping[str, Any], node: str, where: str) -> date | None:
        """The stated limit, else the node's permanence from the lot's age on, else none."""
        stated = lot.get("limit_date")
        if stated is not None:
            try:
                return date.fromisoformat(str(stated))
            except ValueError:
                self.checker.blame(f"{where}.limit_date", f"an ISO date is needed, not {stated!r}")
                return None
        months = self.nodes[node].permanence_months
        if not months:
            return None
        age = self.checker.number(lot, "age_weeks", where) or 0.0
        return add_months(self.as_of - timedelta(days=round(age * 7)), months)


def _cut(lots: Sequence[BondLot], quantity: float) -> list[BondLot]:
    """So much of the lots, from the first to leave on."""
    found = []
    for lot in lots:
        found.append(replace(lot, quantity=min(lot.quantity, quantity)))
        quantity -= found[-1].quantity
    return found


def _ordered(lots: list[BondLot]) -> tuple[BondLot, ...]:
    """Lots in the order they state, if all do; else by limit, those that must leave first in front."""
    if all(lot.order != UNORDERED for lot in lots):
        return tuple(sorted(lots, key=lambda lot: lot.order))
    by_limit = sorted(lots, key=lambda lot: (lot.limit or date.max, lot.lot))
    return tuple(BondLot(lot.lot, lot.quantity, lot.limit, n) for n, lot in enumerate(by_limit))
