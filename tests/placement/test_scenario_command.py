"""`manage.py compare_scenarios` and `recommend_placement --scenario`: files in, files out, no database."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from inventory.placement.engine.scenarios import DutyChange, Items
from inventory.placement.files.checks import BadInput
from inventory.placement.files.scenario import KINDS, SCHEMA, scenario_of
from tests.placement.test_command import NETWORK, STATE, history_rows

DEARER = {"schema": SCHEMA, "name": "Dearer", "changes": [{"kind": "duty", "delta": 0.1}]}
CLOSED = {
    "schema": SCHEMA, "name": "Closed",
    "changes": [{"kind": "closure", "crossing": "LAREDO", "from": "2026-12-01", "to": "2026-12-20", "probability": 0.5}],
}  # fmt: skip
LEAD = {"values": [2, 3], "probs": [0.5, 0.5]}
EACH_KIND = {
    "duty": {"rate": 0.1}, "usmca": {"qualifies": True}, "closure": {"crossing": "X", "from": "2026-01-01", "to": "2026-02-01"},
    "lead_time": {"lead_time_weeks": LEAD}, "demand": {"factor": 2}, "capital": {"rate": 0.2},
    "dc_added": {"dc": "N", "like": "DC-1", "regions": ["R-1"]}, "dc_removed": {"dc": "DC-1"},
    "supplier": {"supplier": "NEAR", "lead_time_weeks": LEAD}, "storage": {"factor": 2}, "freight": {"factor": 2},
    "shortage": {"factor": 2},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """The three files of the command, and two scenarios."""
    with (tmp_path / "history.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("sku", "location", "date", "quantity"), *history_rows()])
    for name, content in (("network", NETWORK), ("state", STATE), ("dearer", DEARER), ("closed", CLOSED)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def compare(folder, *scenarios, **options):
    out = StringIO()
    call_command(
        "compare_scenarios", history=folder / "history.csv", network=folder / "network.json", state=folder / "state.json",
        scenarios=[folder / f"{name}.json" for name in scenarios], out=folder / "out.csv", report=folder / "report.json",
        replications=2, stdout=out, stderr=StringIO(), **options,
    )  # fmt: skip
    return out.getvalue(), json.loads((folder / "report.json").read_text())


def recommend(folder, *scenarios):
    """The levels of the command, under at most one scenario."""
    under = {"scenario": folder / f"{scenarios[0]}.json"} if scenarios else {}
    call_command(
        "recommend_placement", jobs=1, history=folder / "history.csv", network=folder / "network.json", out=folder / "out.csv",
        no_tuning=True, stdout=StringIO(), **under,
    )  # fmt: skip
    rows = csv.DictReader((folder / "out.csv").read_text().splitlines())
    return {(row["sku"], row["node"]): float(row["order_up_to"]) for row in rows if row["record_type"] == "level"}


def test_scenarios_are_compared_from_files(folder):
    told, report = compare(folder, "dearer", "closed")

    assert "2 scenarios" in told
    assert [outcome["name"] for outcome in report["outcomes"]] == ["base", "Dearer", "Closed"]
    rows = list(csv.DictReader((folder / "out.csv").read_text().splitlines()))
    (duty,) = [row for row in rows if (row["scenario"], row["line"]) == ("Dearer", "duty")]
    assert float(duty["delta"]) == pytest.approx(float(duty["value"]) - float(duty["base"]), abs=0.02)
    assert float(duty["delta"]) > 0
    assert {row["record_type"] for row in rows} >= {"line", "stock", "break_even"}
    assert report["outcomes"][2]["advance"]["weeks"] > 0


def test_the_recommendation_is_that_of_the_overlaid_problem(folder):
    (folder / "more.json").write_text(json.dumps(DEARER | {"changes": [{"kind": "demand", "factor": 2}]}))

    usual, more = recommend(folder), recommend(folder, "more")

    assert more["A", "DC-1"] > 1.5 * usual["A", "DC-1"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "war"}, r"changes\[0\]\.kind: one of duty"),
        ({"kind": "duty"}, r"changes\[0\]: exactly one of rate, delta, factor"),
        ({"kind": "duty", "rate": 25}, r"changes\[0\]\.rate: 25 is more than 10; 0\.25 is 25 %"),
        ({"kind": "duty", "rate": 0.1, "from": "soon"}, r"changes\[0\]\.from: an ISO date is needed, not 'soon'"),
        ({"kind": "duty", "rate": 0.1, "probability": 2}, r"changes\[0\]\.probability: a number from 0 to 1"),
        ({"kind": "duty", "rate": 0.1, "rte": 2}, r"changes\[0\]\.rte: a change of kind duty has no such field"),
        ({"kind": "demand"}, r"changes\[0\]\.factor: is missing"),
        ({"kind": "demand", "factor": 0}, r"changes\[0\]\.factor: a number above zero"),
        ({"kind": "closure", "crossing": "LAREDO", "from": "2026-03-01", "to": "2026-02-01"}, "lies before"),
        ({"kind": "closure", "crossing": "LAREDO"}, r"changes\[0\]\.from: is missing"),
        ({"kind": "lead_time", "lead_time_weeks": {"values": [1], "probs": [0.5]}}, "do not sum to 1"),
        ({"kind": "dc_added", "dc": "N", "like": "DC-1"}, r"changes\[0\]\.regions"),
        ({"kind": "duty", "rate": 0.1, "skus": ["Z"]}, r"changes\[0\]\.skus: 'Z': there is no such item"),
        ({"kind": "closure", "crossing": "ROMA", "from": "2026-03-01", "to": "2026-04-01"}, "no lane passes it"),
    ],
)
@pytest.mark.parametrize("command", ["compare", "recommend"])
def test_bad_input_names_its_causes_and_leaves_no_file(folder, change, said, command):
    (folder / "dearer.json").write_text(json.dumps(DEARER | {"changes": [change]}))

    run = compare if command == "compare" else recommend
    with pytest.raises(CommandError, match=said) as refusal:
        run(folder, "dearer")

    assert refusal.value.returncode == 2
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_stated(kind):
    found = scenario_of({"schema": SCHEMA, "name": "one", "changes": [{"kind": kind, **EACH_KIND[kind]}]})

    assert len(found.changes) == 1


def test_items_are_stated_by_id_category_and_origin():
    row = {"kind": "duty", "rate": 0.1, "skus": ["00123"], "category": "hinges", "origin": "CN"}

    (change,) = scenario_of({"schema": SCHEMA, "name": "one", "changes": [row]}).changes

    assert change == DutyChange(Items(("00123",), "hinges", "CN"), rate=0.1)


def test_a_wrong_schema_and_no_change_are_refused():
    with pytest.raises(BadInput, match="placement-scenario/1"):
        scenario_of({"schema": "x", "name": "one", "changes": []})
    with pytest.raises(BadInput, match="at least one"):
        scenario_of({"schema": SCHEMA, "name": "one", "changes": []})
