"""Codes and their names: offices, regimes, document keys, units, countries, currencies, short lists."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.reference.models.bases import Dated, Named, Sourced
from inventory.units import Factor


class CustomsOffice(Named, Sourced):
    """A customs office (aduana de despacho), two digits."""

    code = models.CharField(_("code"), max_length=2)

    class Meta:
        verbose_name = _("customs office")
        verbose_name_plural = _("customs offices")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="customs_office")

    def __str__(self) -> str:
        return f"{self.code} {self.name_es}"


class CustomsSection(Named, Sourced):
    """A section of a customs office (aduana y sección, Anexo 22 Apéndice 1), three characters."""

    code = models.CharField(_("code"), max_length=3)
    office_code = models.CharField(_("customs office"), max_length=2)

    class Meta:
        verbose_name = _("customs section")
        verbose_name_plural = _("customs sections")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="customs_section")

    def __str__(self) -> str:
        return f"{self.code} {self.name_es}"


class Regime(Named, Sourced):
    """A customs regime (régimen aduanero, Apéndice 16).

    Beware: `RFE` is processing in a customs-controlled precinct; the strategic bonded zone everyone calls RFE is `RFS`.
    """

    code = models.CharField(_("code"), max_length=3)
    is_bonded = models.BooleanField(_("bonded"), help_text=_("Goods under it owe customs a balance."))
    warning = models.CharField(_("beware"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("customs regime")
        verbose_name_plural = _("customs regimes")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="regime")

    def __str__(self) -> str:
        return f"{self.code} {self.name_es}"


class DocumentKey(Named, Sourced):
    """A document key (clave de pedimento, Apéndice 2) and the cases it is for (supuestos)."""

    code = models.CharField(_("code"), max_length=2)
    group = models.CharField(_("group"), max_length=80)
    conditions = models.TextField(_("cases"), blank=True)

    class Meta:
        verbose_name = _("document key")
        verbose_name_plural = _("document keys")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="document_key")

    def __str__(self) -> str:
        return f"{self.code} {self.name_es}"


class UnitOfMeasure(Named, Sourced):
    """A unit of measure of customs (Apéndice 7); `unece_code` is its UN/ECE Rec. 20 code where there is one."""

    code = models.CharField(_("code"), max_length=2)
    unece_code = models.CharField("UN/ECE Rec. 20", max_length=3, blank=True)
    symbol = models.CharField(_("symbol"), max_length=8, blank=True)

    class Meta:
        verbose_name = _("unit of measure")
        verbose_name_plural = _("units of measure")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="unit_of_measure")

    def __str__(self) -> str:
        return f"{self.code} {self.name_es}"


class UnitConversion(Sourced):
    """How many of `base_unit` one `unit` is, exactly: one dozen (19) is 12/1 pieces (6)."""

    unit = models.CharField(_("unit"), max_length=2)
    base_unit = models.CharField(_("base unit"), max_length=2)
    numerator = models.BigIntegerField(_("numerator"))
    denominator = models.BigIntegerField(_("denominator"), default=1)

    class Meta:
        verbose_name = _("unit conversion")
        verbose_name_plural = _("unit conversions")
        ordering = ["unit", "valid_from"]
        constraints = [
            *Dated.laws("unit", name="unit_conversion"),
            models.CheckConstraint(condition=Q(numerator__gt=0, denominator__gt=0), name="unit_conversion_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} → {self.base_unit}: {self.factor}"

    @property
    def factor(self) -> Factor:
        """Base units in one unit."""
        return Factor(self.numerator, self.denominator)


class Country(Named, Sourced):
    """A country by its ISO alpha-3 code, as pedimentos (Apéndice 4) and the tax authority's lists use it."""

    code = models.CharField(_("code"), max_length=3)
    alpha2 = models.CharField("ISO alpha-2", max_length=2, blank=True)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="country")

    def __str__(self) -> str:
        return f"{self.code} {self.name_es}"


class Currency(Named, Sourced):
    """A currency by its ISO 4217 code, with the different code that Anexo 22 Apéndice 5 may use (MXP for MXN)."""

    code = models.CharField(_("code"), max_length=3)
    anexo22_code = models.CharField(_("code on pedimentos"), max_length=3, blank=True, db_index=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="currency")

    def __str__(self) -> str:
        return f"{self.code} {self.name_es}"


class ListedCode(Named, Sourced):
    """A code of one of the short lists of Anexo 22 that need no fields of their own."""

    class List(models.TextChoices):
        """Which list the code belongs to."""

        TRANSPORT_MODE = "transport_mode", _("transport modes (Apéndice 3)")
        NON_TARIFF = "non_tariff", _("permits and regulations (Apéndice 9)")
        CONTAINER_TYPE = "container_type", _("container and vehicle types (Apéndice 10)")
        VALUATION_METHOD = "valuation_method", _("valuation methods (Apéndice 11)")
        CONTRIBUTION = "contribution", _("contributions (Apéndice 12)")
        PAYMENT_FORM = "payment_form", _("payment forms (Apéndice 13)")
        INCOTERM = "incoterm", _("Incoterms (Apéndice 14)")
        DESTINATION_ZONE = "destination_zone", _("destination zones (Apéndice 15)")
        RATE_TYPE = "rate_type", _("rate types (Apéndice 18)")
        ACCOUNT_KIND = "account_kind", _("kinds of customs accounts (instructivo)")
        GUARANTEE_KIND = "guarantee_kind", _("kinds of guarantees (instructivo)")
        ACCOUNT_ISSUER = "account_issuer", _("institutions that keep customs accounts (instructivo)")

    list = models.CharField(_("list"), max_length=16, choices=List)
    code = models.CharField(_("code"), max_length=4)
    scope = models.CharField(
        _("scope"), max_length=12, blank=True, help_text=_("Level of a contribution, ministry of a permit.")
    )
    abbreviation = models.CharField(_("abbreviation"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("listed code")
        verbose_name_plural = _("listed codes")
        ordering = ["list", "code", "scope", "valid_from"]
        constraints = Dated.laws("list", "code", "scope", name="listed_code")

    def __str__(self) -> str:
        return f"{self.code} {self.name_es}"


class Identifier(Sourced):
    """An identifier of Apéndice 8: at which level it is declared (G pedimento, P line), when, and its complements.

    Some codes come more than once at a level (MC, XP); `variant` counts them.
    """

    code = models.CharField(_("code"), max_length=2)
    level = models.CharField(_("level"), max_length=1)
    variant = models.PositiveSmallIntegerField(_("variant"), default=1)
    title = models.CharField(_("title"), max_length=400)
    when_to_use = models.TextField(_("when to use"), blank=True)
    complement_1 = models.TextField(_("complement 1"), blank=True)
    complement_2 = models.TextField(_("complement 2"), blank=True)
    complement_3 = models.TextField(_("complement 3"), blank=True)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ["code", "level", "variant", "valid_from"]
        constraints = Dated.laws("code", "level", "variant", name="identifier")

    def __str__(self) -> str:
        return f"{self.code} ({self.level}) {self.title}"
