"""Who asked for it: weekly demand by item and US market."""

from typing import Any, ClassVar

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import Endpoint, ListEndpoint, UploadParser, Writes
from inventory.api.fields import Day, Moment, MoneyText, QuantityText, RateText
from inventory.api.filters import At, Filters, Flag, Text
from inventory.api.filters import Day as DayFilter
from inventory.api.rows import Input, Output
from inventory.api.work import JobOutput
from inventory.demand import services as demand
from inventory.demand.models import DemandRecord
from inventory.demand.reading import from_records
from inventory.jobs import services as jobs
from inventory.jobs.messages import start
from inventory.parties.roles import ApiScope


class DemandOutput(Output):
    """One week of one item in one market."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="item.sku")
    market = serializers.CharField(source="market.code")
    week = serializers.DateField(help_text="Its Monday.")
    quantity = QuantityText()
    stockout_share = RateText()
    is_promotion = serializers.BooleanField()
    price_usd = MoneyText(allow_null=True)
    source = serializers.CharField()
    is_from_orders = serializers.BooleanField(help_text="True: summed from your customers' orders, as requested.")
    recorded_at = Moment()


class DemandFilters(Filters):
    """Filters of demand."""

    sku = Text("item__sku")
    market = Text("market__code")
    from_week = DayFilter("week", lookup_expr="gte")
    to_week = DayFilter("week", lookup_expr="lte")
    is_promotion = Flag()
    recorded_since = At("recorded_at", lookup_expr="gte")


class DemandRowInput(Input):
    """What one market asked of one item: on a day, or in the week of a day."""

    sku = serializers.CharField(max_length=64)
    market = serializers.CharField(max_length=64)
    date = Day()
    quantity = QuantityText(help_text="Negative: a return.")
    stockout = RateText(required=False, help_text="Share of the time out of stock, 0 to 1.")
    promo = serializers.BooleanField(required=False)
    price = MoneyText(required=False, help_text="USD.")


class DemandRowsInput(Input):
    """Up to 5,000 rows of demand; send files of more as a demand import."""

    rows = DemandRowInput(many=True, allow_empty=False, max_length=5000)
    skip_bad_rows = serializers.BooleanField(default=False)


class ImportedOutput(Output):
    """What an import did."""

    rows = serializers.IntegerField()
    weeks = serializers.IntegerField()
    bad_rows = serializers.IntegerField()
    first_week = serializers.CharField()
    last_week = serializers.CharField()
    returns_dropped = QuantityText()
    errors = serializers.ListField(child=serializers.DictField())


class DemandFileInput(Input):
    """A CSV or XLSX file with the columns sku, market, date, quantity."""

    file = serializers.FileField(allow_empty_file=False, max_length=200)
    skip_bad_rows = serializers.BooleanField(default=False)


class Demand(Writes, ListEndpoint):
    """Your demand history, newest record first."""

    model = DemandRecord
    write_scope = ApiScope.DEMAND
    serializer_class = DemandOutput
    filterset_class = DemandFilters
    orderings = {"-id": ("-id",), "id": ("id",), "week": ("week", "id"), "-week": ("-week", "-id")}

    @extend_schema(request=DemandRowsInput, responses=ImportedOutput)
    def post(self, request: Request) -> Response:
        """Add weeks of demand, all or none. A week stated again replaces what the books held of it."""
        return self.change(DemandRowsInput, self._add)

    def _add(self, values: dict[str, Any]) -> dict[str, Any]:
        at = timezone.now()
        imported = demand.import_history(
            client=self.client,
            rows=from_records(values["rows"], not_after=at.date()),
            source="api",
            at=at,
            actor=self.actor,
            skip_bad_rows=values["skip_bad_rows"],
        )
        return imported.as_dict()


class DemandImports(Writes, Endpoint):
    """Demand history by file."""

    kind: ClassVar[str] = "demand_import"
    title: ClassVar[Any] = _("Demand history from %(file)s")
    model: ClassVar[type[Model]] = DemandRecord
    write_scope = ApiScope.DEMAND
    serializer_class = JobOutput
    parser_classes = [UploadParser]

    @extend_schema(request={"multipart/form-data": DemandFileInput}, responses={202: JobOutput})
    def post(self, request: Request) -> Response:
        """Hand in a file; a job reads it. Ask `/jobs/{id}/` until it is done: its result says what was taken."""
        return self.change(DemandFileInput, self._ask, status_code=202, look_first=True)

    def _ask(self, values: dict[str, Any]) -> dict[str, Any]:
        file = values["file"]
        job = jobs.request(
            kind=self.kind,
            title=self.title % {"file": file.name},
            parameters={"file_name": file.name, "skip_bad_rows": values["skip_bad_rows"]},
            client=self.client,
            actor=self.actor,
            at=timezone.now(),
            source_file=file,
        )
        start(job)
        return JobOutput.draw(job)
