"""Pedimentos, bonded lots and discharges as the client sees them."""

from rest_framework import serializers

from inventory.api.fields import Moment, MoneyText, QuantityText, RateText
from inventory.api.rows import Output
from inventory.customs.models import BondedLot, LegalNotice, StockDifference
from inventory.customs.paper_models import PedimentoWaybill
from inventory.customs.pedimento_models import Pedimento


class PedimentoOutput(Output):
    """The header of a pedimento."""

    number = serializers.CharField()
    operation = serializers.ChoiceField(Pedimento.Operation.choices)
    document_key = serializers.CharField()
    regime = serializers.CharField()
    effect = serializers.ChoiceField(Pedimento.Effect.choices)
    state = serializers.ChoiceField(Pedimento.State.choices)
    authorisation = serializers.CharField(source="authorisation.number", allow_null=True)
    site = serializers.CharField(source="site.code")
    broker = serializers.CharField(source="broker.patente", allow_null=True)
    customs_section = serializers.CharField()
    entry_section = serializers.CharField()
    destination_zone = serializers.CharField()
    transport_mode = serializers.CharField()
    arrival_mode = serializers.CharField()
    departure_mode = serializers.CharField()
    fx_rate = RateText()
    gross_kg = QuantityText()
    packages = serializers.IntegerField()
    marks = serializers.CharField()
    value_usd = MoneyText()
    customs_value_mxn = MoneyText()
    price_paid_mxn = MoneyText()
    insured_value_mxn = MoneyText()
    inc_insurance_mxn = MoneyText()
    inc_freight_mxn = MoneyText()
    inc_packing_mxn = MoneyText()
    inc_other_mxn = MoneyText()
    dec_transport_mxn = MoneyText()
    dec_insurance_mxn = MoneyText()
    dec_loading_mxn = MoneyText()
    dec_unloading_mxn = MoneyText()
    dec_other_mxn = MoneyText()
    cash_mxn = MoneyText()
    other_mxn = MoneyText()
    total_mxn = MoneyText()
    validation_ack = serializers.CharField()
    validated_on = serializers.DateField(allow_null=True)
    entered_on = serializers.DateField(allow_null=True)
    paid_on = serializers.DateField(allow_null=True)
    extracted_on = serializers.DateField(allow_null=True)
    presented_on = serializers.DateField(allow_null=True)
    foreign_import_on = serializers.DateField(allow_null=True)
    cleared_at = Moment(allow_null=True)
    was_examined = serializers.BooleanField()
    is_consolidated = serializers.BooleanField()
    consolidated_opened_on = serializers.DateField(allow_null=True)
    consolidated_closed_on = serializers.DateField(allow_null=True)
    update_option = serializers.CharField()
    rectifies = serializers.CharField(source="rectifies.number", allow_null=True)
    rfe_constancia = serializers.CharField()
    remarks = serializers.CharField()
    recorded_at = Moment()
    version = serializers.IntegerField()


class SublineOutput(Output):
    """One part number of one batch within a line."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="item.sku")
    batch = serializers.CharField()
    serial = serializers.CharField()
    quantity = QuantityText()
    commercial_quantity = QuantityText()
    tariff_quantity = QuantityText()
    customs_value_mxn = MoneyText()


class LineOutput(Output):
    """A line (partida) of a pedimento."""

    seq = serializers.IntegerField()
    tariff_code = serializers.CharField()
    nico = serializers.CharField()
    description = serializers.CharField()
    commercial_unit = serializers.CharField()
    commercial_quantity = QuantityText()
    tariff_unit = serializers.CharField()
    tariff_quantity = QuantityText()
    origin_country = serializers.CharField()
    seller_country = serializers.CharField()
    valuation_method = serializers.CharField()
    customs_value_mxn = MoneyText()
    price_paid_mxn = MoneyText()
    unit_price_mxn = MoneyText()
    value_added_mxn = MoneyText()
    relationship = serializers.CharField()
    brand = serializers.CharField()
    model = serializers.CharField()
    product_code = serializers.CharField()
    source_number = serializers.CharField()
    source_seq = serializers.IntegerField(allow_null=True)


class PedimentoLineRow(LineOutput):
    """A line with the pedimento it belongs to."""

    pedimento = serializers.CharField(source="pedimento.number")


class PermitOutput(Output):
    """A permit or other non-tariff regulation that a line complies with."""

    code = serializers.CharField()
    number = serializers.CharField()
    signature = serializers.CharField()
    value_usd = MoneyText(allow_null=True)
    quantity = QuantityText(allow_null=True)


class SerialOutput(Output):
    """A serial number or NIV of a line's goods."""

    number = serializers.CharField()
    kilometres = serializers.IntegerField(allow_null=True)


