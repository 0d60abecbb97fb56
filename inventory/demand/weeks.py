"""Rows of demand summed to weeks: one line per item, market and Monday, with returns netted. Pure.

Source: placement.md §2.1 and §4.1 (docs/placement.md): rows of one week are added up; a return is netted inside its week, what is
left of it is carried back at most 8 weeks, and the rest is dropped and counted.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inventory.demand.columns import NO_PRICE, UNKNOWN_WEEK
from inventory.errors import InvalidInput
from inventory.errors import gettext_noop as _
from inventory.units import BASE_MAX, RATE_SCALE

Ints = npt.NDArray[np.int64]
WEEK, CARRY_BACK_WEEKS = 7, 8


@dataclass(frozen=True)
class Weeks:
    """One line per (sku, market, week), sorted so; quantities in base units and never below zero.

    `known` is False where the quantity was blank: the week is not known to be zero. `price` is the mean of those given, or
    NO_PRICE. `dropped` counts the units (base) of returns that found no demand to be set against.
    """

    sku: Ints
    market: Ints
    week: Ints
    quantity: Ints
    known: npt.NDArray[np.bool_]
    stockout: Ints
    promo: npt.NDArray[np.bool_]
    price: Ints
    carried: int = 0
    dropped: int = 0

    def __len__(self) -> int:
        return len(self.week)


def by_week(columns: dict[str, Ints]) -> Weeks:
    """The weeks that rows of (sku, market, date, quantity, stockout, promo, price) come to.

    Raises InvalidInput when the rows of one week add up to more than a quantity can hold.
    """
    order = np.lexsort((columns["date"], columns["market"], columns["sku"]))
    sku, market, week = (columns[name][order] for name in ("sku", "market", "date"))
    if not len(order):
        nothing = np.zeros(0, dtype=np.int64)
        flags = np.zeros(0, dtype=bool)
        return Weeks(nothing, nothing, nothing, nothing, flags, nothing, flags, nothing)
    starts = np.flatnonzero(np.r_[True, (np.diff(sku) != 0) | (np.diff(market) != 0) | (np.diff(week) != 0)])
    stated = columns["quantity"][order] != UNKNOWN_WEEK
    quantity = _sums(np.where(stated, columns["quantity"][order], 0), starts)
    known = np.add.reduceat(stated.astype(np.int64), starts) > 0
    stockout = np.add.reduceat(columns["stockout"][order], starts) // np.diff(np.r_[starts, len(order)])
    price = columns["price"][order]
    priced = price != NO_PRICE
    prices = np.maximum(np.add.reduceat(priced.astype(np.int64), starts), 1)
    mean_price = np.add.reduceat(np.where(priced, price, 0), starts) // prices
    some_price = np.add.reduceat(priced.astype(np.int64), starts) > 0
    promo = np.add.reduceat(columns["promo"][order], starts) > 0
    sku, market, week = sku[starts], market[starts], week[starts]
    quantity, carried, dropped = net_returns(sku, market, week, quantity)
    return Weeks(
        sku, market, week, quantity, known, np.where(known, stockout, 10**RATE_SCALE), promo,
        np.where(some_price, mean_price, NO_PRICE), carried, dropped,
    )  # fmt: skip


def net_returns(sku: Ints, market: Ints, week: Ints, quantity: Ints) -> tuple[Ints, int, int]:
    """The quantities with every week below zero set against the 8 weeks before it, and what was carried and dropped.

    >>> one = np.zeros(3, dtype=np.int64)
    >>> quantity, carried, dropped = net_returns(one, one, np.array([0, 7, 14]), np.array([5, 2, -8]))
    >>> quantity.tolist(), carried, dropped
    ([0, 0, 0], 7, 1)
    """
    quantity, carried, dropped = quantity.copy(), 0, 0
    for place in np.flatnonzero(quantity < 0):
        left, before = int(-quantity[place]), int(place) - 1
        quantity[place] = 0
        while left and before >= 0 and (sku[before], market[before]) == (sku[place], market[place]):
            if week[place] - week[before] > CARRY_BACK_WEEKS * WEEK:
                break
            taken = min(left, int(quantity[before]))
            quantity[before] -= taken
            left, carried, before = left - taken, carried + taken, before - 1
        dropped += left
    return quantity, carried, dropped


def _sums(values: Ints, starts: Ints) -> Ints:
    """Sums of the runs that begin at `starts`, refused where they do not fit into 64 bits."""
    if np.any(np.abs(np.add.reduceat(values.astype(np.float64), starts)) > BASE_MAX * 0.99):
        raise InvalidInput(
            _("The rows of one week add up to more than %(limit)s."),
            field="quantity", rule="max_size", limit=BASE_MAX // 10**6,
        )  # fmt: skip
    return np.add.reduceat(values, starts)
