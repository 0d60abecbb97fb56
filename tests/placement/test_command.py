"""`manage.py recommend_placement`: files in, files out, no database."""

import csv
import json
import os
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]
FIRST = date(2024, 11, 4)
WEEKS = 105

NETWORK = {
    "schema": "placement-network/1",
    "currency": "USD",
    "nodes": [
        {"id": "SUP", "type": "supplier"},
        {"id": "MX-1", "type": "bonded", "permanence_months": 60, "storage_usd_per_m3_week": 1.4},
        {"id": "DC-1", "type": "dc", "storage_usd_per_m3_week": 3.0},
        {"id": "R-1", "type": "region"},
        {"id": "R-2", "type": "region"},
    ],
    "lanes": [
        {"from": "SUP", "to": "MX-1", "lead_time_weeks": {"values": [7, 8], "probs": [0.5, 0.5]}, "cost_per_m3": 60},
        {"from": "MX-1", "to": "DC-1", "crossing": "LAREDO", "lead_time_weeks": {"mean": 1.3, "sd": 0.5},
         "truck_m3": 75, "truck_cost": 2100},
        {"from": "DC-1", "to": "R-1", "mode": "parcel"},
        {"from": "DC-1", "to": "R-2", "mode": "parcel"},
    ],
    "sku_defaults": {"obsolescence_per_year": 0.08, "pack_size": 1, "moq": 0},
    "skus": [
        {"id": "A", "unit_value": 12.5, "duty_rate": 0.25, "volume_m3": 0.004, "stockout_cost": 4.4, "supplier": "SUP",
         "pack_size": 12, "moq": 144},
        {"id": "00123", "unit_value": 40, "volume_m3": 0.02},
    ],
}  # fmt: skip
STATE = {
    "as_of": "2026-11-16",
    "on_hand": [
        {"sku": "A", "node": "MX-1", "quantity": 500, "lots": [{"lot": "L1", "quantity": 200, "limit_date": "2026-12-20"}]},
        {"sku": "A", "node": "DC-1", "quantity": 60},
    ],
    "in_transit": [{"sku": "A", "to": "DC-1", "quantity": 40, "eta_weeks": 1}],
    "backorders": [{"sku": "A", "node": "DC-1", "quantity": 3}],
}  # fmt: skip


def history_rows(after=0):
    chance = random.Random(5)
    rows = []
    for week in range(WEEKS + after):
        day = FIRST + timedelta(weeks=week, days=chance.randrange(7))
        for region in ("R-1", "R-2"):
            rows.append(["A", region, day.isoformat(), str(max(0, int(chance.gauss(30, 8))))])
            if chance.random() < 0.3:
                rows.append(["00123", region, day.isoformat(), str(chance.randint(1, 4))])
    return rows


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


class Files:
    """Writes the three files and runs the command on them."""

    def __init__(self, folder):
        self.folder = folder
        self.put_history(history_rows())
        self.put("network.json", NETWORK)
        self.put("state.json", STATE)

    def put(self, name, content):
        (self.folder / name).write_text(json.dumps(content) if not isinstance(content, str) else content)

    def put_history(self, rows, header=("sku", "location", "date", "quantity")):
        with (self.folder / "history.csv").open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])

    def run(self, **options):
        options = {"state": self.folder / "state.json", "no_tuning": "tuning" not in options, "jobs": 1, **options}
        names = {"history": "history.csv", "network": "network.json", "out": "out.csv"}
        call_command("recommend_placement", **{k: self.folder / v for k, v in names.items()}, **options)
        return (self.folder / "out.csv").read_text()

    def rows(self, **options):
        return list(csv.DictReader(self.run(**options).splitlines()))

    def refused(self, **options):
        """The exit code and the message of a run that ends badly, which must leave no file."""
        with pytest.raises(CommandError) as refusal:
            self.run(**options)
        assert not list(self.folder.glob("*out.csv*"))
        return refusal.value.returncode, str(refusal.value)


