"""What was really done, played beside the engine in the same weeks (placement.md §11)."""

import csv
import json
from datetime import date, timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from inventory.placement.engine.backtest import Window, play
from inventory.placement.engine.compare import compare
from inventory.placement.engine.recorded import Movement, recorded
from inventory.placement.engine.simulate import Simulation
from inventory.placement.files.checks import BadInput
from inventory.placement.files.movements import COLUMNS, read_movements
from tests.placement.cases import network
from tests.placement.test_backtest import avocados, build  # noqa: F401  the fixture
from tests.placement.test_playing import fixed, stage


def moves(world, columns, *, ship=10.0, order=10.0):
    """Every week so much to DC1 and into bond, on a Wednesday."""
    found = []
    for column in columns:
        day = world.week(column) + timedelta(days=2)
        found += [Movement("A", "MX", "DC1", day, ship), Movement("A", "SUP", "MX", day, order)]
    return found


def test_what_was_done_costs_what_the_same_decisions_cost():
    chain = stage([[np.full(40, 10.0)]])
    world, judged = chain.prepared.problem, Window(tuple(range(20, 30)), 2)

    done = play(chain, recorded(world, chain.chain, ["A"], moves(world, judged.columns)), 1, judged, 0)
    same = play(chain, fixed(10.0, 10.0), 1, judged, 0)

    assert done.controllable.item() == same.controllable.item()
    assert done.fill.item() == same.fill.item() == 1


def test_movements_of_one_week_add_up_and_those_of_other_weeks_and_items_do_not_count():
    chain = stage([[np.full(40, 10.0), np.full(40, 10.0)]])
    world, day = chain.prepared.problem, chain.prepared.problem.week(25)
    policy = recorded(
        world, chain.chain, ["A"],
        [
            Movement("A", "MX", "DC2", day, 3.0), Movement("A", "MX", "DC2", day + timedelta(days=6), 4.0),
            Movement("A", "MX", "DC2", day + timedelta(days=7), 50.0), Movement("B", "MX", "DC2", day, 60.0),
            Movement("A", "SUP", "MX", day, 8.0),
        ],
    )  # fmt: skip
    game = Simulation(chain.chain, chain.demand, settings=1, columns=range(25, 28), seed=0)

    ships, orders = policy(game, 25)

    assert ships[0].tolist() == [[[0.0, 7.0]]]
    assert orders.tolist() == [[[8.0]]]
    assert policy(game, 27)[1].tolist() == [[[0.0]]]


def test_what_was_not_there_to_ship_is_cut_and_counted():
    chain = stage([[np.full(40, 10.0)]])
    game = Simulation(chain.chain, chain.demand, settings=1, columns=range(20, 24), seed=0)
    game.in_bond[:] = 30

    game.receive()
    game.act([np.full((1, 1, 1), 42.0)], np.zeros((1, 1, 1)), counted=True)

    assert game.inbound.sum() == 30
    assert game.tally.cut.item() == 12 * 10  # worth 10 each


def test_the_line_of_what_was_done_is_the_last():
    rng = np.random.default_rng(2)
    world = stage([[rng.poisson(10, 80).astype(float)]]).prepared.problem

    plain = compare(world, first_review=world.week(72), counted_from=world.week(76))
    found = compare(world, first_review=world.week(72), counted_from=world.week(76), done=moves(world, range(72, 80)))

    assert found.lines[:-1] == plain.lines
    assert found.lines[-1].policy == "what was done"
    assert found.lines[-1].fill > 0.5


def rows_file(path, *rows, columns=COLUMNS):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def test_movements_are_read_from_the_columns_of_the_commands_own_moves(tmp_path):
    path = rows_file(tmp_path / "done.csv", ("A", "MX", "DC1", "2026-01-07", "12.5"))

    assert read_movements(path, network()) == (Movement("A", "MX", "DC1", date(2026, 1, 7), 12.5),)


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        (("X", "MX", "DC1", "2026-01-07", "1"), "done.csv: line 2.sku: 'X' is no item of the network"),
        (("A", "DC1", "MX", "2026-01-07", "1"), "line 2.to_node: bonded to dc or supplier to bonded is needed"),
        (("A", "MX", "DC1", "7/1/2026", "1"), "line 2.ship_week: an ISO date is needed, not '7/1/2026'"),
        (("A", "MX", "DC1", "2026-01-07", "-1"), "line 2.quantity: a number not below zero is needed"),
        (("A", "MX", "DC1", "2026-01-07", "some"), "line 2.quantity: a number not below zero is needed, not 'some'"),
        (("A", "MX", "DC1", "2026-01-07", ""), "line 2.quantity: a number not below zero is needed"),
    ],
)
def test_a_movement_that_cannot_be_is_named_with_its_line(tmp_path, row, cause):
    with pytest.raises(BadInput) as refusal:
        read_movements(rows_file(tmp_path / "done.csv", row), network())

    assert any(cause in told for told in refusal.value.causes)


def test_a_file_without_a_column_or_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInput, match="column quantity is missing"):
        read_movements(rows_file(tmp_path / "done.csv", columns=COLUMNS[:-1]), network())
    with pytest.raises(BadInput, match=r"nowhere\.csv: cannot be read"):
        read_movements(tmp_path / "nowhere.csv", network())


def test_the_command_shows_what_was_done(avocados):
    folder, _told = build(avocados)
    case = json.loads((folder / "case.json").read_text())
    (folder / "case.json").write_text(json.dumps(case | {"first_review": "2019-12-09", "counted_from": "2019-12-30"}))
    done = rows_file(folder / "done.csv", ("PLU", "Nuevo Laredo", "DC Dallas", "2020-01-01", "20"))
    out = StringIO()

    call_command("backtest_placement", folder, done=done, report=folder / "r.json", stdout=out, stderr=StringIO())

    assert "what was done" in out.getvalue()
    assert json.loads((folder / "r.json").read_text())["lines"][-1]["policy"] == "what was done"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("backtest_placement", folder, done=folder / "no.csv", stdout=StringIO(), stderr=StringIO())
