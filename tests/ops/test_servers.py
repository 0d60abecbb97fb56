"""The servers that tests and `make run` start."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection

from ops import postgres, valkey
from ops.environment import ROOT
from tests import settings as run
from tests.ops.processes import alive_with, until


@pytest.mark.django_db
def test_the_database_is_the_engine_asked_for():
    assert connection.vendor == run.ENGINE


def test_the_cache_is_a_real_valkey_that_counts():
    cache.set("tries", 1)

    cache.incr("tries")

    assert cache.get("tries") == 2


def test_a_long_data_folder_gets_a_short_socket():
    long = Path("/srv") / ("x" * 120)

    path = valkey.socket_path(long)

    assert len(os.fsencode(path)) <= 107
    assert path == valkey.socket_path(long)
    assert path != valkey.socket_path(long / "other")


def test_a_data_folder_with_a_strange_name_gets_a_plain_socket():
    path = valkey.socket_path(Path("/srv/patio 1 + 50% #2/ñ?"))

    assert re.fullmatch(r"[A-Za-z0-9/._-]+", str(path))


@pytest.mark.ops
def test_a_socket_left_behind_by_a_killed_server_is_cleared_away(tmp_path):
    path = tmp_path / "v" / "valkey.sock"
    first = valkey.start(path, tmp_path / "v")
    first.kill()
    first.wait()
    assert path.exists()

    second = valkey.start(path, tmp_path / "v")

    assert valkey.answers(path)
    assert path.stat().st_mode & 0o777 == 0o700
    second.terminate()
    second.wait(10)


@pytest.mark.ops
def test_postgresql_starts_from_programs_that_others_may_not_reach(tmp_path):
    programs = postgres.copy_for_all(postgres.programs(), tmp_path / "closed")
    (tmp_path / "closed").chmod(0o700)
    server = postgres.Server(postgres.temporary_folder(), programs)

    server.start()

    assert server.process.poll() is None
    assert (server.folder / ".s.PGSQL.5432").exists()
    server.stop()
    assert not server.folder.exists()


@pytest.mark.ops
def test_a_test_run_killed_by_force_leaves_no_postgresql(tmp_path):
    folder = postgres.temporary_folder()
    program = (
        "import sys, time; from pathlib import Path; from ops import postgres; "
        "postgres.Server(Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", program, folder], cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"up\n"

    child.send_signal(signal.SIGKILL)
    child.communicate()

    assert until(lambda: alive_with(str(folder)) == [], within=10)
    shutil.rmtree(folder)