def test_levels_moves_and_exceptions_are_written_in_their_order(files):
    rows = files.rows()

    keys = [(row["record_type"], row["sku"], row["node"], row["from_node"], row["to_node"]) for row in rows]
    assert keys == sorted(keys)
    levels = {(row["sku"], row["node"]): row for row in rows if row["record_type"] == "level"}
    assert set(levels) == {("A", "DC-1"), ("A", "MX-1"), ("00123", "DC-1"), ("00123", "MX-1")}
    assert levels["A", "DC-1"]["source_node"] == "MX-1"
    for row in levels.values():
        parts = float(row["expected_demand"]) + float(row["safety_stock"])
        assert float(row["order_up_to"]) == pytest.approx(parts, abs=2e-4)
    moves = [row for row in rows if row["record_type"] == "move"]
    assert {(row["from_node"], row["to_node"]) for row in moves if row["sku"] == "A"} == {
        ("MX-1", "DC-1"),
        ("SUP", "MX-1"),
    }
    deployed = next(row for row in moves if row["to_node"] == "DC-1" and row["sku"] == "A" and row["lot"])
    assert (deployed["lot"], deployed["limit_date"], deployed["reason_code"]) == ("L1", "2026-12-20", "LIMIT_NEAR")
    assert deployed["explanation"].startswith("Send ")


def test_the_same_files_give_the_same_bytes_and_so_do_shuffled_rows(files):
    explained = {"explain_out": files.folder / "explained.jsonl"}
    one, why = files.run(**explained), explained["explain_out"].read_bytes()
    rows = history_rows()
    random.Random(9).shuffle(rows)
    files.put_history(rows)
    files.put("network.json", {**NETWORK, "skus": NETWORK["skus"][::-1], "nodes": NETWORK["nodes"][::-1]})

    two = files.run(**explained)

    assert two == one
    assert explained["explain_out"].read_bytes() == why


def test_nothing_dated_on_or_after_the_day_changes_anything(files):
    one = files.run()
    future = [
        ["A", "R-1", "2026-11-16", "9999"],
        ["A", "R-2", "2026-11-20", "-500"],
        ["00123", "R-1", "2027-01-04", "80"],
    ]
    files.put_history(history_rows() + future)

    assert files.run(report=files.folder / "report.json") == one
    report = json.loads((files.folder / "report.json").read_text())
    assert report["rejected"]["not_before_as_of"] == 3


def test_without_a_state_only_levels_are_given(files):
    rows = files.rows(state=None)

    assert {row["record_type"] for row in rows} == {"level"}


def test_an_earlier_day_leaves_out_the_weeks_from_there_on(files):
    early = files.rows(state=None, as_of=date(2025, 11, 17))

    assert "54 weeks of history" in next(
        row["explanation"] for row in early if row["node"] == "DC-1" and row["sku"] == "A"
    )


def test_rows_that_cannot_be_used_are_left_out_counted_and_listed(files):
    bad = [
        ["X", "R-1", "2026-01-05", "1"],
        ["A", "R-9", "2026-01-05", "1"],
        ["A", "R-1", "soon", "1"],
        ["A", "R-1", "2026-01-05", "inf"],
    ]
    one = files.run()
    files.put_history(bad + history_rows())

    assert files.run(report=files.folder / "report.json") == one
    report = json.loads((files.folder / "report.json").read_text())
    assert report["rejected"] == {"unknown_sku": 1, "unknown_location": 1, "iso_date": 1, "number": 1}
    assert {row["row"] for row in report["rejected_rows"]} == {2, 3, 4, 5}


def test_returns_are_set_against_earlier_weeks_and_what_is_left_is_reported(files):
    files.put_history(
        [["A", "R-1", "2026-01-05", "10"], ["A", "R-1", "2026-01-12", "-25"], ["A", "R-2", "2026-01-05", "3"]]
    )
    files.run(report=files.folder / "report.json")

    assert json.loads((files.folder / "report.json").read_text())["returns"] == {"carried_back": 10, "dropped": 15}


