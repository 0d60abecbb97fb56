"""How long each lane takes: what was believed of it, what was learned, how reliably goods arrive, and the part at the border."""

from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from inventory.jobs import messages as nudges
from inventory.models import Lane, LeadTimeStat
from inventory.parties.roles import Can
from inventory.placement import selectors as placement
from inventory.templatetags import recinto as tags
from inventory.units import round_half_up
from inventory.web import offers
from inventory.web.access import WebRequest, requires
from inventory.web.actions import form_page
from inventory.web.cells import TABLET_NUMBER, WIDE, WIDE_NUMBER, PairColumn
from inventory.web.charts import Chart
from inventory.web.columns import RIGHT, DayColumn, PercentColumn, QuantityColumn
from inventory.web.formatting import DASH, percent_text, quantity_text
from inventory.web.forms import DateInput
from inventory.web.lists import Action, ListPage
from warehouse.tracking import lead_times


def duration_text(value: Decimal | None) -> str:
    """An estimated duration; two decimals are more than anyone believes."""
    return DASH if value is None else quantity_text(round_half_up(value, 2))


class DurationColumn(QuantityColumn):
    """A duration: drawn with two decimals, exported whole."""

    def render(self, value: Decimal, record: LeadTimeStat) -> str:
        """The number with two decimals."""
        return duration_text(value)


def way_of(lane: Lane) -> str:
    """Over which crossing a lane leads, and how."""
    return " · ".join(filter(None, (lane.crossing.name if lane.crossing else "", str(lane.get_mode_display()))))


class LeadTimeTable(tables.Table):
    """Lanes with their newest figures."""

    lane = PairColumn(
        verbose_name=_("Lane"),
        url=lambda row: reverse("warehouse:lead_time", args=[row.lane_id]),
        below=lambda row: way_of(row.lane),
        order_by=("lane__origin__code", "lane__destination__code", "lane__mode"),
    )
    is_prior_only = tables.Column(verbose_name=_("Basis"), attrs={"td": {"class": "text-nowrap"}})
    n = tables.Column(verbose_name=_("Arrivals"), attrs=RIGHT)
    prior_mean_weeks = DurationColumn(verbose_name=_("Prior, wk."), attrs=TABLET_NUMBER)
    mean_weeks = DurationColumn(verbose_name=_("Mean, wk."))
    p50_weeks = tables.Column(verbose_name=_("Median, wk."), attrs=WIDE_NUMBER)
    p90_weeks = tables.Column(verbose_name=_("90 %, wk."), attrs=WIDE_NUMBER)
    mean_days = DurationColumn(verbose_name=_("Mean, days"), attrs=TABLET_NUMBER)
    p90_days = DurationColumn(verbose_name=_("90 %, days"), attrs=WIDE_NUMBER)
    on_time_share = PercentColumn(verbose_name=_("On time"), attrs=TABLET_NUMBER)
    border_mean_hours = DurationColumn(verbose_name=_("Border, h"), attrs=TABLET_NUMBER)
    border_p90_hours = DurationColumn(verbose_name=_("Border, 90 %, h"), attrs=WIDE_NUMBER)
    as_of = DayColumn(verbose_name=_("As of"), attrs=WIDE)

    class Meta:
        order_by = "lane"

    def value_lane(self, record: LeadTimeStat) -> str:
        """The lane with its crossing and mode: two lanes may join the same sites."""
        return f"{record.lane} · {way_of(record.lane)}"

    def render_is_prior_only(self, value: bool) -> str:
        """Whether anything was learned, as a badge."""
        return tags.badge(basis_text(value), "neutral" if value else "success")

    def value_is_prior_only(self, value: bool) -> str:
        """The same in a word."""
        return basis_text(value)


def basis_text(is_prior_only: bool) -> str:
    """What the figures of a lane rest on."""
    return now("Prior") if is_prior_only else now("Learned")


class LeadTimeFilters(filters.FilterSet):
    """From where, to where, how, and whether anything was learned."""

    origin = filters.ModelChoiceFilter("lane__origin", queryset=offers.sites, label=_("Origin"))
    destination = filters.ModelChoiceFilter("lane__destination", queryset=offers.sites, label=_("Destination"))
    mode = filters.ChoiceFilter("lane__mode", choices=Lane.Mode.choices, label=_("Mode"))
    learned = filters.BooleanFilter("is_prior_only", exclude=True, label=_("Learned"))


class LeadTimeList(ListPage):
    """Every lane in use with its newest figures."""

    capability = Can.SEE_LEAD_TIMES
    title = _("Lead times")
    subtitle = _("How long each lane takes, learned from what arrived over it. Placement counts on these weeks.")
    table_class, filterset_class = LeadTimeTable, LeadTimeFilters
    search_fields = (
        "lane__origin__code", "lane__origin__name", "lane__destination__code", "lane__destination__name",
        "lane__crossing__name",
    )  # fmt: skip
    search_hint = _("Site or crossing")
    export_name = "lead-times"
    empty_title = _("No lead times yet")
    empty_text = _(
        "They are learned every night for the lanes that an administrator has opened; or at once, by the button."
    )

    def rows(self) -> QuerySet[LeadTimeStat]:
        """The newest figures of each lane."""
        return placement.lead_times()

    def actions(self) -> list[Action]:
        """Learn them now."""
        return [Action(_("Learn again"), reverse("warehouse:learn_lead_times"), "refresh", Can.RUN_PLACEMENT)]


