"""How often a key may call: counted by the minute in the cache that all server processes share."""

import logging
import time
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import caches
from redis import Redis
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from inventory.api.authentication import client_address

log = logging.getLogger(__name__)


class _Window(SimpleRateThrottle):
    """A fixed window: one counter per caller and minute (or whatever the rate names), raised atomically.

    Without the cache the API goes on unthrottled and says so in the log: a lost cache must not stop a warehouse.
    """

    remaining: float = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """True while the caller is within the rate."""
        if self.rate is None:
            return True
        now = time.time()
        window, self.remaining = int(now // self.duration), self.duration - now % self.duration
        try:
            return self._count(f"throttle:{self.scope}:{self.ident(request)}:{window}") <= self.num_requests
        except (RedisError, OSError):
            log.exception("The cache does not answer: the API is not throttled.")
            return True

    def wait(self) -> float:
        """Seconds until the window ends."""
        return self.remaining

    def ident(self, request: Request) -> str:
        """Who is counted."""
        raise NotImplementedError

    def _count(self, key: str) -> int:
        """The number of calls so far, this one included: one journey to the cache, and one more at a window's first call."""
        counters, name = _server(settings.CACHES["default"]["LOCATION"]), caches["default"].make_key(key)
        calls = int(counters.incr(name))  # type: ignore[arg-type]
        if calls == 1:
            counters.expire(name, self.duration + 1)
        return calls


@cache
def _server(address: str) -> Redis:
    """The cache's own server: Django's cache would ask it twice, whether there is a count and then for it."""
    return Redis.from_url(address)


class ApiKeyThrottle(_Window):
    """Calls of one key; of one address where there is no key."""

    scope = "api_key"

    def ident(self, request: Request) -> str:
        """The key's id, or the address."""
        return f"k{request.auth.pk}" if request.auth else f"a{client_address(request._request)}"


class AddressThrottle(_Window):
    """Calls of one address without a valid key: guesses, and readers of the documentation."""

    scope = "anonymous"

    def ident(self, request: Request) -> str:
        """The address."""
        return client_address(request._request)
