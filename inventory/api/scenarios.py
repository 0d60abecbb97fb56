"""What placement would cost if: scenarios, written as `placement-scenario/1` has them, and their comparisons with today."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import DetailEndpoint, Endpoint, ListEndpoint, Writes
from inventory.api.fields import Moment
from inventory.api.rows import Input, Output
from inventory.api.work import JobOutput
from inventory.errors import InvalidInput, InvalidInputs
from inventory.jobs.messages import start
from inventory.parties.roles import ApiScope
from inventory.placement import asking
from inventory.placement import scenarios as services
from inventory.placement.files.scenario import SCHEMA
from inventory.placement.models import Scenario, ScenarioResult

CHANGES = "Made in their order; each has a `kind` and the fields of its kind, as docs/placement.md lists them."


class ScenarioOutput(Output):
    """A name and changes, as `placement-scenario/1` has them."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    overlay = serializers.JSONField()
    created_at = Moment()
    created_by = serializers.CharField()
    changed_at = Moment()


class ScenarioInput(Input):
    """A scenario as its file has it: the file that `compare_scenarios` reads may be sent as it is."""

    schema = serializers.ChoiceField([SCHEMA])
    name = serializers.CharField(max_length=64)
    changes = serializers.ListField(child=serializers.DictField(), allow_empty=False, max_length=100, help_text=CHANGES)


class ScenarioEdit(Input):
    """Another name, other changes, or both."""

    name = serializers.CharField(max_length=64, required=False)
    changes = serializers.ListField(
        child=serializers.DictField(), allow_empty=False, max_length=100, required=False, help_text=CHANGES
    )


class Scenarios(Writes, ListEndpoint):
    """The scenarios kept for you, newest first."""

    model = Scenario
    write_scope = ApiScope.PLACEMENT
    serializer_class = ScenarioOutput

    @extend_schema(request=ScenarioInput, responses={201: ScenarioOutput})
    def post(self, request: Request) -> Response:
        """Keep a scenario. Have it computed by `POST scenario-results/`."""
        return self.change(ScenarioInput, self._write, status_code=201)

    def _write(self, values: dict[str, Any]) -> dict[str, Any]:
        name = values.pop("name")
        row = services.write(client=self.client, name=name, overlay=values, at=timezone.now(), actor=self.actor)
        return ScenarioOutput.draw(row)


class ScenarioDetail(Writes, DetailEndpoint):
    """One scenario."""

    model = Scenario
    write_scope = ApiScope.PLACEMENT
    serializer_class = ScenarioOutput

    @extend_schema(request=ScenarioEdit, responses=ScenarioOutput)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a scenario that was not computed yet: the changes given take the place of all it has."""
        return self.change(ScenarioEdit, self._edit)

    def _edit(self, values: dict[str, Any]) -> dict[str, Any]:
        row = self.named(self.get_queryset(), pk=self.kwargs["pk"])
        overlay = {"schema": SCHEMA, "changes": values["changes"]} if "changes" in values else row.overlay
        name = values.get("name", row.name)
        return ScenarioOutput.draw(services.edit(scenario=row, name=name, overlay=overlay, at=timezone.now()))


class DeleteScenario(Writes, Endpoint):
    """The end of a scenario."""

    model = Scenario
    write_scope = ApiScope.PLACEMENT
    serializer_class = ScenarioOutput

    @extend_schema(request=None, responses=ScenarioOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Delete a scenario; comparisons that it was part of keep its changes and figures. Answers with what it was."""
        return self.change(None, self._delete)

    def _delete(self, _values: dict[str, Any]) -> dict[str, Any]:
        row = self.named(self.get_queryset(), pk=self.kwargs["pk"])
        was = ScenarioOutput.draw(row)
        services.delete(scenario=row)
        return was


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


class CompareInput(Input):
    """Which scenarios, and how; today stands beside them."""

    scenarios = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), allow_empty=False,
        max_length=services.MOST_COMPARED,
    )  # fmt: skip
    with_tornado = serializers.BooleanField(default=True, help_text="Also each driver 20 % less and more.")
    is_retuned = serializers.BooleanField(default=False, help_text="Tune the engine anew for each: slower.")


class ScenarioResults(Writes, ListEndpoint):
    """The comparisons of your scenarios, newest first."""

    model = ScenarioResult
    write_scope = ApiScope.PLACEMENT
    serializer_class = ScenarioResultOutput

    @extend_schema(request=CompareInput, responses={202: JobOutput})
    def post(self, request: Request) -> Response:
        """Compute scenarios beside today; a job does it. Ask `/jobs/{id}/` until it is done: it names the comparison."""
        return self.change(CompareInput, self._ask, status_code=202)

    def _ask(self, values: dict[str, Any]) -> dict[str, Any]:
        wanted = values.pop("scenarios")
        mine = {row.pk: row for row in self.own(Scenario.objects.filter(pk__in=wanted))}
        unknown = [
            InvalidInput(
                _("%(field)s: there is no scenario %(value)s."), field=f"scenarios[{n}]", value=pk, rule="known"
            )
            for n, pk in enumerate(wanted)
            if pk not in mine
        ]
        if unknown:
            raise InvalidInputs(unknown)
        chosen = [mine[pk] for pk in sorted(mine)]
        job = asking.ask_for_comparison(
            client=self.client, scenarios=chosen, at=timezone.now(), actor=self.actor, **values
        )
        start(job)
        return JobOutput.draw(job)


class ScenarioResultDetail(DetailEndpoint):
    """One comparison."""

    model = ScenarioResult
    serializer_class = ScenarioResultOutput
