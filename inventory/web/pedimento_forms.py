"""The parts of the form on which a pedimento is typed. They only carry text: the customs books check every value."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.errors import ReferenceMissing
from inventory.models import Authorisation, Client, Pedimento, PedimentoLine, PedimentoWaybill, Site
from inventory.reference import selectors as reference
from inventory.reference.models import CustomsSection, DocumentKey, ListedCode, Regime, UnitOfMeasure
from inventory.units import plain
from inventory.web.access import WebAccess
from inventory.web.forms import DateInput, MomentInput
from inventory.web.places_of import at_sites, sites_of
from inventory.web.units import unit_symbol

EMPTY = [("", "—")]


def typed_text(label: Any, most: int, help_text: Any = "", **attrs: Any) -> forms.CharField:
    """A field that takes what is typed; the books judge it."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=False, max_length=most, help_text=help_text, widget=widget)


def typed_number(label: Any, help_text: Any = "") -> forms.CharField:
    """A number as text: nothing is lost before the books read it."""
    return typed_text(label, 30, help_text, inputmode="decimal")


class LenientChoice(forms.ChoiceField):
    """A drop-down that lets any value pass: the books say what is wrong with one that is on no list of its day."""

    def valid_value(self, value: Any) -> bool:
        """Always True."""
        return True


def choice(label: Any, help_text: Any = "") -> forms.ChoiceField:
    """A drop-down; its choices come with the day."""
    return LenientChoice(label=label, required=False, help_text=help_text)


def day(label: Any, help_text: Any = "") -> forms.CharField:
    """A calendar day."""
    return forms.CharField(label=label, required=False, help_text=help_text, widget=DateInput)


class Choices:
    """The drop-downs of one form, each list read once."""

    def __init__(self, access: WebAccess) -> None:
        self.access, self.today = access, timezone.localdate()
        self._read: dict[str, list[tuple[str, str]]] = {}

    def of(self, name: str) -> list[tuple[str, str]]:
        """The choices of a list, an empty one first."""
        if name not in self._read:
            self._read[name] = EMPTY + getattr(self, f"_{name}")()
        return self._read[name]

    def _units(self) -> list[tuple[str, str]]:
        rows = sorted(reference.valid_on(UnitOfMeasure, self.today), key=lambda row: int(row.code))
        return [(row.code, f"{row.code} · {unit_symbol(row.code)} · {row.name}") for row in rows]

    def _regimes(self) -> list[tuple[str, str]]:
        return reference.choices(Regime, self.today)

    def _keys(self) -> list[tuple[str, str]]:
        return reference.choices(DocumentKey, self.today)

    def _sections(self) -> list[tuple[str, str]]:
        return reference.choices(CustomsSection, self.today)

    def _authorisations(self) -> list[tuple[str, str]]:
        rows = Authorisation.objects.filter(site_link__isnull=False).select_related("client", "site_link__site")
        rows = at_sites(self.access, rows, "site_link__site").order_by("regime", "number")
        allowed = (row for row in rows if row.client_id is None or self.access.full_scope.allows(row.client_id))
        return [
            (row.number, " · ".join(filter(None, (str(row), row.site_link.site.name, _holder(row))))) for row in allowed
        ]

    def _sites(self) -> list[tuple[str, str]]:
        return [(site.code, site.name) for site in sites_of(self.access, Site.Kind.BONDED)]

    def listed(self, list_name: str) -> list[tuple[str, str]]:
        """A short list of Anexo 22."""
        if list_name not in self._read:
            self._read[list_name] = EMPTY + reference.choices(ListedCode, self.today, list=list_name)
        return self._read[list_name]


def _holder(row: Authorisation) -> str:
    return row.client.name if row.client else ""


class Part(forms.Form):
    """One piece of the form. `lists` names the drop-downs by field, `listed` those of Anexo 22's short lists."""

    lists: dict[str, str] = {}
    listed: dict[str, str] = {}
    # A row in which all of these are empty was left blank, and is no row.
    key_fields: tuple[str, ...] = ()
    marks_optional = False

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, of in self.lists.items():
            self.fields[name].choices = choices.of(of)
        for name, of in self.listed.items():
            self.fields[name].choices = choices.listed(of)

    def typed(self) -> dict[str, str]:
        """What was typed, field by field, leaving out what was left empty."""
        values = {name: self[name].value() for name in self.fields}
        return {name: str(value).strip() for name, value in values.items() if value not in (None, "", False)}

    @property
    def is_blank(self) -> bool:
        """True when nothing that matters was typed."""
        typed = self.typed()
        return not any(name in typed for name in self.key_fields)


