"""The papers, boxes, payments, notices and people of a pedimento: its blocks that may have any number of rows (Anexo 22).

Written once and never changed: a rectification is a pedimento of its own, with rows of its own. The unique constraints
begin with the owner, so no owner needs an index besides.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.customs.pedimento_models import Pedimento, PedimentoLine
from inventory.fields import MoneyField, QuantityField

__all__ = [
    "PedimentoConsignee",
    "PedimentoContainer",
    "PedimentoPayment",
    "PedimentoPermit",
    "PedimentoRemesaNotice",
    "PedimentoSeal",
    "PedimentoSerial",
    "PedimentoVehicle",
    "PedimentoWaybill",
]


class PedimentoWaybill(models.Model):
    """A transport document (guía, manifiesto, conocimiento de embarque)."""

    class Kind(models.TextChoices):
        """Whose document."""

        MASTER = "M", _("Master")
        HOUSE = "H", _("House")

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="waybills", verbose_name="pedimento", db_index=False
    )
    number = models.CharField(_("waybill or bill of lading"), max_length=40)
    kind = models.CharField(_("master or house"), max_length=1, choices=Kind)

    class Meta:
        verbose_name = _("waybill")
        verbose_name_plural = _("waybills")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pedimento", "number"], name="waybill_unique_in_pedimento"),
            models.CheckConstraint(condition=Q(kind__in=["M", "H"]), name="waybill_is_master_or_house"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class PedimentoContainer(models.Model):
    """A container or trailer (Apéndice 10)."""

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="containers", verbose_name="pedimento", db_index=False
    )
    number = models.CharField(_("container or trailer"), max_length=20)
    type_code = models.CharField(_("container type"), max_length=3)

    class Meta:
        verbose_name = _("container")
        verbose_name_plural = _("containers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["pedimento", "number"], name="container_unique_in_pedimento")]

    def __str__(self) -> str:
        return f"{self.number} ({self.type_code})"


class PedimentoSeal(models.Model):
    """A customs seal (candado), and those that replaced it at the first and the second examination."""

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="seals", verbose_name="pedimento", db_index=False
    )
    number = models.CharField(_("seal"), max_length=20)
    first_review = models.CharField(_("first examination"), max_length=20, blank=True)
    second_review = models.CharField(_("second examination"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("customs seal")
        verbose_name_plural = _("customs seals")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["pedimento", "number"], name="seal_unique_in_pedimento")]

    def __str__(self) -> str:
        return " → ".join(filter(None, (self.number, self.first_review, self.second_review)))


class PedimentoVehicle(models.Model):
    """What the goods travel in: plates, wagon, ship or flight; and whose it is."""

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="vehicles", verbose_name="pedimento", db_index=False
    )
    identification = models.CharField(_("plates, ship or flight"), max_length=40)
    country = models.CharField(_("country"), max_length=3, blank=True)
    carrier = models.CharField(_("carrier"), max_length=120, blank=True)
    carrier_rfc = models.CharField(_("RFC of the carrier"), max_length=13, blank=True)

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pedimento", "identification"], name="vehicle_unique_in_pedimento")
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.identification, self.country, self.carrier, self.carrier_rfc)))


class PedimentoConsignee(models.Model):
    """Who the goods are for (destinatario; instructivo, “datos del destinatario”)."""

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="consignees", verbose_name="pedimento", db_index=False
    )
    name = models.CharField(_("consignee"), max_length=200)
    tax_id = models.CharField(_("tax id"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("consignee")
        verbose_name_plural = _("consignees")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pedimento", "name", "tax_id", "address"], name="consignee_unique")
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.tax_id)))


class PedimentoRemesaNotice(models.Model):
    """The electronic notice of one remesa of a consolidated pedimento (identifier AV; LA 37, 37-A)."""

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="remesa_notices", verbose_name="pedimento", db_index=False
    )
    remesa = models.PositiveIntegerField(_("remesa"))
    number = models.CharField(_("notice"), max_length=40)
    issued_on = models.DateField(_("date of the notice"))

    class Meta:
        verbose_name = _("notice of a remesa")
        verbose_name_plural = _("notices of remesas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pedimento", "remesa"], name="remesa_unique_in_pedimento"),
            models.UniqueConstraint(fields=["pedimento", "number"], name="remesa_notice_unique_in_pedimento"),
            models.CheckConstraint(condition=Q(remesa__gt=0), name="remesa_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.remesa}: {self.number}"


class PedimentoPayment(models.Model):
    """A payment at a bank against a línea de captura (fields 43-45, Apéndice 23). Whole pesos."""

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="payments", verbose_name="pedimento", db_index=False
    )
    capture_line = models.CharField(_("línea de captura"), max_length=20)
    payment_form = models.CharField(_("payment form"), max_length=2)
    amount_mxn = MoneyField(_("amount, MXN"))
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    operation_number = models.CharField(_("bank operation number"), max_length=14, blank=True)
    paid_on = models.DateField(_("paid"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pedimento", "capture_line"], name="payment_unique_in_pedimento"),
            models.CheckConstraint(condition=Q(amount_mxn__gt=0), name="payment_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.capture_line}: {self.amount_mxn}"


class PedimentoPermit(models.Model):
    """A permit or other non-tariff regulation that a line complies with (RRNA, Apéndice 9)."""

    line = models.ForeignKey(
        PedimentoLine, models.CASCADE, related_name="permits", verbose_name=_("pedimento line"), db_index=False
    )
    code = models.CharField(_("permit"), max_length=4)
    number = models.CharField(_("permit number"), max_length=40, blank=True)
    signature = models.CharField(_("signature of the discharge"), max_length=40, blank=True)
    value_usd = MoneyField(_("value, USD"), null=True, blank=True)
    quantity = QuantityField(_("quantity"), null=True, blank=True)

    class Meta:
        verbose_name = _("permit")
        verbose_name_plural = _("permits")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "code", "number"], name="permit_unique_in_line"),
            models.CheckConstraint(
                condition=(Q(value_usd__isnull=True) | Q(value_usd__gte=0))
                & (Q(quantity__isnull=True) | Q(quantity__gt=0)),
                name="permit_numbers_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}".strip()


class PedimentoSerial(models.Model):
    """A serial number or NIV of a line's goods as declared, with the kilometres of a vehicle."""

    line = models.ForeignKey(
        PedimentoLine, models.CASCADE, related_name="serials", verbose_name=_("pedimento line"), db_index=False
    )
    number = models.CharField(_("serial number or NIV"), max_length=40)
    kilometres = models.PositiveIntegerField(_("kilometres"), null=True, blank=True)

    class Meta:
        verbose_name = _("declared serial number")
        verbose_name_plural = _("declared serial numbers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["line", "number"], name="serial_unique_in_line")]

    def __str__(self) -> str:
        return self.number
