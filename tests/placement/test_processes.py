"""`manage.py recommend_placement` as a process of its own: its bytes, whatever the hash seed, and its exit codes."""

import csv
import json
import os
import random
import subprocess
import sys

import pytest

from tests.placement.golden_files import EVENTS, HISTORY, NETWORK, STATE
from tests.placement.test_command import ROOT

pytestmark = pytest.mark.ops
NAMES = {
    "--out": "out.csv",
    "--explain-out": "why.jsonl",
    "--forecast-out": "weeks.csv",
    "--lead-out": "leads.csv",
    "--report": "r.json",
}


def run(folder, *options, seed="0", history=HISTORY, network=NETWORK, tuned=False, **environment):
    """The finished process; it writes into `folder`, and finds no database."""
    folder.mkdir(exist_ok=True)
    files = [text for option, name in NAMES.items() for text in (option, folder / name)]
    return subprocess.run(
        [sys.executable, "manage.py", "recommend_placement", "--history", history, "--network", network,
         *(() if tuned else ("--no-tuning",)), *files, *options],
        check=False, cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={
            **os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "DJANGO_SETTINGS_MODULE": "config.settings",
            "PRODUCTION": "false", "PYTHONHASHSEED": seed, **environment,
        },
    )  # fmt: skip


def written(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def shuffled(folder):
    """History and network of the same problem, rows and lists in another order."""
    header, *rows = csv.reader(HISTORY.read_text().splitlines())
    random.Random(2).shuffle(rows)
    with (folder / "history.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    network = json.loads(NETWORK.read_text())
    for name in ("nodes", "lanes", "skus"):
        random.Random(3).shuffle(network[name])
    (folder / "network.json").write_text(json.dumps(network))
    return {"history": folder / "history.csv", "network": folder / "network.json"}


def test_neither_the_hash_seed_nor_the_order_of_rows_changes_a_byte(tmp_path):
    options = ("--state", STATE, "--events", EVENTS)

    one = run(tmp_path / "one", *options, seed="1")
    two = run(tmp_path / "two", *options, seed="4242", **shuffled(tmp_path))

    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert written(tmp_path / "one") == written(tmp_path / "two")
    assert one.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("code", "said"), [(2, "network.json: schema"), (3, "Nothing could be recommended"), (4, "IsADirectoryError")]
)
def test_a_process_that_ends_badly_says_why_in_its_exit_code_and_leaves_no_file(tmp_path, code, said):
    network = json.loads(NETWORK.read_text())
    if code == 2:
        network["schema"] = "placement-network/9"
    elif code == 3:
        for sku in network["skus"]:
            sku["sites"] = ["SUP"]
    (tmp_path / "network.json").write_text(json.dumps(network))
    out = tmp_path / "out"
    out.mkdir()
    if code == 4:
        (out / "why.jsonl").mkdir()

    done = run(out, network=tmp_path / "network.json")

    assert done.returncode == code
    assert said in done.stderr
    assert [path for path in out.iterdir() if path.is_file()] == []


def test_with_more_processes_a_tuned_run_writes_the_same(tmp_path):
    one, two = (run(tmp_path / jobs, "--jobs", jobs, tuned=True) for jobs in ("1", "2"))

    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert written(tmp_path / "1") == written(tmp_path / "2")


def test_neither_classes_nor_parts_done_by_three_processes_change_a_byte_and_what_fails_in_one_is_raised():
    done = subprocess.run(
        [sys.executable, "-m", "tests.placement.by_processes"], check=False, cwd=ROOT, capture_output=True, text=True,
        timeout=120, env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "PRODUCTION": "false"},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr


def test_no_process_at_all_is_refused(tmp_path):
    done = run(tmp_path, "--jobs", "0")

    assert done.returncode == 2
    assert "argument --jobs: a whole number from 1 is needed, not '0'" in done.stderr
