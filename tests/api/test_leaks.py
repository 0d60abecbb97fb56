"""No client sees, reaches or changes anything of another's: every URL, every field, every filter, every write."""

import json

import pytest
import time_machine
from django.urls import URLPattern, get_resolver

from config import rest
from inventory.api.endpoint import DetailEndpoint, ListEndpoint, Writes
from inventory.api.filters import Id, Text
from inventory.api.nowhere import Nowhere
from tests.api import house as houses
from tests.api.bodies import BODIES
from tests.api.conftest import caller_for
from tests.told import told_once

pytestmark = pytest.mark.once

# Lists that are the same for every client, and say nothing about any.
SHARED = {
    "sites", "locations", "markets", "carriers", "brokers", "regimes", "document_keys", "document_key_effects", "units",
    "customs_sections", "countries", "currencies", "listed_codes", "tariff_codes", "hts_codes", "permanence_rules",
    "exchange_rates",
}  # fmt: skip
OPEN = {"api_schema", "api_docs"}
# What a URL of one thing is called by, of the caller's own.
OWN = {
    "item": lambda t: t.item.sku, "pedimento": lambda t: t.entry.number, "receipt": lambda t: t.receipt.number,
    "shipment": lambda t: t.shipment.number, "delivery": lambda t: t.shipment.number,
    "movement_order": lambda t: t.order.number, "placement_run": lambda t: t.run.pk,
    "placement_level": lambda t: t.level.pk, "what_if": lambda t: t.level.pk,
    "scenario": lambda t: t.scenario.pk, "scenario_result": lambda t: t.compared.pk,
    "backtest": lambda t: t.backtest.pk,
    "recommendation": lambda t: t.recommendation.pk, "job": lambda t: t.job.pk, "job_result": lambda t: t.job.pk,
}  # fmt: skip

# What a URL of one thing is asked besides.
ASKED = {"what_if": {"more": "5"}}
# What is about the key's client as a whole, and names nothing in the URL.
OF_CLIENT = {"me", "track_record"}


def endpoints():
    """Every URL of the API with its view, straight from the resolver."""
    found = {}

    def walk(patterns, prefix=""):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if not isinstance(pattern, URLPattern):
                walk(pattern.url_patterns, route)
            elif getattr(pattern.callback, "cls", None) is not Nowhere:
                found[pattern.name] = (route, getattr(pattern.callback, "cls", None))

    walk(rest.urlpatterns)
    return found


ENDPOINTS = endpoints()
LISTS = sorted(name for name, (_r, view) in ENDPOINTS.items() if view and issubclass(view, ListEndpoint))
DETAILS = sorted(name for name, (_r, view) in ENDPOINTS.items() if view and issubclass(view, DetailEndpoint))
WRITES = sorted(
    (name, method)
    for name, (_r, view) in ENDPOINTS.items()
    if view
    for method in ("post", "patch", "put", "delete")
    if method in view.__dict__ or any(method in base.__dict__ for base in view.__mro__)
)


def url_of(name, value=None):
    """The URL of an endpoint, for one thing where it names one."""
    route = ENDPOINTS[name][0]
    while "<" in route:
        route = route[: route.index("<")] + str(value) + route[route.index(">") + 1 :]
    return f"/api/v1/{route}"


@told_once
def built():
    """The house with both clients."""
    return houses.settle(*houses.MARKS)


@pytest.fixture
def tenants(built, db):
    """Two clients of one house, with a row in every table."""
    with time_machine.travel(houses.NOW, tick=False):
        yield built


def everything(tenant):
    """Every row of every list as a client sees it."""
    caller = caller_for(tenant.client)
    return {name: list(caller.pages(url_of(name), {"page_size": 500})) for name in LISTS if name not in SHARED}


def assert_nothing_of(other, answer, sent=()):
    """Fail if an answer holds a word of another client's, besides what the caller sent itself."""
    text = b"".join(answer) if answer.streaming else answer.content
    text = text.decode()
    for word in sorted(map(str, sent), key=len, reverse=True):
        text = text.replace(word, "")
    assert other.mark not in text.upper(), (answer.request["PATH_INFO"], text)
    for number in (
        other.entry.number,
        other.exit.number,
        other.spare.number,
        other.shipment.number,
        other.receipt.number,
    ):
        assert number not in text, (answer.request["PATH_INFO"], text)


def test_every_url_of_the_api_is_covered_here():
    classes = {name: view for name, (_route, view) in ENDPOINTS.items() if name not in OPEN | OF_CLIENT}

    assert {name for name in classes if name not in {*LISTS, *DETAILS, *(n for n, _m in WRITES)}} == set()
    assert set(DETAILS) == set(OWN)
    assert {f"{method} {name}" for name, method in WRITES} == set(BODIES)
    assert all(issubclass(classes[name], Writes) for name, _m in WRITES)
    assert {name for name in LISTS if classes[name].client_path is None and name != "postings"} == SHARED
    assert get_resolver().resolve("/api/v1/items/").func.cls is classes["items"]


