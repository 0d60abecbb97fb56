"""What every list page has, whichever is added: a search, filters, columns to sort by, pages; and that each of them works."""

from datetime import timedelta

import pytest
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from inventory.reports import registry
from inventory.web.lists import ListPage
from tests.builders import make_user
from tests.scenarios.world import load_law
from tests.web.two_worlds import MARK, make_ground, make_world
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


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    load_law()
    ground = make_ground()
    world = make_world(ground, MARK)
    make_world(ground, "ZQALFA")
    return world


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


def values_for(field):
    """What someone may choose in a filter: the choices it offers, both answers, a day, a word."""
    if isinstance(field, forms.ModelChoiceField):
        return [row.pk for row in field.queryset[:2]]
    if isinstance(field, forms.NullBooleanField):
        return ["true", "false"]
    if isinstance(field, forms.ChoiceField):
        return [key for key, _label in field.choices if key][:2]
    return [timezone.localdate().isoformat()] if isinstance(field, forms.DateField) else ["zq"]


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


def test_every_filter_of_every_list_narrows_it_without_an_error(staff, world):
    for _page, url in addresses(world):
        fields = staff.get(url).context["filters"].form.fields
        assert fields, url

        for name, field in fields.items():
            offered = values_for(field)
            assert offered, f"{url}: {name} offers nothing"
            for value in offered:
                answer = staff.get(url, {name: value}, headers=ROWS)
                assert answer.status_code == 200, (url, name, value)
                assert [chip.label for chip in answer.context["chips"]] == [field.label], (url, name, value)


def test_every_column_that_sorts_a_list_sorts_it_and_leaves_no_two_rows_equal(staff, world):
    for page, url in addresses(world):
        columns = [column.name for column in staff.get(url).context["table"].columns if column.orderable]
        assert columns, url

        for asked in columns:
            table = staff.get(url, {"sort": f"-{asked}"}, headers=ROWS).context["table"]
            rows = table.data.data
            assert table.order_by == (f"-{asked}",), url
            if isinstance(rows, QuerySet):
                assert page.tie_breaker, url
                assert len(rows.query.order_by) > 1, (url, asked)


def test_every_list_is_searched_and_comes_in_pages(staff, world, monkeypatch):
    for _page, url in addresses(world):
        whole, _pages = read_through(staff, url, {"per_page": 100})
        with monkeypatch.context() as smaller:
            smaller.setattr("inventory.web.lists.PAGE_SIZES", (SMALL,))
            seen, number = read_through(staff, url, {})
        found = staff.get(url, {"q": "no such word anywhere"}, headers=ROWS)

        assert seen == whole, url
        assert number == max(1, -(-len(whole) // SMALL)), url
        assert found.context["has_search"], url
        assert keys(found.context["table"]) == [], url


def read_through(staff, url, asked):
    """The keys of all rows of a list, page by page, and how many pages that were."""
    seen, number, more = [], 0, True
    while more:
        number += 1
        table = staff.get(url, {**asked, "page": number}, headers=ROWS).context["table"]
        seen, more = seen + keys(table), table.page.has_next()
    return seen, number


def keys(table):
    """What tells the rows of a page apart."""
    return [str(getattr(row.record, "pk", row.record)) for row in table.page.object_list]


def test_stock_of_a_former_day_is_filtered_and_sorted_too(staff, world):
    url = reverse("inventory:stock")
    then = {"as_of": (timezone.localdate() + timedelta(days=1)).isoformat()}
    table = staff.get(url, then).context["table"]
    assert len(table.page.object_list) > 0

    for sort in [column.name for column in table.columns if column.orderable]:
        assert staff.get(url, {**then, "sort": sort, "held": "true", "item": "ZQ"}).status_code == 200
