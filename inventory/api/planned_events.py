"""What is known to come: closures and holidays of the operator's lanes, tariffs, and your promotions."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import Endpoint, ListEndpoint, Writes
from inventory.api.fields import Choice, Day, Moment, RateText
from inventory.api.filters import Filters, Flag, OneOf, Rows, Text
from inventory.api.lookups import items_of, market_of
from inventory.api.rows import Input, Output
from inventory.parties.roles import ApiScope
from inventory.placement import planned
from inventory.placement import selectors as placement
from inventory.placement.models import PlannedEvent

Kind = PlannedEvent.Kind
OF_CLIENTS = [(kind.value, kind.label) for kind in (Kind.TARIFF, Kind.PROMOTION)]


class EventOutput(Output):
    """An event and what it is about."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    client = serializers.CharField(
        source="client.code", allow_null=True, help_text="Null: the operator's; it holds for all."
    )
    sku = serializers.CharField(source="item.sku", allow_null=True)
    origin_country = serializers.CharField(help_text="Of a tariff: all items made there. Blank: no country.")
    origin = serializers.CharField(
        source="lane.origin.code", allow_null=True, help_text="Of a closed lane: where it begins."
    )
    destination = serializers.CharField(source="lane.destination.code", allow_null=True)
    crossing = serializers.CharField(source="crossing.code", allow_null=True)
    market = serializers.CharField(source="market.code", allow_null=True)
    first_day = serializers.DateField()
    last_day = serializers.DateField(allow_null=True, help_text="Null: nobody knows yet.")
    value = RateText(
        allow_null=True,
        help_text="Of a closure its probability, of a holiday the weeks it adds, of a tariff the new duty rate as a share, of a "
        "promotion what demand is multiplied by.",
    )
    reason = serializers.CharField()
    created_at = Moment()
    created_by = serializers.CharField()
    ended_at = Moment(allow_null=True)
    ended_by = serializers.CharField()


class EventFilters(Filters):
    """Filters of events."""

    kind = OneOf(Kind)
    sku = Text("item__sku")
    is_open = Flag("ended_at", lookup_expr="isnull", help_text="True: nobody ended it.")


class EventInput(Input):
    """A tariff of an item or a promotion of yours. Closures, holidays and tariffs of a country are the operator's."""

    kind = Choice(OF_CLIENTS)
    sku = serializers.CharField(
        max_length=64, required=False, help_text="A tariff needs it. A promotion without: all items."
    )
    market = serializers.CharField(max_length=64, required=False, help_text="Of a promotion; all markets unless said.")
    first_day = Day()
    last_day = Day(required=False, help_text="Included. A promotion needs it.")
    value = RateText(
        required=False,
        help_text="The whole new duty rate (0.35 is 35 %), which a tariff needs; or what the promotion multiplies demand by, as "
        "former promotions did unless said.",
    )
    reason = serializers.CharField(max_length=300)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values. Raises ValidationError for a tariff that is not of one item."""
        if values["kind"] == Kind.TARIFF and "sku" not in values:
            said = _("Name the item: a tariff of all items is the operator's.")
            raise serializers.ValidationError({"sku": serializers.ErrorDetail(str(said), "required")})
        return values


class _Events:
    """Whose events a key sees: the operator's, which hold for all, and its client's."""

    scope: Any

    def get_queryset(self) -> Rows:
        """The rows."""
        if getattr(self, "swagger_fake_view", False):
            return PlannedEvent.objects.none()
        return placement.planned_events(self.scope).select_related(None).order_by()


class PlannedEvents(_Events, Writes, ListEndpoint):
    """What is known to come, the operator's events and yours, newest first; placement prepares for it."""

    model = PlannedEvent
    write_scope = ApiScope.PLACEMENT
    serializer_class = EventOutput
    filterset_class = EventFilters

    @extend_schema(request=EventInput, responses={201: EventOutput})
    def post(self, request: Request) -> Response:
        """Write an event of yours down; runs from now on count with it."""
        return self.change(EventInput, self._plan, status_code=201)

    def _plan(self, values: dict[str, Any]) -> dict[str, Any]:
        sku, market = values.pop("sku", None), values.pop("market", None)
        row = planned.plan_event(
            client=self.client,
            item=items_of(self.client, [("sku", sku)])[sku] if sku else None,
            market=market_of(market) if market else None,
            last_day=values.pop("last_day", None),
            at=timezone.now(),
            actor=self.actor,
            **values,
        )
        return EventOutput.of(self.get_queryset().filter(pk=row.pk))


class EndEvent(Writes, Endpoint):
    """The end of an event. The operator's are not yours to end."""

    model = PlannedEvent
    write_scope = ApiScope.PLACEMENT
    serializer_class = EventOutput

    @extend_schema(request=None, responses=EventOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Let an event of yours count no more, from the next run on; it stays on record."""
        return self.change(None, self._end)

    def _end(self, _values: dict[str, Any]) -> dict[str, Any]:
        row = self.named(self.get_queryset(), pk=self.kwargs["pk"])
        planned.end_event(event=row, at=timezone.now(), actor=self.actor)
        return EventOutput.of(self.get_queryset().filter(pk=row.pk))
