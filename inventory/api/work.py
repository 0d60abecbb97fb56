"""Long work and what wants attention: jobs and findings."""

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from inventory.api.endpoint import DetailEndpoint, ListEndpoint
from inventory.api.fields import Moment
from inventory.api.filters import At, Day, Filters, Flag, OneOf, Text
from inventory.api.rows import Output
from inventory.findings.models import Finding
from inventory.jobs.models import Job


class JobOutput(Output):
    """Where a piece of long work stands."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(Job.State.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    stage = serializers.CharField()
    attempts = serializers.IntegerField()
    result = serializers.JSONField()
    error_code = serializers.CharField()
    error_message = serializers.CharField()
    requested_by = serializers.CharField(source="requested_label")
    requested_at = Moment()
    started_at = Moment(allow_null=True)
    finished_at = Moment(allow_null=True)


class JobFilters(Filters):
    """Filters of jobs."""

    kind = Text()
    state = OneOf(Job.State)
    requested_since = At("requested_at", lookup_expr="gte")


class Jobs(ListEndpoint):
    """Long work on your behalf, newest first. Ask again until `state` is done or failed."""

    model = Job
    serializer_class = JobOutput
    filterset_class = JobFilters

    def rows(self) -> QuerySet[Job]:
        """Work that was asked for; its parts show in its progress."""
        return super().rows().filter(parent__isnull=True)


class JobDetail(DetailEndpoint):
    """One job and its progress."""

    model = Job
    serializer_class = JobOutput


class JobResult(DetailEndpoint):
    """The file a job made."""

    model = Job
    serializer_class = JobOutput

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, *args: object, **kwargs: object) -> FileResponse:
        """The file, as a download. 404 while there is none."""
        job = self.thing()
        if not job.result_file or not job.result_file.storage.exists(job.result_file.name):
            raise NotFound
        return FileResponse(job.result_file.open("rb"), as_attachment=True, content_type="application/octet-stream")


class FindingOutput(Output):
    """Something a person must look at."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    severity = serializers.ChoiceField(Finding.Severity.choices)
    site = serializers.CharField(source="site_code")
    subject = serializers.CharField()
    context = serializers.JSONField(help_text="The numbers behind it.")
    due_on = serializers.DateField(allow_null=True)
    opened_at = Moment()
    closed_at = Moment(allow_null=True)
    resolution = serializers.CharField()


class FindingFilters(Filters):
    """Filters of findings."""

    code = Text()
    severity = OneOf(Finding.Severity)
    subject = Text()
    is_open = Flag("closed_at", lookup_expr="isnull")
    due_to = Day("due_on", lookup_expr="lte")


class Findings(ListEndpoint):
    """What is wrong or due with your goods, newest first."""

    model = Finding
    serializer_class = FindingOutput
    filterset_class = FindingFilters
    orderings = {"-id": ("-id",), "id": ("id",), "due_on": ("due_on", "id")}
