"""Capacity and budget by prices (placement.md §6.6): what is held keeps within them; they change nothing where they do not bind."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.placement.engine.groundwork import lay_ground
from inventory.placement.engine.recommend import recommend
from inventory.placement.explain import sentence
from tests.placement.cases import AS_OF, level, network, poisson_series, problem, sent, sku, state

seeds = st.integers(0, 2**16)


def world(seed=1, *, items=6, bond=400, at_dc=0, dcs=2, phi=None, **values):
    """Items of different size and pace at two DCs."""
    chance = np.random.default_rng(seed)
    skus, series = [], {}
    for n in range(items):
        name = f"S{n}"
        skus.append(sku(name, volume_m3=float(chance.uniform(0.002, 0.1)), unit_value=float(chance.uniform(2, 60))))
        series |= poisson_series(seed + n, *chance.uniform(0.5, 30, dcs), sku_id=name, weeks=60)
    stock = state(
        bond={(s.id, "MX"): bond for s in skus}, dcs={(s.id, "DC1"): at_dc for s in skus} if at_dc else {}, **values
    )
    params = {"phi": phi} if phi else {}
    return problem(series, net=network(skus=skus, dcs=dcs), stock=stock, **params)


def within(found, *, budget=None, **capacity):
    """The world with capacities by node and a budget; at the tuning that it has without them."""
    nodes = tuple(replace(node, capacity_m3=capacity.get(node.id)) for node in found.network.nodes)
    return replace(found, network=replace(found.network, nodes=nodes, budget=budget))


def played(found, tuning=None, **limits):
    return recommend(within(found, **limits), tuning=tuning or lay_ground(found).tuning)


def limit_of(result, kind, node=""):
    return next(row for row in result.metrics["limits"] if (row["kind"], row["node"]) == (kind, node))


def volume_of(found):
    return {s.id: s.volume_m3 for s in found.network.skus}


def expected_m3(found, result, node="DC1"):
    volume = volume_of(found)
    return sum(row.expected_on_hand * volume[row.sku] for row in result.levels if row.node == node)


@given(seeds, st.floats(0.05, 1.2), st.floats(0.2, 0.95))
def test_a_tighter_capacity_never_expects_more_and_is_kept(seed, share, tighter):
    found = world(seed)
    free = expected_m3(found, played(found))
    assume(free > 0.01)

    loose, tight = (played(found, DC1=free * share * part) for part in (1.0, tighter))

    assert expected_m3(found, tight) <= expected_m3(found, loose) + 1e-9
    assert limit_of(tight, "capacity", "DC1")["price"] >= limit_of(loose, "capacity", "DC1")["price"] - 1e-6
    for result, room in ((loose, free * share), (tight, free * share * tighter)):
        assert expected_m3(found, result) <= room + 1e-6
        assert limit_of(result, "capacity", "DC1")["is_kept"]


@given(seeds, st.floats(0.3, 0.9))
def test_a_capacity_that_binds_is_used_but_for_the_last_step_of_a_level(seed, share):
    found = world(seed, items=4)
    free = played(found)
    room = expected_m3(found, free) * share
    assume(room > 0.01)

    result = played(found, DC1=room)

    assert limit_of(result, "capacity", "DC1")["price"] > 0
    # A quantile of one item is the most that a price can leave unused: between two of them the cost has no least.
    volume = volume_of(found)
    largest = max(volume[row.sku] * row.order_up_to for row in free.levels if row.node == "DC1")
    assert room - expected_m3(found, result) <= largest


@given(seeds, st.floats(1.0, 50.0))
def test_limits_that_do_not_bind_have_no_price_and_change_nothing(seed, spare):
    found = world(seed)
    tuning = lay_ground(found).tuning
    plain = recommend(found, tuning=tuning)
    volume = {s.id: s.volume_m3 for s in found.network.skus}
    most = sum(row.order_up_to * volume[row.sku] for row in plain.levels)
    value = sum(row.order_up_to * s.unit_value for row in plain.levels for s in found.network.skus if s.id == row.sku)

    result = played(found, tuning, DC1=most + spare, DC2=most + spare, MX=most + spare, budget=value + spare)

    assert {row["price"] for row in result.metrics["limits"]} == {0}
    assert result.levels == plain.levels
    assert result.moves == plain.moves


def test_without_limits_the_totals_say_nothing_of_them():
    result = recommend(world())

    assert "limits" not in result.metrics
    assert "rooms" not in result.metrics


@given(seeds, st.floats(0.05, 1.1), st.floats(0.2, 0.95))
def test_a_tighter_budget_never_owns_more_and_is_kept(seed, share, tighter):
    found = world(seed)
    free = limit_of(played(found, budget=1e12), "budget")["expected"]
    assume(free > 1)

    loose, tight = (limit_of(played(found, budget=free * share * part), "budget") for part in (1.0, tighter))

    assert tight["expected"] <= loose["expected"] + 1e-6
    assert tight["price"] >= loose["price"] - 1e-6
    for row in (loose, tight):
        assert row["is_kept"]
        assert row["expected"] <= row["limit"] + 1e-3
        assert (row["price"] == 0) == (row["expected_without_limits"] <= row["limit"])


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_budget_is_spent_to_the_last_unit_even_by_one_item(share):
    found = world(4, items=1)
    free = limit_of(played(found, budget=1e12), "budget")["expected"]

    row = limit_of(played(found, budget=free * share), "budget")

    assert free * share - found.network.skus[0].unit_value <= row["expected"] <= free * share + 1e-3


def test_a_budget_takes_from_what_is_worth_least_for_its_money():
    series = poisson_series(1, 20, 20) | poisson_series(1, 20, 20, sku_id="B")
    skus = [sku("A", stockout_cost=8.0), sku("B", stockout_cost=1.0)]
    found = problem(series, net=network(skus=skus), stock=state(bond={("A", "MX"): 500, ("B", "MX"): 500}))
    free = limit_of(played(found, budget=1e12), "budget")["expected"]
    plain, tight = played(found), played(found, budget=free * 0.8)

    lost = {s: level(plain, s, "MX").order_up_to - level(tight, s, "MX").order_up_to for s in "AB"}

    assert lost["B"] > lost["A"] >= 0
    said = level(tight, "B", "MX").explanation
    assert said["binding"] == ["budget"]
    assert said["value_without_limits"] == level(plain, "B", "MX").order_up_to
    assert "The budget for stock binds" in sentence(said)


def test_a_least_fill_is_kept_before_a_capacity_which_says_so():
    found = world(1)
    skus = tuple(replace(s, min_fill=0.99) for s in found.network.skus)

    result = played(replace(found, network=replace(found.network, skus=skus)), DC1=0.5)

    assert not limit_of(result, "capacity", "DC1")["is_kept"]
    assert all(row.expected_fill >= 0.99 - 1e-9 for row in result.levels if row.node == "DC1")
    assert not any("capacity_price" in row.explanation for row in result.levels)


def test_room_in_bond_that_is_scarce_pushes_stock_forward():
    found = world(3, phi=8.0, bond=5000)
    tuning = lay_ground(found).tuning
    tuning = replace(tuning, classes={name: replace(c, beta=0.999) for name, c in tuning.classes.items()})
    plain = played(found, tuning, MX=1e9)
    held = limit_of(plain, "capacity", "MX")["expected"]

    tight = played(found, tuning, MX=held / 2)

    row = limit_of(tight, "capacity", "MX")
    assert held > 0.5
    assert row["price"] > 0
    assert row["expected"] <= held / 2 + 1e-9
    at_dcs = [sum(r.order_up_to for r in result.levels if r.source_node) for result in (plain, tight)]
    owned = [sum(r.order_up_to for r in result.levels if not r.source_node) for result in (plain, tight)]
    assert at_dcs[1] >= at_dcs[0]
    assert owned[1] <= owned[0]


def test_what_room_is_worth_stands_in_the_totals_and_in_the_sentence():
    found = world(1)
    free = expected_m3(found, played(found))
    result = played(found, DC1=free / 2)

    row = limit_of(result, "capacity", "DC1")
    lowered = [r for r in result.levels if r.node == "DC1" and "capacity_price" in r.explanation]
    assert row["price"] > 0
    assert lowered
    for one in lowered:
        assert one.explanation["capacity_price"] == pytest.approx(row["price"], abs=1e-4)
        assert one.order_up_to < one.explanation["value_without_limits"]
        assert "capacity" in one.explanation["binding"]
        assert "Room at DC1 is scarce" in sentence(one.explanation)


def shipped_m3(found, result, node="DC1"):
    volume = volume_of(found)
    return sum(m.quantity * volume[m.sku] for m in result.moves if m.to_node == node)


@given(seeds, st.floats(0.0, 60.0), st.integers(0, 60), st.integers(0, 60))
def test_no_shipment_fills_a_dc_beyond_its_capacity(seed, room, here, coming):
    found = world(seed, at_dc=here, inbound={("S0", "DC1"): float(coming)})
    volume = volume_of(found)
    taken = here * sum(volume.values()) + coming * volume["S0"]

    result = played(found, DC1=room)

    assert shipped_m3(found, result) <= max(room - taken, 0.0) + 1e-6


def test_where_room_is_short_it_goes_to_what_gains_most_a_m3():
    skus = [sku("A", stockout_cost=20.0, volume_m3=0.1), sku("B", stockout_cost=2.0, volume_m3=0.1)]
    series = poisson_series(1, 20) | poisson_series(2, 20, sku_id="B")
    found = problem(series, net=network(skus=skus, dcs=1), stock=state(bond={("A", "MX"): 900, ("B", "MX"): 900}))
    plain = sent(recommend(found), "A")["DC1"]

    result = played(found, DC1=plain * 0.1 + 0.3)

    assert sent(result, "A").get("DC1", 0) > 0.85 * plain
    (room,) = result.metrics["rooms"]
    assert room["price_per_m3"] > 0
    assert "capacity" in level(result, "B", "DC1").explanation["binding"]


def test_what_a_full_dc_cannot_take_of_scarce_stock_goes_to_the_others():
    found = problem(poisson_series(6, 20, 20), stock=state(bond={("A", "MX"): 80}))
    plain, full = sent(recommend(found)), sent(played(found, DC1=0.1))

    assert full["DC1"] == 10
    assert full["DC2"] > plain["DC2"]


def test_a_lot_near_its_limit_that_no_dc_has_room_for_is_an_exception():
    stock = state(bond={("A", "MX"): 600}, limit=AS_OF + timedelta(weeks=3))
    found = problem(poisson_series(2, 20, 20), stock=stock)

    result = played(found, DC1=0.5, DC2=0.5)

    assert sum(sent(result).values()) == 100
    (rest,) = [row for row in result.exceptions if row.reason_code == "LIMIT_NEAR"]
    assert rest.quantity == 500


def test_no_truck_is_filled_beyond_the_room_there_is():
    net = network(trucks=True)
    found = problem(
        poisson_series(1, 6000, 10), net=net, stock=state(bond={("A", "MX"): 10**6}, dcs={("A", "DC1"): 9000})
    )
    (free,) = [load for load in recommend(found).metrics["trucks"] if load["to_node"] == "DC1"]
    room = 90 + (free["asked_m3"] + free["loaded_m3"]) / 2

    result = played(found, DC1=room)

    assert free["loaded_m3"] > free["asked_m3"] + 1
    assert shipped_m3(found, result) <= room - 90 + 1e-6
