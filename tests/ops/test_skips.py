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
    """Run the texts of test modules with our conftest on a machine without Chromium."""

    def go(*texts, **env):
        for number, text in enumerate(texts):
            (tmp_path / f"test_tiny_{number}.py").write_text(text)
        bare = {name: value for name, value in os.environ.items() if name not in ("CHROMIUM", "REQUIRE_ALL")}
        bare |= {"PATH": str(tmp_path), "TEST_ENGINE": "sqlite", **env}
        options = [
            "-q",
            "-c",
            "pyproject.toml",
            "-p",
            "tests.conftest",
            "-p",
            "no:cacheprovider",
            "--continue-on-collection-errors",
        ]
        command = [sys.executable, "-m", "pytest", *options, str(tmp_path)]
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


def test_with_all_required_a_skipped_test_or_module_is_a_failure_that_names_its_reason_and_what_must_fail_is_none(run):
    done = run(IN_A_BROWSER, SKIPS_ITSELF, EXPECTED_TO_FAIL, REQUIRE_ALL="1")

    for reason in (HOW_TO_ENABLE_BROWSERS, "not on this machine"):
        assert f"REQUIRE_ALL=1 allows no skips. Skipped: {reason}" in done.stdout
    summary = done.stdout.splitlines()[-1]
    assert "3 errors" in summary
    assert "1 xfailed" in summary
    assert " skipped" not in summary
    assert done.returncode not in (0, 5)
