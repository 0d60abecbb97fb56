"""What was declared: a pedimento with its lines, what was paid on them, identifiers and invoices."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.fields import MoneyField, QuantityField, RateField
from inventory.parties.models import Authorisation, Broker, Client
from inventory.places.models import Site

__all__ = [
    "Contribution",
    "Pedimento",
    "PedimentoIdentifier",
    "PedimentoInvoice",
    "PedimentoLine",
    "PedimentoSubline",
]


class Pedimento(models.Model):
    """A customs declaration (pedimento): Anexo 22 header. Inbound opens bonded lots, outbound discharges them."""

    class Operation(models.TextChoices):
        """Kind of operation (Anexo 22 field 2)."""

        IMPORT = "IMP", _("Import")
        EXPORT = "EXP", _("Export")
        TRANSIT = "TRA", _("Transit")

    class Effect(models.TextChoices):
        """What its key does to the bonded balance (mexico.md §2.5)."""

        INBOUND = "IN", _("Inbound")
        OUTBOUND = "OUT", _("Outbound")
        NEUTRAL = "N", _("Neutral")
        CORRECTIVE = "COR", _("Rectification")

    class State(models.TextChoices):
        """Life cycle as far as the books care (mexico.md §2.7)."""

        DRAFT = "draft", _("Draft")
        VALIDATED = "validated", _("Validated")
        PAID = "paid", _("Paid")
        CLEARED = "cleared", _("Cleared")
        PENDING = "pending", _("Pending reconciliation")
        APPLIED = "applied", _("Applied")
        CANCELLED = "cancelled", _("Withdrawn")

    class UpdateOption(models.TextChoices):
        """How a depósito fiscal updates its duty; chosen at entry, fixed for ever (LA 120)."""

        INPC = "FI", _("FI: price index")
        EXCHANGE = "FV", _("FV: exchange variation")

    number = models.CharField(_("number"), max_length=15, unique=True)
    client = models.ForeignKey(Client, models.PROTECT, related_name="pedimentos", verbose_name=_("client"))
    authorisation = models.ForeignKey(
        Authorisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pedimentos",
        verbose_name=_("authorisation"),
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="pedimentos", verbose_name=_("site"))
    broker = models.ForeignKey(
        Broker,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customs broker"),
    )
    operation = models.CharField(_("operation"), max_length=3, choices=Operation)
    document_key = models.CharField(_("document key (clave)"), max_length=2)
    regime = models.CharField(_("regime"), max_length=3)
    effect = models.CharField(_("effect"), max_length=3, choices=Effect)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    customs_section = models.CharField(_("customs office and section"), max_length=3)
    entry_section = models.CharField(_("section of entry or exit"), max_length=3, blank=True)
    destination_zone = models.CharField(_("destination or origin zone"), max_length=2, blank=True)
    transport_mode = models.CharField(_("transport mode"), max_length=2, blank=True)
    arrival_mode = models.CharField(_("transport mode of arrival"), max_length=2, blank=True)
    departure_mode = models.CharField(_("transport mode of departure"), max_length=2, blank=True)
    fx_rate = RateField(_("exchange rate, MXN per USD"))
    gross_kg = QuantityField(_("gross weight, kg"), default=0)
    packages = models.PositiveIntegerField(_("packages"), default=0)
    marks = models.CharField(_("marks and numbers"), max_length=250, blank=True)
    value_usd = MoneyField(_("value, USD"))
    customs_value_mxn = MoneyField(_("customs value, MXN"))
    price_paid_mxn = MoneyField(_("price paid, MXN"))
    insured_value_mxn = MoneyField(_("insured value, MXN"), default=0)
    inc_insurance_mxn = MoneyField(_("added: insurance, MXN"), default=0)
    inc_freight_mxn = MoneyField(_("added: freight, MXN"), default=0)
    inc_packing_mxn = MoneyField(_("added: packing, MXN"), default=0)
    inc_other_mxn = MoneyField(_("added: other, MXN"), default=0)
    dec_transport_mxn = MoneyField(_("deducted: transport, MXN"), default=0)
    dec_insurance_mxn = MoneyField(_("deducted: insurance, MXN"), default=0)
    dec_loading_mxn = MoneyField(_("deducted: loading, MXN"), default=0)
    dec_unloading_mxn = MoneyField(_("deducted: unloading, MXN"), default=0)
    dec_other_mxn = MoneyField(_("deducted: other, MXN"), default=0)
    validation_ack = models.CharField(_("validation acknowledgement"), max_length=8, blank=True)
    validated_on = models.DateField(_("validated"), null=True, blank=True)
    entered_on = models.DateField(_("entry date"), null=True, blank=True)
    paid_on = models.DateField(_("paid"), null=True, blank=True)
    extracted_on = models.DateField(_("withdrawn from deposit"), null=True, blank=True)
    presented_on = models.DateField(_("presented"), null=True, blank=True)
    foreign_import_on = models.DateField(_("imported in the US or Canada"), null=True, blank=True)
    cleared_at = models.DateTimeField(_("selection mechanism activated"), null=True, blank=True)
    was_examined = models.BooleanField(_("examined (red light)"), default=False)
    is_consolidated = models.BooleanField(_("consolidated"), default=False)
    consolidated_opened_on = models.DateField(_("consolidated opened"), null=True, blank=True)
    consolidated_closed_on = models.DateField(_("consolidated closed"), null=True, blank=True)
    consolidated_closed_at = models.DateTimeField(
        _("closing recorded"), null=True, blank=True, help_text=_("From here on the books took its lots as definite.")
    )
    update_option = models.CharField(_("update option"), max_length=2, choices=UpdateOption, blank=True)
    cash_mxn = MoneyField(_("cash, MXN"), default=0)
    other_mxn = MoneyField(_("other payment, MXN"), default=0)
    total_mxn = MoneyField(_("total, MXN"), default=0)
    rectifies = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rectified_by",
        verbose_name=_("rectifies"),
    )
    rfe_constancia = models.CharField(_("constancia of the bonded zone"), max_length=40, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("pedimento")
        verbose_name_plural = _("pedimentos")
        indexes = [
            models.Index(fields=["client", "-recorded_at", "-id"], name="pedimento_newest"),
            models.Index(fields=["state", "effect"], name="pedimento_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(total_mxn=F("cash_mxn") + F("other_mxn")),
                name="pedimento_total_is_cash_plus_other",
            ),
            models.CheckConstraint(
                condition=Q(rectifies__isnull=True) | ~Q(rectifies=F("id")),
                name="pedimento_does_not_rectify_itself",
            ),
            models.CheckConstraint(
                condition=Q(
                    value_usd__gte=0,
                    customs_value_mxn__gte=0,
                    price_paid_mxn__gte=0,
                    fx_rate__gt=0,
                ),
                name="pedimento_values_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    insured_value_mxn__gte=0,
                    inc_insurance_mxn__gte=0,
                    inc_freight_mxn__gte=0,
                    inc_packing_mxn__gte=0,
                    inc_other_mxn__gte=0,
                    dec_transport_mxn__gte=0,
                    dec_insurance_mxn__gte=0,
                    dec_loading_mxn__gte=0,
                    dec_unloading_mxn__gte=0,
                    dec_other_mxn__gte=0,
                ),
                name="pedimento_additions_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PedimentoLine(models.Model):
    """A numbered line of a pedimento (partida): one tariff code, its quantities in commercial and tariff units, its value."""

    class Relationship(models.TextChoices):
        """Whether seller and buyer are related (vinculación, field 4)."""

        NONE = "0", _("0 · Not related")
        WITHOUT_EFFECT = "1", _("1 · Related, the value is not affected")
        WITH_EFFECT = "2", _("2 · Related, the value is affected")

    pedimento = models.ForeignKey(Pedimento, models.CASCADE, related_name="lines", verbose_name="pedimento")
    seq = models.PositiveIntegerField(_("line"))
    tariff_code = models.CharField(_("tariff code"), max_length=8)
    nico = models.CharField("NICO", max_length=2)
    description = models.CharField(_("description"), max_length=250)
    commercial_unit = models.CharField(_("commercial unit (UMC)"), max_length=2)
    commercial_quantity = QuantityField(_("commercial quantity"))
    tariff_unit = models.CharField(_("tariff unit (UMT)"), max_length=2)
    tariff_quantity = QuantityField(_("tariff quantity"))
    origin_country = models.CharField(_("country of origin or destination"), max_length=3)
    seller_country = models.CharField(_("country of seller or buyer"), max_length=3, blank=True)
    relationship = models.CharField(_("relationship"), max_length=1, choices=Relationship, blank=True)
    valuation_method = models.CharField(_("valuation method"), max_length=1, default="1")
    customs_value_mxn = MoneyField(_("customs value, MXN"))
    price_paid_mxn = MoneyField(_("price paid, MXN"), default=0)
    unit_price_mxn = MoneyField(_("unit price, MXN"), default=0)
    value_added_mxn = MoneyField(_("value added, MXN"), default=0)
    brand = models.CharField(_("brand"), max_length=80, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    product_code = models.CharField(_("product code"), max_length=80, blank=True)
    source_number = models.CharField(_("source pedimento (descargos)"), max_length=15, blank=True)
    source_seq = models.PositiveIntegerField(_("source line"), null=True, blank=True)

    class Meta:
        verbose_name = _("pedimento line")
        verbose_name_plural = _("pedimento lines")
        ordering = ["pedimento", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["pedimento", "seq"], name="pedimento_line_seq_unique"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="pedimento_line_seq_from_one"),
            models.CheckConstraint(
                condition=Q(
                    commercial_quantity__gt=0,
                    tariff_quantity__gt=0,
                    customs_value_mxn__gte=0,
                ),
                name="pedimento_line_quantities_positive",
            ),
            models.CheckConstraint(
                condition=Q(relationship__in=["", "0", "1", "2"]), name="pedimento_line_relationship_known"
            ),
            models.CheckConstraint(condition=Q(value_added_mxn__gte=0), name="pedimento_line_value_added_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.pedimento_id}-{self.seq}"


class PedimentoSubline(models.Model):
    """One part number of one batch within a line. Σ sublines = line, in every unit and in value; PEPS runs on these."""

    line = models.ForeignKey(
        PedimentoLine,
        models.CASCADE,
        related_name="sublines",
        verbose_name=_("pedimento line"),
    )
    item = models.ForeignKey(Item, models.PROTECT, related_name="sublines", verbose_name=_("item"))
    batch = models.CharField(_("batch"), max_length=64, blank=True)
    serial = models.CharField(_("serial number"), max_length=64, blank=True)
    quantity = QuantityField(_("quantity, stock units"))
    commercial_quantity = QuantityField(_("commercial quantity"))
    tariff_quantity = QuantityField(_("tariff quantity"))
    customs_value_mxn = MoneyField(_("customs value, MXN"))

    class Meta:
        verbose_name = _("pedimento subline")
        verbose_name_plural = _("pedimento sublines")
        ordering = ["line", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "item", "batch", "serial"], name="subline_unique"),
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0,
                    commercial_quantity__gt=0,
                    tariff_quantity__gt=0,
                    customs_value_mxn__gte=0,
                ),
                name="subline_quantities_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.item}"


class Contribution(models.Model):
    """A tax of a pedimento (line null) or of one of its lines, as declared: Apéndices 12, 13 and 18. Whole pesos."""

    pedimento = models.ForeignKey(
        Pedimento,
        models.CASCADE,
        related_name="contributions",
        verbose_name="pedimento",
    )
    line = models.ForeignKey(
        PedimentoLine,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="contributions",
        verbose_name=_("pedimento line"),
    )
    code = models.CharField(_("contribution"), max_length=3)
    rate = RateField(_("rate"), null=True, blank=True)
    rate_type = models.CharField(_("rate type"), max_length=2, blank=True)
    payment_form = models.CharField(_("payment form"), max_length=2)
    amount_mxn = MoneyField(_("amount, MXN"))

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [models.CheckConstraint(condition=Q(amount_mxn__gte=0), name="contribution_not_negative")]

    def __str__(self) -> str:
        return f"{self.code}: {self.amount_mxn}"


class PedimentoIdentifier(models.Model):
    """An identifier of Apéndice 8 on a pedimento (G) or one of its lines (P), with its complements."""

    pedimento = models.ForeignKey(Pedimento, models.CASCADE, related_name="identifiers", verbose_name="pedimento")
    line = models.ForeignKey(
        PedimentoLine,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="identifiers",
        verbose_name=_("pedimento line"),
    )
    code = models.CharField(_("identifier"), max_length=2)
    complement_1 = models.CharField(_("complement 1"), max_length=50, blank=True)
    complement_2 = models.CharField(_("complement 2"), max_length=50, blank=True)
    complement_3 = models.CharField(_("complement 3"), max_length=50, blank=True)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")

    def __str__(self) -> str:
        return self.code


class PedimentoInvoice(models.Model):
    """A commercial invoice behind a pedimento, with its value receipt (COVE)."""

    pedimento = models.ForeignKey(Pedimento, models.CASCADE, related_name="invoices", verbose_name="pedimento")
    number = models.CharField(_("invoice"), max_length=60)
    issued_on = models.DateField(_("issued"))
    cove = models.CharField("COVE", max_length=15, blank=True)
    incoterm = models.CharField("Incoterm", max_length=3, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    value = MoneyField(_("value"))
    usd_factor = RateField(_("USD per unit of the currency"), null=True, blank=True)
    supplier = models.CharField(_("supplier or buyer"), max_length=200, blank=True)
    supplier_tax_id = models.CharField(_("tax id of the supplier or buyer"), max_length=30, blank=True)
    supplier_address = models.CharField(_("address of the supplier or buyer"), max_length=250, blank=True)
    is_related = models.BooleanField(_("related to the importer"), default=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [models.UniqueConstraint(fields=["pedimento", "number"], name="invoice_unique_in_pedimento")]

    def __str__(self) -> str:
        return self.number
