"""One client's user walks every address of the pages, with every number and name of another client's things.

Nothing is listed here by name: an address that is added tomorrow is walked tomorrow.
"""

import pytest
from django.urls import reverse

from tests.web.two_worlds import MARK, PART_OF_MARK
from tests.web.walk import addresses, content_of

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("quiet")]

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
