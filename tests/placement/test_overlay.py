"""A scenario laid over a problem: what becomes of it, and what is refused."""

from datetime import date

import numpy as np
import pytest

from inventory.placement.engine.grid import roads
from inventory.placement.engine.model import Event, LeadTime
from inventory.placement.engine.overlay import apply, scaled
from inventory.placement.engine.scenarios import (
    CapitalChange,
    Closure,
    DcAdded,
    DcRemoved,
    DemandChange,
    DutyChange,
    Items,
    LeadTimeChange,
    PriceChange,
    Scenario,
    ScenarioError,
    StorageChange,
    SupplierChange,
    UsmcaChange,
)
from tests.placement.scenario_worlds import in_weeks, problem


def laid(*changes, on=None):
    return apply(on or problem(), Scenario("s", changes))


def duties(found):
    return {sku.id: round(sku.duty_rate, 6) for sku in found.network.skus}


def test_a_duty_in_force_changes_the_items_that_are_meant():
    assert duties(laid(DutyChange(Items(category="odd"), delta=0.1)))["A1"] == 0.35
    assert duties(laid(DutyChange(Items(category="odd"), delta=0.1)))["A0"] == 0.25
    assert duties(laid(DutyChange(Items(skus=("A2",)), rate=0.4)))["A2"] == 0.4
    assert set(duties(laid(DutyChange(Items(origin="SUP"), factor=2.0))).values()) == {0.5}
    assert set(duties(laid(DutyChange(Items(origin="CN"), rate=0.5), on=problem(origin="CN"))).values()) == {0.5}


def test_a_duty_to_come_is_an_event_at_the_expected_rate():
    found = laid(DutyChange(Items(skus=("A1",)), delta=0.2, begin=in_weeks(8), probability=0.5))

    assert duties(found)["A1"] == 0.25
    assert found.events == (Event("tariff", "A1", "", in_weeks(8), date.max, pytest.approx(0.35)),)


def test_usmca_won_frees_of_duty_and_lost_brings_back_the_full_rate():
    assert set(duties(laid(UsmcaChange(qualifies=True))).values()) == {0.0}
    free = problem(duty_rate=0.0, full_duty_rate=0.18)
    assert set(duties(laid(UsmcaChange(qualifies=False), on=free)).values()) == {0.18}
    assert set(duties(laid(UsmcaChange(qualifies=False, rate=0.3), on=free)).values()) == {0.3}


def test_a_closure_is_an_event_of_its_expected_length():
    found = laid(Closure("LAREDO", in_weeks(4), in_weeks(8), probability=0.5))

    assert found.events == (Event("closure", "LAREDO", "", in_weeks(4), in_weeks(6)),)


def test_lead_times_are_scaled_to_the_exact_mean_or_replaced():
    assert scaled(LeadTime((1, 2), (0.8, 0.2)), 1.5).mean == pytest.approx(1.8)
    lanes = roads(laid(LeadTimeChange(factor=2.0, leg="supply")).network).lanes
    assert lanes["SUP", "MX"].lead_time.weeks == (6, 8)
    assert lanes["MX", "DC-A"].lead_time.weeks == (1, 2)
    lanes = roads(laid(LeadTimeChange(lead_time=LeadTime((5,), (1.0,)), crossing="OTAY")).network).lanes
    assert (lanes["MX", "DC-B"].lead_time.weeks, lanes["MX", "DC-A"].lead_time.weeks) == ((5,), (1, 2))


def test_demand_is_scaled_where_it_is_meant():
    before = problem()
    after = laid(DemandChange(1.5, region="R-1", category="odd"), on=before)

    ratio = after.history.demand.sum(axis=1) / before.history.demand.sum(axis=1)
    meant = [
        (sku[-1] in "135") and region == "R-1"
        for sku, region in zip(after.history.skus, after.history.regions, strict=True)
    ]
    assert np.allclose(ratio, np.where(meant, 1.5, 1.0))


