"""Backup and restore by the very commands of docs/deploy.md, typed one after another."""

import contextlib
import os
import re
import sqlite3
import subprocess
import sys

import psycopg
import pytest

from ops import postgres
from ops.environment import ROOT

pytestmark = [pytest.mark.ops, pytest.mark.timeout(300)]
GUIDE = (ROOT / "docs" / "deploy.md").read_text()
# What a machine of its own has and a test has not: other users, and services.
SUDO = '#!/bin/sh\n[ "$1" = -u ] && shift 2\nexec "$@"\n'
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings"}
SYSTEMCTL = '#!/bin/sh\necho "$@" >> "$SERVICES"\n'


def commands_after(sentence):
    """The commands that stand below a sentence of the guide."""
    block = re.search(re.escape(sentence) + r".*?```sh\n(.*?)```", GUIDE, flags=re.DOTALL)
    return block[1].splitlines()


def proof_in(text):
    """What verify_books read and found, without the time it took."""
    return text.splitlines()[-1].rpartition(" in ")[0]


class Machine:
    """A machine set up as the guide says, in a folder."""

    def __init__(self, folder, *, environment, path=(), **shell):
        """Lay out the folders, the environment file and the programs that the commands name."""
        for name in ("data/files/jobs", "backups", "bin"):
            (folder / name).mkdir(parents=True)
        for name, text in (("sudo", SUDO), ("systemctl", SYSTEMCTL)):
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
        self.folder, self.data, self.backups = folder, folder / "data", folder / "backups"
        self.report = self.data / "files" / "jobs" / "report.csv"
        given = {"DATA_DIR": self.data, "SECRET_KEY": "k3" * 25, "ALLOWED_HOSTS": "recinto.example.net"}
        given |= {"CELERY_BROKER_URL": "redis://localhost:6379/0", "LOG_LEVEL": "WARNING", **environment}
        (folder / "environment").write_text("".join(f"{name}={value}\n" for name, value in given.items()))
        self.report.write_text("a,b\n")
        paths = ":".join(map(str, (folder / "bin", *path, os.environ["PATH"])))
        self.shell = {"PATH": paths, "SERVICES": str(folder / "services"), **SETTINGS, **shell}

    def type(self, command):
        """Type one command of the guide, with this machine's folders for those of the guide; what it printed."""
        (manage,) = re.findall(r"^manage\(\) .*$", GUIDE, flags=re.MULTILINE)
        text = re.sub(r"/srv/backups/([^\s/]*…[^\s/]*)", self._backup, f"set -e\n{manage}\n{command}")
        for theirs, ours in {
            "/etc/recinto/environment": self.folder / "environment",
            "/var/lib/recinto": self.data,
            "/srv/backups": self.backups,
            "/opt/recinto": ROOT,
            ".venv/bin/python": sys.executable,
        }.items():
            text = text.replace(theirs, str(ours))
        done = subprocess.run(["bash", "-c", text], env=self.shell, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _backup(self, name):
        """The one backup that a name with … for its moment means."""
        (found,) = self.backups.glob(name[1].replace("…", "*"))
        return str(found)

    def keep_books(self, what):
        """Begin the books, or go on with them; their proof."""
        read = "set -a; . /etc/recinto/environment; cd /opt/recinto"
        return proof_in(self.type(f"sh -c '{read}; exec .venv/bin/python -m tests.ops.small_books {what}'"))


@pytest.fixture
def postgresql(tmp_path):
    """A server with the role and the database of the guide's set-up, and its machine."""
    server = postgres.Server(postgres.temporary_folder())
    server.start()
    try:
        with psycopg.connect(host=str(server.folder), user="postgres", autocommit=True) as connection:
            connection.execute("CREATE ROLE recinto LOGIN")
            connection.execute("CREATE DATABASE recinto OWNER recinto ENCODING 'UTF8' TEMPLATE template0")
        url = postgres.url_of(server.folder).replace("postgres@", "recinto@")
        shell = {"PGHOST": str(server.folder), "PGUSER": "postgres"}
        machine = Machine(tmp_path, environment={"DATABASE_URL": url}, path=[server.bin_dir], **shell)
        machine.connect = lambda: psycopg.connect(host=str(server.folder), user="recinto", dbname="recinto")
        yield machine
    finally:
        server.stop()


@pytest.fixture
def sqlite(tmp_path):
    """A machine whose books are a file."""
    machine = Machine(tmp_path, environment={"PRODUCTION": "true", "SQLITE_SYNCHRONOUS": "NORMAL"})
    machine.connect = lambda: contextlib.closing(sqlite3.connect(machine.data / "recinto.sqlite3"))
    return machine


@pytest.mark.parametrize(
    ("engine", "backup", "restore"),
    [
        ("postgresql", "PostgreSQL, while it runs", "Restore into an **empty** database"),
        ("sqlite", "SQLite, while it runs", "Restore, with the old books set aside"),
    ],
)
def test_books_restored_by_the_guides_commands_are_those_backed_up_and_go_on(request, engine, backup, restore):
    machine = request.getfixturevalue(engine)
    before = machine.keep_books("begin")

    for command in commands_after(backup):
        machine.type(command)
    assert machine.keep_books("go-on") != before  # what is done after a backup is not in it
    machine.report.write_text("lost")
    said = [machine.type(command) for command in commands_after(restore)]

    assert before.startswith("0 differences; read ")
    assert proof_in("".join(said)) == before
    assert machine.report.read_text() == "a,b\n"
    assert (machine.folder / "services").read_text().split() == ["stop", "recinto.target", "start", "recinto.target"]
    with machine.connect() as books, pytest.raises((psycopg.Error, sqlite3.Error), match="append-only"):
        books.execute("UPDATE inventory_leg SET quantity = 0")
    assert machine.keep_books("go-on").startswith("0 differences; read ")
