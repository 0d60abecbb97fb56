"""What a run says about tests that a machine cannot run, and that REQUIRE_ALL=1 lets none of them pass."""

import os
import subprocess
import sys

import pytest

from ops.environment import ROOT
from tests.conftest import HOW_TO_ENABLE_BROWSERS

pytestmark = pytest.mark.ops
IN_A_BROWSER = """
def test_one(chromium):
    assert chromium

def test_two(chromium):
    assert chromium
"""
SKIPS_ITSELF = """
import pytest

pytest.skip("not on this machine", allow_module_level=True)
"""
EXPECTED_TO_FAIL = """
import pytest

@pytest.mark.xfail(reason="known", strict=True)
def test_what_is_known():
    assert False
"""


@pytest.fixture
def run(tmp_path):
    """Run the text of a test module with our conftest on a machine without Chromium."""

    def go(text, **env):
        path = tmp_path / "test_tiny.py"
        path.write_text(text)
        bare = {name: value for name, value in os.environ.items() if name not in ("CHROMIUM", "REQUIRE_ALL")}
        bare |= {"PATH": str(tmp_path), "TEST_ENGINE": "sqlite", **env}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", str(path)]
        return subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)

    return go


def test_without_chromium_one_line_says_how_many_were_skipped_and_how_to_enable_them(run):
    done = run(IN_A_BROWSER)

    told = [line for line in done.stdout.splitlines() if "Chromium" in line]
    assert told == [f"2 skipped: {HOW_TO_ENABLE_BROWSERS}"]
    assert "apt-get install chromium" in told[0]
    assert done.returncode == 0


def test_a_named_chromium_that_is_not_there_is_no_chromium(run, tmp_path):
    done = run(IN_A_BROWSER, CHROMIUM=str(tmp_path / "nowhere"))

    assert f"2 skipped: {HOW_TO_ENABLE_BROWSERS}" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [(IN_A_BROWSER, HOW_TO_ENABLE_BROWSERS), (SKIPS_ITSELF, "not on this machine")],
    ids=["a test", "a module"],
)
def test_with_all_required_a_skip_is_a_failure_that_names_its_reason(run, text, reason):
    done = run(text, REQUIRE_ALL="1")

    assert f"REQUIRE_ALL=1 allows no skips. Skipped: {reason}" in done.stdout
    assert " skipped" not in done.stdout.splitlines()[-1]
    assert done.returncode not in (0, 5)


def test_a_failure_that_is_expected_is_no_skip(run):
    done = run(EXPECTED_TO_FAIL, REQUIRE_ALL="1")

    assert "1 xfailed" in done.stdout
    assert done.returncode == 0
