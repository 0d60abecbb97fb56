"""Dated code lists, read only: what may be written on a pedimento, and on which days it is valid."""

from datetime import date
from typing import Any

from django.db.models import Q
from rest_framework import serializers

from inventory.api.endpoint import ListEndpoint
from inventory.api.fields import RateText
from inventory.api.filters import Day, Filters, OneOf, Rows, Text
from inventory.api.rows import Output
from inventory.reference.models import (
    ClaveEffect,
    Country,
    Currency,
    CustomsSection,
    DocumentKey,
    ExchangeRate,
    HtsCode,
    ListedCode,
    PermanenceRule,
    Regime,
    TariffCode,
    UnitOfMeasure,
)


class DatedFilters(Filters):
    """Filters of a dated list."""

    code = Text()
    valid_on = Day(method="valid_then", label="Rows valid on this day.")

    def valid_then(self, rows: Rows, _name: str, day: date) -> Rows:
        """Rows valid on a day, both ends included."""
        return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class DatedOutput(Output):
    """A code, and the days it is valid."""

    code = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class NamedOutput(DatedOutput):
    """A code with its names and its law."""

    name_es = serializers.CharField()
    name_en = serializers.CharField()
    legal_basis = serializers.CharField()


class _DatedList(ListEndpoint):
    """One code list, by code."""

    client_path = None
    serializer_class: Any = NamedOutput
    filterset_class = DatedFilters
    orderings = {"code": ("code", "id")}


class RegimeOutput(NamedOutput):
    """A customs regime."""

    is_bonded = serializers.BooleanField()


class Regimes(_DatedList):
    """Customs regimes (Apéndice 16)."""

    model = Regime
    serializer_class = RegimeOutput


class DocumentKeyOutput(NamedOutput):
    """A document key."""

    group = serializers.CharField()


class DocumentKeys(_DatedList):
    """Document keys, claves de pedimento (Apéndice 2)."""

    model = DocumentKey
    serializer_class = DocumentKeyOutput


class EffectOutput(Output):
    """What a document key does to the bonded balance of one regime."""

    document_key = serializers.CharField(source="clave")
    operation = serializers.CharField()
    acts_on_regime = serializers.CharField()
    regimes = serializers.CharField()
    effect = serializers.ChoiceField(ClaveEffect.Effect.choices)
    goods = serializers.ChoiceField(ClaveEffect.Goods.choices)
    allows_expired = serializers.BooleanField()
    meaning = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class EffectFilters(DatedFilters):
    """Filters of effects."""

    code = Text("clave")
    acts_on_regime = Text()


class DocumentKeyEffects(_DatedList):
    """What each document key does to the bonded balance."""

    model = ClaveEffect
    serializer_class = EffectOutput
    filterset_class = EffectFilters
    orderings = {"code": ("clave", "id")}


class UnitOutput(NamedOutput):
    """A unit of measure."""

    symbol = serializers.CharField()
    unece_code = serializers.CharField()


class Units(_DatedList):
    """Units of measure (Apéndice 7)."""

    model = UnitOfMeasure
    serializer_class = UnitOutput


class CustomsSections(_DatedList):
    """Customs offices and sections (Apéndice 1)."""

    model = CustomsSection


class CountryOutput(NamedOutput):
    """A country."""

    alpha2 = serializers.CharField()


class Countries(_DatedList):
    """Countries (Apéndice 4)."""

    model = Country
    serializer_class = CountryOutput


class CurrencyOutput(NamedOutput):
    """A currency."""

    anexo22_code = serializers.CharField()
    decimals = serializers.IntegerField()


class Currencies(_DatedList):
    """Currencies (Apéndice 5)."""

    model = Currency
    serializer_class = CurrencyOutput


class ListedCodeOutput(NamedOutput):
    """A code of one of the short lists."""

    list = serializers.ChoiceField(ListedCode.List.choices)
    scope = serializers.CharField()
    abbreviation = serializers.CharField()


class ListedCodeFilters(DatedFilters):
    """Filters of the short lists."""

    list = OneOf(ListedCode.List)


class ListedCodes(_DatedList):
    """The short lists of Anexo 22: transport modes, payment forms, Incoterms and so on."""

    model = ListedCode
    serializer_class = ListedCodeOutput
    filterset_class = ListedCodeFilters
    orderings = {"list": ("list", "code", "id")}


class TariffCodeOutput(DatedOutput):
    """A Mexican tariff code with NICO."""

    description = serializers.CharField()
    unit_code = serializers.CharField()


class TariffCodeFilters(DatedFilters):
    """Filters of tariff codes."""

    starts_with = Text("code", lookup_expr="startswith")


class TariffCodes(_DatedList):
    """Mexican tariff codes, fracción and NICO, with the tariff unit."""

    model = TariffCode
    serializer_class = TariffCodeOutput
    filterset_class = TariffCodeFilters


class HtsCodeOutput(DatedOutput):
    """A line of the US tariff."""

    description = serializers.CharField()
    units = serializers.CharField()
    general_rate = serializers.CharField()
    special_rate = serializers.CharField()
    is_usmca_free = serializers.BooleanField()


class HtsCodes(_DatedList):
    """Lines of the US Harmonized Tariff Schedule."""

    model = HtsCode
    serializer_class = HtsCodeOutput
    filterset_class = TariffCodeFilters


class PermanenceRuleOutput(DatedOutput):
    """How long goods may stay under a regime."""

    regime = serializers.CharField()
    case = serializers.CharField()
    goods_kinds = serializers.CharField()
    limit_kind = serializers.ChoiceField(PermanenceRule.Limit.choices)
    limit = serializers.IntegerField(allow_null=True)
    starts = serializers.ChoiceField(PermanenceRule.Start.choices)
    description = serializers.CharField()
    legal_basis = serializers.CharField()


class PermanenceRuleFilters(DatedFilters):
    """Filters of permanence rules."""

    regime = Text()


class PermanenceRules(_DatedList):
    """How long goods may stay, by regime and kind of goods, and from when the clock runs."""

    model = PermanenceRule
    serializer_class = PermanenceRuleOutput
    filterset_class = PermanenceRuleFilters


class ExchangeRateOutput(Output):
    """Pesos per unit of a currency."""

    currency = serializers.CharField()
    determined_on = serializers.DateField()
    published_on = serializers.DateField()
    mxn_per_unit = RateText()


class ExchangeRateFilters(Filters):
    """Filters of exchange rates."""

    currency = Text()
    from_day = Day("published_on", lookup_expr="gte")
    to_day = Day("published_on", lookup_expr="lte")


class ExchangeRates(ListEndpoint):
    """Exchange rates (FIX) by day of publication, newest first."""

    model = ExchangeRate
    client_path = None
    serializer_class = ExchangeRateOutput
    filterset_class = ExchangeRateFilters
    orderings = {"-published_on": ("-published_on", "-id"), "published_on": ("published_on", "id")}
