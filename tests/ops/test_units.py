"""The systemd units and the variables of docs/deploy.md: what they name is there, and what is there they name."""

import configparser
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from ops.environment import ROOT

pytestmark = pytest.mark.ops
UNITS = {path.name: path for path in sorted((ROOT / "ops/systemd").iterdir())}
SERVICES = [name for name in UNITS if name.endswith(".service")]
GUIDE = (ROOT / "docs/deploy.md").read_text()
HOME, PYTHON = "/opt/recinto", "/opt/recinto/.venv/bin/python"
# Where a variable may be read: the settings, the web server's own, Prometheus's, and the worker's unit.
READERS = ["config/settings.py", "ops/gunicorn_conf.py", "ops/systemd/recinto-worker.service"]


def unit(name):
    """A unit as systemd reads it: lines that end in a backslash go on."""
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.optionxform = str
    parsed.read_string(UNITS[name].read_text().replace("\\\n", " "))
    return parsed


def commands(name):
    """The words of each command of a service, with what it is given."""
    service = unit(name)["Service"]
    return [shlex.split(service[key]) for key in ("ExecStartPre", "ExecStart") if key in service]


def run(*words, **env):
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_starts_is_there(name):
    for python, *words in commands(name):
        assert python == PYTHON, name
        if words[0] == "-m":
            assert importlib.util.find_spec(words[1]), words
        else:
            assert (ROOT / words[0]).is_file(), words
    assert unit(name)["Service"]["WorkingDirectory"] == HOME


@pytest.mark.parametrize("name", ["recinto-worker.service", "recinto-beat.service"])
def test_celery_knows_each_option_its_service_gives(name):
    (command,) = commands(name)
    words = command[3:]  # after `python -m celery`
    deed = next(word for word in words[2:] if not word.startswith("-"))

    status, told = run("-m", "celery", *words[:2], deed, "--help")

    assert status == 0, told
    for option in (word for word in words[2:] if word.startswith("--")):
        assert re.search(rf"{option}\b", told), (name, option)


def test_the_web_server_accepts_its_command_and_configuration():
    *_before, (_python, *words) = commands("recinto-web.service")

    status, told = run(*words, "--check-config")

    assert status == 0, told


def test_units_name_each_other_and_systemd_finds_no_fault(tmp_path):
    wanted = unit("recinto.target")["Unit"]["Wants"].split()
    assert sorted(wanted) == sorted(SERVICES)
    assert {unit(name)["Unit"]["PartOf"] for name in SERVICES} == {"recinto.target"}
    assert {unit(name)["Install"]["WantedBy"] for name in SERVICES} == {"recinto.target"}

    analyze = shutil.which("systemd-analyze")
    if analyze:  # says more where it is installed
        for name, path in UNITS.items():
            (tmp_path / name).write_text(path.read_text().replace(PYTHON, sys.executable).replace(HOME, str(ROOT)))
        files = [str(tmp_path / name) for name in UNITS]
        done = subprocess.run([analyze, "verify", "--man=no", *files], capture_output=True, text=True, check=False)
        told = [line for line in done.stderr.splitlines() if line.startswith((str(tmp_path), "recinto"))]
        assert told == []


def _read_names():
    """Every variable that something reads, and where the settings name it."""
    text = "".join((ROOT / path).read_text() for path in READERS)
    calls = r"env(?:\.\w+)?\(\s*[\"']([A-Z_]+)|needed\(\s*\"([A-Z_]+)|environ\.get\(\"([A-Z_]+)|^Environment=([A-Z_]+)="
    return {next(name for name in found if name) for found in re.findall(calls, text, re.MULTILINE)}


def test_the_environment_file_and_the_table_name_the_variables_that_are_read_and_no_other():
    example = re.search(r"Write `/etc/recinto/environment`.*?```sh\n(.*?)```", GUIDE, re.DOTALL)[1]
    table = re.search(r"## 2\. Variables(.*?)\n## ", GUIDE, re.DOTALL)[1]
    lines = [line for line in example.splitlines() if not line.startswith("#")]
    set_there = {line.partition("=")[0] for line in lines}
    documented = {
        name for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for name in re.findall(r"`([A-Z_]+)`", row)
    }

    assert set_there <= documented
    assert documented == _read_names()
    # systemd takes the rest of a line for the value, a comment too.
    assert [line for line in lines if " #" in line] == []


def test_every_service_reads_the_environment_file_of_the_guide():
    for name in SERVICES:
        assert unit(name)["Service"]["EnvironmentFile"] == "/etc/recinto/environment"
