"""What if a DC held more of an item, or the item's duty were another: answered at once, nothing is forecast anew."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import DetailEndpoint, there
from inventory.api.fields import MoneyText, QuantityText, RateText, estimated
from inventory.api.rows import Input, Output
from inventory.placement import counterfactual, records
from inventory.placement.engine.what_if import Expected
from inventory.placement.models import PlacementLevel


class WhatIfInput(Input):
    """One of the two questions."""

    more = QuantityText(required=False, at_least=0, at_most=10**9, help_text="Units that the DC holds more.")
    points = RateText(
        required=False, at_least=-100, at_most=1000, help_text="Points of duty more; below zero: less. 5 is 5 points."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """The question. Raises ValidationError for none and for two."""
        if len(values) != 1:
            said = _("Ask for more units or for another duty.")
            raise serializers.ValidationError({"more": serializers.ErrorDetail(str(said), "one_of")})
        return values


class ExpectedOutput(Output):
    """So many units at the DC, and what is expected of them."""

    units = QuantityText(help_text="On hand and on the way; asked of another duty, the cheapest level.")
    fill = RateText(help_text="Share of demand served at once.")
    weekly_cost_usd = MoneyText()


class WhatIfOutput(Output):
    """What is expected now, and what would be."""

    level = serializers.IntegerField()
    now = ExpectedOutput()
    then = ExpectedOutput()


class WhatIf(DetailEndpoint):
    """What if a DC held more, or duty were another."""

    model = PlacementLevel
    client_path = "run__client"
    serializer_class = WhatIfOutput

    @extend_schema(parameters=[WhatIfInput])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What is expected of a level now, and what would be if its DC held more or duty were another; 404 for a bonded site.

        It is what a run with the same tuning computes, where no room or budget is scarce.
        """
        level = self.thing()
        known = there(records.footing_of(level))
        given = WhatIfInput(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        if "more" in asked:
            before, after = counterfactual.if_held(known, level.position, asked["more"])
        else:
            before, after = counterfactual.if_duty(known, asked["points"])
        return Response(WhatIfOutput.draw({"level": level.pk, "now": _exact(before), "then": _exact(after)}))


def _exact(found: Expected) -> dict[str, Decimal]:
    """Estimates with four decimals."""
    named = {"units": found.units, "fill": found.fill, "weekly_cost_usd": found.weekly_cost}
    return {name: estimated(value) for name, value in named.items()}
