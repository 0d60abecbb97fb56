"""How recommendations were decided on in the last twelve months, and what happened in the weeks after."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import Endpoint
from inventory.api.fields import QuantityText, RateText, estimated
from inventory.api.lookups import items_of
from inventory.api.rows import Input, Output
from inventory.parties.roles import ApiScope
from inventory.placement import selectors as placement
from inventory.placement.models import Recommendation
from inventory.placement.track_record import Record, TrackRecord


class RecordOutput(Output):
    """What was expected of decisions of one kind, and what happened in the four weeks after the goods were to arrive."""

    decisions = serializers.IntegerField(help_text="Those of which such weeks are over and known.")
    weeks = serializers.IntegerField()
    expected = QuantityText()
    asked = QuantityText()
    weeks_short = serializers.IntegerField(help_text="Weeks with a stock-out.")
    expected_fill = RateText(help_text="Mean service expected there, while bond can supply.")
    in_stock = RateText(help_text="Mean share of these weeks in which the DC was not out of stock.")


class ReasonOutput(Output):
    """A reason given, and for how many decisions."""

    reason = serializers.CharField()
    decisions = serializers.IntegerField()


class TrackRecordOutput(Output):
    """Adherence, and what became of what was followed and of what was refused."""

    since = serializers.DateField()
    accepted = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="Accepted with another quantity.")
    refused = serializers.IntegerField()
    superseded = serializers.IntegerField(help_text="Nobody decided before the next run.")
    accepted_share = RateText(allow_null=True, help_text="Of those decided; null where none was.")
    reasons = ReasonOutput(many=True)
    after_followed = RecordOutput(allow_null=True)
    after_refused = RecordOutput(allow_null=True)


class TrackRecordInput(Input):
    """Of which item; of all unless said."""

    sku = serializers.CharField(max_length=64, required=False)


class TrackRecords(Endpoint):
    """The last twelve months of following recommendations."""

    model = Recommendation
    required_scope = ApiScope.READ
    serializer_class = TrackRecordOutput

    @extend_schema(operation_id="track_record", parameters=[TrackRecordInput])
    def get(self, request: Request) -> Response:
        """How recommendations were decided on in the last twelve months, and what was asked and out of stock afterwards."""
        given = TrackRecordInput(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        sku = given.validated_data.get("sku")
        item = items_of(self.client, [("sku", sku)])[sku] if sku else None
        found = placement.track_record(self.scope, today=timezone.localdate(), item=item)
        return Response(TrackRecordOutput.draw(_drawn(found)))


def _drawn(found: TrackRecord) -> dict[str, Any]:
    how = found.how
    return {
        "since": found.since,
        "accepted": how.accepted,
        "changed": how.changed,
        "refused": how.refused,
        "superseded": how.superseded,
        "accepted_share": None if how.share is None else estimated(how.share),
        "reasons": [{"reason": reason, "decisions": number} for reason, number in how.reasons],
        "after_followed": _record(found.followed),
        "after_refused": _record(found.refused),
    }


def _record(found: Record | None) -> dict[str, Any] | None:
    if found is None:
        return None
    exact = {"expected": found.expected, "asked": found.asked, "expected_fill": found.fill, "in_stock": found.in_stock}
    counted = {"decisions": found.decisions, "weeks": found.weeks, "weeks_short": found.weeks_short}
    return counted | {name: estimated(value) for name, value in exact.items()}