def test_negative_stock_counts_as_none_and_is_listed(files):
    files.put("state.json", {**STATE, "on_hand": [{"sku": "A", "node": "DC-1", "quantity": -4}]})
    files.run(report=files.folder / "report.json")

    errors = json.loads((files.folder / "report.json").read_text())["state_errors"]
    assert errors == ["on_hand[0]: quantity -4 is below zero and counts as 0"]


@pytest.mark.parametrize(
    ("name", "row", "place"),
    [
        (
            "on_hand",
            {"sku": "A", "node": "MX-1", "quantity": 8, "lots": [{"lot": "L", "quantity": -3}]},
            "on_hand[0].lots[0]",
        ),
        ("in_transit", {"sku": "A", "to": "DC-1", "quantity": -9}, "in_transit[0]"),
        ("backorders", {"sku": "A", "node": "DC-1", "quantity": -2}, "backorders[0]"),
    ],
)
def test_nothing_of_a_state_counts_below_zero(files, name, row, place):
    none = json.loads(json.dumps(row))
    (none["lots"][0] if "lots" in none else none)["quantity"] = 0
    files.put("state.json", {**STATE, name: [none]})
    clean = files.run()
    files.put("state.json", {**STATE, name: [row]})

    assert files.run(report=files.folder / "report.json") == clean
    errors = json.loads((files.folder / "report.json").read_text())["state_errors"]
    assert [error for error in errors if error.startswith(f"{place}: quantity -")]


@pytest.mark.parametrize(
    ("quantity", "said", "alike"),
    [
        (
            300,
            "the other 100 count as a lot without number whose stay begins now",
            [("L1", 150, "2026-12-20"), ("L2", 50, "2029-01-01"), ("", 100, "2031-11-16")],
        ),
        (
            180,
            "the quantity counts, and 20 of the lots that would leave last do not",
            [("L1", 150, "2026-12-20"), ("L2", 30, "2029-01-01")],
        ),
    ],
)
def test_lots_that_do_not_add_up_to_their_quantity_are_told_and_the_quantity_counts(
    files, capsys, quantity, said, alike
):
    def held(quantity, lots):
        listed = [{"lot": lot, "quantity": units, "limit_date": limit} for lot, units, limit in lots]
        files.put(
            "state.json", {**STATE, "on_hand": [{"sku": "A", "node": "MX-1", "quantity": quantity, "lots": listed}]}
        )
        return files.run(report=files.folder / "report.json")

    clean = held(quantity, alike)
    capsys.readouterr()

    assert held(quantity, [("L2", 50, "2029-01-01"), ("L1", 150, "2026-12-20")]) == clean
    told = f"on_hand[0]: the lots of 'A' at 'MX-1' add up to 200, the quantity is {quantity}: {said}"
    assert told in capsys.readouterr().err
    assert json.loads((files.folder / "report.json").read_text())["state_errors"] == [told]


def test_capacity_budget_and_events_are_read_and_reported(files):
    network = changed(("budget",), 9000)
    network["nodes"][2]["capacity_m3"] = 0.7
    files.put("network.json", network)
    files.put(
        "events.csv",
        "kind,sku|category|lane|crossing,location,from,to,value\n"
        "closure,LAREDO,,2026-11-09,2026-11-29,\ntariff,A,DC-1,2026-11-30,,0.4\n",
    )

    rows = files.rows(events=files.folder / "events.csv", report=files.folder / "report.json")

    found = json.loads((files.folder / "report.json").read_text())["metrics"]
    assert {(row["kind"], row["node"]) for row in found["limits"]} == {("capacity", "DC-1"), ("budget", "")}
    assert found["rooms"][0]["taken_m3"] == pytest.approx(0.4)
    assert found["closures"][0]["is_now"]
    assert found["duty_changes"][0]["duty_new"] == 0.4
    blocked = [row for row in rows if row["reason_code"] == "BLOCKED"]
    assert {row["node"] for row in blocked} == {"DC-1"}
    assert not any(row["record_type"] == "move" and row["to_node"] == "DC-1" for row in rows)


