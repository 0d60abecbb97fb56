"""The edge cases of placement.md §18 that no other file has, and two of the invariants of §9."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.placement.engine.costs import left_over
from inventory.placement.engine.distribution import TAUS, expect
from inventory.placement.engine.groundwork import lay_ground
from inventory.placement.engine.model import LeadTime
from inventory.placement.engine.periods import WEEK
from inventory.placement.engine.prepare import prepare
from inventory.placement.engine.recommend import recommend
from inventory.placement.engine.season import Calendar
from inventory.placement.engine.tune import tune
from inventory.placement.files.history import history as read_history
from inventory.placement.files.history import read_rows
from tests.placement.cases import level, network, poisson_series, problem, sent, sku, state


def test_one_item_at_one_dc_of_one_site_pools_only_itself():
    result = recommend(problem(poisson_series(3, 20), net=network(dcs=1)))

    own, pooled = level(result, "A", "DC1").explanation, level(result, "A", "MX").explanation
    assert pooled["feeds"] == ["DC1"]
    assert pooled["weekly_demand"] == pytest.approx(own["weekly_demand"], rel=0.02)


def test_a_class_of_few_items_is_tuned_by_all_of_them():
    tuning = tune(prepare(problem(poisson_series(3, 20), net=network(dcs=1))))

    (numbers,) = {(found.beta, found.phi, found.family, found.items) for found in tuning.classes.values()}
    assert numbers[3] == 1


def test_a_dc_that_nobody_asks_keeps_no_level_and_lets_its_stock_run_out():
    stock = state(dcs={("A", "DC2"): 25})

    result = recommend(problem(poisson_series(2, 20), stock=stock))

    assert level(result, "A", "DC2").order_up_to == 0
    assert [(e.node, e.quantity) for e in result.exceptions if e.reason_code == "RUNOUT"] == [("DC2", 25)]
    assert not any(move.to_node == "DC2" for move in result.moves)


def test_where_bond_is_dearer_the_premium_is_two_hundredths_of_holding_forward():
    net = network(skus=[sku(duty_rate=0.0)])
    net = replace(net, nodes=tuple(replace(n, storage_per_m3_week=50.0) if n.id == "MX" else n for n in net.nodes))

    said = level(recommend(problem(poisson_series(5, 20, 20), net=net)), "A", "DC1").explanation

    assert said["h_B"] > said["h_D"]
    assert said["delta"] == pytest.approx(0.02 * said["h_D"], abs=1e-6)


def test_kilograms_are_planned_and_ordered_by_the_hundredth():
    series = {key: line * 0.037 for key, line in poisson_series(1, 5, 5).items()}
    result = recommend(problem(series, net=network(skus=[sku(pack_size=0.01)]), stock=state(bond={("A", "MX"): 0.33})))

    (order,) = [move for move in result.moves if move.from_node == "SUP"]
    for units in (order.quantity, *sent(result).values(), *(row.order_up_to for row in result.levels)):
        assert units * 100 == pytest.approx(round(units * 100), abs=1e-6)
    assert sum(sent(result).values()) == pytest.approx(0.33)
    assert 0 < level(result, "A", "DC1").order_up_to < 1.5


def test_of_two_regions_the_unknown_weeks_of_one_are_made_up_for():
    net = network(dcs=1)
    net = replace(
        net, nodes=(*net.nodes, replace(net.nodes[-1], id="R2")), lanes=(*net.lanes, replace(net.lanes[-1], destination="R2"))
    )  # fmt: skip
    whole = poisson_series(4, 20, 10)
    torn = {key: line.copy() for key, line in whole.items()}
    torn["A", "R2"][30:60] = np.nan

    full, patched = (level(recommend(problem(series, net=net)), "A", "DC1") for series in (whole, torn))

    assert patched.expected_demand == pytest.approx(full.expected_demand, rel=0.05)
    assert patched.explanation["data"]["weeks"] == full.explanation["data"]["weeks"]


def test_weeks_are_seven_days_over_week_53_and_the_leap_day(tmp_path):
    days = [
        date(2026, 12, 27),
        date(2026, 12, 28),
        date(2027, 1, 3),
        date(2027, 1, 4),
        date(2028, 2, 28),
        date(2028, 2, 29),
    ]
    file = tmp_path / "history.csv"
    file.write_text("sku,location,date,quantity\n" + "".join(f"A,R1,{day},{n + 1}\n" for n, day in enumerate(days)))

    found, _rejected = read_history(read_rows(file), skus={"A"}, regions={"R1"}, as_of=date(2028, 3, 6))

    weeks = {found.first_week + timedelta(weeks=int(n)): q for n, q in enumerate(found.demand[0].tolist()) if q}
    assert weeks == {date(2026, 12, 21): 1, date(2026, 12, 28): 5, date(2027, 1, 4): 4, date(2028, 2, 28): 11}
    places = Calendar(date(2026, 12, 14)).of_year(70)
    assert places.min() >= 0
    assert places.max() < WEEK.per_year
    # A year has 52 places: now and then one holds two Mondays, and none is passed over.
    assert set(np.diff(places).tolist()) <= {0, 1, -51}


def test_a_supplier_slower_than_the_history_is_long_gives_a_flagged_level_by_theory():
    net = network(supply=LeadTime((30,), (1.0,)))
    found = problem(poisson_series(7, 10, 10, weeks=20), net=net)

    result = recommend(found, is_tuned=True)

    at_site = level(result, "A", "MX")
    assert "SHORT_HISTORY" in at_site.flags
    assert at_site.explanation["tuned_weeks"] == 0
    assert at_site.expected_demand == pytest.approx(32 * 20, rel=0.15)
    assert at_site.expected_demand < at_site.order_up_to < 2 * at_site.expected_demand


def test_what_is_owed_is_sent_on_top_of_the_level():
    series = poisson_series(1, 20, 20)
    plain, owing = (
        recommend(problem(series, stock=state(bond={("A", "MX"): 900}, backorders=owed)))
        for owed in ({}, {("A", "DC1"): 7.0})
    )

    assert sent(owing)["DC1"] == sent(plain)["DC1"] + 7


@given(st.integers(0, 2**16), st.floats(0.05, 0.95), st.floats(0.01, 0.5))
def test_a_higher_quantile_never_lowers_what_the_network_owns(seed, beta, more):
    found = problem(poisson_series(seed, 3, 12))
    tuning = lay_ground(found).tuning

    low, high = (
        recommend(found, tuning=replace(tuning, classes={n: replace(c, beta=b) for n, c in tuning.classes.items()}))
        for b in (beta, min(beta + more, 0.999))
    )

    assert level(high, "A", "MX").order_up_to >= level(low, "A", "MX").order_up_to


@given(st.lists(st.floats(0, 1e4), min_size=len(TAUS), max_size=len(TAUS)), st.floats(0, 2e4))
def test_what_is_short_is_the_mean_less_the_level_and_what_is_left(values, units):
    demand = np.sort(np.array([values]))

    short = expect(np.maximum(demand - units, 0.0))[0]

    assert short == pytest.approx(expect(demand)[0] - units + left_over(np.array([[units]]), demand)[0, 0], abs=1e-6)
