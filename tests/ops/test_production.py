"""Production, set by environment variables alone."""

import os
import subprocess
import sys

import pytest

from ops.environment import ROOT

pytestmark = pytest.mark.ops
PRODUCTION = {
    "DATABASE_URL": "postgres://recinto:secret@db.example.net/recinto",
    "CELERY_BROKER_URL": "redis://broker.example.net:6379/0",
    "SECRET_KEY": "k3" * 15 + "!Zq-81_xW+4Rt*7LmN0pV#5sYb",
    "ALLOWED_HOSTS": "recinto.example.net",
}


def _run(*command, tmp_path, without=(), **more):
    """Run a command with nothing in its environment but what production sets."""
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **PRODUCTION, **more}
    env = {name: value for name, value in env.items() if name not in without}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_the_deployment_check_finds_nothing(tmp_path):
    done = _run("manage.py", "check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "CELERY_BROKER_URL"])
def test_production_does_not_start_without(name, tmp_path):
    done = _run("-c", "import config.wsgi", tmp_path=tmp_path, without=[name])

    assert done.returncode != 0
    assert f"{name} is missing: set it to" in done.stderr


def test_static_files_are_served_compressed_under_a_name_with_a_hash(tmp_path):
    visit = """
import django; django.setup()
from django.templatetags.static import static
from django.test import Client
url = static("app.css")
answer = Client().get(url, secure=True, headers={"host": "recinto.example.net", "accept-encoding": "br"})
print(url, answer.status_code, answer["Content-Encoding"], answer["Cache-Control"])
"""
    # What others made is nearly all of the bytes, and takes a minute to compress: our own show it as well.
    others = ("admin", "django_htmx", "echarts", "flags", "maps", "redoc", "rest_framework", "swagger-ui-dist")
    ignored = [word for name in others for word in ("--ignore", name)]
    gathered = _run("manage.py", "collectstatic", "--noinput", "--verbosity", "0", *ignored, tmp_path=tmp_path)
    assert gathered.returncode == 0, gathered.stderr

    done = _run("-c", visit, tmp_path=tmp_path, DJANGO_SETTINGS_MODULE="config.settings")

    url, *answer = done.stdout.split(maxsplit=3)
    assert url.startswith("/static/app.")
    assert len(url.split(".")) == 3, done.stderr
    assert answer == ["200", "br", "max-age=315360000, public, immutable\n"]


def test_a_database_socket_may_be_named_as_libpq_does(tmp_path):
    show = "from config.settings import DATABASES, CACHE_URL as c; d = DATABASES['default']; print(d['HOST'], d['NAME'], c)"

    done = _run("-c", show, tmp_path=tmp_path, DATABASE_URL="postgres://recinto@%2Fvar%2Frun%2Fpostgresql/books")

    assert done.stdout.split() == ["/var/run/postgresql", "books", "redis://broker.example.net:6379/1"]
