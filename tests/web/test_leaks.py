"""One client's user walks every address of the pages, with every number and name of another client's things.

Nothing is listed here by name: an address that is added tomorrow is walked tomorrow.
"""

import contextlib
import io
import itertools
import logging
import zipfile

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from inventory.reports import registry
from tests.web.two_worlds import MARK, PART_OF_MARK, make_ground, make_world

OURS = ("inventory", "warehouse")


@pytest.fixture(autouse=True)
def quiet():
    """Thousands of refusals are the point; their log lines are not."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def worlds(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    ground = make_ground()
    theirs = make_world(ground, MARK)
    mine = make_world(ground, "ZQALFA")
    return mine, theirs


def patterns():
    """Every named address of the pages: name, its parameters as (parameter, is it a number), and what answers there."""
    for namespace in OURS:
        resolver = get_resolver().namespace_dict[namespace][1]
        yield from _named(resolver, namespace, ())


def _named(resolver, namespace, outer):
    for pattern in resolver.url_patterns:
        converters = (*outer, *pattern.pattern.converters.items())
        if isinstance(pattern, URLResolver):
            yield from _named(pattern, namespace, converters)
        elif isinstance(pattern, URLPattern) and pattern.name:
            numbers = [(name, type(kind).__name__ == "IntConverter") for name, kind in converters]
            yield f"{namespace}:{pattern.name}", numbers, pattern.callback


def addresses(world):
    """Every address with every fitting key of a world's things."""
    for name, parameters, _view in patterns():
        choices = [sorted(world.ids) if is_number else texts_for(one, world) for one, is_number in parameters]
        for keys in itertools.product(*choices):
            # A key with a slash, say, does not fit everywhere.
            with contextlib.suppress(NoReverseMatch):
                yield name, reverse(name, kwargs=dict(zip((one for one, _kind in parameters), keys, strict=True)))


def texts_for(parameter, world):
    """What may stand for a text in an address: a thing's number or code, or a word that belongs to nobody."""
    everyones = {"code": [report.code for report in registry.reports()] + ["zone"], "form": ["csv", "xlsx"]}
    return sorted({*world.texts, *everyones.get(parameter, ())})


def content_of(response):
    """Everything a response says: its body, what an XLSX holds, where it leads, what it tells the scripts."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body.decode("utf-8", "replace") + " ".join(f"{key}: {value}" for key, value in response.items())


QUERIES = (f"?q={PART_OF_MARK}", "?export=csv", "?export=xlsx", "?client=zqbravo")


@pytest.mark.django_db
def test_no_page_shows_one_client_anything_of_another(client, worlds):
    mine, theirs = worlds
    client.force_login(mine.user)
    client.post(reverse("inventory:choose_client"), {"client": theirs.client.pk})
    seen = 0

    # The other's addresses, which must show nothing, and one's own, whose related fields and choices must not either.
    for name, url in dict.fromkeys([*addresses(theirs), *addresses(mine)]):
        response = client.get(url)
        text = content_of(response)
        assert response.status_code < 500, (name, url)
        if response.status_code != 200:
            continue
        seen += 1
        queried = {query: content_of(client.get(url + query)) for query in (*QUERIES, f"?client={theirs.client.pk}")}
        for query, said in {"": text, **queried}.items():
            assert MARK not in said.replace(url, ""), (name, url + query)
            assert "user-zqbravo" not in said, (name, url + query)

    assert seen > 20


@pytest.mark.django_db
def test_the_walk_would_notice_for_the_owner_sees_the_mark_on_those_pages(client, worlds):
    _mine, theirs = worlds
    client.force_login(theirs.user)

    marked = {
        name
        for name, url in addresses(theirs)
        if (response := client.get(url)).status_code == 200 and MARK in content_of(response)
    }

    assert len(marked) > 15, sorted(marked)
    assert {
        "warehouse:home",
        "inventory:demand",
        "inventory:demand_item",
        "inventory:job",
        "inventory:job_file",
    } <= marked


@pytest.mark.django_db
def test_nothing_one_client_sends_changes_anything_of_another(client, worlds):
    mine, theirs = worlds
    client.force_login(mine.user)
    before = theirs.state()
    body = {
        "client": theirs.client.pk, "reason": "only a test", "quantity": "1", "format": "csv", "number": f"EMB-{MARK}",
        "code": f"{MARK}-SKU", "decision": "accept", "ids": sorted(theirs.ids), "chosen": sorted(theirs.ids),
        "recommendation": sorted(theirs.ids), "confirm": "yes", "state": "closed", "resolution": "only a test",
    }  # fmt: skip

    for name, url in addresses(theirs):
        response = client.post(url, body)

        assert response.status_code < 500, (name, url)
        assert MARK not in content_of(response).replace(f"{MARK}-SKU", "").replace(f"EMB-{MARK}", ""), (name, url)

    assert theirs.state() == before


@pytest.mark.django_db
def test_nobody_sees_any_page_without_logging_in(client, worlds):
    _mine, theirs = worlds

    for name, url in addresses(theirs):
        response = client.get(url)

        assert response.status_code in (302, 405), (name, url)
        if response.status_code == 302:
            assert response["Location"].startswith(reverse("account_login")), (name, url)