def test_prices_of_capital_storage_freight_and_shortage_change():
    assert laid(CapitalChange(rate=0.2)).network.capital_rate_per_year == 0.2
    assert laid(CapitalChange(factor=0.5)).network.capital_rate_per_year == pytest.approx(0.06)
    storing = {node.id: node.storage_per_m3_week for node in laid(StorageChange("MX", price=2.0)).network.nodes}
    assert (storing["MX"], storing["DC-A"]) == (2.0, 3.0)
    assert laid(PriceChange("freight", 2.0)).network.lanes[0].cost_per_m3 == 120.0
    assert laid(PriceChange("shortage", 2.0)).network.skus[0].stockout_cost == 7.0


def test_regions_and_stock_of_a_removed_dc_go_to_the_next_or_the_stated_one():
    found = laid(DcRemoved("DC-A"))

    assert set(roads(found.network).dc_of.values()) == {"DC-B"}
    assert found.state.on_hand["A0", "DC-B"] == 60.0
    assert ("A0", "DC-A") not in found.state.on_hand
    with pytest.raises(ScenarioError, match=r"changes\[0\]\.to.*no other DC reaches R-3"):
        laid(DcRemoved("DC-B"))
    assert roads(laid(DcRemoved("DC-B", to="DC-A")).network).dc_of["R-3"] == "DC-A"


def test_a_new_dc_takes_its_regions_and_is_reached_as_the_one_it_is_like():
    found = laid(DcAdded("DC-C", like="DC-A", regions=("R-2",), storage=2.0))

    way = roads(found.network)
    assert (way.dc_of["R-1"], way.dc_of["R-2"]) == ("DC-A", "DC-C")
    assert way.lanes["MX", "DC-C"].crossing == "LAREDO"
    assert way.nodes["DC-C"].storage_per_m3_week == 2.0


def test_another_supplier_brings_its_way_value_and_duty_and_leaves_the_loss_of_a_sale():
    near = SupplierChange(
        "NEAR", Items(category="odd"), LeadTime((1,), (1.0,)), cost_per_m3=25.0, value_factor=1.2, duty_rate=0.0
    )
    skus = {sku.id: sku for sku in laid(near, on=problem(stockout_cost=None)).network.skus}

    assert (skus["A1"].supplier, skus["A1"].unit_value, skus["A1"].duty_rate) == ("NEAR", 12.0, 0.0)
    assert skus["A1"].stockout_cost == pytest.approx(3.5)
    assert (skus["A0"].supplier, skus["A0"].unit_value) == ("SUP", 10.0)
    assert roads(laid(near).network).lanes["NEAR", "MX"].lead_time.mean == 1.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (DutyChange(Items(skus=("B",)), rate=0.1), r"changes\[0\]\.skus: 'B'"),
        (DutyChange(Items(category="none"), rate=0.1), r"changes\[0\]\.items: 'none'"),
        (DutyChange(delta=-0.3), r"changes\[0\]\.delta: -0\.3: .* negative"),
        (UsmcaChange(qualifies=False), r"changes\[0\]\.rate: None: is needed"),
        (Closure("ROMA", in_weeks(1), in_weeks(2)), r"changes\[0\]\.crossing: 'ROMA'"),
        (LeadTimeChange(factor=2.0, mode="rail"), r"changes\[0\]\.lane: 'rail'"),
        (DemandChange(2.0, region="R-9"), r"changes\[0\]\.region: 'R-9'"),
        (DcAdded("DC-A", "DC-B", ("R-1",)), r"changes\[0\]\.dc: 'DC-A': stands"),
        (DcAdded("DC-C", "MX", ("R-1",)), r"changes\[0\]\.like: 'MX'"),
        (DcRemoved("MX"), r"changes\[0\]\.dc: 'MX'"),
        (SupplierChange("NEAR"), r"changes\[0\]\.lead_time_weeks"),
        (StorageChange("R-1", price=1.0), r"changes\[0\]\.node: 'R-1'"),
    ],
)
def test_what_does_not_fit_is_refused_by_field_value_and_rule(change, said):
    with pytest.raises(ScenarioError, match=said):
        laid(change)


def test_laying_over_changes_nothing_of_the_problem_itself():
    before = problem()
    demand = before.history.demand.copy()
    laid(DemandChange(2.0), DutyChange(rate=0.9), DcRemoved("DC-A"), on=before)

    assert np.array_equal(before.history.demand, demand)
    assert {sku.duty_rate for sku in before.network.skus} == {0.25}
    assert ("A0", "DC-A") in before.state.on_hand
