"""What stands for money on a pedimento and is not cash: customs accounts, offsets, documents (Anexo 22, instructivo).

Written once and never changed, as the papers of `paper_models`.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.customs.pedimento_models import Pedimento
from inventory.fields import MoneyField

__all__ = ["PedimentoCustomsAccount", "PedimentoOffset", "PedimentoPaymentDocument"]


class PedimentoCustomsAccount(models.Model):
    """A deposit in a customs account or a customs guarantee account, by its constancia (LA 84-A, 86, 86-A)."""

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="customs_accounts", verbose_name="pedimento", db_index=False
    )
    account_kind = models.CharField(_("kind of account"), max_length=1)
    guarantee_kind = models.CharField(_("kind of guarantee"), max_length=1)
    issuer = models.CharField(_("institution"), max_length=2)
    contract_number = models.CharField(_("contract number"), max_length=17)
    folio = models.CharField(_("folio of the constancia"), max_length=17)
    amount_mxn = MoneyField(_("total of the deposit, MXN"))
    issued_on = models.DateField(_("date of the constancia"))

    class Meta:
        verbose_name = _("customs account")
        verbose_name_plural = _("customs accounts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pedimento", "folio", "issuer"], name="customs_account_unique"),
            models.CheckConstraint(condition=Q(amount_mxn__gt=0), name="customs_account_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.folio}: {self.amount_mxn}"


class PedimentoOffset(models.Model):
    """An amount in one's favour of another pedimento, set off against what this one owes (compensación). Whole pesos."""

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="offsets", verbose_name="pedimento", db_index=False
    )
    original_number = models.CharField(_("original pedimento"), max_length=15)
    original_paid_on = models.DateField(_("original paid"))
    code = models.CharField(_("contribution"), max_length=3)
    amount_mxn = MoneyField(_("amount set off, MXN"))

    class Meta:
        verbose_name = _("offset")
        verbose_name_plural = _("offsets")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pedimento", "original_number", "code"], name="offset_unique_in_pedimento"),
            models.CheckConstraint(condition=Q(amount_mxn__gt=0), name="offset_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.original_number} {self.code}: {self.amount_mxn}"


class PedimentoPaymentDocument(models.Model):
    """A document behind a payment form other than cash: a bond, a charge to the budget, a certificate."""

    pedimento = models.ForeignKey(
        Pedimento, models.CASCADE, related_name="payment_documents", verbose_name="pedimento", db_index=False
    )
    payment_form = models.CharField(_("payment form"), max_length=2)
    issuer = models.CharField(_("who issued it"), max_length=120)
    number = models.CharField(_("document number"), max_length=40)
    issued_on = models.DateField(_("issued"))
    amount_mxn = MoneyField(_("amount of the document, MXN"))
    balance_mxn = MoneyField(_("available balance, MXN"))
    payable_mxn = MoneyField(_("amount to pay, MXN"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment document")
        verbose_name_plural = _("payment documents")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pedimento", "number", "issuer"], name="payment_document_unique"),
            models.CheckConstraint(condition=~Q(payment_form="0"), name="payment_document_is_no_cash"),
            models.CheckConstraint(
                condition=Q(amount_mxn__gt=0, balance_mxn__gte=0, balance_mxn__lte=F("amount_mxn"))
                & (Q(payable_mxn__isnull=True) | Q(payable_mxn__gt=0, payable_mxn__lte=F("balance_mxn"))),
                name="payment_document_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_form} {self.issuer} {self.number}"
