"""Counting what lies there: open a sheet, count it blind, have it recounted by somebody else, approve and post it."""

from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from inventory.errors import DomainError
from inventory.models import Site
from inventory.parties.roles import Can
from inventory.templatetags.recinto import moment
from inventory.web import offers
from inventory.web.access import WebRequest, requires
from inventory.web.actions import OnceField, form_page, once, press, sent
from inventory.web.cells import TABLET, WHOLE, WIDE
from inventory.web.columns import LinkColumn, MomentColumn, StatusColumn
from inventory.web.fields import QuantityFormField, location_named
from inventory.web.lists import Action, ListPage
from inventory.web.places_of import found, shelves, sites_of
from warehouse.counting import selectors as sheets
from warehouse.counting import services as counting
from warehouse.models import CountLine, CountSheet

State = CountSheet.State
STAFF = (Can.COUNT, Can.APPROVE_COUNT)


class SheetTable(tables.Table):
    """Count sheets."""

    number = LinkColumn(
        attrs=WHOLE, verbose_name=_("Sheet"), url=lambda row: reverse("warehouse:count", args=[row.number])
    )
    state = StatusColumn(verbose_name=_("State"))
    site = tables.Column(accessor="site__name", verbose_name=_("Site"), attrs=TABLET)
    line_count = tables.Column(verbose_name=_("Lines"), attrs={"td": {"class": "text-end number"}})
    opened_at = MomentColumn(zone="site__time_zone", verbose_name=_("Opened"))
    opened_by = tables.Column(verbose_name=_("Opened by"), attrs=WIDE)
    counted_by = tables.Column(verbose_name=_("Counted by"), attrs=TABLET)

    class Meta:
        order_by = "-number"

    def render_state(self, record: CountSheet, column: StatusColumn, bound_column: Any) -> Any:
        """The state in words and its tone."""
        return column.render(record.get_state_display(), record, bound_column)


class SheetFilters(filters.FilterSet):
    """State, and where."""

    state = filters.ChoiceFilter(choices=State.choices, label=_("State"))
    site = filters.ModelChoiceFilter(queryset=offers.sites, label=_("Site"))


class SheetList(ListPage):
    """Count sheets of this person's sites."""

    capability, title = STAFF, _("Counts")
    table_class, filterset_class = SheetTable, SheetFilters
    search_fields, search_hint = ("number", "opened_by", "counted_by"), _("Sheet or person")
    empty_title, empty_text = _("No counts yet"), _("Open a sheet for some locations and count them blind.")

    def rows(self) -> QuerySet[CountSheet]:
        """Sheets, newest first."""
        return sheets.sheets(self.request.access.site_ids)

    def actions(self) -> list[Action]:
        """Open one."""
        return [Action(_("Open a count"), reverse("warehouse:count_new"), "plus", Can.COUNT)]