class LineDetail(LineOutput):
    """A line with its part numbers, permits and serial numbers."""

    sublines = SublineOutput(many=True)
    permits = PermitOutput(many=True)
    serials = SerialOutput(many=True)


class ContributionOutput(Output):
    """A declared tax; `line` is null on the header."""

    line = serializers.IntegerField(source="line.seq", allow_null=True)
    code = serializers.CharField()
    rate = RateText(allow_null=True)
    rate_type = serializers.CharField()
    payment_form = serializers.CharField()
    amount_mxn = MoneyText()


class IdentifierOutput(Output):
    """An identifier of Apéndice 8; `line` is null on the header."""

    line = serializers.IntegerField(source="line.seq", allow_null=True)
    code = serializers.CharField()
    complement_1 = serializers.CharField()
    complement_2 = serializers.CharField()
    complement_3 = serializers.CharField()


class InvoiceOutput(Output):
    """A commercial invoice behind a pedimento."""

    number = serializers.CharField()
    issued_on = serializers.DateField()
    cove = serializers.CharField()
    incoterm = serializers.CharField()
    currency = serializers.CharField()
    value = MoneyText()
    supplier = serializers.CharField()
    supplier_tax_id = serializers.CharField()
    supplier_address = serializers.CharField()
    is_related = serializers.BooleanField()
    usd_factor = RateText(allow_null=True)


class WaybillOutput(Output):
    """A transport document."""

    number = serializers.CharField()
    kind = serializers.ChoiceField(PedimentoWaybill.Kind.choices)


class ContainerOutput(Output):
    """A container or trailer."""

    number = serializers.CharField()
    type_code = serializers.CharField()


class CustomsSealOutput(Output):
    """A customs seal, and those that replaced it."""

    number = serializers.CharField()
    first_review = serializers.CharField()
    second_review = serializers.CharField()


class VehicleOutput(Output):
    """What the goods travel in, and whose it is."""

    identification = serializers.CharField()
    country = serializers.CharField()
    carrier = serializers.CharField()
    carrier_rfc = serializers.CharField()


class BankPaymentOutput(Output):
    """A payment at a bank against a línea de captura."""

    capture_line = serializers.CharField()
    amount_mxn = MoneyText()
    payment_form = serializers.CharField()
    bank = serializers.CharField()
    operation_number = serializers.CharField()
    paid_on = serializers.DateField(allow_null=True)


class ConsigneeOutput(Output):
    """Who the goods are for."""

    name = serializers.CharField()
    tax_id = serializers.CharField()
    address = serializers.CharField()


class RemesaNoticeOutput(Output):
    """The electronic notice of one remesa."""

    remesa = serializers.IntegerField()
    number = serializers.CharField()
    issued_on = serializers.DateField()


class CustomsAccountOutput(Output):
    """A deposit in a customs account or a customs guarantee account, by its constancia."""

    account_kind = serializers.CharField()
    guarantee_kind = serializers.CharField()
    issuer = serializers.CharField()
    contract_number = serializers.CharField()
    folio = serializers.CharField()
    amount_mxn = MoneyText()
    issued_on = serializers.DateField()


class OffsetOutput(Output):
    """An amount of another pedimento set off against what this one owes."""

    original_number = serializers.CharField()
    original_paid_on = serializers.DateField()
    code = serializers.CharField()
    amount_mxn = MoneyText()


class PaymentDocumentOutput(Output):
    """A document behind a payment form other than cash."""

    payment_form = serializers.CharField()
    issuer = serializers.CharField()
    number = serializers.CharField()
    issued_on = serializers.DateField()
    amount_mxn = MoneyText()
    balance_mxn = MoneyText()
    payable_mxn = MoneyText(allow_null=True)


