"""What every list page has, whichever is added: a search, filters, columns to sort by, pages; and that each of them works."""

import copy
from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from inventory.demand.models import DemandRecord
from inventory.reports import registry
from inventory.reports.shapes import Ask
from inventory.web.findings import FindingList
from inventory.web.lists import ListPage
from inventory.web.reports import ReportPage
from tests.builders import make_user
from tests.told import told_once
from tests.web import oracle, report_oracle
from tests.web.varied_world import DAYS_APART, make_varied_world
from tests.web.walk import patterns

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.timeout(600)]
# The rows alone, as htmx asks for them: the frame around them is the same on every page.
ROWS = {"HX-Request": "true", "HX-Target": "list-results"}


def lists():
    """Every list page with its address: class, name, and what its address names."""
    for name, parameters, view in patterns():
        page = getattr(view, "view_class", None)
        if page is not None and issubclass(page, ListPage):
            yield page, name, parameters


LISTS = {name: page for page, name, _parameters in lists()}


SMALL = 2  # rows to a page: most lists have more than one page of it
varied_once = told_once(make_varied_world)


@pytest.fixture
def world(varied_once, db):
    return copy.deepcopy(varied_once)


@pytest.fixture
def staff(client):
    client.force_login(make_user(role="administrator"))
    return client


def addresses(world):
    """Every list of this world: its page and where it stands; the levels of its run, and each report."""
    run = next(thing for thing in world.things if thing._meta.model_name == "placementrun")
    for page, name, parameters in lists():
        if parameters == [("code", False)]:
            yield from ((page, reverse(name, kwargs={"code": report.code})) for report in registry.reports())
        else:
            yield page, reverse(name, kwargs={"pk": run.pk} if parameters else {})


def answer_of(staff, url, **query):
    """What the page says of its rows to a query: the context of its first hundred."""
    answer = staff.get(url, {"per_page": 100, **query}, headers=ROWS)
    assert answer.status_code == 200, (url, query)
    return answer.context


def records(context):
    """The rows of a page."""
    return [row.record for row in context["table"].page.object_list]


def all_records(staff, url, **query):
    """Every row that answers a query, page by page."""
    found, number, more = [], 0, True
    while more:
        number += 1
        context = answer_of(staff, url, page=number, **query)
        found, more = found + records(context), context["table"].page.has_next()
    return found


def keys_of(rows):
    """What tells rows apart: their number; of rows that are sums, what they are sums of, and how much."""
    sums = Counter()
    for row in rows:
        if isinstance(row, DemandRecord):
            sums[row.item.sku] += row.quantity
    return [f"{sku} {quantity}" for sku, quantity in sums.items()] or [_key_of(row) for row in rows]


def _key_of(row):
    if isinstance(row, dict) and "item__sku" in row and "quantity" in row:
        return f"{row['item__sku']} {row['quantity']}"
    return str(getattr(row, "pk", row))


def assert_shown(answer, expected, asked):
    """The page shows the expected rows, each once; of more than a page holds, a page full of them."""
    shown = keys_of(records(answer))
    if answer["table"].page.has_next():
        assert len(shown) == len(set(shown)) < len(expected), asked
        assert set(shown) <= set(expected), asked
    else:
        assert sorted(shown) == sorted(expected), asked


def page_of(answer, page):
    """The page that gave an answer, standing there for more questions: so it need not be drawn for each of them."""
    standing = page()
    standing.setup(answer.wsgi_request, **answer.resolver_match.kwargs)
    return standing


def sorted_by(standing, rows, sort):
    """The table of these rows when the page's address says `sort`."""
    standing.request.GET = QueryDict(urlencode({"sort": sort}))
    return standing.ordered(rows if isinstance(rows, QuerySet) else list(rows))


def test_every_list_page_stands_at_an_address():
    def below(page):
        for one in page.__subclasses__():
            yield one
            yield from below(one)

    ours = {page for page in below(ListPage) if page.__module__.split(".")[0] in ("inventory", "warehouse")}

    assert ours == set(LISTS.values())
    assert len(ours) > 20


@pytest.mark.parametrize("name", LISTS)
def test_every_list_can_be_searched_and_filtered(name):
    page = LISTS[name]

    assert page.search_fields
    assert str(page.search_hint)
    assert page.filterset_class is not None


def test_every_filter_of_every_list_leaves_the_rows_that_have_what_was_chosen_and_no_others(staff, world):
    for page, url in addresses(world):
        if page is ReportPage:
            continue
        filters = answer_of(staff, url)["filters"]
        rows = all_records(staff, url)
        assert filters.filters, url

        for name, one in filters.filters.items():
            told, field = f"{type(filters).__name__}.{name}", filters.form.fields[name]
            whole = list(oracle.EVERYTHING[told]()) if told in oracle.EVERYTHING else rows
            kept = set()
            for value in oracle.worth_asking(whole, told, one, field):
                expected = keys_of(oracle.left(whole, told, one, value))
                answer = answer_of(staff, url, **{name: value})
                assert [chip.label for chip in answer["chips"]] == [field.label], (url, name, value)
                assert_shown(answer, expected, (url, name, value))
                kept.add(tuple(expected))
            # Something is left by one of the answers and not by another.
            assert len(kept) > 1, (url, name)


