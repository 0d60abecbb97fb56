"""Goods at the gate: receipts against your pedimentos."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import DetailEndpoint, Endpoint, ListEndpoint, Writes, find
from inventory.api.fields import Day, Moment, QuantityText
from inventory.api.filters import At, Filters, OneOf, Text
from inventory.api.lookups import carrier_of, location_of, locations_of, refuse_repeats
from inventory.api.rows import Input, Output
from inventory.errors import InvalidInput
from inventory.models import Pedimento
from inventory.parties.roles import ApiScope
from warehouse.models import Receipt
from warehouse.receiving import services as receiving


class ReceiptOutput(Output):
    """One vehicle's goods at the gate."""

    number = serializers.CharField()
    state = serializers.ChoiceField(Receipt.State.choices)
    pedimento = serializers.CharField(source="pedimento.number")
    site = serializers.CharField(source="site.code")
    dock = serializers.CharField(source="dock.code", allow_null=True)
    carrier = serializers.CharField(source="carrier.code", allow_null=True)
    expected_on = serializers.DateField(allow_null=True)
    arrived_at = Moment(allow_null=True)
    container_number = serializers.CharField()
    plates = serializers.CharField()
    driver = serializers.CharField()
    closed_at = Moment(allow_null=True)
    closed_by = serializers.CharField()
    version = serializers.IntegerField()


class ReceiptLineOutput(Output):
    """What was counted of one part number: `difference` is positive when over, negative when short."""

    id = serializers.IntegerField()
    pedimento_line = serializers.IntegerField(source="subline.line.seq")
    sku = serializers.CharField(source="subline.item.sku")
    batch = serializers.CharField(source="subline.batch")
    serial = serializers.CharField(source="subline.serial")
    declared = QuantityText()
    good = QuantityText(allow_null=True)
    damaged = QuantityText()
    difference = QuantityText()
    location = serializers.CharField(source="location.code", allow_null=True)
    note = serializers.CharField()


class SealOutput(Output):
    """A seal of the vehicle: declared and found."""

    expected = serializers.CharField()
    found = serializers.CharField()
    note = serializers.CharField()


class ReceiptDetailOutput(ReceiptOutput):
    """A receipt with its lines and seals."""

    lines = ReceiptLineOutput(many=True)
    seals = SealOutput(many=True)


class ReceiptFilters(Filters):
    """Filters of receipts."""

    state = OneOf(Receipt.State)
    pedimento = Text("pedimento__number")
    site = Text("site__code")
    container_number = Text()
    arrived_since = At("arrived_at", lookup_expr="gte")


class ExpectInput(Input):
    """A vehicle to expect."""

    pedimento = serializers.CharField(max_length=15)
    expected_on = Day(required=False, allow_null=True)


class SealInput(Input):
    """A seal, as declared and as found."""

    expected = serializers.CharField(max_length=20, allow_blank=True)
    found = serializers.CharField(max_length=20, allow_blank=True)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "a truck at the gate",
            value={
                "arrived_at": "2026-03-03T08:10:00-06:00",
                "dock": "ANDEN-RFS",
                "container_number": "CSQU3054383",
                "seals": [{"expected": "A123", "found": "A123"}],
            },
            request_only=True,
        )
    ]
)
class ArrivalInput(Input):
    """A vehicle at the gate."""

    arrived_at = Moment()
    dock = serializers.CharField(max_length=32, help_text="Code of a location of the site.")
    container_number = serializers.CharField(max_length=20, allow_blank=True, default="")
    plates = serializers.CharField(max_length=12, allow_blank=True, default="")
    driver = serializers.CharField(max_length=120, allow_blank=True, default="")
    carrier = serializers.CharField(max_length=24, allow_blank=True, default="")
    seals = SealInput(many=True, default=list, max_length=20)


class CountLineInput(Input):
    """What was counted of one receipt line, in stock units."""

    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    good = QuantityText(at_least=0)
    damaged = QuantityText(at_least=0, default=Decimal(0))
    location = serializers.CharField(max_length=32, allow_blank=True, default="", help_text="Where the good ones are.")
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "all good but one",
            value={"lines": [{"id": 1, "good": "99", "damaged": "1", "location": "A-01-RFS"}]},
            request_only=True,
        )
    ]
)
class CountInput(Input):
    """What was counted."""

    lines = CountLineInput(many=True, allow_empty=False, max_length=5000)


