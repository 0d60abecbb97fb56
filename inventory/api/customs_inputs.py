"""What a pedimento is entered with.

The service reads the body itself, so that form, API and CSV have one door and one set of messages. These classes
describe the body, and refuse names nobody knows.
"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from inventory.api.fields import Day, Moment, MoneyText, QuantityText, RateText
from inventory.api.rows import Input
from inventory.customs.paper_models import PedimentoWaybill
from inventory.customs.pedimento_models import Pedimento, PedimentoLine
from inventory.errors import InvalidInput, InvalidInputs


class SublineInput(Input):
    """One part number of a line. Quantities left out are worked out from the item's factors or the line."""

    sku = serializers.CharField(max_length=64)
    batch = serializers.CharField(max_length=64, required=False)
    serial = serializers.CharField(max_length=64, required=False)
    quantity = QuantityText(required=False, help_text="Stock units.")
    commercial_quantity = QuantityText(required=False)
    tariff_quantity = QuantityText(required=False)
    customs_value_mxn = MoneyText(required=False)


class ContributionInput(Input):
    """A declared tax."""

    code = serializers.CharField(max_length=3)
    payment_form = serializers.CharField(max_length=2)
    amount_mxn = MoneyText()
    rate = RateText(required=False)
    rate_type = serializers.CharField(max_length=2, required=False)


class IdentifierInput(Input):
    """An identifier of Apéndice 8."""

    code = serializers.CharField(max_length=2)
    complement_1 = serializers.CharField(max_length=50, required=False)
    complement_2 = serializers.CharField(max_length=50, required=False)
    complement_3 = serializers.CharField(max_length=50, required=False)


class InvoiceInput(Input):
    """A commercial invoice."""

    number = serializers.CharField(max_length=60)
    issued_on = Day()
    currency = serializers.CharField(max_length=3)
    value = MoneyText()
    cove = serializers.CharField(max_length=15, required=False)
    incoterm = serializers.CharField(max_length=3, required=False)
    supplier = serializers.CharField(max_length=200, required=False)
    supplier_tax_id = serializers.CharField(max_length=30, required=False)
    supplier_address = serializers.CharField(max_length=250, required=False)
    is_related = serializers.BooleanField(required=False)
    usd_factor = RateText(required=False, help_text="US dollars per unit of the currency.")


class WaybillInput(Input):
    """A transport document (guía, conocimiento de embarque)."""

    number = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(PedimentoWaybill.Kind.choices)


class ContainerInput(Input):
    """A container or trailer; a container's number is checked by ISO 6346."""

    number = serializers.CharField(max_length=20)
    type_code = serializers.CharField(max_length=3, help_text="Apéndice 10.")


class CustomsSealInput(Input):
    """A customs seal (candado), and those that replaced it."""

    number = serializers.CharField(max_length=30)
    first_review = serializers.CharField(max_length=30, required=False)
    second_review = serializers.CharField(max_length=30, required=False)


class VehicleInput(Input):
    """What the goods travel in, and whose it is."""

    identification = serializers.CharField(max_length=40, help_text="Plates, wagon, ship or flight.")
    country = serializers.CharField(max_length=3, required=False)
    carrier = serializers.CharField(max_length=120, required=False)
    carrier_rfc = serializers.CharField(max_length=20, required=False)


class BankPaymentInput(Input):
    """A payment at a bank against a línea de captura; all of them add up to what was paid in cash."""

    capture_line = serializers.CharField(max_length=30, help_text="Twenty letters and digits.")
    amount_mxn = MoneyText()
    payment_form = serializers.CharField(max_length=2, required=False, help_text="Apéndice 13; cash (0) if left out.")
    bank = serializers.CharField(max_length=80, required=False)
    operation_number = serializers.CharField(max_length=30, required=False, help_text="Fourteen digits.")
    paid_on = Day(required=False)


class ConsigneeInput(Input):
    """Who the goods are for (destinatario)."""

    name = serializers.CharField(max_length=200)
    tax_id = serializers.CharField(max_length=30, required=False)
    address = serializers.CharField(max_length=250, required=False)


class RemesaNoticeInput(Input):
    """The electronic notice of one remesa; only a consolidated pedimento has any."""

    remesa = serializers.IntegerField(min_value=1, max_value=100_000)
    number = serializers.CharField(max_length=40)
    issued_on = Day()


class CustomsAccountInput(Input):
    """A deposit in a customs account or a customs guarantee account, by its constancia."""

    account_kind = serializers.CharField(max_length=1, help_text="0 customs account, 2 global guarantee account.")
    guarantee_kind = serializers.CharField(max_length=1, help_text="1 to 8; a customs account is a deposit (1).")
    issuer = serializers.CharField(max_length=2, help_text="Key of the institution.")
    contract_number = serializers.CharField(max_length=17)
    folio = serializers.CharField(max_length=17)
    amount_mxn = MoneyText()
    issued_on = Day()


