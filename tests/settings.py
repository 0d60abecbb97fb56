"""The settings of a test run: config.settings on an engine of choice, with servers of its own.

`TEST_ENGINE=sqlite` (the default) uses a file, as production on SQLite would. `TEST_ENGINE=postgresql` uses the
server of `DATABASE_URL` if it answers, else one that answers on this machine, else one that tests/conftest.py starts.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from ops import postgres, valkey

ENGINE = os.environ.get("TEST_ENGINE", "sqlite")
RUN_DIR = Path(tempfile.mkdtemp(prefix="recinto-test-"))
VALKEY = valkey.socket_path(RUN_DIR)


def _server(address: str) -> str | None:
    """The address of a test database on a server that answers within two seconds and lets us make one; else None."""
    import psycopg

    try:
        with psycopg.connect(address, dbname="postgres", connect_timeout=2) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            host, port, user = connection.info.host, connection.info.port, connection.info.user
    except psycopg.Error:
        return None
    return f"postgres://{user}@{host.replace('/', '%2F')}:{port}/recinto" if row and row[0] else None


def _database() -> tuple[str, Path | None]:
    """The address of the database, and the folder of the PostgreSQL that this run has to start itself, if so."""
    if ENGINE == "sqlite":
        return f"sqlite:///{RUN_DIR / 'recinto.sqlite3'}", None
    if ENGINE != "postgresql":
        raise SystemExit(f"TEST_ENGINE must be sqlite or postgresql, not {ENGINE!r}.")
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres") and _server(urlsplit(given)._replace(query="").geturl()):
        return given, None
    found = _server("")
    if found:
        return found, None
    folder = postgres.temporary_folder()
    return postgres.url_of(folder), folder


def _tidy(owner: int) -> None:
    if os.getpid() == owner:  # not a fork of ours
        for folder in filter(None, (RUN_DIR, OWN_POSTGRES)):
            shutil.rmtree(folder, ignore_errors=True)


DATABASE_URL, OWN_POSTGRES = _database()
atexit.register(_tidy, os.getpid())

# What a developer has set for other purposes must not reach the tests; programs that tests start inherit this.
for name in ("PRODUCTION", "SECRET_KEY", "ALLOWED_HOSTS", "METRICS_TOKEN", "MFA_REQUIRED_ROLES", "API_RATE"):
    os.environ.pop(name, None)
os.environ.update(
    DJANGO_SETTINGS_MODULE="config.settings",
    DEBUG="false",
    PRODUCTION="false",
    DATA_DIR=str(RUN_DIR),
    DATABASE_URL=DATABASE_URL,
    CELERY_BROKER_URL=valkey.broker_url(VALKEY),
    CACHE_URL=valkey.cache_url(VALKEY),
)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Looks for a file when one is asked for, not for all of them whenever a test's browser is made.
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if ENGINE == "sqlite":
    # A file, not memory: threads and the live server then meet the locks that production has.
    DATABASES["default"]["TEST"] = {"NAME": str(RUN_DIR / "test.sqlite3")}
    # Nothing here survives a power cut, and need not.
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"]["OPTIONS"],
        "init_command": DATABASES["default"]["OPTIONS"]["init_command"] + "PRAGMA synchronous=OFF;",
    }
