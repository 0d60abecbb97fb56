"""Look up what was valid on the day of the event. A function that returns a row raises ReferenceMissing if none was.

`on` is the legal date of the operation (clearance, payment, withdrawal), never today's unless they are the same.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.errors import DomainError, ReferenceMissing
from inventory.reference.models import (
    ClaveEffect,
    Country,
    Currency,
    CustomsOffice,
    CustomsSection,
    DocumentKey,
    ExchangeRate,
    HtsCode,
    Identifier,
    ListedCode,
    NonBusinessDay,
    PatentNumber,
    PermanenceRule,
    RateParameter,
    Regime,
    Requirement,
    TariffCode,
    UnitConversion,
    UnitOfMeasure,
)
from inventory.reference.models.bases import Dated, Sourced
from inventory.reference.rate_file import LONGEST_GAP_DAYS
from inventory.statements import Statement
from inventory.units import Factor

Row = TypeVar("Row", bound=Dated)


class AmbiguousEffect(DomainError):
    """The document key does different things under different regimes: say whose stock it acts on."""

    code = "ambiguous_clave_effect"
    status = 422


def valid_on(model: type[Row], on: date) -> QuerySet[Row]:
    """Return the rows of a dated list that are valid on a day, in the order of the list."""
    rows: QuerySet[Row] = model._default_manager.filter(valid_from__lte=on)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def _the(model: type[Row], on: date, **key: str | int) -> Row:
    row = valid_on(model, on).filter(**key).first()
    if row is None:
        raise _missing(model, " ".join(str(part) for part in key.values()), on)
    return row


def _missing(model: type, key: str, on: date) -> ReferenceMissing:
    return ReferenceMissing(
        model._meta.model_name,  # type: ignore[attr-defined]
        key,
        on,
        _("%(label)s: nothing for %(key)s is valid on %(on)s."),
        label=str(model._meta.verbose_name).capitalize(),  # type: ignore[attr-defined]
    )


# ── Codes ───────────────────────────────────────────────────────────────────────────────────────


def customs_office(code: str, on: date) -> CustomsOffice:
    """Return the customs office (aduana) of two digits."""
    return _the(CustomsOffice, on, code=code)


def customs_section(code: str, on: date) -> CustomsSection:
    """Return the customs office and section of three characters (`240`)."""
    return _the(CustomsSection, on, code=code)


def regime(code: str, on: date) -> Regime:
    """Return the customs regime. `RFS` is the strategic bonded zone; `RFE` is not."""
    return _the(Regime, on, code=code)


def document_key(code: str, on: date) -> DocumentKey:
    """Return the document key (clave de pedimento)."""
    return _the(DocumentKey, on, code=code)


def country(code: str, on: date) -> Country:
    """Return the country by its three letters."""
    return _the(Country, on, code=code)


def currency(code: str, on: date) -> Currency:
    """Return the currency by its ISO 4217 code."""
    return _the(Currency, on, code=code)


def currency_of_anexo22(code: str, on: date) -> Currency:
    """Return the currency that pedimentos write with this code (`MXP` is MXN)."""
    return _the(Currency, on, anexo22_code=code)


def listed_code(list_name: str, code: str, on: date, scope: str = "") -> ListedCode:
    """Return a code of one of the short lists of Anexo 22: `listed_code(ListedCode.List.INCOTERM, "FOB", on)`."""
    return _the(ListedCode, on, list=list_name, code=code, scope=scope)


def listed_codes(on: date) -> dict[str, set[str]]:
    """Return the codes of all short lists of Anexo 22 by list, in one query."""
    lists: dict[str, set[str]] = {}
    for list_name, code in valid_on(ListedCode, on).values_list("list", "code"):
        lists.setdefault(list_name, set()).add(code)
    return lists


def identifier(code: str, level: str, on: date) -> Identifier:
    """Return the identifier (Apéndice 8) at level `G` or `P`; the first of its variants."""
    return _the(Identifier, on, code=code, level=level)


def identifier_levels(on: date) -> dict[str, set[str]]:
    """Return at which levels (G, P) each identifier of Apéndice 8 is declared, in one query."""
    levels: dict[str, set[str]] = {}
    for code, level in valid_on(Identifier, on).values_list("code", "level"):
        levels.setdefault(code, set()).add(level)
    return levels


def tariff_code(code: str, on: date) -> TariffCode:
    """Return the Mexican tariff code of ten digits (fracción and NICO)."""
    return _the(TariffCode, on, code=code)


def hts_code(code: str, on: date) -> HtsCode:
    """Return the US tariff line of eight or ten digits."""
    return _the(HtsCode, on, code=code)


def is_patent_listed(code: str, on: date) -> bool:
    """Return whether the authority lists the broker's patent. New ones lag: warn, do not refuse."""
    return valid_on(PatentNumber, on).filter(code=code).exists()


def choices(model: type[Dated], on: date, **only: str) -> list[tuple[str, str]]:
    """Return (code, name) of every row valid on a day, for a drop-down: `choices(Regime, on)`."""
    rows = valid_on(model, on).filter(**only)
    return [(row.code, f"{row.code} · {row.name}") for row in rows]  # type: ignore[attr-defined]


# ── Units ───────────────────────────────────────────────────────────────────────────────────────


def unit(code: str, on: date) -> UnitOfMeasure:
    """Return the unit of measure by its code of Apéndice 7; a leading zero is ignored."""
    return _the(UnitOfMeasure, on, code=code.lstrip("0"))


