"""What each market will ask, week by week and summed (placement.md §3, §4): `--forecast-out` and `--lead-out`."""

import csv
import random
from argparse import ArgumentTypeError
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from inventory.placement.engine import forecasts
from inventory.placement.engine.distribution import expect, quantile
from inventory.placement.engine.model import Event
from inventory.placement.engine.prepare import prepare
from inventory.placement.engine.recipes import Ahead
from inventory.placement.files.forecasts import LEAD_SHARES, WEEK_SHARES, leads_csv, week_counts, weeks_csv
from tests.placement.cases import AS_OF, network, poisson_series, problem, sku
from tests.placement.test_command import Files, history_rows


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def table(text):
    return list(csv.DictReader(text.splitlines()))


def numbers(row, shares):
    return [float(row[f"q{share}"]) for share in shares]


def walks(count, weeks=120, *, seed=3, step=0.12):
    """Items whose level wanders."""
    rng = np.random.default_rng(seed)
    level = 200 * np.exp(np.cumsum(rng.normal(0, step, (count, weeks)), axis=1))
    return {(f"A{n:02}", "R1"): np.round(line) for n, line in enumerate(level)}


def of_items(series, **values):
    return problem(series, net=network(skus=[sku(name, **values) for name in sorted({key[0] for key in series})]))


def test_the_command_writes_each_week_ahead_and_the_sums_of_weeks(files):
    weeks, leads = files.folder / "weeks.csv", files.folder / "leads.csv"

    files.run(forecast_out=weeks, lead_out=leads, leads=(2, 9))

    ahead, sums = table(weeks.read_text()), table(leads.read_text())
    assert list(ahead[0]) == ["sku", "location", "date", "mean", *(f"q{share}" for share in WEEK_SHARES)]
    assert list(sums[0]) == ["sku", "location", "lead_weeks", "mean", *(f"q{share}" for share in LEAD_SHARES)]
    days = [(date(2026, 11, 16) + timedelta(weeks=n)).isoformat() for n in range(13)]
    expected = [("00123", "R-1"), ("00123", "R-2"), ("A", "R-1"), ("A", "R-2")]
    assert [(row["sku"], row["location"], row["date"]) for row in ahead] == [
        (*key, day) for key in expected for day in days
    ]
    assert [(row["sku"], row["location"], row["lead_weeks"]) for row in sums] == [
        (*key, n) for key in expected for n in "29"
    ]
    for row in sums:
        if row["sku"] == "A":
            assert float(row["mean"]) == pytest.approx(30 * int(row["lead_weeks"]), rel=0.15)


def test_the_horizon_reaches_at_least_as_far_as_the_longest_level_looks(files):
    weeks = files.folder / "weeks.csv"

    files.run(forecast_out=weeks, horizon=2)

    assert len(table(weeks.read_text())) == 4 * 10  # 7.5 weeks of supply, the way, the review


def test_the_same_history_in_another_order_gives_the_same_bytes_and_later_rows_change_none(files):
    names = {"forecast_out": files.folder / "weeks.csv", "lead_out": files.folder / "leads.csv"}
    files.run(**names)
    before = [path.read_bytes() for path in names.values()]
    rows = [*history_rows(), ["A", "R-1", "2026-11-16", "9999"], ["00123", "R-2", "2027-02-01", "500"]]
    random.Random(4).shuffle(rows)
    files.put_history(rows)

    files.run(**names)

    assert [path.read_bytes() for path in names.values()] == before


@pytest.mark.parametrize("text", ["0", "3,x", "90", ""])
def test_numbers_of_weeks_that_are_none_are_refused(text):
    with pytest.raises(ArgumentTypeError, match="whole weeks from 1 to 52 are needed"):
        week_counts(text)


@pytest.mark.parametrize("seed", range(4))
def test_quantiles_never_cross_and_are_never_negative(seed):
    rng = np.random.default_rng(seed)
    series = {
        (f"A{n:02}", "R1"): np.round(rng.gamma(shape, scale, int(rng.integers(1, 90))))
        for n, (shape, scale) in enumerate(
            zip(rng.choice([0.05, 0.5, 5], 20), rng.choice([1, 30, 400], 20), strict=True)
        )
    }
    prepared = prepare(of_items(series))

    rows = [(row, WEEK_SHARES) for row in table(weeks_csv(prepared, 26))]
    rows += [(row, LEAD_SHARES) for row in table(leads_csv(prepared, (1, 3, 12)))]

    for row, shares in rows:
        found = numbers(row, shares)
        assert found == sorted(found)
        assert min(found) >= 0
        assert float(row["mean"]) >= 0


