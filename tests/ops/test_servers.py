"""The servers that tests and `make run` start."""

import pytest
from django.core.cache import cache
from django.db import connection

from tests import settings as run


@pytest.mark.django_db
def test_the_database_is_the_engine_asked_for():
    assert connection.vendor == run.ENGINE


def test_the_cache_is_a_real_valkey_that_counts():
    cache.set("tries", 1)

    cache.incr("tries")

    assert cache.get("tries") == 2
