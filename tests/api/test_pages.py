"""Pages by cursor: every row once, in order, however the list grows meanwhile, at a cost that does not depend on it."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Item, Leg, Location, Posting
from tests.api.conftest import caller_for
from tests.builders import NOON, TODAY, make_account, make_bonded_lot, make_client, make_item, make_location, make_lot


def make_items(client, count):
    Item.objects.bulk_create(
        Item(
            client=client, sku=f"S{n:04d}", description="x", stock_unit="6", commercial_unit="6", tariff_unit="6",
            tariff_code="8302200100", origin_country="CHN",
        )
        for n in range(count)
    )  # fmt: skip


def make_legs(account, count):
    lot, shelf = make_lot(account), make_location(kind=Location.Kind.STORAGE)
    posting = Posting.objects.create(
        key=f"p{account.pk}", fingerprint="f", kind="receipt", legal_date=TODAY, recorded_at=NOON, actor_label="a"
    )
    Leg.objects.bulk_create(
        Leg(posting=posting, account=account, lot=lot, location=shelf, quantity=1, legal_date=TODAY, recorded_at=NOON)
        for _ in range(count)
    )


def test_pages_show_every_row_once_in_order(api, acme):
    make_items(acme, 25)

    rows = [row["sku"] for row in api.pages("items/", {"page_size": 7, "ordering": "sku"})]

    assert rows == [f"S{n:04d}" for n in range(25)]


def test_one_can_go_back_the_way_one_came(api, acme):
    make_items(acme, 25)
    first = api.get("items/", {"page_size": 10}).json()
    second = api.browser.get(first["next"], **api.headers).json()
    third = api.browser.get(second["next"], **api.headers).json()

    back = api.browser.get(third["previous"], **api.headers).json()
    start = api.browser.get(back["previous"], **api.headers).json()

    assert back["results"] == second["results"]
    assert start["results"] == first["results"]
    assert (first["previous"], third["next"], start["previous"]) == (None, None, None)


def test_rows_that_come_in_meanwhile_shift_nothing(api, acme):
    make_items(acme, 10)
    first = api.get("items/", {"page_size": 5}).json()
    make_item(acme, "NEW")

    second = api.browser.get(first["next"], **api.headers).json()

    assert [row["sku"] for row in second["results"]] == [f"S{n:04d}" for n in range(4, -1, -1)]


@pytest.mark.parametrize("ordering", ["must_leave_by", "peps", "-id", "id"])
def test_rows_alike_or_without_a_value_are_shown_once_each(api, acme, ordering):
    account = make_account(make_item(acme))
    days = [TODAY, TODAY, None, TODAY + timedelta(days=1), None, TODAY, None]
    lots = [make_bonded_lot(account, must_leave_by=day, legal_deadline=day).pk for day in days]

    for size in (1, 2, 3, 7):
        rows = list(api.pages("bonded-lots/", {"page_size": size, "ordering": ordering}))
        assert sorted(row["id"] for row in rows) == lots
    if ordering == "must_leave_by":
        assert [row["must_leave_by"] for row in rows] == [str(TODAY)] * 3 + [str(TODAY + timedelta(days=1))] + [
            None
        ] * 3


@pytest.mark.parametrize("ordering", ["must_leave_by", "peps"])
def test_going_back_works_over_empty_values(api, acme, ordering):
    account = make_account(make_item(acme))
    for day in [TODAY, None, TODAY, None, TODAY]:
        make_bonded_lot(account, must_leave_by=day)
    forwards, url = [], "/api/v1/bonded-lots/?page_size=1&ordering=" + ordering
    while url:
        page = api.browser.get(url, **api.headers).json()
        forwards.append((url, page["results"]))
        url, last = page["next"], page
    backwards, url = [last["results"]], last["previous"]
    while url:
        page = api.browser.get(url, **api.headers).json()
        backwards.append(page["results"])
        url = page["previous"]

    assert backwards == [rows for _url, rows in reversed(forwards)]


@pytest.mark.django_db
def test_a_list_costs_two_statements_for_one_row_or_a_hundred():
    for rows in (1, 100):
        client = make_client()
        make_items(client, rows)
        account = make_account(client.items.first())
        make_legs(account, rows)
        for _ in range(rows):
            make_bonded_lot(account)
        caller = caller_for(client)

        for url in ("items/", "legs/", "postings/", "stock/", "bonded-lots/", "accounts/", "stock-by-site/"):
            caller.get(url)
            with CaptureQueriesContext(connection) as statements:
                assert caller.get(url, {"page_size": 100}).status_code == 200
            assert len(statements) == 2, url


def test_no_list_counts_its_rows(api, acme):
    make_items(acme, 3)

    with CaptureQueriesContext(connection) as statements:
        api.get("items/", {"page_size": 2})

    assert not any("COUNT(" in one["sql"].upper() for one in statements)


def test_each_page_says_both_ends_of_its_ids_and_each_end_once(api, acme):
    # SQLite walks a table in order between two ends; of two upper ends it takes the first, and walks from there.
    for number in range(3):
        make_item(acme, f"SKU-{number}")

    def ends(query):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = api.get("items/", query).json()
        (sql,) = [entry["sql"] for entry in asked if 'FROM "inventory_item"' in entry["sql"]]
        where = sql.split(" WHERE ", 1)[1].split(" ORDER BY ", 1)[0]
        lower, upper = where.count('"inventory_item"."id" >'), where.count('"inventory_item"."id" <')
        return answer, (where.count("BETWEEN"), lower, upper)

    first, of_first = ends({"page_size": 1, "ordering": "-id"})
    second, of_second = ends(parse_qs(urlsplit(first["next"]).query))
    _back, of_back = ends(parse_qs(urlsplit(second["previous"]).query))

    assert (of_first, of_second, of_back) == ((1, 0, 0), (0, 1, 1), (0, 1, 1))
