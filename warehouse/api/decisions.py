"""What becomes of a recommendation: refused with a reason, or accepted and turned into a movement order at once."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import Endpoint, Writes
from inventory.api.fields import QuantityText
from inventory.api.placement import RecommendationOutput
from inventory.api.rows import Input, Output
from inventory.errors import InvalidInput, InvalidInputs
from inventory.models import Recommendation
from inventory.parties.roles import ApiScope
from inventory.placement import services as placement
from warehouse.api.movements import MovementOrderDetailOutput, whole_orders
from warehouse.movements import accepting
from warehouse.movements import services as movements


class AcceptInput(Input):
    """For how many (as recommended, unless said), and why."""

    quantity = QuantityText(required=False, above=0, help_text="Whole packs.")
    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class RefuseInput(Input):
    """Why not."""

    reason = serializers.CharField(max_length=300)


class DecisionOutput(RecommendationOutput):
    """The recommendation as decided, and the movement order that carries it out."""

    movement_order = serializers.CharField(allow_null=True)


class _Decision(Writes, Endpoint):
    """A decision on a recommendation."""

    model = Recommendation
    write_scope = ApiScope.PLACEMENT
    serializer_class = DecisionOutput

    def decided(self, decide: Any, values: dict[str, Any]) -> Recommendation:
        """The recommendation of the URL once `decide` is done with it."""
        recommendation = self.named(self.get_queryset(), pk=self.kwargs["pk"])
        return decide(recommendation=recommendation, at=timezone.now(), actor=self.actor, **values)

    def drawn(self, recommendation: Recommendation, order: str | None) -> dict[str, Any]:
        """The answer."""
        rows = Recommendation.objects.filter(pk=recommendation.pk)
        return {**RecommendationOutput.of(rows), "movement_order": order}


class AcceptRecommendation(_Decision):
    """Acceptance."""

    @extend_schema(request=AcceptInput, responses=DecisionOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Accept a recommendation: it becomes a movement order that the warehouse ships."""
        return self.change(AcceptInput, self._accept)

    def _accept(self, values: dict[str, Any]) -> dict[str, Any]:
        accepted = self.decided(placement.accept, values)
        orders = movements.order_from_recommendations(recommendations=[accepted], at=timezone.now(), actor=self.actor)
        return self.drawn(accepted, orders[0].number if orders else None)


class AcceptManyInput(Input):
    """Which recommendations to accept together."""

    recommendations = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), allow_empty=False, max_length=200
    )


class OrderedOutput(Output):
    """The movement orders that came of it, one for each lane."""

    movement_orders = MovementOrderDetailOutput(many=True)


class AcceptRecommendations(Writes, Endpoint):
    """Acceptance of many."""

    model = Recommendation
    write_scope = ApiScope.PLACEMENT
    serializer_class = OrderedOutput

    @extend_schema(operation_id="recommendations_accept_together", request=AcceptManyInput, responses=OrderedOutput)
    def post(self, request: Request) -> Response:
        """Accept several recommendations as they are, all or none: one movement order for each lane.

        Refused with `not_all_accepted`, which names each that was decided before or that cannot be released any more.
        """
        return self.change(AcceptManyInput, self._accept)

    def _accept(self, values: dict[str, Any]) -> dict[str, Any]:
        wanted = values["recommendations"]
        known = set(self.get_queryset().filter(pk__in=wanted).values_list("pk", flat=True))
        refuse_unknown(wanted, known)
        orders = accepting.accept_together(recommendations=known, at=timezone.now(), actor=self.actor)
        rows = whole_orders().filter(pk__in=[order.pk for order in orders]).order_by("pk")
        return {"movement_orders": [MovementOrderDetailOutput.draw(row) for row in rows]}


def refuse_unknown(wanted: list[int], known: set[int]) -> None:
    """Raise InvalidInputs for every number that is no recommendation of the caller's."""
    unknown = [
        InvalidInput(
            _("%(field)s: there is no recommendation %(value)s."),
            field=f"recommendations[{n}]", value=number, rule="known",
        )
        for n, number in enumerate(wanted)
        if number not in known
    ]  # fmt: skip
    if unknown:
        raise InvalidInputs(unknown)


class RefuseRecommendation(_Decision):
    """Refusal."""

    @extend_schema(request=RefuseInput, responses=DecisionOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Refuse a recommendation, with a reason that is kept."""
        return self.change(RefuseInput, lambda values: self.drawn(self.decided(placement.refuse, values), None))
