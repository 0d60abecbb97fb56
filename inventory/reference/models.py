"""Dated code lists. See the package docstring for what always holds."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from inventory.fields import RateField
from inventory.units import Factor

__all__ = [
    "ClaveEffect",
    "Country",
    "Currency",
    "CustomsOffice",
    "CustomsSection",
    "DocumentKey",
    "ExchangeRate",
    "HtsCode",
    "Identifier",
    "ListedCode",
    "LoadedList",
    "NonBusinessDay",
    "PatentNumber",
    "PermanenceRule",
    "RateParameter",
    "Regime",
    "TariffCode",
    "UnitConversion",
    "UnitOfMeasure",
]


class Dated(models.Model):
    """A row of a list that is valid for a time, both ends included."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("Last valid day; empty while valid."))

    class Meta:
        abstract = True

    @staticmethod
    def laws(*key: str, name: str) -> list[models.BaseConstraint]:
        """Return the constraints of a dated list: one row per key and first day, and time runs forward."""
        return [
            models.UniqueConstraint(fields=[*key, "valid_from"], name=f"{name}_starts_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name=f"{name}_validity_runs_forward",
            ),
        ]


class Sourced(Dated):
    """A dated row that names its law and its source, and says whether someone read the rule there.

    Rows that are not verified are professional knowledge, implemented as changeable defaults.
    """

    legal_basis = models.CharField(_("legal basis"), max_length=200)
    source = models.CharField(_("source"), max_length=300)
    verified = models.BooleanField(_("verified"), default=False)
    verified_by = models.CharField(_("verified by"), max_length=120, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)

    class Meta:
        abstract = True


