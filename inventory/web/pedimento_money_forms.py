"""The parts of the pedimento's form that few pedimentos need: consignees, remesas, and money that is not cash."""

from django.utils.translation import gettext_lazy as _

from inventory.web.pedimento_forms import Part, choice, day, typed_number, typed_text


class ConsigneePart(Part):
    """Who the goods are for."""

    key_fields = ("name", "tax_id")

    name = typed_text(_("Consignee"), 200)
    tax_id = typed_text(_("Tax id of the consignee"), 30, autocapitalize="characters")
    address = typed_text(_("Address of the consignee"), 250)


class RemesaNoticePart(Part):
    """The electronic notice of one remesa."""

    key_fields = ("remesa", "number")

    remesa = typed_text(_("Remesa"), 6, inputmode="numeric")
    number = typed_text(_("Number of the notice"), 40, autocapitalize="characters")
    issued_on = day(_("Date of the notice"))


class CustomsAccountPart(Part):
    """A deposit in a customs account."""

    listed = {"account_kind": "account_kind", "guarantee_kind": "guarantee_kind", "issuer": "account_issuer"}
    key_fields = ("account_kind", "folio", "amount_mxn")

    account_kind = choice(_("Kind of account"))
    guarantee_kind = choice(_("Kind of guarantee"), _("A customs account (0) is a deposit (1)."))
    issuer = choice(_("Institution"))
    contract_number = typed_text(_("Contract number"), 17, autocapitalize="characters")
    folio = typed_text(_("Folio of the constancia"), 17, autocapitalize="characters")
    amount_mxn = typed_number(_("Total of the deposit, MXN"))
    issued_on = day(_("Date of the constancia"))


class OffsetPart(Part):
    """An amount of another pedimento set off."""

    listed = {"code": "contribution"}
    key_fields = ("original_number", "amount_mxn")

    original_number = typed_text(_("Original pedimento"), 30, inputmode="numeric")
    original_paid_on = day(_("Original paid on"))
    code = choice(_("Contribution"))
    amount_mxn = typed_number(_("Amount set off, MXN"))


class PaymentDocumentPart(Part):
    """A document behind a payment form other than cash."""

    listed = {"payment_form": "payment_form"}
    key_fields = ("number", "amount_mxn")

    payment_form = choice(_("Payment form"))
    issuer = typed_text(_("Authority or institution that issued it"), 120)
    number = typed_text(_("Document number"), 40, autocapitalize="characters")
    issued_on = day(_("Issued"))
    amount_mxn = typed_number(_("Amount of the document, MXN"))
    balance_mxn = typed_number(_("Available balance, MXN"))
    payable_mxn = typed_number(_("Amount to pay, MXN"))
