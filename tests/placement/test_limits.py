from datetime import timedelta

import numpy as np
import pytest
from django.utils import translation

from inventory.placement.engine.limits import is_passed, spread_early, view, whole_packs
from inventory.placement.engine.model import BondLot
from inventory.placement.engine.recommend import recommend
from inventory.placement.explain import sentence
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


def test_a_move_tells_what_it_takes_of_each_lot_near_its_limit():
    lots = [lot("L1", 30, 2, 1), lot("L2", 25, 3, 2), lot("far", 900, 100, 3)]
    item = sku(pack_size=12.0)

    result = recommend(
        problem(poisson_series(2, 40, 20), net=network(skus=[item]), stock=state(bond={("A", "MX"): lots}))
    )

    moves = [move for move in result.moves if move.from_node == "MX"]
    taken = {}
    for move in moves:
        assert sum(units for _name, units, _limit in move.lots) <= move.quantity
        assert [entry["quantity"] for entry in move.explanation["lots"]] == [
            units for _name, units, _limit in move.lots
        ]
        for name, units, _limit in move.lots:
            taken[name] = taken.get(name, 0) + units
    assert sum(move.quantity for move in moves) > 55
    assert taken == {"L1": 30, "L2": 25}
    assert [(move.quantity, move.lot) for move in moves if move.lot] == [(36, "L1|L2"), (24, "L2")]


def test_a_move_of_a_part_of_a_lot_names_that_part_and_not_the_whole_lot():
    stock = state(bond={("A", "MX"): [lot("L0", 1000, 8)]}, dcs={("A", "DC1"): 0})

    result = recommend(problem(poisson_series(2, 5, 5), stock=stock))

    moves = [move for move in result.moves if move.from_node == "MX"]
    assert sum(move.quantity for move in moves) < 1000
    assert [move.lots[0][1] for move in moves] == [move.quantity for move in moves]


def test_what_goes_ahead_of_a_limit_tells_its_cover_and_that_waiting_costs_less_than_expiry():
    stock = state(bond={("A", "MX"): [lot("L0", 1000, 8)]})

    result = recommend(problem(poisson_series(2, 5, 5), stock=stock))

    early = [move.explanation for move in result.moves if move.explanation["kind"] == "move_early"]
    assert early
    for facts in early:
        assert facts["covers_weeks"] == pytest.approx(facts["position_after"] / facts["weekly_demand"], abs=0.06)
        assert facts["waiting_cost"] == pytest.approx(facts["delta"] * facts["covers_weeks"], rel=0.01)
        assert 0 < facts["waiting_cost"] < facts["expiry_cost"]
        assert f"That covers {facts['covers_weeks']} weeks of demand there" in sentence(facts)
        assert "still less than the 4.5 that leaving by force costs" in sentence(facts)


def test_a_lot_with_years_left_is_red_where_demand_would_not_take_it_in_time_and_says_so():
    stock = state(bond={("A", "MX"): [lot("", 9000, 260)]})

    result = recommend(problem(poisson_series(2, 5, 5), stock=stock))

    (row,) = [row for row in result.exceptions if row.reason_code == "LIMIT_NEAR"]
    facts = row.explanation
    assert "RED" in row.flags
    assert facts["weeks_until"] == 259
    assert facts["cover_weeks"] == pytest.approx(facts["value"] / facts["weekly"], abs=0.06)
    assert facts["cover_weeks"] > 800
    english = sentence(facts)
    assert " without a lot number stay at MX and must leave by 2031-02-24 (1,820 days)" in english
    assert "they last for" in english
    assert "there are 259 until the last review" in english
    with translation.override("es-mx"):
        spanish = sentence(facts)
    assert "sin número de lote" in spanish
    assert "259" in spanish
    assert "  " not in spanish


def test_no_demand_is_said_in_words():
    stock = state(bond={("A", "MX"): [lot("", 500)]})
    series = {("A", "R1"): [9.0] * 40 + [0.0] * 64}

    result = recommend(problem(series, stock=stock))

    (row,) = [row for row in result.exceptions if row.reason_code == "RUNOUT" and "OVERSTOCK" in row.flags]
    assert row.explanation["cover_weeks"] is None
    assert "No demand is expected." in sentence(row.explanation)
    assert "–" not in sentence(row.explanation)
    with translation.override("es-mx"):
        assert "No se espera demanda." in sentence(row.explanation)


@pytest.mark.parametrize("kind", ["limit_near", "limit_passed", "move"])
def test_units_without_a_lot_number_are_told_in_words(kind):
    passed = {"kind": kind, "lot": "", "value": 5, "node": "MX", "limit_date": "2026-02-02", "days_past": 28}
    near = passed | {"weekly": 0, "at_risk": 5, "days_left": 9, "expiry_cost": 2}
    series, bond = poisson_series(2, 5, 5), {("A", "MX"): [lot("", 40, 3)]}
    moved = recommend(problem(series, stock=state(bond=bond))).moves[0].explanation

    said = sentence({"limit_near": near, "limit_passed": passed, "move": moved}[kind])

    assert "without a lot number" in said.lower()
    assert "lot  " not in said


def test_expected_service_is_told_to_hold_while_bond_can_supply():
    stock = state(bond={("A", "MX"): 400})

    result = recommend(problem(poisson_series(1, 20, 20), stock=stock))

    moves = [move for move in result.moves if move.from_node == "MX"]
    assert moves
    assert all(
        "Expected service there, while bond can supply, goes from" in sentence(move.explanation) for move in moves
    )
