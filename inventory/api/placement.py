"""Where stock ought to be: runs, levels and recommendations."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import DetailEndpoint, ListEndpoint, Writes
from inventory.api.fields import Day, Moment, MoneyText, QuantityText, RateText
from inventory.api.filters import Filters, Id, OneOf, Rows, Text
from inventory.api.rows import Input, Output
from inventory.api.work import JobOutput
from inventory.jobs.messages import start
from inventory.parties.roles import ApiScope
from inventory.placement import asking, explain
from inventory.placement.models import PlacementLevel, PlacementRun, Recommendation


class RunOutput(Output):
    """One run of the engine."""

    id = serializers.IntegerField()
    job = serializers.IntegerField(source="job_id", allow_null=True)
    as_of = serializers.DateField()
    created_at = Moment()
    by = serializers.CharField(source="actor_label")
    inputs_hash = serializers.CharField()
    code_version = serializers.CharField()
    parameters = serializers.DictField()
    metrics = serializers.DictField()


class RunInput(Input):
    """What to run the engine with; all of it optional."""

    as_of = Day(required=False, help_text="Plan as of this day; today unless said.")
    phi = RateText(
        required=False, above=0, help_text="How much dearer a unit short is than one too many, at the least."
    )
    capital_rate_per_year = RateText(required=False, above=0, help_text="Cost of capital: 0.12 is twelve per cent.")
    budget = MoneyText(
        required=False,
        above=0,
        help_text="Most that all your stock may be worth, on hand and on the way, in USD; no limit unless said.",
    )


class PlacementRuns(Writes, ListEndpoint):
    """Your placement runs, newest first."""

    model = PlacementRun
    write_scope = ApiScope.PLACEMENT
    serializer_class = RunOutput

    @extend_schema(request=RunInput, responses={202: JobOutput})
    def post(self, request: Request) -> Response:
        """Work out where your stock ought to be; a job does it. Ask `/jobs/{id}/` until it is done: it names the run."""
        return self.change(RunInput, self._ask, status_code=202)

    def _ask(self, values: dict[str, Any]) -> dict[str, Any]:
        job = asking.ask_for_run(client=self.client, parameters=values, at=timezone.now(), actor=self.actor)
        start(job)
        return JobOutput.draw(job)


class PlacementRunDetail(DetailEndpoint):
    """One placement run with its parameters and metrics."""

    model = PlacementRun
    serializer_class = RunOutput


class LevelOutput(Output):
    """How much of an item a site ought to own."""

    id = serializers.IntegerField()
    run = serializers.IntegerField(source="run_id")
    sku = serializers.CharField(source="item.sku")
    site = serializers.CharField(source="site.code")
    order_up_to = QuantityText()
    reorder_point = QuantityText()
    safety_stock = QuantityText()
    expected_demand = QuantityText()
    protection_weeks = RateText()
    expected_fill = RateText(help_text="Of a DC: share served at once of what is asked, while bond can supply.")
    expected_weekly_cost_usd = MoneyText()
    position = QuantityText()
    explanation = serializers.JSONField()
    forecast = serializers.JSONField(
        allow_null=True,
        help_text="Demand to come at a DC: mean and 5, 25, 50, 75 and 95 % quantiles of the sum of `weeks` weeks, and by "
        "what season and promotions multiply each of the next 13. Null for a bonded site.",
    )


class LevelDetailOutput(LevelOutput):
    """The level, and its explanation in words."""

    sentence = serializers.SerializerMethodField(help_text="For people, in the language asked for.")

    def get_sentence(self, level: PlacementLevel) -> str:
        """The explanation as one or a few sentences."""
        return explain.sentence(level.explanation)


class LevelFilters(Filters):
    """Filters of levels."""

    run = Id("run_id")
    sku = Text("item__sku")
    site = Text("site__code")


class PlacementLevels(ListEndpoint):
    """The levels your runs worked out, with the numbers behind them."""

    model = PlacementLevel
    client_path = "run__client"
    serializer_class = LevelOutput
    filterset_class = LevelFilters


class PlacementLevelDetail(DetailEndpoint):
    """One level, with its explanation in words."""

    model = PlacementLevel
    client_path = "run__client"
    serializer_class = LevelDetailOutput

    def rows(self) -> Rows:
        """Levels with what they name."""
        return super().rows().select_related("item", "site").defer("footing")


class RecommendationOutput(Output):
    """Move so many from here to there: why, at what expected cost and service."""

    id = serializers.IntegerField()
    run = serializers.IntegerField(source="run_id")
    sku = serializers.CharField(source="item.sku")
    source = serializers.CharField(source="source.code")
    target = serializers.CharField(source="target.code")
    quantity = QuantityText()
    reason_code = serializers.CharField()
    explanation = serializers.JSONField()
    priority = serializers.IntegerField()
    marginal_value_usd = MoneyText()
    expected_cost_usd = MoneyText()
    expected_fill_before = RateText(help_text="Share served at once there without the move, while bond can supply.")
    expected_fill_after = RateText(help_text="The same with it.")
    ship_week = serializers.DateField()
    arrive_week_p50 = serializers.DateField()
    arrive_week_p90 = serializers.DateField()
    state = serializers.ChoiceField(Recommendation.State.choices)
    decided_at = Moment(allow_null=True)
    decided_by = serializers.CharField()
    decision_reason = serializers.CharField()
    accepted_quantity = QuantityText(allow_null=True)


class RecommendationDetailOutput(RecommendationOutput):
    """The recommendation, and its explanation in words."""

    sentence = serializers.SerializerMethodField(help_text="For people, in the language asked for.")

    def get_sentence(self, recommendation: Recommendation) -> str:
        """The explanation as one or a few sentences."""
        return explain.sentence(recommendation.explanation)


class RecommendationFilters(Filters):
    """Filters of recommendations."""

    run = Id("run_id")
    state = OneOf(Recommendation.State)
    sku = Text("item__sku")
    source = Text("source__code")
    target = Text("target__code")


class Recommendations(ListEndpoint):
    """What the newest numbers recommend to move, and what became of it."""

    model = Recommendation
    serializer_class = RecommendationOutput
    filterset_class = RecommendationFilters
    orderings = {"-id": ("-id",), "id": ("id",), "priority": ("priority", "id")}


class RecommendationDetail(DetailEndpoint):
    """One recommendation, with its explanation in words."""

    model = Recommendation
    serializer_class = RecommendationDetailOutput

    def rows(self) -> Rows:
        """Recommendations with what they name."""
        return super().rows().select_related("item", "source", "target")
