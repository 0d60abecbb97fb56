"""Planned events: what is known to come, listed, written down by planners, and ended."""

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from inventory.errors import DomainError, NotFound
from inventory.models import Client, Item, Lane, Market, PlannedEvent, Site
from inventory.parties.roles import Can
from inventory.placement import planned
from inventory.placement import selectors as placement
from inventory.templatetags import recinto as tags
from inventory.web import offers
from inventory.web.access import WebAccess, WebRequest, requires
from inventory.web.actions import form_page, press, sent
from inventory.web.cells import TABLET, WIDE
from inventory.web.columns import DayColumn, LinkColumn
from inventory.web.formatting import percent_text, quantity_text
from inventory.web.forms import DateInput, ReasonField
from inventory.web.lists import Action, ListPage
from warehouse.web.scenario_forms import PERCENT, factor, percent

Kind = PlannedEvent.Kind


def subject_text(row: PlannedEvent) -> str:
    """What an event is about."""
    if row.lane or row.crossing:
        return str(row.lane or row.crossing)
    named = row.item.sku if row.item else row.origin_country
    parts = [named or now("All items"), row.market.name if row.market else ""]
    return " · ".join(filter(None, parts))


def value_text(row: PlannedEvent) -> str:
    """What its value says, in the words of its kind; nothing where none is stated."""
    if row.value is None:
        return ""
    if row.kind == Kind.HOLIDAY:
        return now("%(weeks)s weeks") % {"weeks": quantity_text(row.value)}
    said = {
        Kind.CLOSURE: now("%(share)s likely"),
        Kind.TARIFF: now("%(share)s of duty"),
        Kind.PROMOTION: now("%(share)s of usual demand"),
    }[Kind(row.kind)]
    return said % {"share": percent_text(row.value)}


def state_text(row: PlannedEvent) -> str:
    """Whether it is to come, going on, over or ended."""
    today = timezone.localdate()
    if row.ended_at:
        return now("Ended")
    if row.first_day > today:
        return now("To come")
    return now("Over") if row.last_day and row.last_day < today else now("Going on")


class EventTable(tables.Table):
    """Events, those that begin last first."""

    kind = LinkColumn(url=lambda row: reverse("warehouse:planned_event", args=[row.pk]), verbose_name=_("Kind"))
    about = tables.Column(empty_values=(), orderable=False, verbose_name=_("About"))
    client = tables.Column(accessor="client__name", verbose_name=_("Client"), attrs=TABLET)
    first_day = DayColumn(verbose_name=_("First day"))
    last_day = DayColumn(verbose_name=_("Last day"))
    told = tables.Column(empty_values=(), orderable=False, verbose_name=_("Value"), attrs=TABLET)
    state = tables.Column(empty_values=(), orderable=False, verbose_name=_("State"), attrs=TABLET)
    reason = tables.Column(verbose_name=_("Reason"), attrs=WIDE)
    created_by = tables.Column(verbose_name=_("By"), attrs=WIDE)

    class Meta:
        order_by = "-first_day"

    def render_about(self, record: PlannedEvent) -> str:
        """What it is about."""
        return subject_text(record)

    def render_told(self, record: PlannedEvent) -> str:
        """Its value in words."""
        return value_text(record)

    def render_state(self, record: PlannedEvent) -> str:
        """Where it stands."""
        return state_text(record)


class EventFilters(filters.FilterSet):
    """What, whose, and whether it still counts."""

    kind = filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"))
    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))
    counts = filters.BooleanFilter(method="by_day", label=_("Counts"))

    def by_day(self, rows: QuerySet[PlannedEvent], _name: str, value: bool) -> QuerySet[PlannedEvent]:
        """Those to come or going on, or those over or ended."""
        past = Q(last_day__lt=timezone.localdate()) | Q(ended_at__isnull=False)
        return rows.exclude(past) if value else rows.filter(past)