class OffsetInput(Input):
    """An amount in your favour of another pedimento, set off against what this one owes (compensación)."""

    original_number = serializers.CharField(max_length=30, help_text="Fifteen digits, as `number`.")
    original_paid_on = Day()
    code = serializers.CharField(max_length=3, help_text="Apéndice 12.")
    amount_mxn = MoneyText()


class PaymentDocumentInput(Input):
    """A document behind a payment form other than cash: a bond, a charge to the budget, a certificate."""

    payment_form = serializers.CharField(max_length=2, help_text="Apéndice 13, never cash (0).")
    issuer = serializers.CharField(max_length=120)
    number = serializers.CharField(max_length=40)
    issued_on = Day()
    amount_mxn = MoneyText()
    balance_mxn = MoneyText(help_text="What the document had left when it was used.")
    payable_mxn = MoneyText(required=False)


class PermitInput(Input):
    """A permit or other non-tariff regulation that a line complies with."""

    code = serializers.CharField(max_length=4, help_text="Apéndice 9.")
    number = serializers.CharField(max_length=40, required=False)
    signature = serializers.CharField(max_length=40, required=False)
    value_usd = MoneyText(required=False)
    quantity = QuantityText(required=False)


class SerialInput(Input):
    """A serial number or NIV of a line's goods."""

    number = serializers.CharField(max_length=40)
    kilometres = serializers.IntegerField(min_value=0, max_value=10_000_000, required=False)


class LineInput(Input):
    """A line (partida): sublines, or one `sku` that is the whole line."""

    seq = serializers.IntegerField(required=False, min_value=1)
    tariff_code = serializers.CharField(max_length=13)
    nico = serializers.CharField(max_length=2, required=False)
    description = serializers.CharField(max_length=250, required=False)
    commercial_unit = serializers.CharField(max_length=2)
    commercial_quantity = QuantityText()
    tariff_unit = serializers.CharField(max_length=2)
    tariff_quantity = QuantityText()
    origin_country = serializers.CharField(max_length=3)
    seller_country = serializers.CharField(max_length=3, required=False)
    valuation_method = serializers.CharField(max_length=1, required=False)
    customs_value_mxn = MoneyText()
    price_paid_mxn = MoneyText(required=False)
    relationship = serializers.ChoiceField(PedimentoLine.Relationship.choices, required=False)
    value_added_mxn = MoneyText(required=False, help_text="Returns abroad (RT, J4) only.")
    brand = serializers.CharField(max_length=80, required=False)
    model = serializers.CharField(max_length=80, required=False)
    product_code = serializers.CharField(max_length=80, required=False)
    source_number = serializers.CharField(max_length=30, required=False)
    source_seq = serializers.IntegerField(required=False, min_value=1)
    sku = serializers.CharField(max_length=64, required=False)
    batch = serializers.CharField(max_length=64, required=False)
    serial = serializers.CharField(max_length=64, required=False)
    sublines = SublineInput(many=True, required=False)
    contributions = ContributionInput(many=True, required=False)
    identifiers = IdentifierInput(many=True, required=False)
    permits = PermitInput(many=True, required=False)
    serials = SerialInput(many=True, required=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "import into the bonded zone",
            value={
                "number": "26 24 3456 6000123",
                "operation": "IMP",
                "document_key": "M3",
                "regime": "RFS",
                "authorisation": "RFS-1",
                "site": "slp",
                "customs_section": "240",
                "fx_rate": "18.25",
                "value_usd": "1000",
                "customs_value_mxn": "18250",
                "price_paid_mxn": "18250",
                "paid_on": "2026-03-02",
                "cleared_at": "2026-03-02T09:00:00-06:00",
                "lines": [
                    {
                        "sku": "WHEEL-75",
                        "tariff_code": "8302200100",
                        "description": "Ruedas",
                        "commercial_unit": "6",
                        "commercial_quantity": "100",
                        "tariff_unit": "6",
                        "tariff_quantity": "100",
                        "origin_country": "CHN",
                        "customs_value_mxn": "18250",
                        "price_paid_mxn": "18250",
                    }
                ],
            },
            request_only=True,
        )
    ]
)
class PedimentoInput(Input):
    """A whole declaration."""

    number = serializers.CharField(max_length=30, help_text="Fifteen digits; spaces and hyphens are passed over.")
    operation = serializers.ChoiceField(Pedimento.Operation.choices)
    document_key = serializers.CharField(max_length=2)
    regime = serializers.CharField(max_length=3)
    authorisation = serializers.CharField(max_length=40, required=False)
    site = serializers.CharField(max_length=24)
    customs_section = serializers.CharField(max_length=3)
    entry_section = serializers.CharField(max_length=3, required=False, help_text="Of entry or exit (field 8).")
    transport_mode = serializers.CharField(max_length=2, required=False)
    arrival_mode = serializers.CharField(max_length=2, required=False)
    departure_mode = serializers.CharField(max_length=2, required=False)
    destination_zone = serializers.CharField(max_length=2, required=False)
    fx_rate = RateText()
    gross_kg = QuantityText(required=False)
    packages = serializers.IntegerField(min_value=0, required=False)
    marks = serializers.CharField(max_length=250, required=False)
    value_usd = MoneyText()
    customs_value_mxn = MoneyText()
    price_paid_mxn = MoneyText()
    insured_value_mxn = MoneyText(required=False, help_text="Field 19: told, never added to the value.")
    inc_insurance_mxn = MoneyText(required=False)
    inc_freight_mxn = MoneyText(required=False)
    inc_packing_mxn = MoneyText(required=False)
    inc_other_mxn = MoneyText(required=False)
    dec_transport_mxn = MoneyText(required=False)
    dec_insurance_mxn = MoneyText(required=False)
    dec_loading_mxn = MoneyText(required=False)
    dec_unloading_mxn = MoneyText(required=False)
    dec_other_mxn = MoneyText(required=False)
    validation_ack = serializers.CharField(max_length=8, required=False)
    validated_on = Day(required=False)
    entered_on = Day(required=False)
    paid_on = Day(required=False)
    extracted_on = Day(required=False)
    presented_on = Day(required=False)
    foreign_import_on = Day(required=False)
    cleared_at = Moment(required=False)
    is_consolidated = serializers.BooleanField(required=False)
    consolidated_opened_on = Day(required=False)
    update_option = serializers.ChoiceField(Pedimento.UpdateOption.choices, required=False)
    rectifies = serializers.CharField(max_length=30, required=False)
    cash_mxn = MoneyText(required=False)
    other_mxn = MoneyText(required=False)
    total_mxn = MoneyText(required=False)
    rfe_constancia = serializers.CharField(max_length=40, required=False)
    remarks = serializers.CharField(max_length=2000, required=False)
    lines = LineInput(many=True)
    contributions = ContributionInput(many=True, required=False)
    identifiers = IdentifierInput(many=True, required=False)
    invoices = InvoiceInput(many=True, required=False)
    waybills = WaybillInput(many=True, required=False)
    containers = ContainerInput(many=True, required=False)
    seals = CustomsSealInput(many=True, required=False)
    vehicles = VehicleInput(many=True, required=False)
    payments = BankPaymentInput(many=True, required=False)
    consignees = ConsigneeInput(many=True, required=False)
    remesa_notices = RemesaNoticeInput(many=True, required=False)
    customs_accounts = CustomsAccountInput(many=True, required=False)
    offsets = OffsetInput(many=True, required=False)
    payment_documents = PaymentDocumentInput(many=True, required=False)


