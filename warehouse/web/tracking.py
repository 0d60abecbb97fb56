"""On the road: what is in transit, what is late, and writing down what happened."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.models import Site
from inventory.parties.roles import Can
from inventory.templatetags.recinto import badge, moment
from inventory.web.access import WebRequest, requires
from inventory.web.actions import OnceField, form_page, sent
from inventory.web.cells import TABLET, WHOLE, WIDE, PairColumn
from inventory.web.columns import LinkColumn, StatusColumn
from inventory.web.fields import SiteMomentField, this_minute
from inventory.web.lists import ListPage
from inventory.web.places_of import at_sites
from warehouse.models import Milestone, Shipment
from warehouse.tracking import selectors as tracking
from warehouse.tracking import services as road
from warehouse.tracking.projection import STATE_OF
from warehouse.web.shipment_steps import next_code, zone_of
from warehouse.web.shipments import shipment_of

CODES = dict(Milestone.Code.choices)
AT_DESTINATION, AT_ORIGIN = ("ARR_DC",), ("GATE_OUT_ZONE",)


class TrackingTable(tables.Table):
    """Shipments on their way."""

    number = LinkColumn(
        attrs=WHOLE, verbose_name=_("Shipment"), url=lambda row: reverse("warehouse:shipment", args=[row.number])
    )
    state = StatusColumn(verbose_name=_("State"))
    eta = tables.Column(verbose_name=_("ETA"))
    destination = PairColumn(
        accessor="destination__name",
        verbose_name=_("Where to"),
        below=lambda row: gettext("from %(site)s") % {"site": row.origin.name},
    )
    client = tables.Column(accessor="client__name", verbose_name=_("Client"), attrs=TABLET)
    crossing = tables.Column(accessor="crossing__name", verbose_name=_("Crossing"), attrs=WIDE)
    last_code = tables.Column(verbose_name=_("Last sign of life"), attrs=TABLET)
    deeds = tables.Column(empty_values=(), orderable=False, verbose_name="", exclude_from_export=True)

    class Meta:
        order_by = "eta"

    def render_state(self, record: Shipment, column: StatusColumn, bound_column: Any) -> Any:
        """The state in words and its tone."""
        return column.render(record.get_state_display(), record, bound_column)

    def render_eta(self, record: Shipment) -> Any:
        """When it should arrive, on the clock there; late ones say so."""
        when = moment(record.eta, record.destination.time_zone)
        return format_html("{} {}", when, badge(_("late"), "danger", "clock-exclamation")) if is_late(record) else when

    def render_last_code(self, record: Any) -> Any:
        """What was heard last, and when."""
        when = moment(record.last_at, zone_of(record, STATE_OF.get(record.last_code, "dispatched")))
        return format_html(
            '<div class="text-start">{}<div class="text-secondary small">{}</div></div>', CODES[record.last_code], when
        )

    def render_deeds(self, record: Shipment) -> Any:
        """Write down what happened."""
        if not self.request.access.can(Can.TRACK):
            return ""
        url = reverse("warehouse:milestone", args=[record.number])
        return format_html('<a class="btn" href="{}">{}</a>', url, _("Record"))


def is_late(shipment: Shipment) -> bool:
    """True when its promise has passed, or its due day."""
    now = timezone.now()
    return bool(
        (shipment.promised_at and shipment.promised_at < now) or (shipment.due_on and shipment.due_on < now.date())
    )


class TrackingFilters(filters.FilterSet):
    """State, where to, late or not."""

    state = filters.ChoiceFilter(
        choices=[(state.value, state.label) for state in Shipment.IN_TRANSIT], label=_("State")
    )
    destination = filters.ModelChoiceFilter(
        queryset=Site.objects.filter(kind=Site.Kind.US_DC, is_active=True), label=_("Destination")
    )
    late = filters.BooleanFilter(method="only_late", label=_("Late"))

    def only_late(self, rows: QuerySet[Shipment], _name: str, value: bool) -> QuerySet[Shipment]:
        """Late ones, or those in time."""
        now = timezone.now()
        late = Q(promised_at__lt=now) | Q(due_on__lt=now.date())
        return rows.filter(late) if value else rows.exclude(late)


class TrackingList(ListPage):
    """What is on the road, soonest to arrive first."""

    capability, title = Can.SEE_SHIPMENTS, _("In transit")
    table_class, filterset_class = TrackingTable, TrackingFilters
    search_fields = ("number", "trailer", "plates", "seal", "destination__name", "client__name")
    search_hint, export_name = _("Shipment, trailer or seal"), "in-transit"
    empty_title, empty_text = (
        _("Nothing is on the road"),
        _("Dispatched shipments appear here until they are received."),
    )

    def rows(self) -> QuerySet[Shipment]:
        """Shipments in transit from or to this person's sites, each with its newest milestone."""
        newest = Milestone.objects.filter(shipment=OuterRef("pk")).order_by("-occurred_at", "-pk")
        rows = tracking.in_transit(self.request.access.scope).annotate(
            last_code=Subquery(newest.values("code")[:1]), last_at=Subquery(newest.values("occurred_at")[:1])
        )
        return at_sites(self.request.access, rows, "origin", "destination")


class MilestoneForm(forms.Form):
    """What happened, and when on the clock of the place where it did."""

    key = OnceField()
    code = forms.ChoiceField(label=_("What happened"), choices=[(code, CODES[code]) for code in STATE_OF])
    occurred_at = SiteMomentField(label=_("When"), help_text=_("On the clock of the place where it happened."))
    source = forms.ChoiceField(label=_("Who says so"), choices=Milestone.Source, initial=Milestone.Source.GATE)
    note = forms.CharField(label=_("Reference"), max_length=120, required=False)

    def __init__(self, *args: Any, shipment: Shipment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.data.get("code") or next_code(shipment)
        self.fields["code"].initial = code
        self.fields["occurred_at"].zone = place_of(shipment, code).time_zone


def place_of(shipment: Shipment, code: str) -> Site:
    """Where such a thing happens."""
    if code in AT_DESTINATION:
        return shipment.destination
    return shipment.origin if code in AT_ORIGIN or shipment.crossing is None else shipment.crossing


@requires(Can.TRACK)
def record(request: WebRequest, number: str) -> HttpResponse:
    """Write down a milestone; the same form sent twice is one."""
    shipment = shipment_of(request, number)
    url = reverse("warehouse:shipment", args=[shipment.number])

    def write(values: dict[str, Any]) -> str:
        road.record(
            shipment=shipment,
            code=values["code"],
            occurred_at=values["occurred_at"],
            source=values["source"],
            source_event_id=f"form/{values['key']}",
            site=place_of(shipment, values["code"]),
            references={"note": values["note"]} if values["note"] else {},
            at=timezone.now(),
            actor=request.access.actor,
        )
        messages.success(request, gettext("%(what)s: recorded.") % {"what": CODES[values["code"]]})
        return url

    return form_page(
        request,
        MilestoneForm(sent(request), shipment=shipment, initial={"occurred_at": this_minute()}),
        write,
        title=_("Record what happened"),
        subtitle=f"{shipment.number} · {shipment.client} · {shipment.destination}",
        crumbs=[(_("In transit"), reverse("warehouse:tracking")), (shipment.number, url)],
        cancel_url=url,
        button=_("Record it"),
        button_icon="flag",
    )


urlpatterns = [
    path("tracking/", TrackingList.as_view(), name="tracking"),
    path("shipments/<str:number>/milestone/", record, name="milestone"),
]