class Named(models.Model):
    """A row with a Spanish name (the official one) and an English one."""

    name_es = models.CharField(_("Spanish name"), max_length=400)
    name_en = models.CharField(_("English name"), max_length=400, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        spanish = (get_language() or "es").startswith("es")
        return self.name_es if spanish or not self.name_en else self.name_en


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


class ClaveEffect(Sourced):
    """What a document key does to the bonded balance of one regime (mexico.md §2.5).

    One declaration can act on two ledgers (E1 leaves depósito fiscal and enters IMMEX), so `acts_on_regime` is part of
    the key: it names the regime of the stock that grows or shrinks, not the regime that is declared.
    """

    class Operation(models.TextChoices):
        """Kind of operation the row is for; empty on complementary declarations."""

        IMPORT = "IMP", _("Import")
        EXPORT = "EXP", _("Export")
        TRANSIT = "TRA", _("Transit")

    class Effect(models.TextChoices):
        """What happens to the bonded balance."""

        INBOUND = "IN", _("Inbound")
        OUTBOUND = "OUT", _("Outbound")
        NEUTRAL = "N", _("Neutral")
        CORRECTIVE = "COR", _("Rectification")

    class LayerKind(models.TextChoices):
        """What the bonded lot holds."""

        INPUT = "input", _("goods and inputs")
        FIXED_ASSET = "fixed_asset", _("fixed assets")

    class Goods(models.TextChoices):
        """Which provenance (procedencia) may use the key."""

        FOREIGN = "foreign", _("foreign only")
        NATIONAL = "national", _("national or nationalised only")
        ANY = "any", _("any")

    clave = models.CharField(_("document key"), max_length=2)
    operation = models.CharField(_("operation"), max_length=3, choices=Operation, blank=True)
    acts_on_regime = models.CharField(_("acts on stock under"), max_length=3, blank=True)
    regimes = models.CharField(_("declared regimes"), max_length=40, blank=True, help_text=_("Codes parted by spaces."))
    effect = models.CharField(_("effect"), max_length=3, choices=Effect)
    layer_kind = models.CharField(_("kind of goods"), max_length=11, choices=LayerKind, blank=True)
    goods = models.CharField(_("provenance"), max_length=8, choices=Goods, default=Goods.ANY)
    allows_expired = models.BooleanField(_("may use expired lots"), default=False)
    requires_pair = models.BooleanField(_("needs a counterpart"), default=False)
    requires_layer_link = models.BooleanField(_("must name the bonded lots"), default=False)
    meaning = models.CharField(_("meaning"), max_length=200)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("effect of a document key")
        verbose_name_plural = _("effects of document keys")
        ordering = ["clave", "operation", "acts_on_regime", "valid_from"]
        constraints = Dated.laws("clave", "operation", "acts_on_regime", name="clave_effect")

    def __str__(self) -> str:
        return f"{self.clave} {self.operation} {self.acts_on_regime}: {self.effect}".replace("  ", " ")

    def allows_regime(self, regime: str) -> bool:
        """Return whether the declaration may name this regime. A wrong one is a warning: these lists are knowledge."""
        return not self.regimes or regime in self.regimes.split()

    def allows_goods(self, goods: str) -> bool:
        """Return whether goods of this provenance (`foreign` or `national`) may use the key."""
        return self.goods in (self.Goods.ANY, goods)


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


class PermanenceRule(Sourced):
    """How long goods may stay under a regime and from when the clock runs (plazo de permanencia, mexico.md §1.5)."""

    class Limit(models.TextChoices):
        """How the limit is expressed."""

        MONTHS = "months", _("months")
        DAYS = "days", _("days")
        PROGRAMME = "programme", _("life of the programme or authorisation")
        UNKNOWN = "unknown", _("set by decree, not loaded")

    class Start(models.TextChoices):
        """The event that starts the clock."""

        CLEARANCE = "clearance", _("activation of the selection mechanism, or closing of the consolidated")
        ENTRY = "entry", _("entry into the regime")
        TRANSFER = "transfer", _("date of the virtual transfer")
        TRANSIT = "transit", _("start of the transit")
        ARRIVAL = "arrival", _("day after arrival in the precinct")

    class Case(models.TextChoices):
        """The case a rule is for; the general rule has none."""

        GENERAL = "", _("general")
        CERTIFIED = "certified", _("holder certified as OEA")
        TRANSFER = "transfer", _("received by virtual transfer")
        SENSITIVE = "sensitive", _("sensitive goods")
        ARRIVING = "arriving", _("on the way to the warehouse")
        ABANDONMENT = "abandonment", _("before clearance")

    code = models.CharField(_("rule"), max_length=20)
    regime = models.CharField(_("regime"), max_length=3)
    case = models.CharField(_("case"), max_length=12, choices=Case, blank=True)
    goods_kinds = models.CharField(
        _("kinds of goods"), max_length=80, blank=True, help_text=_("Parted by spaces; empty means every kind.")
    )
    limit_kind = models.CharField(_("limit"), max_length=10, choices=Limit)
    limit = models.PositiveIntegerField(_("number"), null=True, blank=True)
    starts = models.CharField(_("starts with"), max_length=10, choices=Start)
    description = models.CharField(_("description"), max_length=300)

    class Meta:
        verbose_name = _("permanence rule")
        verbose_name_plural = _("permanence rules")
        ordering = ["regime", "code", "valid_from"]
        constraints = [
            *Dated.laws("code", name="permanence_rule"),
            models.CheckConstraint(
                condition=Q(limit_kind__in=["months", "days"], limit__gt=0)
                | Q(limit_kind__in=["programme", "unknown"], limit__isnull=True),
                name="permanence_rule_limit_fits_kind",
            ),
        ]
        indexes = [models.Index(fields=["regime", "case"], name="permanence_rule_regime")]

    def __str__(self) -> str:
        return self.code

    def covers(self, goods_kind: str) -> bool:
        """Return whether the rule is for this kind of goods."""
        return not self.goods_kinds or goods_kind in self.goods_kinds.split()


class RateParameter(Sourced):
    """A dated number of the law: a rate as a share (0.16), or an amount in pesos (mexico.md §5.3, §5.4)."""

    class Unit(models.TextChoices):
        """What the number counts."""

        SHARE = "share", _("share")
        PESOS = "MXN", _("pesos")

    code = models.CharField(_("code"), max_length=30)
    value = RateField(_("value"))
    unit = models.CharField(_("unit"), max_length=5, choices=Unit)
    description = models.CharField(_("description"), max_length=300)

    class Meta:
        verbose_name = _("rate or amount")
        verbose_name_plural = _("rates and amounts")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="rate_parameter")

    def __str__(self) -> str:
        return f"{self.code} {self.valid_from:%Y}"


class ExchangeRate(models.Model):
    """Pesos per unit of a currency (FIX): determined on one bank day, published in the DOF on the next."""

    currency = models.CharField(_("currency"), max_length=3)
    determined_on = models.DateField(_("determined"))
    published_on = models.DateField(_("published"))
    mxn_per_unit = RateField(_("pesos per unit"))

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-published_on"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "published_on"], name="exchange_rate_published_once"),
            models.CheckConstraint(condition=Q(mxn_per_unit__gt=0), name="exchange_rate_is_positive"),
            models.CheckConstraint(
                condition=Q(published_on__gt=F("determined_on")), name="exchange_rate_published_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.published_on}: {self.mxn_per_unit}"


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


class NonBusinessDay(models.Model):
    """A day on which the authority does not work, besides Saturdays and Sundays."""

    class Calendar(models.TextChoices):
        """Whose days."""

        MX = "MX", _("Mexico, tax and customs (CFF 12)")
        US = "US", _("United States, federal")

    calendar = models.CharField(_("calendar"), max_length=2, choices=Calendar)
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("non-business day")
        verbose_name_plural = _("non-business days")
        ordering = ["calendar", "day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="non_business_day_once")]

    def __str__(self) -> str:
        return f"{self.calendar} {self.day} {self.name}"


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
