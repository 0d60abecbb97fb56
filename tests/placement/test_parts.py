"""A run in parts gives what a run in one gives, to the last byte; an item whose part failed is an exception."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from inventory.placement.engine.fingerprint import inputs_hash
from inventory.placement.engine.groundwork import lay_ground, outlooks, share
from inventory.placement.engine.model import BondLot, Event, Problem
from inventory.placement.engine.parts import merged, shares, without
from inventory.placement.engine.recommend import decide, recommend
from inventory.placement.engine.share import look
from inventory.placement.files import output, packed
from tests.placement.cases import AS_OF, history, network, poisson_series, sku, state


def world(items=23):
    """Items of many kinds, some of them without a history, with stock at two DCs and in bond."""
    skus = [sku(f"S{n:02}", pack_size=float(1 + n % 4), category="ab"[n % 2]) for n in range(items)]
    series = {}
    for n, item in enumerate(skus[:-2]):
        series |= poisson_series(n, 0.1 + n, 3.0, weeks=20 + 5 * n, sku_id=item.id)
    limits = [None, AS_OF + timedelta(weeks=2), AS_OF - timedelta(weeks=1)]
    bond = {(item.id, "MX"): [BondLot(f"L{n}", 40.0 + n, limits[n % 3], n)] for n, item in enumerate(skus)}
    stock = state(bond=bond, dcs={(item.id, "DC1"): 3.0 for item in skus})
    return Problem(network(skus=skus), history(series), stock)


@pytest.mark.parametrize("number", [1, 2, 4, 7, 40])
@pytest.mark.parametrize("is_tuned", [False, True])
def test_the_number_of_parts_changes_no_byte(number, is_tuned):
    problem = world()
    ground = lay_ground(problem, is_tuned=is_tuned)

    found = decide(ground, merged(ground, [outlooks(ground, items) for items in shares(ground, number)]))

    whole = recommend(problem, is_tuned=is_tuned)
    assert output.recommendations_csv(found) == output.recommendations_csv(whole)
    assert output.explanations_jsonl(found) == output.explanations_jsonl(whole)


@pytest.mark.parametrize("is_tuned", [False, True])
def test_a_part_that_is_packed_away_finds_the_same(is_tuned):
    season = 10 + 8 * np.sin(np.arange(120) * 2 * np.pi / 52)
    problem = world()
    series = {(f"T{n}", "R1"): season + n for n in range(9)}
    skus = (*problem.network.skus, *(sku(f"T{n}", category="seasonal") for n in range(9)))
    events = (Event("promo", "T1", "", AS_OF, AS_OF + timedelta(weeks=4), 1.5),)
    problem = replace(problem, network=network(skus=skus), history=history(series), events=events)
    ground = lay_ground(problem, is_tuned=is_tuned)

    kept, tuning, told = packed.problem_of(packed.problem_npz(problem, ground.tuning, {"n": 4}))
    found = [
        packed.outlooks_of(
            packed.outlooks_npz(look(packed.share_of(packed.share_npz(share(ground, items), ground.tuning))))
        )
        for items in shares(ground, 4)
    ]

    again = lay_ground(kept, tuning=tuning)
    assert told == {"n": 4}
    assert inputs_hash(kept) == inputs_hash(problem)
    whole = recommend(problem, is_tuned=is_tuned)
    result = decide(again, merged(again, found))
    assert output.recommendations_csv(result) == output.recommendations_csv(whole)
    assert output.explanations_jsonl(result) == output.explanations_jsonl(whole)
    assert result.tuning == whole.tuning
    assert result.metrics == whole.metrics


def test_every_item_is_in_one_part_which_other_items_do_not_change():
    many, few = lay_ground(world()), lay_ground(world(9))

    dealt = shares(many, 4)

    assert sorted(np.concatenate(dealt).tolist()) == list(range(23))
    assert [sorted(n for n in items.tolist() if n < 9) for items in dealt] == [s.tolist() for s in shares(few, 4)]


def test_items_of_a_part_that_failed_are_exceptions_and_all_others_are_as_ever():
    problem = world()
    ground = lay_ground(problem)
    dealt = shares(ground, 3)
    parts = [outlooks(ground, items) for items in dealt[:2]]
    lost = frozenset(problem.network.skus[n].id for n in dealt[2].tolist())

    found = without(decide(ground, merged(ground, [*parts, None])), problem, lost)

    whole = recommend(problem)
    assert lost
    assert found.levels == tuple(row for row in whole.levels if row.sku not in lost)
    assert found.adjustments == tuple(row for row in whole.adjustments if row.sku not in lost)
    moves = [[replace(row, priority=0) for row in result.moves if row.sku not in lost] for result in (found, whole)]
    assert moves[0] == moves[1] != []
    assert {row.sku for row in found.moves} & lost == set()
    odd = [row for row in found.exceptions if row.sku in lost]
    assert {row.sku for row in odd} == lost
    assert {row.reason_code for row in odd} == {"NOT_PLANNED"}
    near = {(s, lot.lot) for (s, _node), lots in problem.state.lots.items() for lot in lots if lot.limit and s in lost}
    assert near == {(row.sku, row.lot) for row in odd if row.lot}
    assert found.metrics["not_planned"] == sorted(lost)
    assert "not_planned" not in whole.metrics
