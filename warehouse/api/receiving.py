"""Goods at the gate: receipts against your pedimentos."""

from typing import Any

from rest_framework import serializers

from inventory.api.endpoint import DetailEndpoint, ListEndpoint, find
from inventory.api.fields import Moment, QuantityText
from inventory.api.filters import At, Filters, OneOf, Text
from inventory.api.rows import Output
from warehouse.models import Receipt


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
    item = serializers.CharField(source="subline.item.sku")
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


class ReceiptList(ListEndpoint):
    """Your receipts, newest first."""

    model = Receipt
    serializer_class = ReceiptOutput
    filterset_class = ReceiptFilters


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