@require_GET
@requires(Can.SEE_LEAD_TIMES)
def lead_time_page(request: WebRequest, pk: int) -> HttpResponse:
    """One lane: prior and learned distribution, and what its arrivals tell."""
    row = get_object_or_404(placement.lead_times(), lane=pk)
    page = {
        "title": str(row.lane),
        "subtitle": way_of(row.lane),
        "crumbs": [(_("Lead times"), reverse("warehouse:lead_times"))],
        "row": row,
        "basis": basis_text(row.is_prior_only),
        "facts": [
            (_("From"), row.lane.origin.name),
            (_("To"), row.lane.destination.name),
            (_("As of"), tags.day(row.as_of)),
            (_("Computed"), tags.moment(row.computed_at)),
            (_("Arrivals"), quantity_text(row.n)),
            (_("Prior from"), row.get_prior_basis_display()),
        ],
        "counted_on": [
            (_("Mean of the prior, weeks"), duration_text(row.prior_mean_weeks)),
            (_("Mean, weeks"), duration_text(row.mean_weeks)),
            (_("Standard deviation, weeks"), duration_text(row.sd_weeks)),
            (_("Median, weeks"), quantity_text(row.p50_weeks)),
            (_("90 %, weeks"), quantity_text(row.p90_weeks)),
        ],
        "observed": [
            (_("Mean, days"), duration_text(row.mean_days)),
            (_("Standard deviation, days"), duration_text(row.sd_days)),
            (_("Median, days"), duration_text(row.p50_days)),
            (_("90 %, days"), duration_text(row.p90_days)),
            (_("On time"), percent_text(row.on_time_share)),
            (_("Border, mean hours"), duration_text(row.border_mean_hours)),
            (_("Border, 90 %, hours"), duration_text(row.border_p90_hours)),
            (_("Arrivals whose border part is known"), quantity_text(row.border_n)),
        ],
        "chart": chart_of(row),
    }
    return render(request, "warehouse/placement/lead_time.html", page)


def chart_of(row: LeadTimeStat) -> Chart:
    """How likely each number of weeks is: by the prior, and as placement counts on it."""
    prior, known = (dict(zip(one["values"], one["probs"], strict=True)) for one in (row.prior, row.distribution))
    last = max(*prior, *known)
    weeks = list(range(min(*prior, *known), last + 1))
    series = [(now("Prior"), prior, "tone:neutral"), (now("Learned"), known, "tone:info")]
    drawn = series[:1] if row.is_prior_only else series
    option = {
        "legend": {},
        "recinto": {"format": "percent"},
        "xAxis": {"type": "category", "data": [str(week) for week in weeks]},
        "yAxis": {"type": "value"},
        "series": [
            {"type": "bar", "name": name, "data": [round(probs.get(week, 0.0), 4) for week in weeks], "itemStyle": {"color": tone}}
            for name, probs, tone in drawn
        ],
    }  # fmt: skip
    cells = [[str(week), *(_share(probs.get(week, 0.0)) for _name, probs, _tone in drawn)] for week in weeks]
    return Chart(
        "lead-time", _("Weeks to arrive"), option, [_("Weeks"), *(name for name, _probs, _tone in drawn)], cells,
        note=_("How likely it is that goods take so many weeks."), size="small",
    )  # fmt: skip


def _share(prob: float) -> str:
    return percent_text(Decimal(f"{prob:.6f}"))


class LearnForm(forms.Form):
    """As of when."""

    as_of = forms.DateField(
        label=_("As of"), required=False, widget=DateInput,
        help_text=_("What arrived before this day counts. Empty: today."),
    )  # fmt: skip


@requires(Can.SEE_LEAD_TIMES)
@requires(Can.RUN_PLACEMENT)
def learn_lead_times(request: WebRequest) -> HttpResponse:
    """Ask for the lead times of all lanes, without waiting for the night."""
    form = LearnForm(request.POST if request.method == "POST" else None)

    def ask(given: dict[str, Any]) -> str:
        job = lead_times.ask(at=timezone.now(), actor=request.access.actor, as_of=given["as_of"])
        nudges.start(job)
        return reverse("inventory:job", args=[job.pk])

    return form_page(
        request, form, ask, title=_("Learn lead times"), button=_("Learn"), button_icon="refresh",
        crumbs=[(_("Lead times"), reverse("warehouse:lead_times"))], cancel_url=reverse("warehouse:lead_times"),
        lead=_("Reads what shipments and receipts tell of each lane in the two years before the day, and writes its figures."),
    )  # fmt: skip


urlpatterns = [
    path("placement/lead-times/", LeadTimeList.as_view(), name="lead_times"),
    path("placement/lead-times/learn/", learn_lead_times, name="learn_lead_times"),
    path("placement/lead-times/<int:pk>/", lead_time_page, name="lead_time"),
]