def changed(path, value):
    """NETWORK with one value changed (or taken out, for None); `path` leads to it."""
    network = json.loads(json.dumps(NETWORK))
    holder = network
    for step in path[:-1]:
        holder = holder[step]
    if value is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return network


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("schema",), "placement-network/9", "schema"),
        (("lanes", 0, "cost_per_m3"), -1, "lanes[0].cost_per_m3"),
        (("capital_rate_per_year",), -0.1, "capital_rate_per_year"),
        (("skus", 0, "unit_value"), None, "skus[0].unit_value: is missing"),
        (("skus", 0, "unit_value"), "12", "skus[0].unit_value"),
        (("lanes", 0, "lead_time_weeks", "probs"), [0.5, 0.4], "do not sum to 1"),
        (("lanes", 2), None, "region R-1"),
        (("lanes", 1), None, "dc DC-1"),
        (("lanes", 1, "from"), "NOWHERE", "there is no node 'NOWHERE'"),
        (("lanes", 1, "from"), "DC-1", "lanes[1]: leads from 'DC-1' to itself"),
        (("lanes", 1, "renews_limit_months"), 6, "lanes[1].renews_limit_months: belongs to a lane between two bonded sites"),
        (("lanes", 1, "renews_limit_months"), 1.5, "lanes[1].renews_limit_months: a whole number"),
        (("skus", 1, "id"), "A", "stands twice"),
        (("nodes", 0, "currency"), "MXN", "currency"),
        (("lanes", 0, "currency"), "MXN", "lanes[0].currency: 'MXN' is not the network's currency, 'USD'"),
        (("skus", 0, "currency"), "MXN", "skus[0].currency"),
        (("sku_defaults", "currency"), "MXN", "skus[0].currency"),
        (("skus", 0, "supplier"), "NOPE", "sku A.supplier: there is no supplier 'NOPE' among the nodes"),
        (("skus", 0, "supplier"), "DC-1", "there is no supplier 'DC-1'"),
        (("skus", 0, "sites"), ["MX-9"], "sku A.sites: there is no node 'MX-9'"),
        (("skus", 0, "sites"), "MX-1", "skus[0].sites: a list of ids of bonded sites is needed, not 'MX-1'"),
        (("skus", 0, "unit_value"), 0, "skus[0].unit_value: a number above zero is needed, not 0"),
        (("skus", 0, "unit_value"), float("nan"), "skus[0].unit_value"),
        (("skus", 0, "min_fill"), 2, "skus[0].min_fill: a number from 0 to 1 is needed, not 2"),
        (("skus", 0, "obsolescence_per_year"), 8, "skus[0].obsolescence_per_year: a number from 0 to 1"),
        (("skus", 0, "duty_rate"), -0.1, "skus[0].duty_rate"),
        (("skus", 0, "pack_size"), 0, "skus[0].pack_size"),
        (("skus", 0, "moq"), -5, "skus[0].moq"),
        (("nodes", 1, "permanence_months"), 1.5, "nodes[1].permanence_months: a whole number"),
        (("nodes", 1, "storage_usd_per_m3_week"), -1, "nodes[1].storage_usd_per_m3_week"),
        (("lanes", 0, "priority"), 0.5, "lanes[0].priority: a whole number"),
        (("lanes", 0, "priority"), -1, "lanes[0].priority"),
        (("lanes", 1, "truck_m3"), 0, "lanes[1].truck_m3"),
        (("lanes", 0, "lead_time_weeks", "probs"), [1.5, -0.5], "do not sum to 1"),
        (("lanes", 0, "lead_time_weeks", "probs"), [0.5, float("nan")], "do not sum to 1"),
        (("lanes", 0, "lead_time_weeks", "probs"), None, "lanes[0].lead_time_weeks: 'probs' is missing"),
        (("lanes", 0, "lead_time_weeks", "values"), ["7", 8], "numbers are needed, not '7'"),
        (("lanes", 0, "lead_time_weeks", "values"), [7, 10**400], "lanes[0].lead_time_weeks"),
        (("lanes", 1, "lead_time_weeks", "mean"), float("nan"), "a mean above zero"),
        (("lanes", 1, "lead_time_weeks", "sd"), float("inf"), "an sd not below it"),
        (("budget",), -1, "network.json: budget: a number"),
        (("currency",), 5, "network.json: currency: a text"),
        (("params",), {"half_life_weeks": 0}, "params.half_life_weeks: a number above zero"),
        (("params",), {"phi": 10**400}, "params.phi"),
        (("params",), {"default_supply": {"values": [7, 8], "probs": [0.5, 0.4]}}, "params.default_supply"),
        (("nodes", 0, "type"), "shop", "nodes[0].type"),
        (("review_weeks",), 0, "review_weeks"),
        (("skus",), [], "skus"),
    ],
)  # fmt: skip
def test_a_network_that_cannot_be_used_ends_with_2_and_says_where(files, path, value, said):
    files.put("network.json", changed(path, value))

    code, message = files.refused()

    assert code == 2
    assert said in message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("network.json", "{not json"),
        ("network.json", "[]"),
        ("state.json", "{}"),
        ("state.json", '{"as_of": "soon"}'),
        ("state.json", '{"as_of": "2026-11-16", "on_hand": [{"sku": "A", "node": "DC-1"}]}'),
        ("history.csv", "sku,date,quantity\nA,2026-01-05,1\n"),
        ("history.csv", "sku,location,date,quantity\nX,R-1,2026-01-05,1\n"),
        ("history.csv", "\x00\x01\x02"),
        ("history.csv", ""),
    ],
)
def test_a_file_that_cannot_be_used_ends_with_2(files, name, content):
    files.put(name, content)

    code, message = files.refused()

    assert code == 2
    assert name in message