class PedimentoDetailOutput(PedimentoOutput):
    """A pedimento with all its parts."""

    lines = LineDetail(many=True)
    contributions = ContributionOutput(many=True)
    identifiers = IdentifierOutput(many=True)
    invoices = InvoiceOutput(many=True)
    waybills = WaybillOutput(many=True)
    containers = ContainerOutput(many=True)
    seals = CustomsSealOutput(many=True)
    vehicles = VehicleOutput(many=True)
    payments = BankPaymentOutput(many=True)
    consignees = ConsigneeOutput(many=True)
    remesa_notices = RemesaNoticeOutput(many=True)
    customs_accounts = CustomsAccountOutput(many=True)
    offsets = OffsetOutput(many=True)
    payment_documents = PaymentDocumentOutput(many=True)


class BondedLotOutput(Output):
    """What a subline still owes customs, with its clock."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="account.item.sku")
    regime = serializers.CharField(source="account.regime")
    authorisation = serializers.CharField(source="account.authorisation.number", allow_null=True)
    pedimento = serializers.CharField(source="pedimento_number")
    line = serializers.IntegerField(source="line_seq")
    batch = serializers.CharField(source="subline.batch")
    serial = serializers.CharField()
    goods = serializers.ChoiceField(BondedLot.Goods.choices)
    opening_quantity = QuantityText(source="quantity")
    opening_tariff_quantity = QuantityText(source="tariff_quantity")
    opening_value_mxn = MoneyText(source="value_mxn")
    remaining = QuantityText(source="open_quantity")
    remaining_tariff = QuantityText(source="open_tariff")
    remaining_value_mxn = MoneyText(source="open_value")
    legal_date = serializers.DateField()
    available_from = serializers.DateField()
    clock_start = serializers.DateField()
    is_clock_provisional = serializers.BooleanField()
    is_provisional = serializers.BooleanField()
    stay_limit_code = serializers.CharField()
    must_leave_by = serializers.DateField(allow_null=True)
    legal_deadline = serializers.DateField(allow_null=True)
    hold = serializers.CharField(source="hold_reason")


class DischargeOutput(Output):
    """So much of an entry written off by an exit; a reversal has the signs turned."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="account.item.sku")
    regime = serializers.CharField(source="account.regime")
    bonded_lot = serializers.IntegerField(source="bonded_lot_id")
    entry = serializers.CharField(source="bonded_lot.pedimento_number")
    entry_line = serializers.IntegerField(source="bonded_lot.line_seq")
    exit = serializers.CharField(source="outbound_line.pedimento.number")
    exit_line = serializers.IntegerField(source="outbound_line.seq")
    quantity = QuantityText()
    tariff_quantity = QuantityText()
    value_mxn = MoneyText()
    legal_date = serializers.DateField()
    recorded_at = Moment()
    flags = serializers.ListField(child=serializers.CharField())
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)
    by = serializers.CharField(source="actor_label")
    reason = serializers.CharField()


class LotCorrectionOutput(Output):
    """A change of what a bonded lot declared, made by a rectification."""

    id = serializers.IntegerField()
    bonded_lot = serializers.IntegerField(source="bonded_lot_id")
    entry = serializers.CharField(source="bonded_lot.pedimento_number")
    entry_line = serializers.IntegerField(source="bonded_lot.line_seq")
    rectification = serializers.CharField(source="rectification.number")
    quantity = QuantityText()
    tariff_quantity = QuantityText()
    value_mxn = MoneyText()
    legal_date = serializers.DateField()
    recorded_at = Moment()
    reason = serializers.CharField()


class DifferenceOutput(Output):
    """What the shelf has more or less than the customs books, and how it was explained."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="account.item.sku")
    regime = serializers.CharField(source="account.regime")
    quantity = QuantityText()
    origin = serializers.ChoiceField(StockDifference.Origin.choices)
    document = serializers.CharField()
    found_on = serializers.DateField()
    recorded_at = Moment()
    resolved_at = Moment(allow_null=True)
    resolution = serializers.CharField()


class NoticeOutput(Output):
    """A notice the law asks for."""

    id = serializers.IntegerField()
    pedimento = serializers.CharField(source="pedimento.number")
    kind = serializers.ChoiceField(LegalNotice.Kind.choices)
    document = serializers.CharField()
    due_at = Moment()
    details = serializers.JSONField()
    acknowledgement = serializers.CharField()
    exception_reason = serializers.CharField()
    closed_at = Moment(allow_null=True)
    closed_by = serializers.CharField()
