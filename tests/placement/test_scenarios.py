"""Scenarios compared: the same draws for all, differences with their error, what binds, and where decisions turn."""

from dataclasses import replace

import numpy as np
import pytest

from inventory.placement.engine.model import LeadTime
from inventory.placement.engine.scenario_compare import Estimate, compare_scenarios
from inventory.placement.engine.scenario_game import COST_LINES
from inventory.placement.engine.scenario_play import weeks_ahead
from inventory.placement.engine.scenarios import (
    CapitalChange,
    Closure,
    DcRemoved,
    DemandChange,
    DutyChange,
    LeadTimeChange,
    PriceChange,
    Scenario,
    ScenarioError,
    StorageChange,
    SupplierChange,
)
from tests.placement.scenario_worlds import in_weeks, problem

FEW = 4


def compared(*changes, on=None, **options):
    scenarios = [
        Scenario(f"s{n}", change if isinstance(change, tuple) else (change,)) for n, change in enumerate(changes)
    ]
    return compare_scenarios(on or problem(), scenarios, replications=FEW, **options)


def cost(outcome, line):
    return float(outcome.lines[:, COST_LINES.index(line)].mean())


def test_a_known_rise_is_worth_two_hundred_weeks_in_the_worked_example():
    assert weeks_ahead(np.array([[1.0 * 10 * 0.25]]), np.array([[0.0125]])) == pytest.approx(200.0)


def test_a_scenario_that_changes_nothing_differs_by_nothing():
    found = compared(DemandChange(1.0), PriceChange("freight", 1.0))

    for outcome in found.outcomes[1:]:
        assert found.difference(outcome, "total") == Estimate(0.0, 0.0)
        assert outcome.moves == found.outcomes[0].moves
        assert outcome.levels == found.outcomes[0].levels


def test_the_same_comparison_gives_the_same_figures():
    one, other = (compared(DutyChange(delta=0.1)) for _time in range(2))

    assert np.array_equal(one.outcomes[1].lines, other.outcomes[1].lines)


def test_duty_is_paid_on_what_leaves_the_shelf_and_due_on_what_was_missing():
    found = compared(DutyChange(rate=0.5))
    base, dearer = found.outcomes

    # Duty of goods served and missing together is the rate times what was asked for, whatever the plan.
    assert cost(base, "duty") == pytest.approx(0.25 * cost(base, "goods"))
    assert cost(dearer, "duty") == pytest.approx(0.5 * cost(base, "goods"))
    assert cost(dearer, "duty_capital") > cost(base, "duty_capital")


def test_before_a_known_rise_goods_go_forward_until_the_stock_in_bond_binds():
    found = compared(DutyChange(delta=0.25, begin=in_weeks(6)))
    rise = found.outcomes[1]

    assert rise.advance.weeks > 50
    assert rise.advance.sent > 0
    assert rise.advance.binding == "bond_stock"
    assert rise.advance.wanted == pytest.approx(rise.advance.sent + sum(rise.advance.kept.values()))
    after = found.weeks - 6
    assert (
        0.25 * cost(rise, "goods")
        < cost(rise, "duty")
        < (0.25 + 0.25 * after / found.weeks * 1.05) * cost(rise, "goods")
    )
    assert rise.break_evens["duty_points_forward_equals_bond"] < 0
    assert 0 <= rise.break_evens["probability_preparing_pays"] < 1


def test_room_at_a_dc_and_trucks_of_a_week_bind_where_they_are_less_than_the_stock():
    change = DutyChange(delta=0.25, begin=in_weeks(6))

    full = compared(change, on=problem(capacity=0.1)).outcomes[1].advance
    few = compared(change, on=problem(trucks=0.001)).outcomes[1].advance

    assert full.kept["dc_space"] > 0
    assert few.kept["border"] > 0


def test_a_rise_that_is_less_likely_costs_less_and_is_prepared_for_less():
    found = compared(
        DutyChange(delta=0.25, begin=in_weeks(6)), DutyChange(delta=0.25, begin=in_weeks(6), probability=0.2)
    )
    sure, perhaps = found.outcomes[1:]

    assert perhaps.advance.weeks == pytest.approx(0.2 * sure.advance.weeks)
    assert found.difference(perhaps, "duty").mean < 0.3 * found.difference(sure, "duty").mean


def test_a_closed_crossing_costs_service_and_preparing_for_it_pays():
    found = compared(Closure("LAREDO", in_weeks(4), in_weeks(8)))
    closed = found.outcomes[1]

    assert found.difference(closed, "short").mean > 3 * found.difference(closed, "short").error
    assert found.difference(closed, "fill").mean < 0
    assert closed.break_evens["probability_preparing_pays"] < 0.5


def test_what_begins_today_cannot_be_prepared_for_and_spares_those_it_may_not_befall():
    found = compared(
        Closure("LAREDO", in_weeks(-2), in_weeks(3)), Closure("LAREDO", in_weeks(-2), in_weeks(3), probability=0.0)
    )
    closed, never = found.outcomes[1:]

    assert closed.advance.sent == 0
    assert closed.break_evens["probability_preparing_pays"] is None
    assert found.difference(closed, "short").mean > 0
    assert found.difference(never, "total") == Estimate(0.0, 0.0)


