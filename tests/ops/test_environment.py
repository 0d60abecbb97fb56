"""Making the virtual environment, where that cannot work."""

import ctypes
import os
import re
import shutil
import subprocess
import sys

import pytest

from ops.environment import ROOT, SERVED_BY, ensure

pytestmark = pytest.mark.ops
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def _copy(folder):
    """The parts of the tree that set-up needs, with no environment, where anyone may enter."""
    tree = folder / "recinto"
    for part in ("ops", "requirements"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    return tree


def _obey_modes():
    """Make root heed the mode of a folder, as everyone else has to."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def _launch(tree, **env):
    env = {"PATH": os.environ["PATH"], "PORT": "0", "DATA_DIR": str(tree.parent / "data"), **env}
    command = [sys.executable, "-m", "ops.launch"]
    return subprocess.run(
        command, cwd=tree, env=env, preexec_fn=_obey_modes, capture_output=True, text=True, check=False, timeout=60
    )


def _pins(name):
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    return set(re.findall(r"^([\w.-]+==\S+)", text, flags=re.MULTILINE))


def test_a_missing_venv_module_is_told_in_one_sentence(tmp_path):
    (tmp_path / "stripped").mkdir()
    (tmp_path / "stripped" / "ensurepip.py").write_text("raise ImportError('as Debian ships it')")

    done = _launch(_copy(tmp_path), PYTHONPATH=str(tmp_path / "stripped"))

    assert done.returncode == 1
    assert re.fullmatch(
        r"This Python cannot make virtual environments: .*'sudo apt-get install python3-venv'.*\n", done.stderr
    )


def test_a_read_only_folder_is_told_in_one_sentence(tmp_path):
    tree = _copy(tmp_path)
    tree.chmod(0o555)

    done = _launch(tree)

    assert done.returncode == 1
    assert re.fullmatch(
        r".* is not to be written to .*: copy Recinto to a folder where you may write, .*\n", done.stderr
    )


def test_an_old_python_is_told_in_one_sentence():
    pretend = "import sys; sys.version_info = (3, 10, 12, 'final', 0); import ops"

    done = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert (
        done.stderr == "Recinto needs Python 3.11 or newer, not 3.10: name one, as in 'make run PYTHON=python3.12'.\n"
    )


@pytest.mark.parametrize(("asked", "wider"), [(asked, wider) for asked, all_ in SERVED_BY.items() for wider in all_])
def test_a_wider_lock_holds_every_version_of_a_narrower_one(asked, wider):
    assert _pins(asked)
    assert _pins(asked) <= _pins(wider)


@pytest.mark.parametrize("name", ["runtime", "prod", "dev", "e2e"])
def test_a_lock_has_hashes_and_names_no_registry(name):
    text = (ROOT / "requirements" / f"{name}.lock").read_text()

    assert text.count("--hash=sha256:") > len(_pins(name))
    assert not re.search(r"https?:|--index-url|--find-links|@ ", text)


def test_what_is_installed_from_the_list_alone_lacks_nothing():
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_what_is_started_keeps_what_it_compiles(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    python = ensure("runtime")

    ask = "import sys; print(sys.dont_write_bytecode)"
    assert subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout == "False\n"