def test_every_list_shows_a_client_its_own_rows_and_no_others(tenants):
    mine, other = tenants

    for name in LISTS:
        answer = caller_for(mine.client).get(url_of(name), {"page_size": 500})
        assert answer.status_code == 200, (name, answer.content)
        assert answer.json()["results"], f"{name} shows nothing, so it proves nothing"
        assert_nothing_of(other, answer)
        assert_nothing_of(mine, caller_for(other.client).get(url_of(name), {"page_size": 500}))


def test_no_filter_or_order_reaches_another_clients_rows(tenants):
    mine, other = tenants
    caller, own = caller_for(mine.client), everything(mine)

    for name, rows in own.items():
        view = ENDPOINTS[name][1]
        known = {json.dumps(row, sort_keys=True) for row in rows}
        filters = view.filterset_class.base_filters if view.filterset_class else {}
        asked = [
            {filter_: value}
            for filter_, kind in filters.items()
            if isinstance(kind, (Text, Id))
            for value in other.names()
            if isinstance(kind, Text) != value.isdigit() or len(value) == 15
        ]
        asked += [{"ordering": ordering} for ordering in view.orderings]
        for params in asked:
            answer = caller.get(url_of(name), params)
            assert answer.status_code in {200, 422}, (name, params, answer.content)
            for row in answer.json().get("results", []):
                assert json.dumps(row, sort_keys=True) in known, (name, params, row)
            assert_nothing_of(other, answer, params.values())


def test_another_clients_cursor_leads_only_to_ones_own_rows(tenants):
    mine, other = tenants
    caller, stranger, own = caller_for(mine.client), caller_for(other.client), everything(mine)

    for name, rows in own.items():
        following = stranger.get(url_of(name), {"page_size": 1}).json()["next"]
        if following:
            answer = caller.browser.get(following, **caller.headers)
            assert all(row in rows for row in answer.json()["results"]), name


@pytest.mark.parametrize("name", DETAILS)
def test_one_thing_is_shown_to_its_owner_and_absent_for_everyone_else(tenants, name):
    mine, other = tenants
    caller = caller_for(mine.client)

    shown = caller.get(url_of(name, OWN[name](mine)), ASKED.get(name))
    assert shown.status_code == 200, shown.content if not shown.streaming else name
    assert_nothing_of(other, shown)
    assert caller.get(url_of(name, OWN[name](other)), ASKED.get(name)).status_code == 404
    for value in other.names():
        answer = caller.get(url_of(name, value), ASKED.get(name))
        assert answer.status_code in {200, 404}, (name, value)
        assert_nothing_of(other, answer, [value])


@pytest.mark.parametrize(("name", "method"), WRITES)
def test_no_write_touches_or_names_anything_of_another_clients(tenants, name, method):
    mine, other = tenants
    caller, before = caller_for(mine.client), everything(other)
    write = {"post": caller.post, "patch": caller.patch}[method]
    target, body = BODIES[f"{method} {name}"]

    for url_names, content in ((other, body(mine)), (mine, body(other))):
        value = target(url_names) if target else None
        url = url_of(name, value)
        answer = content(caller, url) if callable(content) else write(url, content)
        assert answer.status_code < 500, answer.content
        if target and url_names is other:
            assert answer.status_code == 404, (name, answer.content)
        assert_nothing_of(other, answer, [*_words(content), value, other.mark if callable(content) else ""])
    assert everything(other) == before


@pytest.mark.parametrize(("name", "method"), WRITES)
def test_no_write_happens_without_its_scope_or_without_a_key(tenants, anyone, name, method):
    mine, _other = tenants
    before = everything(mine)
    target, body = BODIES[f"{method} {name}"]
    url, content = url_of(name, target(mine) if target else None), body(mine)

    for caller, status in ((caller_for(mine.client, ["read"]), 403), (anyone, 401)):
        write = {"post": caller.post, "patch": caller.patch}[method]
        answer = write(url, content) if not callable(content) else content(caller, url)
        assert answer.status_code == status, answer.content
    assert everything(mine) == before


def _words(content):
    """Every text in a body."""
    if isinstance(content, dict):
        return [word for value in content.values() for word in _words(value)]
    if isinstance(content, list):
        return [word for value in content for word in _words(value)]
    return [content] if isinstance(content, str) and content else []


def test_this_module_would_see_a_list_that_forgets_whose_rows_it_shows(tenants, monkeypatch):
    mine, other = tenants
    monkeypatch.setattr(ENDPOINTS["legs"][1], "client_path", None)

    answer = caller_for(mine.client).get(url_of("legs"))

    with pytest.raises(AssertionError):
        assert_nothing_of(other, answer)
