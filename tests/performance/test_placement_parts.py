"""The measuring command of runs in parts: it works, and no number of parts or processes changes what it finds."""

import io

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.once


def measured(**options):
    said = io.StringIO()
    sizes = {"items": 30, "markets": 3, "weeks": 60}
    call_command("bench_placement_parts", **sizes, **options, stdout=said, stderr=io.StringIO())
    return said.getvalue().splitlines()


def test_every_step_is_measured_and_the_result_is_that_of_one_part():
    one, many = measured(parts=1, processes=1), measured(parts=5, processes=2)

    assert one[0] == many[0] == "90 series"
    assert len(many) == 12
    assert one[-1] == many[-1]
    assert one[-1].startswith("result ")
