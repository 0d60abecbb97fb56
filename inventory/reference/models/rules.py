"""What the law decides: effects of document keys, stay limits, rates, days."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.fields import RateField
from inventory.reference.models.bases import Dated, Sourced


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
    """A dated number of the law: a rate as a share (0.16), an amount in pesos, a term (mexico.md §2.6, §5.3, §5.4, §7.1)."""

    class Unit(models.TextChoices):
        """What the number counts."""

        SHARE = "share", _("share")
        PESOS = "MXN", _("pesos")
        HOURS = "hours", _("hours")
        DAYS = "days", _("days")

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


class Requirement(Sourced):
    """Something the law asks for from a day on: optional on every day on which no row is valid."""

    class Code(models.TextChoices):
        """What is asked for."""

        RFE_CONSTANCIA = "rfe_constancia", _("constancia of the bonded zone (RGCE 1.6.37)")

    code = models.CharField(_("asked for"), max_length=30, choices=Code)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["code", "valid_from"]
        constraints = Dated.laws("code", name="requirement")

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.valid_from}"


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
