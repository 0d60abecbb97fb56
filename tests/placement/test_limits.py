from datetime import timedelta

import numpy as np
import pytest

from inventory.placement.engine.limits import is_passed, spread_early, view, whole_packs
from inventory.placement.engine.model import BondLot
from inventory.placement.engine.recommend import recommend
from tests.placement.cases import AS_OF, network, poisson_series, problem, sent, sku, state


def lot(name, quantity, weeks=None, order=0):
    return BondLot(name, float(quantity), None if weeks is None else AS_OF + timedelta(weeks=weeks), order)


def near_rows(result):
    return {row.lot for row in result.exceptions if row.reason_code == "LIMIT_NEAR"} | {
        name for row in result.moves for name in row.lot.split("|") if name
    }


def test_the_last_lawful_day_is_still_in_time():
    assert not is_passed(BondLot("L", 1.0, AS_OF), AS_OF)
    assert is_passed(BondLot("L", 1.0, AS_OF - timedelta(days=1)), AS_OF)


def test_lots_leave_first_in_first_out_and_what_will_not_leave_in_time_is_at_risk():
    views = view([lot("young", 50, 10, 2), lot("old", 100, 5, 1)], 30.0, weekly=10.0, review=1, as_of=AS_OF)

    assert [(v.lot.lot, v.left, v.at_risk) for v in views] == [("old", 70.0, 30.0), ("young", 50.0, 30.0)]


def test_early_units_go_where_they_wait_the_least_and_not_longer_than_expiry_is_worth():
    wanted = spread_early(
        1000.0, position=np.zeros(2), weekly=np.array([10.0, 30.0]), premium=np.array([0.5, 0.5]), expiry_cost=5.0
    )

    assert wanted == pytest.approx([100.0, 300.0])


def test_early_units_are_rounded_to_packs_that_cover_them():
    assert whole_packs(np.array([5.0, 7.0]), 12.0, 10).tolist() == [0, 1]
    assert whole_packs(np.array([25.0, 7.0]), 12.0, 2).tolist() == [2, 0]


def test_a_lot_past_its_limit_is_in_no_move_and_in_an_exception():
    stock = state(bond={("A", "MX"): [lot("dead", 500, -1)]})

    result = recommend(problem(poisson_series(1, 20, 20), stock=stock))

    assert sent(result) == {}
    assert [(e.reason_code, e.lot, e.quantity) for e in result.exceptions] == [("LIMIT_PASSED", "dead", 500)]


def test_a_lot_that_would_stay_too_long_is_shipped_early_and_named():
    stock = state(bond={("A", "MX"): [lot("L1", 600, 3)]}, dcs={("A", "DC1"): 100, ("A", "DC2"): 100})
    calm = state(bond={("A", "MX"): [lot("L1", 600, 60)]}, dcs={("A", "DC1"): 100, ("A", "DC2"): 100})
    series = poisson_series(2, 20, 20)

    pressed, relaxed = (recommend(problem(series, stock=s)) for s in (stock, calm))

    assert sum(sent(relaxed).values()) == 0
    assert sum(sent(pressed).values()) == pytest.approx(520, abs=15)
    assert {m.reason_code for m in pressed.moves if m.from_node == "MX"} == {"LIMIT_NEAR"}
    assert min(m.priority for m in pressed.moves if m.reason_code == "LIMIT_NEAR") == 1
    (rest,) = [e for e in pressed.exceptions if e.reason_code == "LIMIT_NEAR"]
    assert rest.quantity == pytest.approx(600 - sum(sent(pressed).values()))


def test_shipping_early_stops_where_waiting_forward_costs_more_than_expiry():
    item = sku(expiry_cost=0.05)
    stock = state(bond={("A", "MX"): [lot("L1", 6000, 3)]})

    result = recommend(problem(poisson_series(2, 20, 20), net=network(skus=[item]), stock=stock))

    (rest,) = [e for e in result.exceptions if e.reason_code == "LIMIT_NEAR"]
    assert rest.quantity > 5500
    assert "RED" in rest.flags


@pytest.mark.parametrize("weeks", [0, 2, 4, 9, 13])
@pytest.mark.parametrize("held", [1, 40, 900])
def test_a_lot_near_its_limit_is_always_in_a_move_or_an_exception(weeks, held):
    stock = state(bond={("A", "MX"): [lot("near", held, weeks, 1), lot("far", 300, 80, 2)]})

    result = recommend(problem(poisson_series(3, 5, 9), net=network(skus=[sku(pack_size=12.0)]), stock=stock))

    assert "near" in near_rows(result)
    assert all(m.quantity % 12 == 0 for m in result.moves if m.from_node == "MX")
