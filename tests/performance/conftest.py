"""The world that `manage.py bench` measures, small: prepared shipments of one line, and history behind them."""

from types import SimpleNamespace

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.api.conftest import Caller
from warehouse.bench import bulk, history, seeding

MARKS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")


def caller_of(world):
    """A caller who has called before: the key's first use of a day, and what Django looks up once, are not counted."""
    ContentType.objects.clear_cache()
    caller = Caller(world.token)
    assert caller.get("me/").status_code == 200
    return caller


def dispatch_next(caller, world, pool="spread"):
    """Send the next prepared shipment on its way by the API."""
    answer = caller.post(f"shipments/{world.pools[pool].take(1)[0]}/dispatch/")
    assert answer.status_code == 200, answer.content
    return answer


def sql_of(call):
    """Every statement of a call, transaction marks included."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return [one["sql"] for one in captured]


def statements_of(call):
    """The statements of a call, transaction marks aside."""
    return [sql for sql in sql_of(call) if not sql.startswith(MARKS)]


def build(*, skus=5, shipments=40, legs=400):
    """A world with this many accounts, prepared shipments and legs of history for each account; and its caller."""
    world = seeding.found(timezone.now())
    accounts = seeding.stock(world, "spread", skus, 4, shipments)
    if legs:
        history.write(world, accounts, legs)
        bulk.settle(*history.LOADED)
    return SimpleNamespace(world=world, caller=caller_of(world), accounts=accounts)


@pytest.fixture
def house(db):
    """A warehouse with some history, inside the test's transaction."""
    return build()


@pytest.fixture
def durable_house(transactional_db):
    """The same, where each request commits for itself."""
    return build()