class HeaderPart(Part):
    """The header."""

    lists = {
        "document_key": "keys", "regime": "regimes", "authorisation": "authorisations", "site": "sites",
        "customs_section": "sections", "entry_section": "sections",
    }  # fmt: skip
    listed = {
        "transport_mode": "transport_mode", "arrival_mode": "transport_mode", "departure_mode": "transport_mode",
        "destination_zone": "destination_zone",
    }  # fmt: skip

    client = forms.ModelChoiceField(Client.objects.none(), empty_label="—", label=_("Client"))
    number = typed_text(_("Number"), 30, _("15 digits, with or without spaces."), inputmode="numeric")
    operation = LenientChoice(label=_("Operation"), choices=Pedimento.Operation.choices, initial="IMP")
    document_key = choice(_("Document key (clave)"))
    regime = choice(_("Regime"))
    authorisation = choice(_("Authorisation"))
    site = choice(_("Site"))
    customs_section = choice(_("Customs office and section"))
    rectifies = typed_text(_("Rectifies"), 30, _("Only for R1: the number it rectifies."), inputmode="numeric")
    update_option = LenientChoice(
        label=_("Update option"),
        required=False,
        choices=EMPTY + list(Pedimento.UpdateOption.choices),
        help_text=_("Fiscal deposit only."),
    )
    entered_on = day(_("Entry date"))
    validated_on = day(_("Validated"))
    validation_ack = typed_text(_("Validation acknowledgement"), 8)
    paid_on = day(_("Paid"))
    cleared_at = forms.CharField(
        label=_("Cleared (MSA)"), required=False, widget=MomentInput, help_text=_("Time at the site.")
    )
    is_consolidated = forms.BooleanField(label=_("Consolidated"), required=False)
    consolidated_opened_on = day(_("Consolidated opened"))
    fx_rate = typed_number(_("Exchange rate, MXN per USD"))
    value_usd = typed_number(_("Value, USD"))
    customs_value_mxn = typed_number(_("Customs value, MXN"), _("Empty: the sum of the lines."))
    price_paid_mxn = typed_number(_("Price paid, MXN"), _("Empty: the sum of the lines."))
    gross_kg = typed_number(_("Gross weight, kg"))
    packages = typed_number(_("Packages"))
    transport_mode = choice(_("Transport mode"))
    destination_zone = choice(_("Destination or origin zone"))
    entry_section = choice(_("Section of entry or exit"))
    arrival_mode = choice(_("Transport mode of arrival"))
    departure_mode = choice(_("Transport mode of departure"))
    marks = typed_text(_("Marks and numbers"), 250)
    extracted_on = day(_("Withdrawn from deposit"))
    presented_on = day(_("Presented"))
    foreign_import_on = day(_("Imported in the US or Canada"))
    rfe_constancia = typed_text(_("Constancia of the bonded zone"), 40, autocapitalize="characters")
    inc_freight_mxn = typed_number(_("Freight, MXN"))
    inc_insurance_mxn = typed_number(_("Insurance, MXN"))
    inc_packing_mxn = typed_number(_("Packing, MXN"))
    inc_other_mxn = typed_number(_("Other additions, MXN"))
    insured_value_mxn = typed_number(_("Insured value, MXN"), _("Told, not added."))
    dec_transport_mxn = typed_number(_("Deducted: transport, MXN"))
    dec_insurance_mxn = typed_number(_("Deducted: insurance, MXN"))
    dec_loading_mxn = typed_number(_("Deducted: loading, MXN"))
    dec_unloading_mxn = typed_number(_("Deducted: unloading, MXN"))
    dec_other_mxn = typed_number(_("Deducted: other, MXN"))
    cash_mxn = typed_number(_("Cash, MXN"))
    other_mxn = typed_number(_("Other payment, MXN"))
    remarks = forms.CharField(
        label=_("Remarks"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    GROUPS = (
        (_("Identification"), (
            "client", "number", "operation", "document_key", "regime", "authorisation", "site", "customs_section",
            "rectifies", "update_option",
        )),
        (_("Dates"), (
            "entered_on", "validated_on", "validation_ack", "paid_on", "cleared_at", "is_consolidated",
            "consolidated_opened_on",
        )),
        (_("Values and transport"), (
            "fx_rate", "value_usd", "customs_value_mxn", "price_paid_mxn", "gross_kg", "packages", "transport_mode",
            "destination_zone", "cash_mxn", "other_mxn", "remarks",
        )),
    )  # fmt: skip
    FOLDED = (
        (_("Additions to the price paid, and deductions"), (
            "inc_freight_mxn", "inc_insurance_mxn", "inc_packing_mxn", "inc_other_mxn", "insured_value_mxn",
            "dec_transport_mxn", "dec_insurance_mxn", "dec_loading_mxn", "dec_unloading_mxn", "dec_other_mxn",
        )),
        (_("Other sections, modes, marks and dates"), (
            "entry_section", "arrival_mode", "departure_mode", "marks", "extracted_on", "presented_on",
            "foreign_import_on", "rfe_constancia",
        )),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, choices=choices, **kwargs)
        clients = choices.access.full_scope.filter(Client.objects.filter(is_active=True), "pk").order_by("name")
        self.fields["client"].queryset = clients
        if choices.access.active_client_id:
            self.fields["client"].initial = choices.access.active_client_id
        if len(choices.of("sites")) == 2:
            self.fields["site"].initial = choices.of("sites")[1][0]
        try:
            self.fields["fx_rate"].initial = plain(reference.usd_rate(choices.today))
        except ReferenceMissing:
            self.fields["fx_rate"].help_text = _("The rate published before the day of payment.")

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The fields under their headings."""
        return [(legend, [self[name] for name in names]) for legend, names in self.GROUPS]

    def folded(self) -> list[tuple[Any, list[Any], bool]]:
        """The fields few pedimentos need, under their headings; open where one is filled or wrong."""
        groups = [(legend, [self[name] for name in names]) for legend, names in self.FOLDED]
        return [(legend, fields, any(one.value() or one.errors for one in fields)) for legend, fields in groups]


class LinePart(Part):
    """A line (partida)."""

    lists = {"commercial_unit": "units", "tariff_unit": "units"}
    listed = {"valuation_method": "valuation_method"}
    key_fields = ("sku", "tariff_code", "commercial_quantity", "tariff_quantity", "customs_value_mxn", "description")

    sku = typed_text(_("SKU"), 64, list="skus", autocapitalize="characters")
    batch = typed_text(_("Lot or batch"), 64)
    serial = typed_text(_("Serial number"), 64)
    tariff_code = typed_text(_("Tariff code + NICO"), 13, inputmode="numeric")
    description = typed_text(_("Description"), 250)
    commercial_quantity = typed_number(_("Commercial quantity"))
    commercial_unit = choice(_("Commercial unit (UMC)"))
    tariff_quantity = typed_number(_("Tariff quantity"))
    tariff_unit = choice(_("Tariff unit (UMT)"))
    customs_value_mxn = typed_number(_("Customs value, MXN"))
    price_paid_mxn = typed_number(_("Price paid, MXN"))
    origin_country = typed_text(_("Origin or destination"), 3, list="countries", autocapitalize="characters")
    seller_country = typed_text(_("Seller or buyer"), 3, list="countries", autocapitalize="characters")
    valuation_method = choice(_("Valuation method"))
    brand = typed_text(_("Brand"), 80)
    model = typed_text(_("Model"), 80)
    product_code = typed_text(_("Product code"), 80)
    relationship = LenientChoice(
        label=_("Relationship"), required=False, choices=EMPTY + list(PedimentoLine.Relationship.choices)
    )
    value_added_mxn = typed_number(_("Value added, MXN"), _("Returns abroad only (RT, J4)."))
    source_number = typed_text(_("Source pedimento (descargos)"), 30, inputmode="numeric")
    source_seq = typed_text(_("Source line"), 6, inputmode="numeric")

    MAIN = (
        "sku", "batch", "tariff_code", "description", "commercial_quantity", "commercial_unit", "tariff_quantity",
        "tariff_unit", "customs_value_mxn", "price_paid_mxn", "origin_country", "seller_country",
    )  # fmt: skip
    MORE = (
        "brand", "model", "product_code", "serial", "relationship", "valuation_method", "value_added_mxn",
        "source_number", "source_seq",
    )  # fmt: skip

    def main(self) -> list[Any]:
        """The fields every line has."""
        return [self[name] for name in self.MAIN]

    def more(self) -> list[Any]:
        """The fields few lines need."""
        return [self[name] for name in self.MORE]

    @property
    def uses_more(self) -> bool:
        """True when one of the rarer fields is filled or wrong."""
        return any(self[name].value() or self[name].errors for name in self.MORE if name != "valuation_method")


class SublinePart(Part):
    """One of several part numbers of a line."""

    key_fields = ("sku", "commercial_quantity", "customs_value_mxn")

    sku = typed_text(_("SKU"), 64, list="skus", autocapitalize="characters")
    batch = typed_text(_("Lot or batch"), 64)
    serial = typed_text(_("Serial number"), 64)
    commercial_quantity = typed_number(_("Commercial quantity"))
    tariff_quantity = typed_number(_("Tariff quantity"))
    customs_value_mxn = typed_number(_("Customs value, MXN"))
    quantity = typed_number(_("Stock units"), _("Empty: worked out."))


class ContributionPart(Part):
    """A declared tax."""

    listed = {"code": "contribution", "payment_form": "payment_form", "rate_type": "rate_type"}
    key_fields = ("code", "amount_mxn")

    code = choice(_("Contribution"))
    payment_form = choice(_("Payment form"))
    rate = typed_number(_("Rate"))
    rate_type = choice(_("Rate type"))
    amount_mxn = typed_number(_("Amount, MXN"))


class IdentifierPart(Part):
    """An identifier of Apéndice 8."""

    key_fields = ("code",)

    code = typed_text(_("Identifier"), 2, list="identifiers", autocapitalize="characters")
    complement_1 = typed_text(_("Complement 1"), 50)
    complement_2 = typed_text(_("Complement 2"), 50)
    complement_3 = typed_text(_("Complement 3"), 50)


class InvoicePart(Part):
    """A commercial invoice."""

    listed = {"incoterm": "incoterm"}
    key_fields = ("number", "value")

    number = typed_text(_("Invoice"), 60)
    issued_on = day(_("Issued"))
    currency = typed_text(_("Currency"), 3, list="currencies", autocapitalize="characters")
    value = typed_number(_("Value"))
    cove = typed_text("COVE", 15, autocapitalize="characters")
    incoterm = choice("Incoterm")
    usd_factor = typed_number(_("USD per unit of the currency"))
    supplier = typed_text(_("Supplier or buyer"), 200)
    supplier_tax_id = typed_text(_("Tax id of the supplier or buyer"), 30)
    supplier_address = typed_text(_("Address of the supplier or buyer"), 250)
    is_related = forms.BooleanField(label=_("Related to the importer"), required=False)


class WaybillPart(Part):
    """A transport document."""

    key_fields = ("number",)

    number = typed_text(_("Waybill or bill of lading"), 40, autocapitalize="characters")
    kind = LenientChoice(label=_("Master or house"), choices=PedimentoWaybill.Kind.choices, initial="M")


class ContainerPart(Part):
    """A container or trailer."""

    listed = {"type_code": "container_type"}
    key_fields = ("number",)

    number = typed_text(_("Container or trailer"), 20, autocapitalize="characters")
    type_code = choice(_("Container type"))


class SealPart(Part):
    """A customs seal."""

    key_fields = ("number",)

    number = typed_text(_("Customs seal"), 30, autocapitalize="characters")
    first_review = typed_text(_("First examination"), 30, autocapitalize="characters")
    second_review = typed_text(_("Second examination"), 30, autocapitalize="characters")


class VehiclePart(Part):
    """What the goods travel in."""

    key_fields = ("identification",)

    identification = typed_text(_("Plates, ship or flight"), 40, autocapitalize="characters")
    country = typed_text(_("Country"), 3, list="countries", autocapitalize="characters")
    carrier = typed_text(_("Carrier"), 120)
    carrier_rfc = typed_text(_("RFC of the carrier"), 20, autocapitalize="characters")


class BankPaymentPart(Part):
    """A payment at a bank."""

    listed = {"payment_form": "payment_form"}
    key_fields = ("capture_line", "amount_mxn")

    capture_line = typed_text(_("Línea de captura"), 30, autocapitalize="characters")
    amount_mxn = typed_number(_("Amount, MXN"))
    payment_form = choice(_("Payment form"))
    bank = typed_text(_("Bank"), 80)
    operation_number = typed_text(_("Bank operation number"), 30, inputmode="numeric")
    paid_on = day(_("Paid on"))


class PermitPart(Part):
    """A permit of a line."""

    key_fields = ("code", "number")

    code = typed_text(_("Permit"), 4, list="permits", autocapitalize="characters")
    number = typed_text(_("Permit number"), 40)
    signature = typed_text(_("Signature of the discharge"), 40)
    value_usd = typed_number(_("Value, USD"))
    quantity = typed_number(_("Quantity"))


class SerialPart(Part):
    """A serial number declared for a line."""

    key_fields = ("number",)

    number = typed_text(_("Serial number or NIV"), 40, autocapitalize="characters")
    kilometres = typed_text(_("Kilometres"), 10, inputmode="numeric")
