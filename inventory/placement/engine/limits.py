"""Lots near the last lawful day of their stay: what of them will not leave in time by itself, and where it could go early. Pure.

Source: placement.md §7.4 (docs/placement.md). The limit itself comes from the customs books; nothing here moves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from inventory.placement.engine.model import BondLot, Floats, Params
from inventory.placement.engine.periods import WEEK, Period


@dataclass(frozen=True)
class LotView:
    """A lot in bond after today's moves: what is left of it, weeks until its limit, and how much will not leave by itself."""

    lot: BondLot
    left: float
    weeks_left: float
    at_risk: float


@dataclass(frozen=True)
class LotPart:
    """Some units of a lot, as a move takes them."""

    seen: LotView
    units: float

    @property
    def lot(self) -> BondLot:
        """The whole lot."""
        return self.seen.lot


def names(parts: Sequence[LotPart]) -> str:
    """The lots of a move by name, as a row has them; some have none."""
    return "|".join(part.lot.lot for part in parts if part.lot.lot)


def in_order(lots: Sequence[BondLot]) -> list[BondLot]:
    """Lots first in, first out: by their given order, then by limit and name."""
    return sorted(lots, key=lambda lot: (lot.order, lot.limit or date.max, lot.lot))


def is_passed(lot: BondLot, as_of: date) -> bool:
    """True after the last lawful day; the day itself is still in time."""
    return lot.limit is not None and lot.limit < as_of


def view(
    lots: Sequence[BondLot], shipped: float, *, weekly: float, review: int, as_of: date, period: Period = WEEK
) -> list[LotView]:
    """The lots after `shipped` units left first in, first out, when `weekly` units leave a week from now on.

    At risk is what of a lot still lies there one review before its limit.
    """
    seen, ahead = [], 0.0
    for lot in in_order(lots):
        gone = min(lot.quantity, shipped)
        shipped -= gone
        left = lot.quantity - gone
        weeks = period.between(as_of, lot.limit) if lot.limit else float("inf")
        outflow = weekly * max(0.0, weeks - review) if weekly else 0.0
        risk = min(left, max(0.0, ahead + left - outflow)) if lot.limit else 0.0
        seen.append(LotView(lot, left, weeks, risk))
        ahead += left
    return seen


def early_need(views: Sequence[LotView], params: Params, *, weekly: float, review: int) -> float:
    """Units to ship now, beyond what is needed, so that nothing of the lots within the amber window stays past its limit."""
    need, ahead = 0.0, 0.0
    for seen in views:
        ahead += seen.left
        if seen.weeks_left <= params.amber_weeks and seen.at_risk > 0:
            need = max(need, ahead - weekly * max(0.0, seen.weeks_left - review))
    return need


def spread_early(units: float, *, position: Floats, weekly: Floats, premium: Floats, expiry_cost: float) -> Floats:
    """Where units shipped early should go: to equal weeks of cover, and nowhere for longer than expiry would cost.

    A unit that waits t weeks at a DC costs the premium t times; it is shipped only while that is less than `expiry_cost`.

    >>> spread_early(30.0, position=np.array([10.0, 0.0]), weekly=np.array([10.0, 10.0]),
    ...              premium=np.array([0.1, 0.1]), expiry_cost=5.0).round(6).tolist()
    [10.0, 20.0]
    """
    with np.errstate(divide="ignore"):
        longest = np.where(premium > 0, expiry_cost / premium, np.inf)

    def at(cover: float) -> Floats:
        weeks = np.minimum(cover, longest)
        return np.where(weekly > 0, np.maximum(0.0, weekly * weeks - position), 0.0)

    asked = weekly > 0
    if not asked.any() or units <= 0:
        return np.zeros(len(weekly))
    most = float(np.max((units + position[asked]) / weekly[asked]))
    if at(most).sum() <= units:
        return at(most)
    low, high = 0.0, most
    for _step in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle).sum() < units else (low, middle)
    return at(low)


def whole_packs(wanted: Floats, pack: float, most: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Wanted units in whole packs that cover them, at most `most` packs in all; the largest wishes are met first."""
    packs = np.ceil(wanted / pack - 1e-9).astype(np.int64)
    spare = int(packs.sum()) - max(int(np.ceil(wanted.sum() / pack - 1e-9)), 0)
    spare = max(spare, int(packs.sum()) - most)
    # Rounding up everywhere may ship more than is at risk: take packs back where the least of them is wanted.
    while spare > 0:
        rest = np.where(packs > 0, wanted - (packs - 1) * pack, np.inf)
        packs[int(np.argmin(rest))] -= 1
        spare -= 1
    return packs
