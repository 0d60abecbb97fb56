"""What following the engine would have cost over your own past weeks, beside rules of thumb and what was done."""

from rest_framework import serializers

from inventory.api.endpoint import DetailEndpoint, ListEndpoint
from inventory.api.fields import Moment
from inventory.api.rows import Output
from inventory.placement.models import BacktestResult


class BacktestOutput(Output):
    """A back-test; in `figures` costs are percentages of what was asked for, by value, and `fill` and `bonded` shares."""

    id = serializers.IntegerField()
    as_of = serializers.DateField()
    created_at = Moment()
    by = serializers.CharField(source="actor_label")
    first_review = serializers.DateField()
    counted_from = serializers.DateField()
    weeks = serializers.IntegerField()
    seed = serializers.IntegerField()
    inputs_hash = serializers.CharField()
    code_version = serializers.CharField()
    parameters = serializers.JSONField()
    figures = serializers.JSONField()


class Backtests(ListEndpoint):
    """The back-tests of your history, newest first."""

    model = BacktestResult
    serializer_class = BacktestOutput


class BacktestDetail(DetailEndpoint):
    """One back-test."""

    model = BacktestResult
    serializer_class = BacktestOutput
