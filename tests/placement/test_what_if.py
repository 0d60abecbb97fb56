"""What if a DC held more, or paid another duty: the answer from stored numbers is that of computing everything again."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.placement.engine import what_if
from inventory.placement.engine.groundwork import lay_ground, outlooks
from inventory.placement.engine.recommend import recommend
from tests.placement.test_shared_limits import within, world

seeds = st.integers(0, 2**16)


def dc_levels(result):
    return {(row.sku, row.node): row for row in result.levels if row.footing}


def kept(row):
    """The footing as it comes back from the books."""
    return what_if.unpacked(what_if.packed(row.footing))


def dearer(found, points):
    skus = tuple(replace(s, duty_rate=s.duty_rate + points) for s in found.network.skus)
    return replace(found, network=replace(found.network, skus=skus))


@given(seeds, st.sampled_from([-0.1, 0.0, 0.05, 0.3]), st.sampled_from([None, 2.0]))
def test_a_level_under_another_duty_is_the_one_that_is_computed_anew(seed, points, phi):
    found = world(seed, phi=phi)
    found = dearer(found, 0.1)
    tuning = lay_ground(found).tuning
    now = dc_levels(recommend(found, tuning=tuning))

    anew = dc_levels(recommend(dearer(found, points), tuning=tuning))

    for key, row in now.items():
        told = what_if.level_under(kept(row), points)
        assert told.units == anew[key].order_up_to, key
        assert told.fill == pytest.approx(anew[key].expected_fill, abs=1e-5)
        assert told.weekly_cost == pytest.approx(anew[key].expected_weekly_cost, rel=1e-4, abs=1e-6)


@given(seeds, st.sampled_from([0, 1, 10, 200]))
def test_what_is_expected_of_more_is_what_a_run_with_more_there_expects(seed, more):
    found = world(seed, at_dc=5)
    tuning = lay_ground(found).tuning
    now = dc_levels(recommend(found, tuning=tuning))
    on_hand = {key: units + more for key, units in found.state.on_hand.items()}

    anew = recommend(replace(found, state=replace(found.state, on_hand=on_hand)), tuning=tuning)

    moves = [m for m in anew.moves if (m.sku, m.to_node) in now and (m.sku, m.to_node) in on_hand]
    assume(moves)
    for move in moves:
        row = now[move.sku, move.to_node]
        told = what_if.held(kept(row), row.position + more)
        # A move tells the cost of leaving what it brings in bond as well.
        facts = move.explanation
        in_bond = facts["h_B"] * (facts["position_after"] - facts["position"])
        assert told.units == facts["position"]
        assert told.fill == pytest.approx(facts["fill_before"], abs=1e-5)
        assert told.weekly_cost == pytest.approx(facts["cost_before"] - in_bond, rel=1e-3, abs=1e-3)


@given(seeds)
def test_more_held_never_serves_less_and_a_dearer_duty_never_holds_more(seed):
    for row in dc_levels(recommend(world(seed))).values():
        fills = [round(what_if.held(kept(row), units).fill, 9) for units in (-5, 0, 5, 50, 500)]
        levels = [what_if.level_under(kept(row), points).units for points in (-0.1, 0, 0.05, 0.5, 5)]

        assert fills == sorted(fills)
        assert levels == sorted(levels, reverse=True)


def test_where_room_is_scarce_its_price_stands():
    found = world(3)
    free = recommend(found)
    tight = within(found, DC1=0.2)

    for row in dc_levels(recommend(tight, tuning=free.tuning)).values():
        assert what_if.level_under(kept(row), 0.0).units == row.order_up_to


def test_a_footing_comes_back_as_it_was():
    found = world(2)
    for row in dc_levels(recommend(found)).values():
        back = kept(row)

        assert back.costs == row.footing.costs
        assert back.whole == pytest.approx(row.footing.whole, rel=1e-6)
        assert back.lead == pytest.approx(row.footing.lead, rel=1e-6)
    assert outlooks(lay_ground(found)).pairs.spread.whole.shape[1] == len(back.whole)
