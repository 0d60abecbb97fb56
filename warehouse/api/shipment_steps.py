"""The steps of a shipment: reserve, pick, clear, dispatch, take back, and the facts of its journey."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.customs_inputs import ReasonInput
from inventory.api.endpoint import Endpoint, Writes, there
from inventory.api.lookups import location_of, site_of
from inventory.api.rows import Input
from inventory.errors import IdempotencyConflict, InvalidInput
from inventory.models import Pedimento
from inventory.parties.roles import ApiScope
from inventory.statements import Statement
from warehouse.api.shipping_inputs import AssignInput, DispatchInput, MilestoneInput, PickInput
from warehouse.api.shipping_outputs import MilestoneOutput, ShipmentOutput
from warehouse.models import Milestone, Shipment
from warehouse.shipping import services as shipping
from warehouse.tracking import services as tracking

_OF_CLIENT = Statement(
    lambda given: Shipment.objects.filter(number=given.text("number"), client_id=given.number("client"))
)


class _ShipmentStep(Writes, Endpoint):
    """One step of a shipment."""

    model = Shipment
    write_scope = ApiScope.SHIPMENTS
    serializer_class = ShipmentOutput
    is_versioned = True

    def shipment(self) -> Shipment:
        """The shipment of the URL, if it is this client's. Raises NotFound, VersionMoved."""
        if "If-Match" in self.request.headers:
            return self.named(self.get_queryset(), number=self.kwargs["number"])
        return there(_OF_CLIENT.first(number=self.kwargs["number"], client=self.client.pk))

    def step(self, input_class: type[Input] | None, act: Callable[..., Shipment]) -> Response:
        """Do `act` with the shipment and the values of the body; answer with its header."""

        def do(values: dict[str, Any]) -> dict[str, Any]:
            return ShipmentOutput.draw(act(shipment=self.shipment(), at=timezone.now(), actor=self.actor, **values))

        return self.change(input_class, do)


class ReserveShipment(_ShipmentStep):
    """Reservation."""

    @extend_schema(request=None, responses=ShipmentOutput)
    def post(self, request: Request, number: str) -> Response:
        """Promise free stock to every line, soonest to expire first; a line is split where one bin is not enough."""
        return self.step(None, shipping.reserve)


class PickShipment(_ShipmentStep):
    """Picking."""

    @extend_schema(request=PickInput, responses=ShipmentOutput)
    def post(self, request: Request, number: str) -> Response:
        """Carry reserved lines from their bins to the dock."""
        return self.step(PickInput, self._pick)

    def _pick(self, *, shipment: Shipment, dock: str, lines: list[int] | None = None, **who: Any) -> Shipment:
        place = location_of(shipment.origin_id, dock, "dock")
        return shipping.pick(shipment=shipment, dock=place, seqs=lines, **who)


class AssignPedimento(_ShipmentStep):
    """Clearing."""

    @extend_schema(request=AssignInput, responses=ShipmentOutput)
    def post(self, request: Request, number: str) -> Response:
        """Clear a picked shipment by an outbound pedimento that covers every item."""
        return self.step(AssignInput, self._assign)

    def _assign(self, *, shipment: Shipment, pedimento: str, **who: Any) -> Shipment:
        found = self.own(Pedimento.objects.all()).filter(number=pedimento).first()
        if found is None:
            message = _("%(field)s: %(value)s is not known here.")
            raise InvalidInput(message, field="pedimento", value=pedimento, rule="known")
        return shipping.assign_pedimento(shipment=shipment, pedimento=found, **who)


class DispatchShipment(_ShipmentStep):
    """Dispatch."""

    @extend_schema(request=DispatchInput, responses=ShipmentOutput)
    def post(self, request: Request, number: str) -> Response:
        """Send a cleared shipment on its way: the discharge and the move into transit are one transaction."""
        return self.step(DispatchInput, shipping.dispatch)


class ReverseShipment(_ShipmentStep):
    """Reversal."""

    @extend_schema(request=ReasonInput, responses=ShipmentOutput)
    def post(self, request: Request, number: str) -> Response:
        """Take a dispatch back before anything crossed: stock and bonded lots are as they were."""
        return self.step(ReasonInput, shipping.reverse_dispatch)


class CancelShipment(_ShipmentStep):
    """Cancelling."""

    @extend_schema(request=None, responses=ShipmentOutput)
    def post(self, request: Request, number: str) -> Response:
        """Call a shipment off before it leaves; what was promised is free again."""
        return self.step(None, shipping.cancel)


class RecordMilestone(_ShipmentStep):
    """Milestones."""

    serializer_class = MilestoneOutput

    @extend_schema(request=MilestoneInput, responses={201: MilestoneOutput})
    def post(self, request: Request, number: str) -> Response:
        """Record a fact about a shipment on its way; its state follows."""
        return self.change(MilestoneInput, self._record, status_code=201)

    def _record(self, values: dict[str, Any]) -> dict[str, Any]:
        shipment = self.shipment()
        if "site" in values:
            values["site"] = site_of(values["site"], "site")
        event = values.pop("event_id", "")
        # Event ids are unique to their source; each client is a source of its own.
        values["source_event_id"] = f"{self.client.code}:{event}" if event else ""
        fact = tracking.record(shipment=shipment, at=timezone.now(), actor=self.actor, **values)
        if fact.shipment_id != shipment.pk:
            raise IdempotencyConflict(_("Event %(event)s was told of another shipment."), event=event)
        return MilestoneOutput.of(Milestone.objects.filter(pk=fact.pk))
