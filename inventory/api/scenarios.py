"""What placement would cost if: scenarios that the operator's planners keep for you, and their comparisons."""

from rest_framework import serializers

from inventory.api.endpoint import DetailEndpoint, ListEndpoint
from inventory.api.fields import Moment
from inventory.api.rows import Output
from inventory.placement.models import Scenario, ScenarioResult


class ScenarioOutput(Output):
    """A name and changes, as `placement-scenario/1` has them."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    overlay = serializers.JSONField()
    created_at = Moment()
    created_by = serializers.CharField()
    changed_at = Moment()


class Scenarios(ListEndpoint):
    """The scenarios kept for you, newest first."""

    model = Scenario
    serializer_class = ScenarioOutput


class ScenarioDetail(DetailEndpoint):
    """One scenario."""

    model = Scenario
    serializer_class = ScenarioOutput


class ScenarioResultOutput(Output):
    """Scenarios compared with today; `figures` are estimates in USD over the weeks counted, differences with standard errors."""

    id = serializers.IntegerField()
    as_of = serializers.DateField()
    created_at = Moment()
    by = serializers.CharField(source="actor_label")
    inputs_hash = serializers.CharField()
    code_version = serializers.CharField()
    parameters = serializers.JSONField()
    figures = serializers.JSONField()


class ScenarioResults(ListEndpoint):
    """The comparisons of your scenarios, newest first."""

    model = ScenarioResult
    serializer_class = ScenarioResultOutput


class ScenarioResultDetail(DetailEndpoint):
    """One comparison."""

    model = ScenarioResult
    serializer_class = ScenarioResultOutput