def test_a_partial_network_may_name_suppliers_that_it_does_not_have(files):
    network = changed(("skus", 0, "supplier"), "NOPE")
    files.put("network.json", {**network, "is_partial": True})

    assert {row["node"] for row in files.rows() if row["record_type"] == "level"} == {"DC-1", "MX-1"}


def test_a_missing_column_is_called_in_english_as_the_file_calls_it(files):
    files.put("history.csv", "sku,date,quantity\nA,2026-01-05,1\n")

    with translation.override("es-mx"):
        _code, message = files.refused()

    assert message == (
        "history.csv: The first row must name the columns sku, location, date, quantity; missing: location."
    )


def test_rows_left_out_are_told_in_english_by_the_columns_of_the_file(files):
    files.put_history([*history_rows(), ["A", "", "2026-01-05", "1"]])

    with translation.override("es-mx"):
        files.run(report=files.folder / "report.json")

    (row,) = json.loads((files.folder / "report.json").read_text())["rejected_rows"]
    assert row["field"] == "location"
    assert row["message"] == "A value is needed."


def test_when_nothing_can_be_recommended_the_end_is_3(files):
    network = changed(("skus", 0, "sites"), ["SUP"])  # an item that no bonded site may hold
    network["skus"] = network["skus"][:1]
    files.put("network.json", network)

    code, _message = files.refused()

    assert code == 3


def test_an_error_of_its_own_ends_with_4_and_leaves_no_file(files):
    code, message = files.refused(report=files.folder / "no such folder" / "report.json")

    assert code == 4
    assert "FileNotFoundError" in message


def test_every_number_of_a_sentence_stands_in_its_explanation(files):
    files.run(explain_out=files.folder / "explained.jsonl")

    lines = [json.loads(line) for line in (files.folder / "explained.jsonl").read_text().splitlines()]
    assert {line["kind"] for line in lines} >= {"level_dc", "level_bonded", "move", "purchase"}
    level = next(line for line in lines if line["kind"] == "level_dc" and line["sku"] == "A")
    for name in (
        "value",
        "expected_demand",
        "protection_weeks",
        "safety_stock",
        "p",
        "h_B",
        "h_D",
        "delta",
        "phi",
        "data",
    ):
        assert name in level