class EventList(ListPage):
    """Every event of the operator and of the clients in scope."""

    capability = Can.SEE_PLACEMENT
    title = _("Planned events")
    subtitle = _("Closures, holidays, tariffs and promotions that are known to come. Placement prepares for them.")
    table_class, filterset_class = EventTable, EventFilters
    search_fields = (
        "reason", "created_by", "item__sku", "origin_country", "crossing__name", "lane__origin__name",
        "lane__destination__name", "client__name",
    )  # fmt: skip
    search_hint = _("Reason, SKU, country, site or person")
    export_name = "planned-events"
    empty_title = _("No planned event yet")
    empty_text = _("Without them placement takes lanes, duty and demand to go on as they are.")

    def rows(self) -> QuerySet[PlannedEvent]:
        """The events."""
        return placement.planned_events(self.request.access.scope)

    def actions(self) -> list[Action]:
        """One button for each kind."""
        return [
            Action(form.title, reverse(f"warehouse:planned_{kind.value}"), "plus", Can.PLAN_EVENTS, tone="")
            for kind, form in FORMS.items()
        ]


class EventForm(forms.Form):
    """When, and why; each kind adds what it is about and its value. Names are those of `planned.plan_event`."""

    kind: ClassVar[Kind]
    title: ClassVar[Any]
    lead: ClassVar[Any]
    per_cent: ClassVar[bool] = True

    def __init__(self, *args: Any, access: WebAccess, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access = access
        self.fields["first_day"] = forms.DateField(label=_("First day"), widget=DateInput)
        self.fields["last_day"] = forms.DateField(
            label=_("Last day"), widget=DateInput, required=self.kind not in planned.WITHOUT_END,
            help_text=_("Empty: nobody knows yet.") if self.kind in planned.WITHOUT_END else "",
        )  # fmt: skip
        self.fields["reason"] = ReasonField(
            label=_("Reason"), help_text=_("How it is known. It is kept, and read by all whom the event is about.")
        )
        if isinstance(field := self.fields.get("client"), forms.ModelChoiceField):
            field.queryset = access.scope.filter(Client.objects.filter(is_active=True), "pk").order_by("name")

    def clean(self) -> dict[str, Any]:
        """The values, the SKU as the client's item."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if sku := given.get("item"):
            rows = self.access.scope.filter(Item.objects.filter(sku=sku, client=given.get("client")))
            given["item"] = rows.first()
            if not given.get("client"):
                self.add_error("client", _("Choose the client whose item it is."))
            elif given["item"] is None:
                self.add_error("item", _("There is no item %(sku)s of this client.") % {"sku": sku})
        return given

    def event(self) -> Mapping[str, Any]:
        """What `planned.plan_event` is asked for."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if self.per_cent and "value" in given:
            given["value"] = given["value"] / PERCENT
        return {"kind": self.kind.value, "last_day": None, **given}


class LaneForm(EventForm):
    """A lane, or all lanes over a crossing."""

    lane = forms.ModelChoiceField(
        label=_("Lane"), required=False, queryset=Lane.objects.none(), help_text=_("All ways between its two sites.")
    )
    crossing = forms.ModelChoiceField(
        label=_("Crossing"), required=False, queryset=Site.objects.none(), help_text=_("All lanes that pass it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lanes = Lane.objects.filter(is_active=True).select_related("origin", "destination")
        self.fields["lane"].queryset = lanes.order_by("origin__name", "destination__name", "pk")  # type: ignore[attr-defined]
        crossings = Site.objects.filter(kind=Site.Kind.CROSSING, is_active=True)
        self.fields["crossing"].queryset = crossings.order_by("name")  # type: ignore[attr-defined]


class ClosureForm(LaneForm):
    """Nothing passes."""

    kind, title = Kind.CLOSURE, _("Closure")
    lead = _("Over a closed lane nothing moves: what it will lack is brought forward before, and other ways are shown.")
    value = percent(_("Probability, %"), most=100, required=False, help_text=_("Empty: it is certain."))


class HolidayForm(LaneForm):
    """What is on the way arrives later."""

    kind, title, per_cent = Kind.HOLIDAY, _("Holiday"), False
    lead = _("What is on the way in these days arrives later.")
    value = forms.IntegerField(
        label=_("Weeks later"),
        required=False,
        min_value=1,
        max_value=26,
        help_text=_("Empty: as long as the holiday lasts."),
    )


class ItemsForm(EventForm):
    """An item of a client, by its SKU."""

    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none(), required=False)
    item = forms.CharField(label=_("SKU"), max_length=64, required=False)


class TariffForm(ItemsForm):
    """Another duty rate in the US."""

    kind, title = Kind.TARIFF, _("Tariff")
    lead = _(
        "One item, all items made in a country, or all items. Where a country is named, items with a USMCA claim keep its rate."
    )
    origin_country = forms.CharField(
        label=_("Country of origin"),
        max_length=3,
        required=False,
        help_text=_("Three letters, such as CHN. Empty: any."),
    )
    value = percent(_("New duty rate, %"), help_text=_("The whole rate from the first day on, not what is added."))


class PromotionForm(ItemsForm):
    """More demand for a while."""

    kind, title = Kind.PROMOTION, _("Promotion")
    lead = _("One item or all items of a client, in one market or in all.")
    market = forms.ModelChoiceField(label=_("Market"), queryset=Market.objects.order_by("name"), required=False)
    value = factor(label=_("Demand, % of usual"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].required = True
        self.fields["value"].help_text = _("150 is half more. Empty: as former promotions did.")


FORMS: dict[Kind, type[EventForm]] = {form.kind: form for form in (ClosureForm, HolidayForm, TariffForm, PromotionForm)}


def crumbs() -> list[tuple[Any, str]]:
    """The way back to the list."""
    return [(_("Planned events"), reverse("warehouse:planned_events"))]


@requires(Can.PLAN_EVENTS)
def event_new(request: WebRequest, kind: Kind) -> HttpResponse:
    """The page that writes an event down."""
    form = FORMS[kind](sent(request), access=request.access)

    def write(_given: dict[str, Any]) -> str:
        row = planned.plan_event(at=timezone.now(), actor=request.access.actor, **form.event())
        return reverse("warehouse:planned_event", args=[row.pk])

    return form_page(
        request, form, write, title=form.title, lead=form.lead, crumbs=crumbs(), button=_("Write it down"),
        button_icon="device-floppy", cancel_url=reverse("warehouse:planned_events"),
    )  # fmt: skip


def event_or_404(access: WebAccess, pk: int) -> PlannedEvent:
    """The event, if this person may see it."""
    try:
        return placement.planned_event(access.scope, pk)
    except NotFound as error:
        raise Http404 from error


@require_GET
@requires(Can.SEE_PLACEMENT)
def event_page(request: WebRequest, pk: int) -> HttpResponse:
    """One event: what it is about, how it is known, and whether it counts."""
    return draw(request, event_or_404(request.access, pk))


def draw(request: WebRequest, row: PlannedEvent, refusal: DomainError | None = None) -> HttpResponse:
    """The page of an event, with what was refused."""
    page = {
        "title": row.get_kind_display(),
        "subtitle": subject_text(row),
        "crumbs": crumbs(),
        "event": row,
        "facts": [
            (_("State"), state_text(row)),
            (_("First day"), tags.day(row.first_day)),
            (_("Last day"), tags.day(row.last_day) if row.last_day else _("nobody knows yet")),
            (_("Value"), value_text(row)),
            (_("Client"), row.client.name if row.client else _("all")),
            (_("Reason"), row.reason),
            (_("By"), row.created_by),
            (_("Made"), tags.moment(row.created_at)),
            (_("Ended by"), row.ended_by),
            (_("Ended"), tags.moment(row.ended_at) if row.ended_at else ""),
        ],
        "may_end": request.access.can(Can.PLAN_EVENTS) and row.ended_at is None,
        "refusal": refusal,
    }
    return render(request, "warehouse/placement/event.html", page, status=refusal.status if refusal else 200)


@require_POST
@requires(Can.PLAN_EVENTS)
def event_end(request: WebRequest, pk: int) -> HttpResponse:
    """Let an event count no more."""
    row = event_or_404(request.access, pk)
    return press(
        request, lambda: planned.end_event(event=row, at=timezone.now(), actor=request.access.actor),
        done=now("From the next run on it counts no more."), url=reverse("warehouse:planned_event", args=[row.pk]),
        draw=lambda error: draw(request, row, error),
    )  # fmt: skip


urlpatterns = [
    path("placement/events/", EventList.as_view(), name="planned_events"),
    *(
        path(f"placement/events/new/{kind.value}/", event_new, {"kind": kind}, name=f"planned_{kind.value}")
        for kind in FORMS
    ),
    path("placement/events/<int:pk>/", event_page, name="planned_event"),
    path("placement/events/<int:pk>/end/", event_end, name="planned_event_end"),
]
