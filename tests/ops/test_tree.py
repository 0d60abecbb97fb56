"""The tree itself: style, types, layers, templates, migrations, safety."""

import os
import subprocess
import sys

import pytest

from ops.environment import ROOT

pytestmark = [pytest.mark.ops, pytest.mark.timeout(600)]

MODULE = [sys.executable, "-m"]
CHECKS = {
    "ruff_check": [*MODULE, "ruff", "check", "."],
    "ruff_format": [*MODULE, "ruff", "format", "--check", "."],
    "mypy": [*MODULE, "mypy"],
    "import_contracts": [sys.executable, "-c", "from importlinter.cli import lint_imports_command as go; go()"],
    "templates": [*MODULE, "djlint", "--lint", "--quiet", "templates"],
    "bandit": [*MODULE, "bandit", "-q", "-ll", "-r", "-c", "pyproject.toml", "config", "inventory", "ops", "warehouse"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_tree_passes(name):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "NO_COLOR": "1"}

    done = subprocess.run(CHECKS[name], cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
