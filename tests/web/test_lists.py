"""The one way to make a list page: what it answers, and what it asks of the database."""

import copy
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from inventory.models import Item
from inventory.web import export, lists
from tests.builders import make_client, make_item, make_user

pytestmark = pytest.mark.django_db
LIST = "/gallery/items/"


@pytest.fixture
def owner():
    return make_client()


@pytest.fixture
def items(owner):
    first = make_item(client=owner, sku="SKU-000")
    alike = [copy.copy(first) for _ in range(59)]
    for number, item in enumerate(alike, 1):
        item.pk, item.sku = None, f"SKU-{number:03}"
    return [first, *Item.objects.bulk_create(alike)]


@pytest.fixture
def staff(gallery, client):
    client.force_login(make_user(role="administrator"))
    return client


def test_a_page_holds_25_rows_and_the_next_one_goes_on(staff, items):
    first = staff.get(LIST + "?sort=sku").context["table"]
    third = staff.get(LIST + "?sort=sku&page=3").context["table"]

    assert [row.record.sku for row in first.page.object_list][::24] == ["SKU-000", "SKU-024"]
    assert [row.record.sku for row in third.page.object_list][::9] == ["SKU-050", "SKU-059"]
    assert first.page.has_next()
    assert not third.page.has_next()


def test_no_page_counts_the_rows(staff, items):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        staff.get(LIST)

    assert not [query["sql"] for query in queries if "COUNT(" in query["sql"].upper()]


def test_equal_rows_are_on_one_page_only(staff, items):
    pages = [staff.get(f"{LIST}?sort=weight_kg&page={number}").context["table"] for number in (1, 2, 3)]

    seen = [row.record.pk for page in pages for row in page.page.object_list]

    assert sorted(seen) == sorted(item.pk for item in items)


@pytest.mark.parametrize("page", ["0", "-1", "999", "x", "1e9"])
def test_a_page_that_is_not_there_shows_the_first(staff, items, page):
    table = staff.get(f"{LIST}?page={page}").context["table"]

    assert table.page.number == 1


@pytest.mark.parametrize(
    "query", ["sort=nothing", "sort=-sku;drop", "per_page=100000", "as_of=tomorrow", "origin_country=%00", "q=%25"]
)
def test_a_query_nobody_would_type_does_no_harm(staff, items, query):
    answer = staff.get(f"{LIST}?{query}")

    assert answer.status_code == 200
    assert len(answer.context["table"].page.object_list) <= 25


def test_every_word_of_a_search_must_be_found(staff, items):
    found = staff.get(LIST + "?q=sku rueda 012").context["table"]

    assert [row.record.sku for row in found.page.object_list] == ["SKU-012"]


def test_a_filter_in_force_is_shown_and_can_be_taken_out(staff, items):
    answer = staff.get(LIST + "?origin_country=CHN&as_of=2026-03-01&sort=sku")

    chips = {str(chip.label): (chip.value, chip.url_without) for chip in answer.context["chips"]}

    assert len(chips) == 2
    assert ("CHN", "?as_of=2026-03-01&sort=sku") in chips.values()
    assert "origin_country=CHN&amp;sort=sku" in answer.content.decode()


def test_htmx_gets_the_rows_alone(staff, items):
    answer = staff.get(LIST, headers={"HX-Request": "true", "HX-Target": "list-results"})

    assert answer.content.decode().lstrip().startswith('<div id="list-results"')


def test_a_csv_holds_every_row_plain(staff, items):
    answer = staff.get(LIST + "?export=csv&sort=-sku")

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert len(lines) == 61
    assert lines[1] == "SKU-059,Rueda,0.5,12.5,CHN"
    assert answer["Content-Disposition"] == 'attachment; filename="items.csv"'


def test_an_xlsx_holds_numbers_as_numbers(staff, items):
    answer = staff.get(LIST + "?export=xlsx&q=SKU-007")

    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()

    assert rows[1] == ["SKU-007", "Rueda", 0.5, 12.5, "CHN"]


def test_text_that_a_spreadsheet_would_run_is_made_harmless(staff, owner):
    make_item(client=owner, sku="EVIL", description='=HYPERLINK("http://evil")')

    lines = b"".join(staff.get(LIST + "?export=csv").streaming_content).decode("utf-8-sig").splitlines()

    assert lines[1].startswith("EVIL,\"'=HYPERLINK(")


def test_a_list_too_long_for_a_file_says_what_to_do(staff, items, monkeypatch):
    monkeypatch.setattr(lists, "EXPORT_LIMIT", 59)

    answer = staff.get(LIST + "?export=csv&q=rueda", follow=True)

    assert answer.redirect_chain == [(f"{LIST}?q=rueda", 302)]
    assert "59" in str(next(iter(answer.context["messages"])))


def test_an_export_reads_in_portions(monkeypatch):
    import django_tables2 as tables

    class Numbers(tables.Table):
        number = tables.Column()

    monkeypatch.setattr(export, "CHUNK", 2)

    rows = list(export.table_rows(Numbers, iter([{"number": number} for number in range(5)])))

    assert rows == [["Number"], [0], [1], [2], [3], [4]]


def test_an_empty_list_offers_the_first_step(staff):
    page = staff.get(LIST).content.decode()

    assert "Aún no hay artículos" in page
    assert page.count("Artículo nuevo") == 2


def test_a_client_sees_and_exports_its_own_rows_only(gallery, client, items):
    other = make_client()
    make_item(client=other, sku="OTHER")
    client.force_login(make_user(role="client", client=other))

    seen = [row.record.sku for row in client.get(LIST).context["table"].page.object_list]
    exported = b"".join(client.get(LIST + "?export=csv").streaming_content).decode()

    assert seen == ["OTHER"]
    assert "SKU-" not in exported


def test_a_page_offers_the_next_one_and_says_which_rows_it_shows(staff, items):
    first = staff.get(LIST).content.decode()
    third = staff.get(f"{LIST}?page=3").content.decode()

    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev"' in third
    assert 'rel="next"' not in third
