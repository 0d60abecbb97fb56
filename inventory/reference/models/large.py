"""Lists of thousands: tariffs of both countries, brokers' patents; and which file each list was loaded from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.fields import RateField
from inventory.reference.models.bases import Dated


class TariffCode(Dated):
    """A Mexican tariff code: fracción arancelaria (8 digits) and NICO (2), with the unit of the tariff (UMT)."""

    code = models.CharField(_("code"), max_length=10)
    description = models.TextField(_("description"))
    unit_code = models.CharField(_("tariff unit"), max_length=2)

    class Meta:
        verbose_name = _("Mexican tariff code")
        verbose_name_plural = _("Mexican tariff codes")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="tariff_code")

    def __str__(self) -> str:
        return self.code

    @property
    def fraccion(self) -> str:
        """The eight digits that decide the duty."""
        return self.code[:8]

    @property
    def nico(self) -> str:
        """The two digits that only count trade."""
        return self.code[8:]


class HtsCode(Dated):
    """A line of the US Harmonized Tariff Schedule with a rate or a statistical suffix (8 or 10 digits).

    `description` is the path from the heading down. `general_rate` is text as printed; `general_ad_valorem` is the same
    as a share where it is nothing but a percentage or Free. Rates stand on the 8-digit line and are repeated below it.
    """

    code = models.CharField(_("code"), max_length=10)
    description = models.TextField(_("description"))
    units = models.CharField(_("units"), max_length=60, blank=True)
    general_rate = models.CharField(_("general rate"), max_length=500, blank=True)
    general_ad_valorem = RateField(_("general rate as a share"), null=True, blank=True)
    special_rate = models.CharField(_("special rate"), max_length=400, blank=True)
    is_usmca_free = models.BooleanField(_("free for USMCA goods"), default=False)

    class Meta:
        verbose_name = _("US tariff code")
        verbose_name_plural = _("US tariff codes")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="hts_code")

    def __str__(self) -> str:
        return self.code


class PatentNumber(Dated):
    """A customs broker's licence number (patente) that the tax authority lists. New ones lag, so it only warns."""

    code = models.CharField(_("patent"), max_length=4)

    class Meta:
        verbose_name = _("broker's patent")
        verbose_name_plural = _("brokers' patents")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="patent_number")

    def __str__(self) -> str:
        return self.code


class LoadedList(models.Model):
    """Which edition of a data file the tables hold: its checksum, so that loading again costs nothing."""

    name = models.CharField(_("list"), max_length=40, unique=True)
    checksum = models.CharField(_("SHA-256"), max_length=64)
    rows = models.PositiveIntegerField(_("rows"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    data_date = models.CharField(_("date of the data"), max_length=60, blank=True)
    loaded_at = models.DateTimeField(_("loaded"), auto_now=True)

    class Meta:
        verbose_name = _("loaded list")
        verbose_name_plural = _("loaded lists")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
