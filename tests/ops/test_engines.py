"""Which PostgreSQL a test run takes: that of DATABASE_URL, one of this machine, or one of its own."""

import os
import socket
import subprocess
import sys
import time

import psycopg
import pytest

from ops import postgres
from ops.environment import ROOT

pytestmark = pytest.mark.ops
SHOW = "from tests import settings; print(settings.DATABASE_URL, settings.OWN_POSTGRES)"


@pytest.fixture(scope="module")
def server():
    """A server that answers, with one role that may make databases and one that may not."""
    server = postgres.Server(postgres.temporary_folder())
    server.start()
    try:
        with psycopg.connect(host=str(server.folder), user="postgres", autocommit=True) as connection:
            connection.execute("CREATE ROLE reader LOGIN")
        yield server
    finally:
        server.stop()


@pytest.fixture
def silent():
    """The address of something that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield f"postgres://postgres@127.0.0.1:{door.getsockname()[1]}/recinto"


def chosen(tmp_path, **env):
    """The address and the folder that the settings choose, on a machine with no server but those of `env`."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PG") and name != "DATABASE_URL"}
    bare |= {"TEST_ENGINE": "postgresql", "PGHOST": str(tmp_path), **env}
    done = subprocess.run([sys.executable, "-c", SHOW], cwd=ROOT, env=bare, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_server_of_database_url_that_answers_is_taken(server, tmp_path):
    given = postgres.url_of(server.folder, "not_made_yet")

    assert chosen(tmp_path, DATABASE_URL=given) == [given, "None"]


def test_without_database_url_a_server_of_this_machine_is_taken(server, tmp_path):
    found = chosen(tmp_path, PGHOST=str(server.folder), PGUSER="postgres")

    assert found == [postgres.url_of(server.folder), "None"]


def test_one_of_this_machine_stands_in_for_a_database_url_that_does_not_answer(server, silent, tmp_path):
    found = chosen(tmp_path, DATABASE_URL=silent, PGHOST=str(server.folder), PGUSER="postgres")

    assert found == [postgres.url_of(server.folder), "None"]


def test_a_server_that_never_answers_is_given_up_in_seconds_for_one_of_our_own(silent, tmp_path):
    began = time.monotonic()

    address, folder = chosen(tmp_path, DATABASE_URL=silent)

    assert time.monotonic() - began < 30  # two to wait; the rest is for starting Python where others work too
    assert folder in address.replace("%2F", "/")


def test_a_server_that_lets_nobody_make_a_database_is_passed_over(server, tmp_path):
    given = postgres.url_of(server.folder).replace("postgres@", "reader@")

    address, folder = chosen(tmp_path, DATABASE_URL=given)

    assert folder in address.replace("%2F", "/")
