"""A history by the month (placement.md §2.1): months in every formula, rates per year / 12, a season of 12."""

import csv
import json
from datetime import date

import numpy as np
import pytest

from inventory.placement.engine.model import LeadTime
from inventory.placement.engine.periods import MONTH, WEEK
from inventory.placement.engine.prepare import prepare
from inventory.placement.files.monthly import WEEKS, by_month, in_months
from inventory.placement.files.problem import read_problem
from tests.placement.test_command import NETWORK, STATE, Files

MONTHS = [date(2022 + n // 12, n % 12 + 1, 1) for n in range(54)]  # to June 2026


class Monthly(Files):
    """The command's files with a history by the month, on various days of it."""

    def __init__(self, folder):
        super().__init__(folder)
        self.put_history(self.months())
        self.put("network.json", {**NETWORK, "skus": [{**NETWORK["skus"][0], "category": "fans"}]})
        self.put("state.json", {**STATE, "as_of": "2026-07-14"})

    @staticmethod
    def months(season=0.0, mean=130):
        rng = np.random.default_rng(6)
        wave = mean * (1 + season * np.sin(2 * np.pi * np.arange(len(MONTHS)) / 12))
        return [
            ["A", region, day.replace(day=int(rng.integers(1, 29))).isoformat(), str(int(rng.poisson(rate)))]
            for day, rate in zip(MONTHS, wave, strict=True)
            for region in ("R-1", "R-2")
        ]

    def run(self, **options):
        return super().run(**{"period": "month", **options})

    def level(self, node, **options):
        why = self.folder / "why.jsonl"
        self.run(explain_out=why, **options)
        return next(
            row for row in map(json.loads, why.read_text().splitlines())
            if row["record_type"] == "level" and row["node"] == node
        )  # fmt: skip


@pytest.fixture
def files(tmp_path):
    return Monthly(tmp_path)


def test_levels_look_as_many_months_ahead_as_the_way_and_one_review_take(files):
    dc, site = files.level("DC-1"), files.level("MX-1")

    assert dc["protection_weeks"] == pytest.approx(1 + 1.35 / WEEKS, abs=0.05)
    assert site["protection_weeks"] == pytest.approx(1 + 7.5 / WEEKS, abs=0.5)
    assert dc["expected_demand"] == pytest.approx(260 * dc["protection_weeks"], rel=0.05)
    assert dc["data"]["weeks"] == 54


def test_what_a_unit_costs_to_hold_a_month_is_a_twelfth_of_a_year(files):
    by_the_month, by_the_week = files.level("DC-1"), files.level("DC-1", period="week")

    for price in ("h_B", "h_D", "delta"):
        assert by_the_month[price] == pytest.approx(by_the_week[price] * 52 / 12, abs=2e-4)


def test_sentences_speak_of_months(files):
    text = files.run()

    assert " months (" in text
    assert "week of" not in text
    said = [row["explanation"] for row in csv.DictReader(text.splitlines()) if row["record_type"] == "level"]
    assert not any("week" in sentence for sentence in said)


def test_what_arrives_is_dated_by_the_lead_time_in_weeks(files):
    files.put("state.json", {**STATE, "as_of": "2026-07-13", "on_hand": STATE["on_hand"][:1]})
    files.put("network.json", {**NETWORK, "skus": [{**NETWORK["skus"][0], "volume_m3": 0.1}]})

    moves = [row for row in csv.DictReader(files.run().splitlines()) if row["record_type"] == "move"]

    sent = next(row for row in moves if row["to_node"] == "DC-1")
    assert (sent["ship_week"], sent["arrive_week_p50"]) == ("2026-07-13", "2026-07-20")


def test_rows_of_a_month_are_added_up_and_those_of_the_days_month_change_nothing(files):
    one = files.run()
    split = []
    for sku, region, day, quantity in files.months():
        half = int(quantity) // 2
        split += [[sku, region, day[:8] + "01", str(half)], [sku, region, day[:8] + "28", str(int(quantity) - half)]]
    files.put_history([*split, ["A", "R-1", "2026-07-02", "5000"]])

    assert files.run() == one


def test_without_a_day_it_is_the_month_after_the_last_one(files):
    rows = [row for row in files.months() if row[2] < "2026-02"]
    files.put_history(rows)

    problem = read_problem(
        history=files.folder / "history.csv", network=files.folder / "network.json", period=MONTH
    ).problem

    assert problem.state.as_of == date(2026, 2, 1)
    assert problem.history.first_week == date(2022, 1, 1)
    assert problem.history.demand.shape == (2, 49)


def test_a_season_of_twelve_months_is_found_and_foretold(files):
    files.put_history(files.months(season=0.6))
    weeks = files.folder / "weeks.csv"

    files.run(forecast_out=weeks, horizon=12)

    told = [row for row in csv.DictReader(weeks.read_text().splitlines()) if row["location"] == "R-1"]
    assert [row["date"] for row in told] == [MONTH.begin(date(2026, 7, 1), n).isoformat() for n in range(12)]
    wave = [130 * (1 + 0.6 * np.sin(2 * np.pi * (54 + n) / 12)) for n in range(12)]
    assert [float(row["mean"]) for row in told] == pytest.approx(wave, rel=0.2)


def test_a_network_by_the_month_keeps_its_years(files):
    network = read_problem(history=files.folder / "history.csv", network=files.folder / "network.json").problem.network

    monthly = by_month(network)

    assert monthly.capital_rate * 12 == pytest.approx(network.capital_rate * 52)
    assert monthly.lanes[0].lead_time.mean * WEEKS == pytest.approx(network.lanes[0].lead_time.mean, rel=1e-3)
    assert (monthly.review_weeks, monthly.period, network.period) == (1, MONTH, WEEK)


@pytest.mark.parametrize("weeks", [(1, 2), (4, 8, 30), (0, 52)])
def test_lead_times_of_parts_of_a_month_are_played_in_whole_ones_with_the_same_mean(weeks):
    lead = in_months(LeadTime(weeks, tuple(1 / len(weeks) for _week in weeks)))

    assert all(float(month).is_integer() for month in lead.whole.weeks)
    assert sum(lead.whole.probs) == pytest.approx(1)
    assert lead.whole.mean == pytest.approx(lead.mean)


def test_a_run_by_the_month_is_tuned_on_its_own_past(files):
    report = files.folder / "report.json"

    files.run(no_tuning=False, report=report)

    assert max(entry["weeks"] for entry in json.loads(report.read_text())["tuning"]["classes"].values()) > 8
    assert prepare(read_problem(
        history=files.folder / "history.csv", network=files.folder / "network.json", period=MONTH).problem).weeks == 54  # fmt: skip
