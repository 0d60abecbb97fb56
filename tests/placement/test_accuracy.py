"""How well sums of weeks were foretold (placement.md §12): the measures by hand, and `backtest_forecasts`."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from inventory.placement.engine import accuracy
from inventory.placement.engine.accuracy import Told
from inventory.placement.engine.recipes import JUDGED
from tests.placement.cases import network, problem, sku
from tests.placement.test_command import Files


def of_items(series, **values):
    return problem(series, net=network(skus=[sku(name, **values) for name in sorted({key[0] for key in series})]))


@pytest.fixture
def steps():
    """One series that goes up and down by two, 40 weeks, and the same with its last three weeks at 13."""
    line = np.array([10.0, 12.0] * 20)
    line[-3:] = 13.0
    return of_items({("A", "R1"): line}, unit_value=2.0)


def test_the_measures_are_those_that_one_works_out_by_hand(steps):
    (origin,) = accuracy.origins(steps, (3,), number=1, apart=1)
    told = Told(np.full((1, 3), 11.0), {3: np.full((1, len(JUDGED)), 36.0)})

    (found,) = accuracy.score([origin], (3,), "all thirty-six", [told])

    # 39 came, 3 above each quantile; the usual change is 2, of a sum of three weeks 2·√3; misses of 2 a week over changes of 2.
    assert found.sums == 1
    assert found.loss == pytest.approx(3 * sum(JUDGED) / len(JUDGED) / (2 * sqrt(3)))
    assert found.weighted_loss == pytest.approx(found.loss)
    assert found.bias == pytest.approx(33 / 39 - 1)
    assert found.errors == pytest.approx(1.0)
    assert found.covered == (0.0,) * len(JUDGED)


def test_the_rule_beside_it_is_the_mean_of_13_weeks_with_the_spread_of_its_own_errors():
    line = np.array([10.0, 12.0] * 20)
    (origin,) = accuracy.origins(of_items({("A", "R1"): line}), (2,), number=1, apart=1)

    told = accuracy.by_mean(origin, (2,))

    rates = np.array([line[n - 13 : n].mean() for n in range(13, 37)])
    deviation = sqrt(((22.0 - 2 * rates) ** 2).mean())
    assert told.ahead.tolist() == [[pytest.approx(line[25:38].mean())] * 2]
    median, high = told.quantiles[2][0][[0, JUDGED.index(0.975)]]
    assert median == pytest.approx(2 * line[25:38].mean())
    assert (high - median) / deviation == pytest.approx(1.959964, abs=1e-6)


def test_nothing_that_came_after_an_origin_is_used_there():
    rng = np.random.default_rng(5)
    series = {(f"A{n}", "R1"): rng.poisson(6, 60).astype(float) for n in range(4)}
    later = {key: np.concatenate([line[:-8], line[-8:] * 9]) for key, line in series.items()}

    told = []
    for world in (series, later):
        (origin,) = accuracy.origins(of_items(world), (8,), number=1, apart=1)
        told.append(accuracy.by_engine(origin, (8,)))

    assert told[0].quantiles[8].tolist() == told[1].quantiles[8].tolist()
    assert told[0].ahead.tolist() == told[1].ahead.tolist()


def test_a_week_that_is_not_known_is_made_up_for_and_a_sum_of_mostly_unknown_weeks_is_not_judged():
    line = np.array([10.0] * 37 + [np.nan, 13.0, 14.0])
    lost = np.array([10.0] * 37 + [np.nan, np.nan, 14.0])
    (origin,) = accuracy.origins(of_items({("A", "R1"): line, ("B", "R1"): lost}), (3,), number=1, apart=1)

    came = origin.came(3)

    assert came[0] == pytest.approx(27 * 3 / 2)
    assert np.isnan(came[1])


def test_a_history_that_is_too_short_is_refused_with_what_is_needed(steps):
    with pytest.raises(ValueError, match="68 weeks of history are needed for 4 origins 10 weeks apart, not 40"):
        accuracy.origins(steps, (12,), number=4, apart=10)


def test_the_command_prints_both_for_each_lead_and_writes_the_report(tmp_path, capsys):
    Files(tmp_path)
    report = tmp_path / "report.json"

    call_command("backtest_forecasts", tmp_path, leads=(2, 4), origins=2, apart=3, report=report)

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert {line.split("  ")[0] for line in lines[1:]} == {accuracy.ENGINE, accuracy.MEAN}
    assert '"weighted_loss"' in report.read_text()


def test_the_command_exits_with_2_where_there_is_too_little_to_judge(tmp_path):
    Files(tmp_path)

    with pytest.raises(CommandError, match="weeks of history are needed") as refused:
        call_command("backtest_forecasts", tmp_path, leads=(40,), origins=9, apart=30)

    assert refused.value.returncode == 2


def test_a_series_that_never_changes_is_not_judged():
    flat = of_items({("A", "R1"): np.full(40, 5.0), ("B", "R1"): np.array([4.0, 6.0] * 20)})
    at = accuracy.origins(flat, (2,), number=1, apart=1)

    (found,) = accuracy.score(at, (2,), accuracy.MEAN, [accuracy.by_mean(origin, (2,)) for origin in at])

    assert found.sums == 1


def test_sold_at_twice_the_value_an_item_counts_twice_in_the_weighted_loss():
    rng = np.random.default_rng(2)
    series = {("A", "R1"): rng.poisson(9, 40).astype(float), ("B", "R1"): rng.poisson(9, 40).astype(float)}
    world = of_items(series)
    dearer = replace(world, network=network(skus=[sku("A", unit_value=20.0), sku("B", unit_value=10.0)]))
    losses = []
    for one in (world, dearer):
        at = accuracy.origins(one, (2,), number=1, apart=1)
        (found,) = accuracy.score(at, (2,), accuracy.MEAN, [accuracy.by_mean(origin, (2,)) for origin in at])
        losses.append(found)

    assert losses[0].loss == losses[1].loss
    assert losses[0].weighted_loss != losses[1].weighted_loss
