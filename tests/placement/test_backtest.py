"""`build_placement_case` and `backtest_placement`: files in, the engine beside rules of thumb out."""

import csv
import gzip
import json
from datetime import date, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command

from inventory.placement import cases
from inventory.placement.engine.compare import at_fill, efficient
from inventory.placement.engine.simulate import Tally

MARKETS = [
    ("Dallas/Ft. Worth", "market", 32.77, -96.80),
    ("Seattle", "market", 47.61, -122.33),
    ("West", "region", "", ""),
]


@pytest.fixture
def avocados(tmp_path):
    """The demand files of case A in small: one size, two markets, and a week that is missing."""
    chance = Random(3)
    with gzip.open(tmp_path / cases.AVOCADO, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("sku", "location", "date", "quantity", "price"))
        for week in range(270):
            if week == 100:
                continue
            day = date(2015, 1, 4) + timedelta(weeks=week)
            for market, _kind, _lat, _lon in MARKETS:
                writer.writerow(("PLU", market, day.isoformat(), chance.randint(3000, 5000), "1.00"))
    with (tmp_path / cases.AVOCADO_MARKETS).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("location", "kind", "lat", "lon"), *MARKETS])
    return tmp_path


def build(data, name="A"):
    out = StringIO()
    call_command("build_placement_case", name, data=data, out=data / "case", stdout=out)
    return data / "case", out.getvalue()


def test_a_case_holds_the_markets_weeks_and_prices_of_its_source(avocados):
    folder, told = build(avocados)

    network, case = (json.loads((folder / name).read_text()) for name in ("network.json", "case.json"))
    rows = list(csv.DictReader((folder / "history.csv").read_text().splitlines()))
    assert "GeoNames" in told
    assert {row["location"] for row in rows} == {"Dallas/Ft. Worth", "Seattle"}
    assert [row["date"] for row in rows if not row["quantity"]] == ["2016-11-28"] * 2  # the missing week is unknown
    assert len(rows) == 2 * 266
    assert case["first_review"] == "2018-10-29"
    (sku,) = network["skus"]
    assert (sku["unit_value"], sku["stockout_cost"]) == (120, 42)
    lane = next(lane for lane in network["lanes"] if (lane["from"], lane["to"]) == ("Nuevo Laredo", "DC Dallas"))
    assert lane["truck_cost"] == pytest.approx(2000 * (18 + 0.02 * 400) / 30, rel=0.01)


def test_missing_demand_files_are_named(tmp_path):
    with pytest.raises(CommandError, match=r"avocado_locations\.csv: No such file") as refusal:
        build(tmp_path)

    assert refusal.value.returncode == 2


def test_the_engine_is_played_beside_rules_of_thumb(avocados):
    folder, _told = build(avocados)
    case = json.loads((folder / "case.json").read_text())
    case |= {"first_review": "2019-11-18", "counted_from": "2019-12-30"}
    (folder / "case.json").write_text(json.dumps(case))
    out = StringIO()

    call_command("backtest_placement", folder, report=folder / "report.json", stdout=out, stderr=StringIO())

    report = json.loads((folder / "report.json").read_text())
    lines = {line["policy"]: line for line in report["lines"]}
    assert list(lines) == ["engine", "weeks of supply 4+4", "weeks of supply", "normal base stock", "all forward"]
    assert lines["engine"]["controllable"] < lines["weeks of supply 4+4"]["controllable"]
    for line in lines.values():
        parts = sum(line[name] for name in ("holding_bond", "holding_dc", "short", "expired", "trucks"))
        assert line["controllable"] == pytest.approx(parts)
        assert 0 < line["fill"] <= 1
    assert report["tuning"]["schema"] == "placement-tuning/1"
    assert [row["sku"] for row in report["worst"]] == ["PLU"]
    told = out.getvalue()
    assert all(word in told for word in ("With perfect foresight", "The best fixed levels", "Nervousness", "smooth"))
    assert told.splitlines()[-1].startswith("PLU ")  # the dearest items come last
    assert lines["engine"]["over_clairvoyant"] == pytest.approx(lines["engine"]["total"] / report["clairvoyant"] - 1)


@pytest.mark.parametrize("value", ["soon", None])
def test_a_case_without_its_days_is_refused(avocados, value):
    folder, _told = build(avocados)
    (folder / "case.json").write_text(json.dumps({"first_review": value, "counted_from": "2019-11-25"}))

    with pytest.raises(CommandError, match="first_review: an ISO date is needed") as refusal:
        call_command("backtest_placement", folder, stdout=StringIO(), stderr=StringIO())

    assert refusal.value.returncode == 2


def test_only_settings_that_no_other_beats_are_efficient():
    tally = Tally.empty(4, 1)
    tally.asked[:] = 100
    tally.served[:, 0] = [90, 95, 93, 99]
    tally.hold_dc[:, 0] = [1, 2, 3, 5]

    found = efficient(tally)

    points = tuple(found.values())
    assert found == {0: (0.9, 1.0), 1: (0.95, 2.0), 3: (0.99, 5.0)}
    assert at_fill(points, 0.97) == pytest.approx(3.5)
    assert at_fill(points, 0.995) is None