def test_before_a_known_fall_less_goes_forward_and_less_duty_is_paid():
    found = compared(DutyChange(delta=-0.2, begin=in_weeks(6)))
    fall = found.outcomes[1]

    assert found.difference(fall, "duty").mean < 0
    assert 0 <= fall.break_evens["probability_preparing_pays"] <= 1


def test_another_way_that_costs_less_than_a_lost_unit_is_taken_while_a_crossing_is_closed():
    usual = problem()
    way = next(lane for lane in usual.network.lanes if lane.crossing == "LAREDO")

    def beside(cost):
        detour = replace(way, crossing="COLOMBIA", cost_per_unit=cost, priority=1)
        return replace(usual, network=replace(usual.network, lanes=(*usual.network.lanes, detour)))

    shut = Closure("LAREDO", in_weeks(4), in_weeks(9))
    cheap, dear = (compared(shut, on=beside(cost)) for cost in (0.1, 50.0))

    assert cheap.difference(cheap.outcomes[1], "short").mean < 0.5 * dear.difference(dear.outcomes[1], "short").mean
    assert cheap.difference(cheap.outcomes[1], "freight").mean > 0


def test_preparing_for_what_touches_nobody_never_pays():
    found = compared(Closure("OTAY", in_weeks(300), in_weeks(301)))

    assert found.outcomes[1].break_evens["probability_preparing_pays"] is None


def test_what_comes_after_the_weeks_played_changes_no_cost():
    found = compared(DutyChange(delta=0.25, begin=in_weeks(300)))

    assert found.difference(found.outcomes[1], "total") == Estimate(0.0, 0.0)


def test_the_standard_error_is_that_of_paired_differences():
    found = compared(LeadTimeChange(factor=1.5, leg="crossing"))
    totals = [outcome.lines.sum(axis=1) for outcome in found.outcomes]

    shown = found.difference(found.outcomes[1], "total")
    assert shown.mean == pytest.approx((totals[1] - totals[0]).mean())
    assert shown.error == pytest.approx((totals[1] - totals[0]).std(ddof=1) / np.sqrt(FEW))


def test_far_and_near_suppliers_stand_side_by_side():
    near = SupplierChange("NEAR", lead_time=LeadTime((1,), (1.0,)), cost_per_m3=20.0, value_factor=1.1, duty_rate=0.0)
    found = compared(near, on=problem(supply=(8, 11)))
    far, close = found.outcomes

    assert (far.facts.supply_weeks, close.facts.supply_weeks) == (pytest.approx(9.5), pytest.approx(1.0))
    assert (far.facts.duty_rate, close.facts.duty_rate) == (pytest.approx(0.25), 0.0)
    assert sum(close.stock.values()) < sum(far.stock.values())
    assert cost(close, "goods") == pytest.approx(1.1 * cost(far, "goods"))
    more = found.difference(close, "total").mean / cost(far, "goods")
    assert close.break_evens["duty_points_switch_pays"] == pytest.approx(more)


def test_a_dc_less_leaves_no_stock_there_and_capital_dearer_makes_holding_dearer():
    found = compared(DcRemoved("DC-A"), CapitalChange(rate=0.3), StorageChange(factor=3.0))
    base, less, dear, storing = found.outcomes

    assert "DC-A" not in less.stock
    assert less.stock["DC-B"] > base.stock["DC-B"]
    assert cost(dear, "on_road") > 2 * cost(base, "on_road")
    assert cost(storing, "hold_bond") > cost(base, "hold_bond")
    assert all(node != "DC-A" for _sku, node in less.levels)


def test_the_tornado_orders_drivers_by_their_swing():
    bars = compared(DutyChange(delta=0.1), with_tornado=True).tornado

    assert [bar.swing for bar in bars] == sorted((bar.swing for bar in bars), reverse=True)
    found = {bar.driver: bar for bar in bars}
    assert len(found) == 8
    assert found["duty"].less.mean < 0 < found["duty"].more.mean
    assert found["capital"].less.mean < 0 < found["capital"].more.mean


def test_uncertain_changes_of_one_scenario_come_together():
    changes = (DutyChange(delta=0.1, begin=in_weeks(3), probability=0.5), Closure("OTAY", in_weeks(1), in_weeks(2)))

    with pytest.raises(ScenarioError, match="probability"):
        compared(changes)


def test_too_short_a_history_is_refused():
    short = problem(supply=(100, 101))

    with pytest.raises(ValueError, match="history is too short"):
        compared(DutyChange(delta=0.1), on=short)


def test_each_scenario_may_be_tuned_anew():
    found = compared(LeadTimeChange(factor=2.0, leg="supply"), is_retuned=True)

    assert found.outcomes[1].lines.shape == (FEW, len(COST_LINES))
