"""The one way to make a list page: search, filters, sorting, pages without COUNT, an as-of date, CSV and XLSX, empty state.

class ItemList(ListPage):
    capability = Can.SEE_CATALOG
    title = _("Items")
    table_class = ItemTable
    filterset_class = ItemFilters
    search_fields = ("sku", "description")
    export_name = "items"

    def rows(self) -> QuerySet[Item]:
        return catalog.items(self.request.access.scope)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.core.paginator import InvalidPage
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.generic import View
from django_tables2.paginators import LazyPaginator

from inventory.parties.roles import Can
from inventory.web.access import RequiresCapability, WebRequest
from inventory.web.export import CHUNK, EXPORT_LIMIT, FORMATS, csv_response, table_rows, xlsx_response
from inventory.web.formatting import day_text
from inventory.web.forms import DateInput
from inventory.web.navigation import Text

Rows = QuerySet[Any] | Sequence[Any]
PAGE_SIZES = (25, 50, 100)
SEARCH_MAX = 100


@dataclass(frozen=True)
class Action:
    """A button of a page: where it leads, and what it takes to see it."""

    label: Text
    url: str
    icon: str = ""
    capability: str = ""
    tone: str = "primary"


class AsOfForm(forms.Form):
    """The legal day stock is asked for, and the day on which it was known."""

    as_of = forms.DateField(label=gettext_lazy("As of"), required=False, widget=DateInput)
    known_on = forms.DateField(label=gettext_lazy("As known on"), required=False, widget=DateInput)


class ListPage(RequiresCapability, View):
    """A page that lists rows. Subclasses say what; this says how."""

    title: Text
    subtitle: Text = ""
    table_class: type[tables.Table]
    filterset_class: type[django_filters.FilterSet] | None = None
    search_fields: Sequence[str] = ()
    search_hint: Text = ""
    # Names that make any order unique, so that no row is on two pages; () for rows grouped by the database.
    tie_breaker: Sequence[str] = ("pk",)
    as_of = False
    export_name = ""
    empty_title: Text = gettext_lazy("Nothing here yet")
    empty_text: Text = ""
    template_name = "components/list.html"
    partial_name = "components/_list_results.html"
    request: WebRequest

    def rows(self) -> Rows:
        """The rows this person may see, before search and filters: a queryset of a selector, or a list."""
        raise NotImplementedError

    def actions(self) -> Sequence[Action]:
        """The buttons at the top right; the first one is also offered when the list is empty."""
        return ()

    def table_options(self) -> dict[str, Any]:
        """What else the table's constructor gets."""
        return {}

    def extra_context(self) -> dict[str, Any]:
        """What else the page's template gets (cards above the list, say)."""
        return {}

    def get(self, request: WebRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, the part of it that changed (to htmx), or a file."""
        rows, filters = self.narrowed()
        wanted = request.GET.get("export", "")
        if wanted in FORMATS and self.export_name and request.access.can(Can.EXPORT):
            return self.exported(rows, wanted)
        context = {
            **self.page_context(rows, filters),
            "title": self.title,
            "subtitle": self.subtitle,
            "actions": [one for one in self.actions() if not one.capability or request.access.can(one.capability)],
            **self.extra_context(),
        }
        part = request.htmx and request.htmx.target == "list-results"
        return render(request, self.partial_name if part else self.template_name, context)

    def narrowed(self) -> tuple[Rows, django_filters.FilterSet | None]:
        """The rows that the filters and the search leave, and the filters."""
        asked = self.request.GET
        self.when = AsOfForm(asked) if self.as_of else None
        filters = self.filterset_class(asked, self.rows(), request=self.request) if self.filterset_class else None
        return self.searched(filters.qs if filters else self.rows()), filters

    def as_of_day(self, name: str = "as_of") -> date | None:
        """The day asked for (`as_of` or `known_on`); None means now."""
        return self.when.cleaned_data.get(name) if self.when and self.when.is_valid() else None

    def searched(self, rows: Rows) -> Rows:
        """The rows in which every word of the search is found in one of `search_fields`."""
        words = self.request.GET.get("q", "")[:SEARCH_MAX].split()
        if not words or not self.search_fields or not isinstance(rows, QuerySet):
            return rows
        return rows.filter(reduce(and_, (self.found(word) for word in words)))

    def found(self, word: str) -> Q:
        """The condition that one word of a search is found."""
        return reduce(or_, (Q(**{f"{field}__icontains": word}) for field in self.search_fields))

    def page_context(self, rows: Rows, filters: django_filters.FilterSet | None) -> dict[str, Any]:
        """The table on its page, the filters and what is in force of them."""
        table = self.ordered(rows)
        size = self.request.GET.get("per_page", "")
        per_page = int(size) if size in {str(one) for one in PAGE_SIZES} else PAGE_SIZES[0]
        try:
            table.paginate(page=self.request.GET.get("page", 1), per_page=per_page, paginator_class=LazyPaginator)
        except InvalidPage:
            table.paginate(page=1, per_page=per_page, paginator_class=LazyPaginator)
        query = self.request.GET
        chips = chips_of(self.when, query) + chips_of(filters.form if filters else None, query)
        return {
            "table": table,
            "filters": filters,
            "when": self.when,
            "chips": chips,
            "page_sizes": PAGE_SIZES,
            "first_row": (table.page.number - 1) * per_page + 1,
            "last_row": (table.page.number - 1) * per_page + len(table.page.object_list),
            "per_page": per_page,
            "search": self.request.GET.get("q", ""),
            "has_search": bool(self.search_fields),
            "search_hint": self.search_hint,
            "is_narrowed": bool(chips or self.request.GET.get("q")),
            "can_export": bool(self.export_name) and self.request.access.can(Can.EXPORT),
            "empty_title": self.empty_title,
            "empty_text": self.empty_text,
        }

    def ordered(self, rows: Rows) -> tables.Table:
        """The table over the rows in the order asked for, made unique, so that no row is on two pages.

        It gets its request late: given to the constructor, it would make the table count its rows.
        """
        table = self.table_class(rows, order_by=self.request.GET.getlist("sort") or None, **self.table_options())
        table.request = self.request
        found = table.data.data
        if isinstance(found, QuerySet) and self.tie_breaker:
            order = found.query.order_by or found.model._meta.ordering
            table.data.data = found.order_by(*order, *self.tie_breaker)
        return table

    def exported(self, rows: Rows, wanted: str) -> HttpResponseBase:
        """The rows as a file, in the order of the page; back to the page when they are too many."""
        if len(rows[EXPORT_LIMIT : EXPORT_LIMIT + 1]):
            text = gettext("More than %(limit)s rows: narrow the list, or ask for a report.")
            messages.warning(self.request, text % {"limit": f"{EXPORT_LIMIT:,}"})
            query = self.request.GET.copy()
            query.pop("export")
            return redirect(f"{self.request.path}?{query.urlencode()}")
        source = self.ordered(rows).data.data
        source = source.iterator(chunk_size=CHUNK) if isinstance(source, QuerySet) else source
        lines = table_rows(self.table_class, source, **self.table_options())
        return csv_response(self.export_name, lines) if wanted == "csv" else xlsx_response(self.export_name, lines)


@dataclass(frozen=True)
class Chip:
    """A filter in force: what it is called, its value in words, and the address of the page without it."""

    label: Text
    value: str
    url_without: str


def chips_of(form: forms.BaseForm | None, query: QueryDict) -> list[Chip]:
    """A chip for every field of a valid form that has a value."""
    if form is None or not form.is_bound or not form.is_valid():
        return []
    return [
        Chip(form.fields[name].label or name, value_text(form.fields[name], value), _without(query, name))
        for name, value in form.cleaned_data.items()
        if value not in (None, "", []) and not (isinstance(value, QuerySet) and not value)
    ]


def value_text(field: forms.Field, value: Any) -> str:
    """A chosen value as people read it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, slice):
        return f"{value_text(field, value.start or '…')} – {value_text(field, value.stop or '…')}"
    if isinstance(value, list | tuple | QuerySet):
        return ", ".join(value_text(field, one) for one in value)
    if isinstance(value, date):
        return day_text(value)
    if isinstance(value, Model) or not isinstance(field, forms.ChoiceField):
        return str(value)
    return str({str(key): label for key, label in field.choices}.get(str(value), value))


def _without(query: QueryDict, name: str) -> str:
    """The query without a field, the two ends of a range included, from the first page."""
    kept = query.copy()
    for key in (name, "page", *(f"{name}_{end}" for end in ("min", "max", "after", "before"))):
        kept.pop(key, None)
    return f"?{kept.urlencode()}"


def wants_part(request: HttpRequest, target: str) -> bool:
    """True when htmx asks for the element of this id alone."""
    return bool(request.htmx) and request.htmx.target == target  # type: ignore[attr-defined]