class ReceiptList(Writes, ListEndpoint):
    """Your receipts, newest first."""

    model = Receipt
    write_scope = ApiScope.RECEIPTS
    serializer_class = ReceiptOutput
    filterset_class = ReceiptFilters

    @extend_schema(request=ExpectInput, responses={201: ReceiptDetailOutput})
    def post(self, request: Request) -> Response:
        """Announce a receipt for everything of an inbound pedimento that has none yet."""
        return self.change(ExpectInput, self._expect, status_code=201)

    def _expect(self, values: dict[str, Any]) -> dict[str, Any]:
        number, field = values.pop("pedimento"), "pedimento"
        pedimento = self.own(Pedimento.objects.select_related("authorisation")).filter(number=number).first()
        if pedimento is None:
            raise InvalidInput(_("%(field)s: %(value)s is not known here."), field=field, value=number, rule="known")
        receipt = receiving.expect(pedimento=pedimento, at=timezone.now(), actor=self.actor, **values)
        return ReceiptDetailOutput.draw(whole_receipt(self, receipt.number))


class ReceiptDetail(DetailEndpoint):
    """One receipt with its lines and seals."""

    model = Receipt
    serializer_class = ReceiptDetailOutput
    is_versioned = True

    def thing(self) -> Receipt:
        """The receipt of this number. Raises NotFound."""
        return whole_receipt(self, self.kwargs["number"])


def whole_receipt(view: Any, number: str) -> Receipt:
    """One of the client's receipts with its parts, in a fixed number of statements. Raises NotFound."""
    rows = view.own(Receipt.objects.select_related("pedimento", "site", "dock", "carrier"))
    return find(
        rows.prefetch_related("lines__subline__line", "lines__subline__item", "lines__location", "seals"), number=number
    )


class _ReceiptStep(Writes, Endpoint):
    """One step of a receipt."""

    model = Receipt
    write_scope = ApiScope.RECEIPTS
    serializer_class = ReceiptOutput
    is_versioned = True

    def receipt(self) -> Receipt:
        """The receipt of the URL. Raises NotFound."""
        return self.named(self.get_queryset(), number=self.kwargs["number"])

    def drawn(self, receipt: Receipt) -> dict[str, Any]:
        """Its header."""
        return ReceiptOutput.of(Receipt.objects.filter(pk=receipt.pk))


class ArriveReceipt(_ReceiptStep):
    """Arrival."""

    @extend_schema(request=ArrivalInput, responses=ReceiptOutput)
    def post(self, request: Request, number: str) -> Response:
        """Note the vehicle at the gate, with container and seals."""
        return self.change(ArrivalInput, self._arrive)

    def _arrive(self, values: dict[str, Any]) -> dict[str, Any]:
        receipt, carrier = self.receipt(), values.pop("carrier")
        values["dock"] = location_of(receipt.site_id, values["dock"], "dock")
        values["carrier"] = carrier_of(carrier) if carrier else None
        values["seals"] = [receiving.SealCheck(**seal) for seal in values["seals"]]
        return self.drawn(receiving.arrive(receipt=receipt, at=timezone.now(), actor=self.actor, **values))


class CountReceipt(_ReceiptStep):
    """Count."""

    @extend_schema(request=CountInput, responses=ReceiptOutput)
    def post(self, request: Request, number: str) -> Response:
        """Write down what was counted, by line; counting again before closing replaces the count."""
        return self.change(CountInput, self._count)

    def _count(self, values: dict[str, Any]) -> dict[str, Any]:
        receipt, lines = self.receipt(), values["lines"]
        refuse_repeats(lines, "id")
        named = [(f"lines[{index}].location", line["location"]) for index, line in enumerate(lines)]
        places = locations_of(receipt.site_id, named)
        counts = {
            line["id"]: receiving.Count(line["good"], line["damaged"], places.get(line["location"]), line["note"])
            for line in lines
        }
        return self.drawn(receiving.count(receipt=receipt, counts=counts, at=timezone.now(), actor=self.actor))


class CloseReceipt(_ReceiptStep):
    """Closing."""

    @extend_schema(request=None, responses=ReceiptOutput)
    def post(self, request: Request, number: str) -> Response:
        """Enter the goods in the books: stock as counted and bonded lots as declared, both or neither."""
        return self.change(
            None,
            lambda _values: self.drawn(receiving.close(receipt=self.receipt(), at=timezone.now(), actor=self.actor)),
        )


class CancelReceipt(_ReceiptStep):
    """Cancelling."""

    @extend_schema(request=None, responses=ReceiptOutput)
    def post(self, request: Request, number: str) -> Response:
        """Take back a receipt that entered nothing."""
        return self.change(
            None,
            lambda _values: self.drawn(receiving.cancel(receipt=self.receipt(), at=timezone.now(), actor=self.actor)),
        )