class OpenForm(forms.Form):
    """Where to count."""

    key = OnceField()
    site = forms.ModelChoiceField(Site.objects.none(), empty_label="—", label=_("Site"))
    locations = forms.CharField(
        label=_("Locations"),
        widget=forms.Textarea(attrs={"rows": 5, "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("One code a line: scan them one after another. A star at the end takes all that begin so: A-01*"),
    )

    def __init__(self, *args: Any, request: WebRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = sites_of(request.access, Site.Kind.BONDED, Site.Kind.US_DC)
        self.fields["site"].queryset = rows
        self.fields["site"].initial = rows.first() if len(rows) == 1 else None

    def clean(self) -> dict[str, Any]:
        """The locations of the codes; each that is not there is named."""
        values = super().clean() or {}
        site, codes = values.get("site"), values.get("locations", "").split()
        if site is None or not codes:
            return values
        rows, chosen, missing = shelves(site.pk), {}, []
        for code in codes:
            hits = (
                list(rows.filter(code__istartswith=code[:-1])) if code.endswith("*") else [location_named(rows, code)]
            )
            if not hits or hits == [None]:
                missing.append(code)
            chosen.update({place.pk: place for place in hits if place})
        if missing:
            text = _("Not at this site: %(codes)s.")
            self.add_error("locations", ValidationError(text, params={"codes": ", ".join(missing[:10])}))
        values["locations"] = list(chosen.values())
        return values


@requires(Can.COUNT)
def open_sheet(request: WebRequest) -> HttpResponse:
    """Open a sheet for some locations; the same form sent twice opens one."""

    def begin(values: dict[str, Any]) -> str:
        def deed() -> str:
            sheet = counting.open_sheet(
                site=values["site"], locations=values["locations"], at=timezone.now(), actor=request.access.actor
            )
            messages.success(request, gettext("%(number)s is open: count it now.") % {"number": sheet.number})
            return reverse("warehouse:count", args=[sheet.number])

        return once(values["key"], deed)

    url = reverse("warehouse:counts")
    return form_page(
        request,
        OpenForm(sent(request), request=request),
        begin,
        title=_("Open a count"),
        crumbs=[(_("Counts"), url)],
        cancel_url=url,
        button=_("Open the sheet"),
        button_icon="clipboard-list",
    )


# ── One sheet ───────────────────────────────────────────────────────────────────────────────────


class RoundForm(forms.Form):
    """The quantities of one round, one field for each line."""

    def __init__(self, *args: Any, lines: list[CountLine], is_recount: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            value = line.recounted if is_recount else line.counted
            self.fields[f"line-{line.pk}"] = QuantityFormField(label=_("Counted"), required=False, initial=value)

    def cards(self) -> list[tuple[CountLine, Any]]:
        """Each line with its field."""
        return [(line, self[f"line-{line.pk}"]) for line in self.lines]

    def counts(self) -> dict[int, Decimal]:
        """What was filled in, by line."""
        values = ((line.pk, self.cleaned_data.get(f"line-{line.pk}")) for line in self.lines)
        return {pk: value for pk, value in values if value is not None}


def sheet_of(request: WebRequest, number: str) -> CountSheet:
    """The sheet with its lines, if it is of this person's sites. Raises Http404."""
    return found(request.access, sheets.sheet(number, request.access.site_ids))


def lines_to_count(sheet: CountSheet) -> list[CountLine]:
    """The lines of the round: all of them, or those whose first count differed."""
    lines = sorted(sheet.lines.all(), key=lambda line: (line.location.code, line.pk))
    return [line for line in lines if line.counted != line.expected] if sheet.state == State.RECOUNT else lines


@requires(*STAFF)
@require_safe
def sheet_page(request: WebRequest, number: str) -> HttpResponse:
    """A sheet to count, or what its count said."""
    return draw(request, sheet_of(request, number))


def draw(
    request: WebRequest,
    sheet: CountSheet,
    refusal: DomainError | None = None,
    form: RoundForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a sheet. Who still has to count sees no quantity of the books."""
    zone = sheet.site.time_zone
    counting_now = sheet.state in (State.OPEN, State.RECOUNT)
    actor = request.access.actor.label
    page = {
        "title": gettext("Count %(number)s") % {"number": sheet.number},
        "subtitle": sheet.site.name,
        "crumbs": [(_("Counts"), reverse("warehouse:counts"))],
        "sheet": sheet,
        "refusal": refusal,
        "may_count": counting_now and request.access.can(Can.COUNT),
        "counted_it": sheet.state == State.RECOUNT and sheet.counted_by == actor,
        "may_post": sheet.state == State.COUNTED and request.access.can(Can.APPROVE_COUNT),
        "may_cancel": sheet.state not in (State.POSTED, State.CANCELLED) and request.access.can(Can.APPROVE_COUNT),
        "form": form or RoundForm(lines=lines_to_count(sheet), is_recount=sheet.state == State.RECOUNT),
        "is_open": counting_now,
        "lines": [] if counting_now else [(line, _result(line)) for line in sheet.lines.all()],
        "facts": [
            (_("Opened"), moment(sheet.opened_at, zone)),
            (_("Opened by"), sheet.opened_by),
            (_("Counted by"), sheet.counted_by),
            (_("Recounted by"), sheet.recounted_by),
            (_("Posted"), moment(sheet.posted_at, zone)),
            (_("Approved by"), sheet.posted_by),
        ],
    }
    return render(request, "warehouse/counting/sheet.html", page, status=refusal.status if refusal else status)


def _result(line: CountLine) -> dict[str, Any]:
    """What the line came to."""
    counted = line.counted if line.recounted is None else line.recounted
    return {"counted": counted, "difference": None if counted is None else counted - line.expected}


@requires(Can.COUNT)
@require_POST
def record(request: WebRequest, number: str) -> HttpResponse:
    """Write down a round, or as much of it as was counted."""
    sheet = sheet_of(request, number)
    lines = lines_to_count(sheet)
    form = RoundForm(request.POST, lines=lines, is_recount=sheet.state == State.RECOUNT)
    if not form.is_valid():
        return draw(request, sheet, form=form, status=422)
    try:
        sheet = counting.record_counts(sheet=sheet, counts=form.counts(), at=timezone.now(), actor=request.access.actor)
    except DomainError as error:
        return draw(request, sheet, error, form)
    text = {
        State.OPEN: gettext("Saved; some lines are still to be counted."),
        State.RECOUNT: gettext("Saved. What differs is to be recounted by somebody else."),
    }.get(State(sheet.state), gettext("Counted: it waits for approval."))
    messages.success(request, text)
    return redirect("warehouse:count", sheet.number)


@requires(Can.APPROVE_COUNT)
@require_POST
def post(request: WebRequest, number: str) -> HttpResponse:
    """Bring the shelf's books to what was counted."""
    sheet = sheet_of(request, number)
    return press(
        request,
        lambda: counting.post_sheet(sheet=sheet, at=timezone.now(), actor=request.access.actor),
        done=gettext("%(number)s is posted: the shelf's books say what was counted.") % {"number": sheet.number},
        url=reverse("warehouse:count", args=[sheet.number]),
        draw=lambda error: draw(request, sheet, error),
    )


@requires(Can.APPROVE_COUNT)
@require_POST
def cancel(request: WebRequest, number: str) -> HttpResponse:
    """Take back a sheet that was not posted."""
    sheet = sheet_of(request, number)
    return press(
        request,
        lambda: counting.cancel(sheet=sheet, at=timezone.now(), actor=request.access.actor),
        done=gettext("%(number)s is cancelled.") % {"number": sheet.number},
        url=reverse("warehouse:count", args=[sheet.number]),
        draw=lambda error: draw(request, sheet, error),
    )


urlpatterns = [
    path("counts/", SheetList.as_view(), name="counts"),
    path("counts/new/", open_sheet, name="count_new"),
    path("counts/<str:number>/", sheet_page, name="count"),
    path("counts/<str:number>/record/", record, name="count_record"),
    path("counts/<str:number>/post/", post, name="count_post"),
    path("counts/<str:number>/cancel/", cancel, name="count_cancel"),
]
