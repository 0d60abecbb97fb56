"""Units that go over a faster lane because they are missed until the usual one arrives (placement.md §7.3)."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from inventory.placement.engine.deploy import Deployment, Shipment, site_stocks
from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.expedite import expedite
from inventory.placement.engine.grid import lay_out
from inventory.placement.engine.model import Event, Lane, LeadTime, Problem
from inventory.placement.engine.recommend import recommend
from inventory.placement.explain import sentence
from tests.placement.cases import AS_OF, ONE_WEEK, history, level, network, poisson_series, problem, sent, sku, state

THREE_WEEKS = LeadTime((3,), (1.0,))


def with_air(net, *, more=1.0, lead=ONE_WEEK, **values):
    """The network with a way by air to DC1 that costs so much more a unit of 0.01 m³ than the truck."""
    usual = next(lane for lane in net.lanes if (lane.origin, lane.destination) == ("MX", "DC1"))
    air = Lane("MX", "DC1", lead, mode="air", cost_per_m3=usual.freight(1.0) + 100 * more, priority=1, **values)
    return replace(net, lanes=(*net.lanes, air))


def decided(*, position, packs, pack=4.0, p=3.5, more=1.0, a_week=10.0, waiting=0, unmet="lost", **lane):
    """What of so many packs is expedited, where exactly so many are asked a week: 3 weeks by truck, 1 by air."""
    net = with_air(network(skus=[sku(pack_size=pack)], dcs=1, lead=THREE_WEEKS, unmet=unmet), more=more, **lane)
    found = problem({("A", "R1"): [a_week] * 60}, net=net, stock=state(bond={("A", "MX"): 1000}))
    grid = lay_out(found)
    stocks = site_stocks(found, grid)
    stocks[0].shipments.append(Shipment("MX", 0, packs=packs))
    here = np.array([position])
    there = Deployment(here, here + packs * pack, tuple(stocks))
    spread = Spread(np.full((1, 31), 4 * a_week), np.full((1, 31), 3 * a_week), np.array([4.0]), np.array([False]))
    aimed = here + (packs + waiting) * pack
    over = expedite(found, grid, spread, np.array([p]), there, aimed, closed=frozenset())
    return over.get(("MX", 0))


def test_what_is_missed_between_the_two_arrivals_goes_by_the_faster_lane():
    # 10 are asked a week. Of 15 there, 5 are left when the aeroplane lands; until the truck comes 20 are asked: 15 are missed.
    # Three packs of 4 save 12; the fourth saves 3 more, worth 10.50, for 4.00 of freight. A fifth would save nothing.
    entry = decided(position=15.0, packs=9)

    assert entry.packs == 4
    assert entry.short_saved == pytest.approx(15)
    assert entry.saves == pytest.approx(52.5)
    assert entry.extra_per_unit == pytest.approx(1.0)


def test_a_last_pack_that_saves_less_than_its_freight_goes_as_usual():
    entry = decided(position=15.0, packs=9, more=2.7)  # 3 × 3.50 = 10.50, but 4 × 2.70 = 10.80

    assert entry.packs == 3
    assert entry.short_saved == pytest.approx(12)


def test_no_unit_goes_by_a_lane_that_costs_more_than_a_lost_unit():
    assert decided(position=0.0, packs=9, more=3.6) is None


def test_no_unit_goes_where_enough_is_there_until_the_usual_lane_arrives():
    assert decided(position=30.0, packs=9) is None
    assert decided(position=29.0, packs=9, pack=1.0).packs == 1


def test_no_more_goes_than_is_shipped():
    assert decided(position=0.0, packs=2).packs == 2


def test_backorders_are_served_before_what_is_asked_in_the_meantime():
    # 10 short when the aeroplane lands: 10 units serve them and save nothing, the next 20 save what is asked until the truck.
    lost, later = (decided(position=0.0, packs=99, pack=1.0, unmet=unmet) for unmet in ("lost", "backordered"))

    assert (lost.packs, lost.short_saved) == (20, pytest.approx(20))
    assert (later.packs, later.short_saved) == (30, pytest.approx(20))
    assert decided(position=0.0, packs=10, pack=1.0, unmet="backordered") is None


def test_what_waits_for_a_truck_is_missed_until_the_next_one():
    # Nothing leaves by truck this week, so the next arrives in four: 30 are asked after the aeroplane, 5 are left, 25 are missed.
    # A seventh pack of 4 would save one more, worth 3.50, for 4.00.
    entry = decided(position=15.0, packs=0, waiting=9)

    assert (entry.packs, entry.more, entry.usual_weeks) == (6, 6, 4)
    assert entry.short_saved == pytest.approx(24)


def test_units_that_wait_go_after_those_that_are_shipped_anyway():
    entry = decided(position=15.0, packs=2, waiting=9)

    assert (entry.packs, entry.more, entry.usual_weeks) == (4, 2, 3)


def test_a_truck_of_the_faster_lane_is_paid_whole():
    # 15 units missed are worth 52.50. By the m³ a truck of 52 or 54 would cost next to nothing.
    usual = 2000 / 75 / 0.85 * 0.01

    cheap, dear = (
        decided(position=15.0, packs=9, more=-usual, truck_m3=75.0, truck_cost=price) for price in (52.0, 54.0)
    )

    assert cheap.packs == 4
    assert dear is None


def test_the_faster_lane_carries_no_more_than_its_trucks():
    entry = decided(position=0.0, packs=9, pack=1.0, truck_m3=0.03, truck_cost=0.02, max_trucks_per_week=1, more=0.0)

    assert entry.packs == 3


def world(net, **values):
    return problem(poisson_series(1, 20, 20), net=net, stock=state(bond={("A", "MX"): 1000}, **values))


def test_an_urgent_move_says_what_it_saves_and_costs():
    result = recommend(world(with_air(network(lead=THREE_WEEKS), more=0.5), dcs={("A", "DC1"): 25.0}))

    moves = {move.mode: move for move in result.moves if move.to_node == "DC1"}
    air, facts = moves["air"], moves["air"].explanation
    assert air.reason_code == "EXPEDITE"
    assert moves["truck"].reason_code == "REPLENISH"
    assert air.arrive_week_p50 < moves["truck"].arrive_week_p50
    assert (facts["weeks"], facts["usual_weeks"], facts["expedited"]) == (1, 3, air.quantity)
    assert facts["saved"] == pytest.approx(facts["short_saved"] * facts["p"], abs=1e-3)
    assert facts["extra_freight"] == pytest.approx(0.5 * air.quantity)
    assert facts["extra_freight"] < facts["saved"]
    said = sentence(facts)
    assert "by air instead of LAREDO" in said
    assert "1 weeks instead of 3" in said
    assert f"{facts['extra_freight']:.2f}".rstrip("0").rstrip(".") in said
    with translation.override("es-mx"):
        assert "en vez de LAREDO" in sentence(facts)


def test_the_totals_tell_what_was_expedited():
    result = recommend(world(with_air(network(lead=THREE_WEEKS), more=0.5), dcs={("A", "DC1"): 25.0}))

    (row,) = result.metrics["expedited"]
    (move,) = [move for move in result.moves if move.reason_code == "EXPEDITE"]
    assert (row["to_node"], row["mode"]) == ("DC1", "air")
    assert row["loaded_m3"] == pytest.approx(0.01 * move.quantity)
    assert row["extra_freight"] == move.explanation["extra_freight"]


def test_what_goes_by_air_is_not_on_the_truck():
    net = network(skus=[sku(volume_m3=1.0, unit_value=1000.0)], lead=THREE_WEEKS, trucks=True)
    stock = {"dcs": {("A", "DC1"): 25.0}}

    plain, mixed = recommend(world(net, **stock)), recommend(world(with_air(net, more=0.005), **stock))

    (move,) = [move for move in mixed.moves if move.reason_code == "EXPEDITE"]
    loads = [{load["to_node"]: load["loaded_m3"] for load in found.metrics["trucks"]} for found in (plain, mixed)]
    assert loads[0]["DC1"] > 0
    assert loads[1]["DC1"] == pytest.approx(loads[0]["DC1"] - move.quantity)
    assert loads[1]["DC2"] == loads[0]["DC2"]


def test_urgent_units_do_not_wait_for_a_truck_to_fill():
    net = network(lead=THREE_WEEKS, trucks=True)
    stock = {"dcs": {("A", "DC1"): 25.0, ("A", "DC2"): 25.0}}

    plain, mixed = recommend(world(net, **stock)), recommend(world(with_air(net, more=0.5), **stock))

    assert sent(plain) == {}
    (move,) = [move for move in mixed.moves if move.from_node == "MX"]
    facts = move.explanation
    assert (move.reason_code, move.to_node) == ("EXPEDITE", "DC1")
    assert (facts["usual_weeks"], facts["waiting"]) == (4, move.quantity)
    assert level(mixed, "A", "DC1").explanation["position_after"] == 25 + move.quantity


@pytest.mark.parametrize("lane", [{"lead": THREE_WEEKS}, {"lead": LeadTime((2, 5), (0.5, 0.5))}])
def test_a_lane_beside_the_usual_one_that_is_no_faster_changes_nothing(lane):
    net = network(lead=THREE_WEEKS)

    assert recommend(world(with_air(net, **lane))).moves == recommend(world(net)).moves


def test_a_faster_lane_that_is_closed_or_slow_now_takes_nothing():
    found = world(with_air(network(lead=THREE_WEEKS), more=0.5, crossing="IAH"))

    for kind, value in (("closure", None), ("holiday", 3.0)):
        event = Event(kind, "IAH", "", AS_OF, AS_OF, value)
        result = recommend(replace(found, events=(event,)))
        assert {move.mode for move in result.moves if move.to_node == "DC1"} == {"truck"}


def test_a_closed_usual_lane_is_a_planners_decision_and_not_an_expedite():
    closure = Event("closure", "LAREDO", "", AS_OF, AS_OF)

    result = recommend(replace(world(with_air(network(lead=THREE_WEEKS), more=0.5)), events=(closure,)))

    assert not any(move.to_node == "DC1" for move in result.moves)
    assert "BLOCKED" in {row.reason_code for row in result.exceptions}


@st.composite
def worlds(draw):
    """Random worlds whose way to DC1 takes three weeks or so, with a faster way at some price beside it."""
    seed = draw(st.integers(0, 2**20))
    lead = draw(st.sampled_from([LeadTime((2, 4), (0.5, 0.5)), THREE_WEEKS]))
    items = [
        sku("A", pack_size=draw(st.sampled_from([1.0, 12.0, 0.5])), stockout_cost=draw(st.floats(0.1, 30))),
        sku("B", stockout_cost=draw(st.floats(0.1, 30))),
    ]
    trucks = draw(st.booleans())
    net = network(skus=items, lead=lead, trucks=trucks, unmet=draw(st.sampled_from(["lost", "backordered"])))
    truck = {"truck_m3": 0.5, "truck_cost": draw(st.floats(0.1, 20))} if draw(st.booleans()) else {}
    net = with_air(net, more=draw(st.floats(-0.2, 8)), max_trucks_per_week=draw(st.sampled_from([None, 2])), **truck)
    series = poisson_series(seed, *draw(st.lists(st.floats(0.05, 40), min_size=2, max_size=2)))
    series |= poisson_series(seed + 1, 5, 5, sku_id="B")
    stock = state(
        bond={(name, "MX"): draw(st.integers(0, 400)) for name in "AB"},
        dcs={(name, dc): draw(st.integers(0, 60)) for name in "AB" for dc in ("DC1", "DC2")},
    )
    return Problem(net, history(series), stock)


@given(worlds())
def test_only_what_is_shipped_or_waits_is_expedited_and_only_where_that_saves_more_than_it_costs(world):
    usual = replace(world.network, lanes=tuple(lane for lane in world.network.lanes if lane.mode != "air"))

    mixed, plain = recommend(world), recommend(replace(world, network=usual))

    pack = {item.id: item.pack_size for item in world.network.skus}
    carried = 0.0
    for name in "AB":
        more = sum(
            {
                m.to_node: m.explanation["waiting"] for m in mixed.moves if (m.sku, m.reason_code) == (name, "EXPEDITE")
            }.values()
        )
        before, after = sent(plain, name), sent(mixed, name)
        assert after.get("DC1", 0.0) == pytest.approx(before.get("DC1", 0.0) + more)
        assert after.get("DC2", 0.0) == before.get("DC2", 0.0)
        assert (
            not more or level(mixed, name, "DC1").explanation["position_after"] <= level(mixed, name, "DC1").order_up_to
        )
        assert sum(sent(mixed, name).values()) <= world.state.lots[name, "MX"][0].quantity + 1e-9
    for move in mixed.moves:
        if move.reason_code == "EXPEDITE":
            facts = move.explanation
            assert move.mode == "air"
            assert move.quantity % pack[move.sku] == 0
            assert facts["extra_freight"] < facts["saved"] + 1e-3
            carried += 0.01 * move.quantity
        elif move.from_node == "MX":
            assert move.mode == "truck"
    air = next(lane for lane in world.network.lanes if lane.mode == "air")
    if air.truck_m3 and air.max_trucks_per_week:
        assert carried <= air.truck_m3 * air.max_trucks_per_week + 1e-6


@given(worlds())
def test_a_dearer_faster_lane_never_carries_more(world):
    cheap, dearer = (
        tuple(
            replace(lane, cost_per_m3=lane.cost_per_m3 + more, truck_m3=None) if lane.mode == "air" else lane
            for lane in world.network.lanes
        )
        for more in (0, 100)
    )

    by_air = []
    for lanes in (cheap, dearer):
        found = defaultdict(float)
        for move in recommend(replace(world, network=replace(world.network, lanes=lanes))).moves:
            found[move.sku] += move.quantity if move.reason_code == "EXPEDITE" else 0.0
        by_air.append(found)

    assert all(by_air[1][name] <= by_air[0][name] + 1e-9 for name in "AB")