@pytest.mark.ops
def test_the_command_works_where_no_database_answers(files):
    environment = {
        **os.environ,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PRODUCTION": "false",
    }
    out = files.folder / "out.csv"

    done = subprocess.run(
        [sys.executable, "manage.py", "recommend_placement", "--history", files.folder / "history.csv",
         "--network", files.folder / "network.json", "--out", out, "--state", files.folder / "state.json"],
        check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    assert out.read_text().startswith("record_type,sku,node")


def test_a_run_is_tuned_and_its_report_freezes_the_tuning_for_the_next(files):
    report = files.folder / "report.json"

    tuned = files.run(no_tuning=False, report=report)
    frozen = files.run(tuning=report)

    found = json.loads(report.read_text())["tuning"]
    assert max(entry["weeks"] for entry in found["classes"].values()) > 8
    assert frozen == tuned
    assert tuned != files.run()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("schema",), "x", "'placement-tuning/1' is needed, not 'x'"),
        (
            ("classes", "smooth", "beta"),
            1.5,
            "tuning.json: classes.smooth.beta: a share from 0 to 1 is needed, not 1.5",
        ),
        (("classes", "smooth", "family"), "wild", "one of steady, balanced, responsive is needed, not 'wild'"),
        (("classes", "smooth", "phi"), -1, "tuning.json: classes.smooth.phi: a number above zero is needed, not -1"),
        (("dc_laws",), {"3": "x"}, "tuning.json: dc_laws: an object of weeks with two numbers each is needed"),
    ],
)
def test_a_tuning_that_is_none_is_refused_where_it_is_wrong(files, path, value, message):
    files.run(report=files.folder / "report.json")
    tuning = json.loads((files.folder / "report.json").read_text())["tuning"]
    holder = tuning
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    files.put("tuning.json", tuning)
    (files.folder / "out.csv").unlink()

    code, refusal = files.refused(tuning=files.folder / "tuning.json")

    assert code == 2
    assert message in refusal


def test_a_promotion_to_come_is_read_from_the_events(files):
    rows = history_rows()
    promoted = [[*row, "1" if n % 9 == 0 else "0"] for n, row in enumerate(rows)]
    for row in promoted:
        row[3] = str(int(row[3]) * (3 if row[4] == "1" else 1))
    files.put_history(promoted, header=("sku", "location", "date", "quantity", "promo"))
    files.put(
        "events.csv", "kind,sku|category|lane|crossing,location,from,to,value\npromo,A,,2026-11-16,2026-12-31,2.5\n"
    )

    plain, raised = (
        next(row for row in files.rows(**options) if (row["sku"], row["node"]) == ("A", "DC-1"))
        for options in ({}, {"events": files.folder / "events.csv"})
    )

    assert float(raised["expected_demand"]) == pytest.approx(2.5 * float(plain["expected_demand"]), rel=0.02)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "strike,A,,2026-12-01,2026-12-31,",
            "line 2.kind: one of promo, closure, tariff, holiday is needed, not 'strike'",
        ),
        ("promo,A,,soon,2026-12-31,2", "line 2.from: an ISO date is needed, not 'soon'"),
        ("promo,A,,2026-12-31,2026-12-01,2", "line 2.to: 2026-12-01 lies before 2026-12-31"),
        ("promo,A,,2026-12-01,2026-12-31,-2", "line 2.value: a number not below zero is needed, not -2.0"),
        ("tariff,A,,2026-12-01,,", "line 2.value: the new duty rate is needed, as a share"),
    ],
)
def test_an_event_that_is_none_is_refused_where_it_is_wrong(files, line, message):
    files.put("events.csv", f"kind,sku|category|lane|crossing,location,from,to,value\n{line}\n")

    code, refusal = files.refused(events=files.folder / "events.csv")

    assert code == 2
    assert f"events.csv: {message}" in refusal
