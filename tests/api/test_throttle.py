"""Rates are counted in the cache that all server processes share, by key, by the minute."""

import pytest
import time_machine
from django.core.cache import cache

from inventory.api.throttling import AddressThrottle, ApiKeyThrottle
from inventory.models import ApiKey
from tests.api.conftest import Caller, caller_for, problem_of
from tests.api.test_keys import NOON
from tests.builders import make_client


@pytest.fixture
def five_a_minute(monkeypatch):
    """Five calls a minute for a key, three for an address without one; time stands still."""
    monkeypatch.setattr(ApiKeyThrottle, "rate", "5/min", raising=False)
    monkeypatch.setattr(AddressThrottle, "rate", "3/min", raising=False)
    with time_machine.travel(NOON.replace(second=10), tick=False) as clock:
        yield clock


def test_a_key_that_calls_too_often_has_to_wait(api, five_a_minute):
    statuses = [api.get("me/").status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    answer = api.get("me/")
    problem_of(answer, 429, "throttled")
    assert answer.headers["Retry-After"] == "50"


def test_another_key_is_counted_by_itself(api, five_a_minute):
    for _ in range(6):
        api.get("me/")

    assert caller_for(make_client()).get("me/").status_code == 200


def test_the_next_minute_begins_anew(api, five_a_minute):
    for _ in range(6):
        api.get("me/")
    five_a_minute.shift(50)

    assert api.get("me/").status_code == 200


def test_guessing_keys_soon_has_to_wait(db, five_a_minute):
    guesses = [Caller(f"rk_abc_{n}").get("me/").status_code for n in range(5)]

    assert guesses == [401, 401, 401, 429, 429]


def test_the_count_is_in_the_shared_cache_and_goes_with_it(api, five_a_minute):
    for _ in range(6):
        api.get("me/")

    key = ApiKey.objects.get()
    assert cache.get(f"throttle:api_key:k{key.pk}:{int(NOON.timestamp() // 60)}") == 6
    cache.clear()
    assert api.get("me/").status_code == 200


def test_without_the_cache_the_warehouse_goes_on(api, settings, five_a_minute):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///tmp/no-such-valkey.sock",
        }
    }

    assert [api.get("me/").status_code for _ in range(7)] == [200] * 7