def test_every_question_of_every_report_leaves_the_rows_it_asks_for_and_no_others(staff, world):
    long_ago = (timezone.localdate() - timedelta(days=DAYS_APART * 3)).isoformat()
    for report in registry.reports():
        url = reverse("inventory:report", kwargs={"code": report.code})
        # Whatever day of the year it is, the period reaches back to where everything began.
        always = {"since": long_ago} if Ask.SINCE in report.asks else {}
        rows = records(answer_of(staff, url, **always))

        for ask in report.asks:
            seen = set()
            for value in report_oracle.worth_asking(report, ask, rows):
                shown = records(answer_of(staff, url, **{**always, ask.value: value}))
                expected = report_oracle.left(report, ask, value, rows)
                if expected is None:
                    names = report_oracle.names_left(report, ask, value, rows)
                    assert report_oracle.named_in(shown) == names, (url, ask, value)
                else:
                    assert shown == expected, (url, ask, value)
                seen.add(str(shown))
            assert len(seen) > 1, (url, ask)


def test_every_column_that_sorts_a_list_puts_its_rows_in_order_both_ways_and_leaves_no_two_equal(staff, world):
    for page, url in addresses(world):
        answer = staff.get(url, headers=ROWS)
        columns = [column for column in answer.context["table"].columns if column.orderable]
        assert columns, url
        standing = page_of(answer, page)
        rows, _filters = standing.narrowed()

        told_apart = 0
        for column in columns:
            for sort in (column.name, f"-{column.name}"):
                table = sorted_by(standing, rows, sort)
                values = [oracle.ordered_by(table, column, row.record) for row in table.rows]
                assert oracle.goes_one_way(values, descending=sort[0] == "-"), (url, sort, values)
            told_apart += len(set(values)) > 1
            assert page is ReportPage or len(set(values)) > 1, f"{url}: {column.name} is the same in every row"
            if isinstance(table.data.data, QuerySet):
                assert page.tie_breaker, url
                assert len(table.data.data.query.order_by) > 1, (url, column.name)
        assert told_apart > 1, url
        # And the page that is drawn asks for the order its address names.
        shown = answer_of(staff, url, sort=sort)["table"]
        assert shown.order_by == (sort,), url
        assert oracle.goes_one_way(
            [oracle.ordered_by(shown, column, row.record) for row in shown.rows], descending=True
        )


def test_every_list_finds_a_row_by_each_of_its_texts_and_nothing_by_a_text_of_none(staff, world):
    for page, url in addresses(world):
        answer = answer_of(staff, url, q="no such word anywhere")
        assert answer["has_search"], url
        assert records(answer) == [], url

        fields = [("*",)] if page is ReportPage else [(field,) for field in page.search_fields]
        rows = all_records(staff, url)
        for field in fields:
            # What was done about a finding is told of those that are closed.
            narrowed = {"closed": "true"} if page is FindingList and field == ("resolution",) else {}
            there = all_records(staff, url, **narrowed) if narrowed else rows
            row = next((row for row in reversed(there) if oracle.texts_of(row, field)), None)
            assert row is not None, f"{url}: no row has a {field}"
            # Two texts of one row: each word has to be found.
            texts = (oracle.texts_of(row, field)[0], oracle.texts_of(row, page.search_fields)[-1])
            asked = " ".join(dict.fromkeys(texts))[:100]
            expected = keys_of(oracle.found(there, page.search_fields, asked))
            assert_shown(answer_of(staff, url, q=asked, **narrowed), expected, (url, asked))


def test_every_list_comes_in_pages_that_together_have_each_row_once(staff, world, monkeypatch):
    for _page, url in addresses(world):
        whole = keys_of(all_records(staff, url))
        size = max(SMALL, len(whole) // 2)
        with monkeypatch.context() as smaller:
            smaller.setattr("inventory.web.lists.PAGE_SIZES", (size,))
            seen, number = read_through(staff, url, {})

        assert seen == whole, url
        assert number == max(1, -(-len(whole) // size)), url


def read_through(staff, url, asked):
    """The keys of all rows of a list, page by page, and how many pages that were."""
    seen, number, more = [], 0, True
    while more:
        number += 1
        answer = staff.get(url, {**asked, "page": number}, headers=ROWS).context
        seen, more = seen + keys_of(records(answer)), answer["table"].page.has_next()
    return seen, number


def test_stock_of_a_former_day_is_filtered_and_sorted_too(staff, world):
    url = reverse("inventory:stock")
    then = {"as_of": (timezone.localdate() + timedelta(days=1)).isoformat()}
    table = staff.get(url, then).context["table"]
    assert len(table.page.object_list) > 0

    for sort in [column.name for column in table.columns if column.orderable]:
        assert staff.get(url, {**then, "sort": sort, "held": "true", "item": "ZQ"}).status_code == 200
