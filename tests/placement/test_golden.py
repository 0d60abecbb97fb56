"""A change of the engine that changes results is seen here. Renew with `python -m tests.placement.golden_files`."""

import csv

import pytest

from tests.placement.golden_files import EXPECTED, FOLDER, run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    run(folder)
    return folder


@pytest.mark.parametrize("name", EXPECTED)
def test_the_fixed_problem_gives_what_is_committed(made, name):
    assert (made / name).read_text() == (FOLDER / name).read_text()


def test_the_fixed_problem_has_every_kind_of_row(made):
    rows = list(csv.DictReader((made / "out.csv").read_text().splitlines()))

    assert {row["record_type"] for row in rows} == {"level", "move", "exception"}
    assert {row["reason_code"] for row in rows} >= {"LIMIT_NEAR", "LIMIT_PASSED", "REPLENISH"}
    assert {row["confidence"] for row in rows} >= {"A", "D"}
