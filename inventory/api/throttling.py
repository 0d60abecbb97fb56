"""How often a key may call: counted by the minute in the cache that all server processes share."""

import logging
import time
from typing import Any

from django.core.cache import cache
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
        """The number of calls so far, this one included."""
        try:
            return cache.incr(key)
        except ValueError:
            return 1 if cache.add(key, 1, self.duration + 1) else cache.incr(key)


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