def test_the_weeks_ahead_add_up_to_their_sum():
    prepared = prepare(of_items(poisson_series(3, 40, 25)))
    weeks, (lead, _other) = table(weeks_csv(prepared, 13)), table(leads_csv(prepared, (12,)))

    mean = sum(float(row["mean"]) for row in weeks[:12])

    assert mean == pytest.approx(float(lead["mean"]), rel=0.02)


def test_a_promotion_to_come_raises_its_weeks_and_no_others():
    event = Event("promo", "A", "R1", AS_OF + timedelta(weeks=2), AS_OF + timedelta(weeks=3), 2.0)
    plain = of_items(poisson_series(3, 40))

    one, two = (table(weeks_csv(prepare(world), 6)) for world in (plain, replace(plain, events=(event,))))

    ratio = [float(b["mean"]) / float(a["mean"]) for a, b in zip(one, two, strict=True)]
    assert ratio == pytest.approx([1, 1, 2, 2, 1, 1], rel=1e-3)


def test_an_item_to_be_launched_is_foretold_by_its_rate_and_the_share_of_each_market():
    net = network(skus=[sku("A"), sku("NEW", launch_weekly=20.0)])
    world = problem({("A", "R1"): np.full(60, 30.0), ("A", "R2"): np.full(60, 10.0)}, net=net)

    found = {
        row["location"]: float(row["mean"]) for row in table(leads_csv(prepare(world), (2,))) if row["sku"] == "NEW"
    }

    assert found["R1"] == pytest.approx(2 * 15, rel=0.1)
    assert found["R2"] == pytest.approx(2 * 5, rel=0.1)


def test_nothing_is_expected_of_what_has_not_sold_for_a_year():
    world = of_items({("A", "R1"): np.r_[np.full(30, 9.0), np.zeros(60)], ("B", "R1"): np.full(90, 9.0)})

    found = {row["sku"]: float(row["q0.99"]) for row in table(leads_csv(prepare(world), (3,)))}

    assert found["A"] == 0
    assert found["B"] >= 27


def test_where_levels_wander_the_last_weeks_count_and_where_they_stand_still_they_do_not():
    rng = np.random.default_rng(8)
    still = {(f"A{n:02}", "R1"): np.r_[rng.poisson(60, 119), 100.0] for n in range(30)}
    wandering = walks(30)

    steady, following = (
        [float(row["mean"]) / 3 for row in table(leads_csv(prepare(of_items(series)), (3,)))]
        for series in (still, wandering)
    )

    assert np.mean(steady) == pytest.approx(60, rel=0.1)
    last = np.array([wandering[key][-1] for key in sorted(wandering)])
    assert np.abs(np.log(np.array(following) / last)).mean() < 0.12


def test_what_is_foretold_of_a_sum_is_covered_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    series = {(f"A{n:03}", "R1"): rng.negative_binomial(3, 0.2, 104) for n in range(300)}
    past = {key: line[:-4].astype(float) for key, line in series.items()}
    found = forecasts.markets(prepare(of_items(past)))
    ahead = Ahead(4)
    chosen = forecasts.choices(found, [ahead])[ahead]

    told = np.concatenate([q for _n, q in forecasts.sums(found, ahead, chosen)])

    real = np.array([line[-4:].sum() for line in series.values()])
    assert 0.91 <= (real <= quantile(told, 0.95)).mean() <= 0.98
    assert 0.42 <= (real <= quantile(told, 0.5)).mean() <= 0.6
    assert expect(told).mean() == pytest.approx(real.mean(), rel=0.05)


def test_chunks_do_not_change_what_is_foretold(monkeypatch):
    prepared = prepare(of_items({**walks(12), **poisson_series(3, 2, sku_id="B")}))
    whole = leads_csv(prepared, (3, 12)), weeks_csv(prepared, 13)

    monkeypatch.setattr(forecasts, "CHUNK", 5)

    assert (leads_csv(prepared, (3, 12)), weeks_csv(prepared, 13)) == whole
