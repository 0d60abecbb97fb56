from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.demand.columns import NO_PRICE, UNKNOWN_WEEK
from inventory.demand.weeks import by_week, net_returns
from inventory.errors import InvalidInput

MONDAY = date(2026, 3, 2)


def columns(*rows):
    names = ("sku", "market", "date", "quantity", "stockout", "promo", "price")
    filled = [(*row, *(0, 0, NO_PRICE)[len(row) - 4 :]) if len(row) < 7 else row for row in rows]
    return {name: np.array([row[i] for row in filled], dtype=np.int64) for i, name in enumerate(names)}


def day(week):
    return (MONDAY + timedelta(weeks=week)).toordinal()


def test_rows_of_one_week_are_added_up_in_any_order():
    weeks = by_week(columns((0, 0, day(1), 5), (1, 0, day(0), 1), (0, 0, day(0), 2), (0, 0, day(1), 3)))

    assert list(zip(weeks.sku, weeks.market, weeks.week, weeks.quantity, strict=True)) == [
        (0, 0, day(0), 2), (0, 0, day(1), 8), (1, 0, day(0), 1),
    ]  # fmt: skip


def test_a_week_without_any_stated_quantity_is_unknown_and_counts_as_out_of_stock():
    weeks = by_week(columns((0, 0, day(0), UNKNOWN_WEEK), (0, 0, day(1), UNKNOWN_WEEK), (0, 0, day(1), 4)))

    assert weeks.known.tolist() == [False, True]
    assert weeks.quantity.tolist() == [0, 4]
    assert weeks.stockout.tolist() == [1_000_000, 0]


def test_shares_and_prices_are_averaged_and_one_promoted_row_promotes_the_week():
    weeks = by_week(columns((0, 0, day(0), 1, 0, 0, 10_000), (0, 0, day(0), 1, 500_000, 1, NO_PRICE)))

    assert (weeks.stockout.tolist(), weeks.promo.tolist(), weeks.price.tolist()) == ([250_000], [True], [10_000])


def test_a_return_is_not_carried_past_eight_weeks_nor_to_another_market():
    sku = np.zeros(3, dtype=np.int64)
    market = np.array([0, 1, 1])
    week = np.array([day(0), day(0), day(9)])

    quantity, carried, dropped = net_returns(sku, market, week, np.array([7, 7, -5]))

    assert (quantity.tolist(), carried, dropped) == ([7, 7, 0], 0, 5)


def test_a_week_beyond_what_a_quantity_can_hold_is_refused():
    huge = 10**12 * 10**6

    with pytest.raises(InvalidInput) as refusal:
        by_week(columns(*[(0, 0, day(0), huge)] * 10))

    assert refusal.value.rule == "max_size"


rows = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 12).map(day), st.integers(-50, 100)), min_size=1
)


@given(rows)
def test_nothing_is_lost_but_the_returns_that_are_reported(listed):
    weeks = by_week(columns(*listed))

    assert int(weeks.quantity.sum()) - weeks.dropped == sum(row[3] for row in listed)
    assert (weeks.quantity >= 0).all()
    keys = list(zip(weeks.sku, weeks.market, weeks.week, strict=True))
    assert keys == sorted(set(keys)) == sorted({row[:3] for row in listed})
