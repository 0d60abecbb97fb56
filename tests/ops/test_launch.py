"""`make run`, for real: a new folder, a second start, and every way to end."""

import contextlib
import hashlib
import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from types import SimpleNamespace

import pytest

from inventory.parties.roles import Role
from ops.environment import ROOT
from tests.ops.processes import alive_with, until

pytestmark = [pytest.mark.ops, pytest.mark.timeout(600)]
BOOKS = [
    "inventory_posting", "inventory_leg", "inventory_balance", "inventory_pedimento", "inventory_bondedlot",
    "inventory_discharge", "warehouse_shipment", "warehouse_milestone",
]  # fmt: skip

MOST_SECONDS = 25  # for a start on books that are there; about 6 where nothing else runs


class House:
    """A running `make run`, and what it printed."""

    def __init__(self, data, log, port="0", command=(sys.executable, "-m", "ops.launch")):
        """Start it."""
        self.data, self.log = data, log
        # A folder of its own decides everything; what this test run set for itself must not leak in.
        env = {**os.environ, "PORT": port, "DATA_DIR": str(data), "MAKELEVEL": "", "MAKEFLAGS": ""}
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)

    @property
    def said(self):
        return self.log.read_text()

    @property
    def port(self):
        found = until(lambda: self._address() or self.process.poll() is not None, within=420)
        assert found, self.said
        assert self._address(), self.said
        return int(self._address()[1])

    def _address(self):
        return re.search(r"Recinto answers at http://127\.0\.0\.1:(\d+)/", self.said)

    def get(self, path):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(link):
            link.request("GET", path, headers={"Host": "localhost"})
            answer = link.getresponse()
            return answer.status, answer.read().decode()

    def ask(self, path, token):
        """What the API answers to the holder of a key."""
        request = urllib.request.Request(self.url(path), headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def url(self, path):
        return f"http://localhost:{self.port}{path}"

    def pids_of(self, *words):
        return [pid for pid in alive_with(self.data) if all(word in _command(pid) for word in words)]

    def end(self, by):
        self.process.send_signal(by)
        return self.process.wait(60)


def _command(pid):
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


class Person:
    """Somebody at a browser."""

    def __init__(self, house):
        """A browser that has been nowhere."""
        self.house, self.cookies = house, CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def visit(self, path, **fields):
        """The address one ends up at and the page; fields are typed into the page's form."""
        typed = None
        if fields:
            token = next(cookie.value for cookie in self.cookies if "csrf" in cookie.name)
            typed = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        with self.browser.open(self.house.url(path), typed, timeout=60) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()

    def log_in(self, username, password):
        """The page after the way in."""
        self.visit("/accounts/login/")
        return self.visit("/accounts/login/", login=username, password=password)


def _printed(said):
    """The password, usernames with their roles, and keys by client that `make run` has printed."""
    logins, keys = re.search(r"Demonstration logins, .*?\n((?:  .*\n)+)API keys.*\n((?:  .*\n)+)", said).groups()
    (password,) = re.findall(r"Demonstration logins, password (\S+)", said)
    return password, [line.split()[:2] for line in logins.splitlines()], dict(map(str.split, keys.splitlines()))


def _rows(data):
    """How many rows there are in each table that no clock writes to, and the digest of each table of the books."""
    with contextlib.closing(sqlite3.connect(data / "recinto.sqlite3")) as books:
        names = [name for (name,) in books.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in names if name.startswith(("inventory_", "warehouse_")) and "heartbeat" not in name]
        rows = {name: books.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in kept}
        return rows | {f"{name}, digest": _digest(books.execute(f"SELECT * FROM {name} ORDER BY id")) for name in BOOKS}


def _digest(rows):
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    """A data folder after one whole first run, which ended with its supervisor killed by force."""
    # The name holds all that an address could stumble over.
    folder = tmp_path_factory.mktemp("house") / "patio 1 + 50% #2"
    began = time.monotonic()
    house = House(folder, folder.parent / "first.log")
    try:
        assert house.get("/livez") == (200, "ok")
        took = time.monotonic() - began
        assert until(lambda: len(alive_with(folder)) >= 8, within=60)
    finally:
        house.end(signal.SIGKILL)
    left = until(lambda: alive_with(folder) == [], within=10) or [_command(pid) for pid in alive_with(folder)]
    return SimpleNamespace(data=folder, said=house.said, left=left, rows=_rows(folder), took=took)


@pytest.fixture(scope="module")
def house(past):
    """A second `make run` on that folder."""
    began = time.monotonic()
    running = House(past.data, past.data.parent / "second.log")
    running.rows_at_start = running.get("/livez") and _rows(past.data)
    running.took = time.monotonic() - began
    yield running
    running.end(signal.SIGINT)


def test_a_first_run_says_where_it_answers_and_shows_no_traceback(past):
    assert "Recinto answers at http://127.0.0.1:" in past.said
    assert "Traceback" not in past.said


def test_a_supervisor_killed_by_force_leaves_no_process(past):
    assert past.left is True


def test_a_second_run_starts_in_seconds_and_loses_nothing(past, house):
    assert house.took < MOST_SECONDS
    assert house.rows_at_start == past.rows
    assert past.rows["inventory_customsoffice"] > 0
    assert past.rows["inventory_pedimento"] == 120
    assert past.rows["warehouse_shipment"] > 80
    assert past.rows["inventory_leg"] > 1000


def test_the_first_page_is_the_way_in(house):
    status, page = house.get("/accounts/login/")

    assert status == 200
    assert "<form" in page


def test_a_second_run_prints_the_logins_and_keys_of_the_first(past, house):
    assert house.port
    assert until(lambda: "API keys" in house.said and house.said.endswith("\n\n"), within=10)

    assert _printed(house.said) == _printed(past.said)


def test_every_login_that_is_printed_opens_a_first_page_with_something_on_it(past, house):
    password, logins, _keys = _printed(past.said)

    pages = {name: Person(house).log_in(name, password) for name, _role in logins}

    assert {role for _name, role in logins} == set(Role)
    for name, (path, page) in pages.items():
        figures = re.findall(r'<div class="stat-value">([^<]*)', page)
        assert path == "/", name
        assert any(re.search("[1-9]", figure) for figure in figures), (name, figures)


def test_a_wrong_password_opens_nothing(past, house):
    person = Person(house)

    path, page = person.log_in("supervisora", "not the password")

    assert path == "/accounts/login/"
    assert 'name="password"' in page
    assert person.visit("/")[0] == "/accounts/login/"


def test_every_key_that_is_printed_shows_its_clients_items(past, house):
    _password, _logins, keys = _printed(past.said)

    found = {code: house.ask("/api/v1/items/", key) for code, key in keys.items()}

    assert sum(len(answer["results"]) for answer in found.values()) == 40
    assert all(answer["results"] for answer in found.values())


def test_every_part_becomes_ready(house):
    ready = until(lambda: house.get("/readyz")[0] == 200, within=60)

    assert ready, house.get("/readyz")[1]


def test_a_part_that_dies_is_started_again_and_said_so(house):
    (beat,) = house.pids_of("celery", "beat")

    os.kill(beat, signal.SIGKILL)

    assert until(lambda: "The beat stopped (status -9); starting it again in 1 s." in house.said, within=10)
    assert until(lambda: house.pids_of("celery", "beat") not in ([], [beat]), within=10)


def test_a_data_folder_in_use_is_refused_in_one_sentence(house, tmp_path):
    other = House(house.data, tmp_path / "other")

    assert other.process.wait(30) == 1
    assert re.fullmatch(
        r"Recinto already runs on .*: stop it first, or name another folder with DATA_DIR=\.\n", other.said
    )


def test_a_port_in_use_is_refused_in_one_sentence(house, tmp_path):
    other = House(tmp_path / "data", tmp_path / "other", port=str(house.port))

    assert other.process.wait(30) == 1
    assert re.fullmatch(
        r"Port \d+ on 127\.0\.0\.1 is in use .*: stop what listens there, .*'make run PORT=\d+'\.\n", other.said
    )


def test_ctrl_c_leaves_no_process(house):
    """The last that is asked of it."""
    assert house.get("/livez") == (200, "ok")

    status = house.end(signal.SIGINT)

    assert status == 0
    assert house.said.endswith("Stopping …\n")
    assert alive_with(house.data) == []


def test_a_make_killed_by_force_leaves_no_process(past, house, tmp_path):
    """Another start on the same books, by `make run` itself."""
    if house.process.poll() is None:
        house.end(signal.SIGINT)
    made = House(past.data, tmp_path / "log", command=("make", "run", f"PYTHON={sys.executable}"))
    assert until(lambda: made.pids_of("gunicorn"), within=60), made.said

    made.end(signal.SIGKILL)
    is_over = until(lambda: alive_with(past.data) == [], within=30)
    left = [(pid, _command(pid)) for pid in alive_with(past.data)]
    for pid, _words in left:
        os.kill(pid, signal.SIGKILL)

    assert is_over, left
    assert made.said.endswith("Stopping …\n")


@pytest.mark.parametrize("port", ["eight", "65536", "-1"])
def test_a_port_that_is_none_is_refused_in_one_sentence(tmp_path, port):
    house = House(tmp_path / "data", tmp_path / "log", port=port)

    assert house.process.wait(30) == 1
    assert house.said == f"PORT must be a number from 0 to 65535, not '{port}': try 'make run PORT=8001'.\n"


def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("not a folder")

    house = House(tmp_path / "file" / "data", tmp_path / "log")

    assert house.process.wait(30) == 1
    assert re.fullmatch(r".* is not to be written to \(.*\): name a folder where you may write, .*\n", house.said)