class PaymentInput(Input):
    """When a declaration was paid, and at which bank if any of it in cash."""

    paid_on = Day()
    capture_line = serializers.CharField(max_length=30, required=False, help_text="Twenty letters and digits.")
    bank = serializers.CharField(max_length=80, required=False)
    operation_number = serializers.CharField(max_length=30, required=False, help_text="Fourteen digits.")


class ClearanceInput(Input):
    """When the selection mechanism was activated, and whether it said to examine."""

    cleared_at = Moment()
    was_examined = serializers.BooleanField(default=False)


class ClosingInput(Input):
    """When a consolidated pedimento was closed and paid."""

    closed_on = Day()
    paid_on = Day()


class ReasonInput(Input):
    """Why."""

    reason = serializers.CharField(max_length=300)


class NoticeClosing(Input):
    """The authority's acknowledgement, or why there is none."""

    acknowledgement = serializers.CharField(max_length=60, allow_blank=True, default="")
    exception_reason = serializers.CharField(max_length=300, allow_blank=True, default="")


def refuse_unknown(data: dict[str, Any], described: type[Input]) -> None:
    """Raise InvalidInputs naming every field of a body, at any depth, that its description does not know."""
    errors = list(_unknown(data, described(), ""))
    if errors:
        raise InvalidInputs(errors)


def _unknown(data: Any, described: Any, path: str) -> Any:
    """The unknown names of one object and of those within it."""
    if not isinstance(data, dict):
        return
    for name, value in data.items():
        at = f"{path}{name}"
        field = described.fields.get(name)
        if field is None:
            yield InvalidInput("%(field)s is not known.", field=at[:200], value=None, rule="unknown_field")
        elif isinstance(field, serializers.ListSerializer) and isinstance(value, list):
            for index, row in enumerate(value[:5000]):
                yield from _unknown(row, field.child, f"{at}[{index}].")
