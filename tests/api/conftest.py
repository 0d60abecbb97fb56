"""A client of the API as another program would be one: it knows URLs, headers and JSON, and nothing else."""

import json
from itertools import count

import pytest
from django.test import Client as Browser

from inventory.parties import services as parties
from inventory.parties.roles import ApiScope
from tests.builders import ACTOR, NOON, make_client

_key = count(1)


class Caller:
    """Calls the API with one key."""

    def __init__(self, token, **headers):
        self.browser = Browser(raise_request_exception=True)
        self.headers = {"HTTP_AUTHORIZATION": f"Bearer {token}", **headers} if token else headers

    def get(self, url, params=None, **headers):
        return self.browser.get(self._at(url), params or {}, **{**self.headers, **headers})

    def post(self, url, body=None, key=None, **headers):
        """POST with a fresh Idempotency-Key, or with this one; `key=""` sends none."""
        key = f"test-{next(_key)}" if key is None else key
        extra = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        data = body if isinstance(body, (bytes, str)) else json.dumps(body or {})
        return self.browser.post(
            self._at(url), data, content_type="application/json", **{**self.headers, **extra, **headers}
        )

    def patch(self, url, body=None, key=None, **headers):
        """PATCH with a fresh Idempotency-Key."""
        headers.setdefault("HTTP_IDEMPOTENCY_KEY", key or f"test-{next(_key)}")
        return self.browser.patch(
            self._at(url), json.dumps(body or {}), content_type="application/json", **{**self.headers, **headers}
        )

    def upload(self, url, fields, key=None):
        """POST multipart/form-data."""
        key = f"test-{next(_key)}" if key is None else key
        return self.browser.post(self._at(url), fields, **{**self.headers, "HTTP_IDEMPOTENCY_KEY": key})

    def pages(self, url, params=None):
        """Every row of a list, page by page."""
        answer = self.get(url, params)
        while True:
            assert answer.status_code == 200, answer.content
            yield from answer.json()["results"]
            if answer.json()["next"] is None:
                return
            answer = self.browser.get(answer.json()["next"], **self.headers)

    @staticmethod
    def _at(url):
        return url if url.startswith("/") else f"/api/v1/{url}"


def make_key(client=None, scopes=ApiScope, **values):
    """An issued key of a client, with its text."""
    values = {"name": "test", "at": NOON, "actor": ACTOR, **values}
    return parties.issue_api_key(client=client or make_client(), scopes=scopes, **values)


def caller_for(client, scopes=ApiScope, **headers):
    """A caller with a key of this client."""
    return Caller(make_key(client, scopes).token, **headers)


@pytest.fixture
def acme(db):
    """A client of the warehouse."""
    return make_client("acme")


@pytest.fixture
def api(acme):
    """A caller with a key of acme that may do everything."""
    return caller_for(acme)


@pytest.fixture
def anyone(db):
    """A caller without a key."""
    return Caller(None)


def problem_of(answer, status, code):
    """The problem of an answer, which must have this status and code."""
    body = json.loads(answer.content)
    assert (answer.status_code, body.get("code")) == (status, code), body
    assert answer.headers["Content-Type"] == "application/problem+json"
    return body
