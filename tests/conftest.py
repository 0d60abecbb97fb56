"""What every test may ask for: the servers, the browser, and rules for skips and engines."""

import contextlib
import gc
import os
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from ops import postgres, valkey
from tests import settings as run

# Noon of a Monday in Mexico City and San Luis Potosí; Tijuana has 11 o'clock (summer time).
NOON = datetime(2025, 6, 2, 18, 0, tzinfo=UTC)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO_ENABLE_BROWSERS = "no Chromium: install one (apt-get install chromium-headless-shell) or name it in CHROMIUM="
PAGES = (Path(__file__).parent / "web", Path(__file__).parent / "api")
NO_FAULTS = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort", "htmx:sendError")
REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") not in ("", "0")

hypothesis.settings.register_profile(
    "ci",
    derandomize=True,
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.register_profile(
    "deep", hypothesis.settings.get_profile("ci"), derandomize=False, max_examples=1000
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


# ── Which tests run on which engine ─────────────────────────────────────────────────────────────


def _uses_the_database(item):
    from django.test import SimpleTestCase, TestCase

    names = getattr(item, "fixturenames", ())
    kind = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or any(name in names for name in ("db", "transactional_db", "django_db_reset_sequences", "live_server"))
        or (kind is not None and issubclass(kind, (TestCase, SimpleTestCase)))
    )


def _belongs_here(item):
    once = any(item.get_closest_marker(name) for name in ("ops", "browser", "once"))
    if run.ENGINE == "sqlite":
        return item.get_closest_marker("postgres") is None
    return not once and _uses_the_database(item)


def pytest_collection_modifyitems(config, items):
    """Run on PostgreSQL what meets a database, on SQLite all but what only PostgreSQL can do."""
    for item in items:
        if item.path.is_relative_to(PAGES[0]) or item.path.is_relative_to(PAGES[1]):
            item.add_marker("pages")
    named = any("::" in argument for argument in config.args)
    kept = [item for item in items if named or _belongs_here(item)]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept


def pytest_collection_finish(session):
    """What was imported stays to the end: the garbage collector need not look at it again, nor look as often as it does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


# ── REQUIRE_ALL=1: a skipped test is a failed test ──────────────────────────────────────────────


def _refuse_skip(report):
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1 allows no skips. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skipped test into a failed one when all are required."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Turn a module that skips itself into an error when all are required."""
    report = yield
    _refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter):
    """One line for each reason why tests were skipped."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", [])
    )
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} skipped: {reason}")


# ── Servers ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session", autouse=True)
def valkey_server():
    """A real Valkey for the cache, the throttles and the broker, on a socket of its own."""
    process = valkey.start(run.VALKEY, run.RUN_DIR / "valkey")
    yield run.VALKEY
    process.terminate()
    process.wait(10)


@pytest.fixture(autouse=True)
def _empty_cache(valkey_server):
    """No test sees what another one cached or was throttled for."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(scope="session")
def postgres_server():
    """A real PostgreSQL: started here unless one was found."""
    if run.OWN_POSTGRES is None:
        yield
        return
    server = postgres.Server(run.OWN_POSTGRES)
    server.start()
    yield
    server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request):
    """Start PostgreSQL before the first test that needs a database."""
    if run.ENGINE == "postgresql":
        request.getfixturevalue("postgres_server")


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_triggers():
    """Let a transactional test empty the append-only tables afterwards, which their triggers refuse."""
    from django.db import connection
    from django.db.backends.base.operations import BaseDatabaseOperations

    plain = BaseDatabaseOperations.execute_sql_flush

    def flush(self, sql_list):
        with _triggers_off(self.connection):
            plain(self, sql_list)

    BaseDatabaseOperations.execute_sql_flush = flush
    yield connection
    BaseDatabaseOperations.execute_sql_flush = plain


@contextlib.contextmanager
def _triggers_off(connection):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, sql in triggers:
            cursor.execute(sql)


# ── Time ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def noon():
    """A moment: Monday 2 June 2025, noon in Mexico City."""
    return NOON


# ── A real browser ──────────────────────────────────────────────────────────────────────────────


def find_chromium():
    """The path of a Chromium on this machine, or None."""
    named = os.environ.get("CHROMIUM", "")
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return named or next((path for path in map(shutil.which, names) if path), None)


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium, started once."""
    program = find_chromium()
    if not program or not Path(program).exists():
        pytest.skip(HOW_TO_ENABLE_BROWSERS)
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would then refuse the tests' own queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def live(live_server):
    """The application on a port of its own, as the browser sees it: `live.url`."""
    return live_server


@pytest.fixture
def new_page(chromium, live):
    """Open pages by `new_page(width=390, locale="en")`; a script error or a call to another host fails the test."""
    contexts, troubles = [], []

    def open_page(*, width=1280, height=900, locale="es-MX", **options):
        context = chromium.new_context(
            base_url=live.url, viewport={"width": width, "height": height}, locale=locale, **options
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on("console", lambda message: _listen(message, troubles))
        page.on("request", lambda request: _watch(request, live.url, troubles))
        contexts.append(context)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _listen(message, troubles):
    # A refused form answers 4xx, which Chromium reports as well; and whoever leaves a page that asks after a job breaks off
    # that request, which htmx reports in three ways. Neither is a fault of the page.
    if message.type == "error" and not message.text.startswith(NO_FAULTS):
        troubles.append(f"console: {message.text}")


def _watch(request, home, troubles):
    if not request.url.startswith((home, "data:", "blob:")):
        troubles.append(f"left the house: {request.url}")


@pytest.fixture
def page(new_page):
    """A page of 1280 × 900 in Spanish."""
    return new_page()