def unit_factor(from_unit: str, to_unit: str, on: date) -> Factor:
    """Return exactly how many `to_unit` one `from_unit` is, for units of one kind (mass, count, volume).

    Raises ReferenceMissing between kinds: how many kilos a piece weighs is a fact about the item.
    """
    if from_unit == to_unit:
        return Factor(1)
    first, second = _the(UnitConversion, on, unit=from_unit), _the(UnitConversion, on, unit=to_unit)
    if first.base_unit != second.base_unit:
        raise _missing(UnitConversion, f"{from_unit} → {to_unit}", on)
    return first.factor.then(second.factor.inverse())


# ── Rules ───────────────────────────────────────────────────────────────────────────────────────


_EFFECTS = Statement(
    lambda given: valid_on(ClaveEffect, given.day("on")).filter(
        clave=given.text("clave"), operation__in=[given.text("operations")]
    )
)


def clave_effect(clave: str, operation: str, regime: str, on: date, *, holder: str | None = None) -> ClaveEffect:
    """Return what a document key does to the bonded balance.

    `operation` and `regime` are as declared; `holder` is the regime of the authorisation whose stock is asked about.
    A key that does nothing to the holder's stock answers with its neutral row, if the law knows one. Without a holder
    the declared regime decides, then the neutral row. Raises ReferenceMissing if the combination is unknown (a person
    has to classify it), AmbiguousEffect if the holder has to be named. A declared regime off the list is for the
    caller to warn about: `effect.allows_regime(regime)`.
    """
    rows = _EFFECTS.rows(clave=clave, operations=(operation, ""), on=on)
    if holder is not None:
        found = [row for row in rows if row.acts_on_regime == holder] or [row for row in rows if not row.acts_on_regime]
    else:
        found = [row for row in rows if row.allows_regime(regime)]
        for acts_on in (regime, ""):
            found = [row for row in found if row.acts_on_regime == acts_on] or found
    if not found:
        raise _missing(ClaveEffect, " ".join(part for part in (clave, operation, holder or regime) if part), on)
    if len(found) > 1:
        raise AmbiguousEffect(
            _("%(clave)s %(operation)s acts on stock under %(regimes)s: say which."),
            clave=clave,
            operation=operation,
            regimes=[row.acts_on_regime or "-" for row in found],
        )
    return found[0]


def permanence_rule(
    regime: str,
    goods_kind: str,
    certified: bool,
    on: date,
    *,
    is_transfer: bool = False,
    is_sensitive: bool = False,
) -> PermanenceRule:
    """Return how long goods of a kind may stay under a regime.

    The special case comes before the general one: a virtual transfer, then sensitive goods, then a holder certified as
    OEA. Kinds are those of the catalogue (`input`, `fixed_asset` …).
    """
    case = PermanenceRule.Case
    wanted = [case.TRANSFER] * is_transfer + [case.SENSITIVE] * is_sensitive + [case.CERTIFIED] * certified
    order = [*wanted, case.GENERAL]
    rows = valid_on(PermanenceRule, on).filter(regime=regime, case__in=order)
    fitting = [row for row in rows if row.covers(goods_kind)]
    if not fitting:
        raise _missing(PermanenceRule, f"{regime} {goods_kind}", on)
    return min(fitting, key=lambda row: (order.index(case(row.case)), not row.goods_kinds))


def permanence_rule_by_code(code: str, on: date) -> PermanenceRule:
    """Return the rule a bonded lot was opened with."""
    return _the(PermanenceRule, on, code=code)


def rate_parameter(code: str, on: date) -> Decimal:
    """Return a dated number of the law: `rate_parameter("IVA", on)` is Decimal("0.16")."""
    return _the(RateParameter, on, code=code).value


def is_asked(code: str, on: date) -> bool:
    """Return whether the law asks for something on a day: the one look-up in which no row is an answer."""
    return valid_on(Requirement, on).filter(code=code).exists()


def unverified_rules(on: date) -> list[Sourced]:
    """Return the rules valid on a day that nobody has read in their source, list by list."""
    models = [model for model in apps.get_app_config("inventory").get_models() if issubclass(model, Sourced)]
    return [row for model in models for row in valid_on(model, on).filter(verified=False)]


# ── Days and rates ──────────────────────────────────────────────────────────────────────────────


def exchange_rate(code: str, on: date) -> ExchangeRate:
    """Return the rate a pedimento of that day uses: the last one published before it (LA 56, CFF 20).

    Raises ReferenceMissing when the last publication is more than five days old: then the table ends too early.
    """
    rates = ExchangeRate.objects.filter(currency=code, published_on__lt=on)
    row = rates.order_by("-published_on").first()
    if row is None or (on - row.published_on).days > LONGEST_GAP_DAYS:
        raise _missing(ExchangeRate, code, on)
    return row


def usd_rate(on: date) -> Decimal:
    """Return the pesos per US dollar of a pedimento of that day."""
    return exchange_rate("USD", on).mxn_per_unit


def last_rate_published(code: str) -> date | None:
    """Return the day of the newest rate of a currency; None where there is none."""
    return (
        ExchangeRate.objects.filter(currency=code)
        .values_list("published_on", flat=True)
        .order_by("-published_on")
        .first()
    )


def business_days(calendar: str = NonBusinessDay.Calendar.MX) -> Callable[[date], bool]:
    """Return a function that says whether a day is one, Saturdays and Sundays aside. One query for any number of days.

    It raises ReferenceMissing for a year the calendar does not hold.
    """
    off = set(NonBusinessDay.objects.filter(calendar=calendar).values_list("day", flat=True))
    years = {day.year for day in off}

    def is_business_day(day: date) -> bool:
        if day.year not in years:
            raise _missing(NonBusinessDay, calendar, day)
        return day.weekday() < 5 and day not in off

    return is_business_day
