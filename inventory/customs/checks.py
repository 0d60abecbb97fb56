"""What the law and the books ask of a declaration, checked value by value before anything is written.

Each check names the field, the value and the rule. Errors refuse; warnings become findings (mexico.md §2.1-§2.3, §3.5).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.conf import settings

from inventory.catalog.models import Item
from inventory.customs.draft import LineDraft, PedimentoDraft, SublineDraft
from inventory.customs.paper_checks import faults
from inventory.customs.pedimento_models import Pedimento
from inventory.customs.pedimento_number import SEPARATORS, Circumstances, check, display
from inventory.customs.selectors import first_of_chain
from inventory.customs.value_checks import Known
from inventory.errors import InvalidInput, InvalidInputs, ReferenceMissing
from inventory.errors import gettext_noop as _
from inventory.parties.models import Authorisation, Client
from inventory.places.clock import local_date
from inventory.places.models import Site
from inventory.reference import selectors as reference
from inventory.reference.models import (
    ClaveEffect,
    Country,
    CustomsOffice,
    ListedCode,
    Requirement,
    TariffCode,
    UnitOfMeasure,
)
from inventory.units import QUANTITY_SCALE, convert, plain, round_half_up

FACTOR_TOLERANCE = Decimal("0.02")
ZONE = "RFS"  # the strategic bonded zone
DATES = (
    "validated_on", "entered_on", "paid_on", "consolidated_opened_on", "extracted_on", "presented_on",
    "foreign_import_on",
)  # fmt: skip


@dataclass(frozen=True)
class CheckedSubline:
    """A subline with its item and every quantity worked out."""

    item: Item
    batch: str
    serial: str
    quantity: Decimal
    commercial_quantity: Decimal
    tariff_quantity: Decimal
    customs_value_mxn: Decimal


@dataclass
class Checked:
    """A declaration that may be written, and what a person should still look at."""

    number: str
    site: Site
    authorisation: Authorisation | None
    effect: str
    rectifies: Pedimento | None
    sublines: dict[int, list[CheckedSubline]] = field(default_factory=dict)
    warnings: list[tuple[str, dict[str, object]]] = field(default_factory=list)


class Checker:
    """Collects the errors of one declaration; `result()` raises them all together."""

    def __init__(self, draft: PedimentoDraft, client: Client, at: datetime) -> None:
        self.draft, self.client, self.at = draft, client, at
        self.errors: list[InvalidInput] = []
        self.warnings: list[tuple[str, dict[str, object]]] = []
        # The day whose law applies: clearance, payment, entry; a draft without dates is judged by today's.
        self.site = Site.objects.filter(code=draft.site, is_active=True).first()
        self.zone = self.site.time_zone if self.site else settings.TIME_ZONE
        self.today = local_date(at, self.zone)
        self.cleared_on = local_date(draft.cleared_at, self.zone) if draft.cleared_at else None
        self.listed: dict[str, set[str]] = {}
        self.on: date = self.cleared_on or draft.paid_on or draft.entered_on or draft.validated_on or self.today

    def refuse(self, field_: str, value: object, rule: str, message: str, **context: object) -> None:
        """Note an error."""
        self.errors.append(InvalidInput(message, field=field_, value=value, rule=rule, **context))

    def result(self) -> Checked:
        """The checked declaration. Raises InvalidInputs."""
        self.listed = reference.listed_codes(self.on)
        number, rectifies = self._number()
        site, authorisation = self._place()
        effect = self._effect(authorisation)
        self._codes()
        self._dates()
        self._rate(rectifies)
        sublines = self._lines()
        self._totals()
        self._papers(effect, rectifies)
        if self.errors:
            raise InvalidInputs(self.errors)
        assert site is not None  # noqa: S101  a missing site is an error above
        return Checked(number, site, authorisation, effect, rectifies, sublines, self.warnings)

    # ── header ──────────────────────────────────────────────────────────────────────────────────

    def _number(self) -> tuple[str, Pedimento | None]:
        """The fifteen digits, and the pedimento this one rectifies."""
        rectifies = None
        if self.draft.rectifies:
            digits = SEPARATORS.sub("", self.draft.rectifies)
            rectifies = Pedimento.objects.filter(client=self.client, number=digits).first()
            if rectifies is None:
                self.refuse(
                    "rectifies", self.draft.rectifies, "known", _("%(field)s: no pedimento %(value)s stands here.")
                )
        around = Circumstances(
            today=self.today,
            is_office=self._is_office,
            is_patent=lambda code: reference.is_patent_listed(code, self.on),
            paid_on=self.draft.paid_on,
            is_consolidated=self.draft.is_consolidated,
        )
        for fault in check(self.draft.number, around):
            if fault.severity == "E":
                self.refuse("number", self.draft.number, fault.code, fault.message, **_other(fault.context))
            else:
                self.warnings.append((fault.code, dict(fault.context)))
        return SEPARATORS.sub("", self.draft.number), rectifies

    def _is_office(self, code: str) -> bool:
        """True when the customs office is on the list of the day."""
        try:
            return bool(reference.customs_office(code, self.on))
        except ReferenceMissing:
            return False

    def _place(self) -> tuple[Site | None, Authorisation | None]:
        """The site and the authorisation that holds there on the day, of this client or of the operator."""
        draft, site = self.draft, self.site
        if site is None:
            self.refuse("site", draft.site, "known", _("%(field)s: there is no site %(value)s."))
        authorisation = None
        if draft.authorisation:
            rows = Authorisation.objects.filter(number=draft.authorisation).filter(client=self.client)
            rows = rows | Authorisation.objects.filter(number=draft.authorisation, operator__isnull=False)
            authorisation = rows.select_related("site_link").first()
            if authorisation is None:
                self.refuse(
                    "authorisation",
                    draft.authorisation,
                    "known",
                    _("%(field)s: %(value)s is no authorisation of this client or warehouse."),
                )
            elif site and (not hasattr(authorisation, "site_link") or authorisation.site_link.site_id != site.pk):
                self.refuse(
                    "authorisation",
                    draft.authorisation,
                    "of_site",
                    _("%(field)s: %(value)s does not hold at this site."),
                )
            elif authorisation.valid_from > self.on or (authorisation.valid_to and authorisation.valid_to < self.on):
                self.refuse(
                    "authorisation",
                    draft.authorisation,
                    "valid",
                    _("%(field)s: %(value)s was not valid on %(on)s."),
                    on=self.on,
                )
        return site, authorisation

    def _effect(self, authorisation: Authorisation | None) -> str:
        """What the key does here; an unknown combination does nothing and asks a person to classify it (mexico.md §2.5)."""
        draft = self.draft
        try:
            reference.document_key(draft.document_key, self.on)
        except ReferenceMissing:
            self.refuse(
                "document_key",
                draft.document_key,
                "known_clave",
                _("%(field)s: %(value)s is no key of Apéndice 2 on %(on)s."),
                on=self.on,
            )
            return Pedimento.Effect.NEUTRAL
        if draft.document_key == "R1":
            if not draft.rectifies:
                self.refuse(
                    "rectifies", "", "required", _("%(field)s: a rectification names the pedimento it rectifies.")
                )
            return Pedimento.Effect.CORRECTIVE
        holder = authorisation.regime if authorisation else None
        try:
            rule = reference.clave_effect(draft.document_key, draft.operation, draft.regime, self.on, holder=holder)
        except ReferenceMissing:
            self.warnings.append(
                ("classify_effect", {"document_key": draft.document_key, "operation": draft.operation})
            )
            return Pedimento.Effect.NEUTRAL
        if not rule.allows_regime(draft.regime):
            self.warnings.append(("regime_unusual", {"document_key": draft.document_key, "regime": draft.regime}))
        if rule.effect in (ClaveEffect.Effect.INBOUND, ClaveEffect.Effect.OUTBOUND) and authorisation is None:
            self.refuse(
                "authorisation",
                "",
                "required",
                _("%(field)s: key %(key)s moves bonded goods, so it names the authorisation."),
                key=draft.document_key,
            )
        if rule.clave == "A4" and not draft.update_option:
            self.refuse(
                "update_option", "", "required", _("%(field)s: fiscal deposit chooses FI or FV at entry (LA 120).")
            )
        return rule.effect

    def _codes(self) -> None:
        """Every coded value is on its list on the day."""
        draft = self.draft
        if draft.operation not in Pedimento.Operation.values:
            self.refuse("operation", draft.operation, "known", _("%(field)s: %(value)s is none of IMP, EXP, TRA."))
        self._listed("regime", draft.regime, lambda: reference.regime(draft.regime, self.on))
        self._listed(
            "customs_section", draft.customs_section, lambda: reference.customs_section(draft.customs_section, self.on)
        )
        if draft.update_option and draft.update_option not in Pedimento.UpdateOption.values:
            self.refuse("update_option", draft.update_option, "known", _("%(field)s: %(value)s is none of FI, FV."))
        if draft.entry_section:
            self._listed(
                "entry_section", draft.entry_section, lambda: reference.customs_section(draft.entry_section, self.on)
            )
        for invoice in draft.invoices:
            self._listed(
                f"{invoice.path}.currency", invoice.currency, lambda i=invoice: reference.currency(i.currency, self.on)
            )
        self._contributions()

    def _contributions(self) -> None:
        """Taxes carry known codes and whole pesos (mexico.md §5.1, §9-18)."""
        rows = [*self.draft.contributions, *(c for line in self.draft.lines for c in line.contributions)]
        for row in rows:
            if row.code not in self.listed.get(ListedCode.List.CONTRIBUTION, ()):
                self.refuse(
                    f"{row.path}.code", row.code, "known", _("%(field)s: %(value)s is no contribution of Apéndice 12.")
                )
            if row.payment_form not in self.listed.get(ListedCode.List.PAYMENT_FORM, ()):
                self.refuse(
                    f"{row.path}.payment_form",
                    row.payment_form,
                    "known",
                    _("%(field)s: %(value)s is no payment form of Apéndice 13."),
                )
            if row.amount_mxn != row.amount_mxn.to_integral_value():
                self.refuse(
                    f"{row.path}.amount_mxn",
                    row.amount_mxn,
                    "whole_pesos",
                    _("%(field)s: %(value)s is not in whole pesos (CFF 20)."),
                )

    def _papers(self, effect: str, rectifies: Pedimento | None) -> None:
        """Papers, boxes, payments and values, by the pure checks."""
        draft = self.draft
        named = {row.country for row in draft.vehicles if row.country}
        countries = reference.valid_on(Country, self.on).filter(code__in=named).values_list("code", flat=True)
        enters_zone = effect == Pedimento.Effect.INBOUND and draft.regime == ZONE
        known = Known(
            on=self.on,
            today=self.today,
            listed=self.listed,
            countries=set(countries) if named else set(),
            identifiers=reference.identifier_levels(self.on),
            document_key=first_of_chain(rectifies).document_key if rectifies else draft.document_key,
            offices=self._offices() if draft.offsets else (),
            asks_constancia=enters_zone and reference.is_asked(Requirement.Code.RFE_CONSTANCIA, self.on),
        )
        for path, value, fault in faults(draft, known):
            if fault.is_error:
                self.errors.append(fault.as_error(path, value))
            else:
                self.warnings.append((fault.code, {"document": display(draft.number), **fault.context}))

    def _offices(self) -> set[str]:
        """The customs offices of the day."""
        return set(reference.valid_on(CustomsOffice, self.on).values_list("code", flat=True))

    def _dates(self) -> None:
        """Dates run forward and none lies in the future."""
        draft, today = self.draft, self.today
        for name in DATES:
            value = getattr(draft, name)
            if value and value > today:
                self.refuse(name, value, "not_in_future", _("%(field)s: %(value)s lies in the future."))
        if draft.cleared_at and draft.cleared_at > self.at:
            self.refuse("cleared_at", draft.cleared_at, "not_in_future", _("%(field)s: %(value)s lies in the future."))
        if draft.paid_on and self.cleared_on and self.cleared_on < draft.paid_on:
            self.refuse("cleared_at", draft.cleared_at, "after_payment", _("%(field)s: %(value)s lies before payment."))
        if draft.is_consolidated and not draft.consolidated_opened_on:
            self.refuse(
                "consolidated_opened_on",
                "",
                "required",
                _("%(field)s: a consolidated pedimento says when it was opened."),
            )

    def _rate(self, rectifies: Pedimento | None) -> None:
        """Warn of an exchange rate that is that of no day which may count: entry, payment, clearance (LA 56, CFF 20).

        A rectification keeps the rate of what it rectifies. Days after the last rate loaded are not compared; the daily
        watch says that the rates have ended.
        """
        draft = self.draft
        if rectifies and rectifies.fx_rate == draft.fx_rate:
            return
        days = [day for day in (draft.entered_on, draft.paid_on, self.cleared_on) if day] or [self.on]
        rates = {day: rate for day in days if (rate := _usd_rate(day)) is not None}
        if rates and draft.fx_rate not in rates.values():
            on, expected = next(iter(rates.items()))
            context = {"declared": plain(draft.fx_rate), "expected": plain(expected), "on": on}
            self.warnings.append(("fx_rate_off", context))

    # ── lines ───────────────────────────────────────────────────────────────────────────────────

    def _lines(self) -> dict[int, list[CheckedSubline]]:
        """Every line's codes, units and sublines; sublines by line number."""
        lines = self.draft.lines
        if [line.seq for line in lines] != list(range(1, len(lines) + 1)):
            self.refuse(
                "lines",
                [line.seq for line in lines][:10],
                "contiguous",
                _("%(field)s: lines are numbered 1, 2, 3 … in order."),
            )
        tariffs = {line.tariff_code + line.nico for line in lines}
        known_tariffs = set(
            reference.valid_on(TariffCode, self.on).filter(code__in=tariffs).values_list("code", flat=True)
        )
        countries = {c for line in lines for c in (line.origin_country, line.seller_country) if c}
        known_countries = set(
            reference.valid_on(Country, self.on).filter(code__in=countries).values_list("code", flat=True)
        )
        known_units = set(reference.valid_on(UnitOfMeasure, self.on).values_list("code", flat=True))
        skus = {subline.sku for line in lines for subline in line.sublines}
        items = {item.sku: item for item in Item.objects.filter(client=self.client, sku__in=skus)}
        checked = {}
        for line in lines:
            if line.tariff_code + line.nico not in known_tariffs and self.draft.document_key not in ("GC", "CT"):
                self.refuse(
                    f"{line.path}.tariff_code",
                    f"{line.tariff_code} {line.nico}",
                    "known",
                    _("%(field)s: %(value)s is no tariff code with NICO on %(on)s."),
                    on=self.on,
                )
            for name in ("origin_country", "seller_country"):
                value = getattr(line, name)
                if value and value not in known_countries:
                    self.refuse(
                        f"{line.path}.{name}",
                        value,
                        "known",
                        _("%(field)s: %(value)s is no country code of three letters."),
                    )
            for name in ("commercial_unit", "tariff_unit"):
                value = getattr(line, name)
                if value.lstrip("0") not in known_units:
                    self.refuse(
                        f"{line.path}.{name}", value, "known", _("%(field)s: %(value)s is no unit of Apéndice 7.")
                    )
            checked[line.seq] = self._sublines(line, items)
        return checked

    def _sublines(self, line: LineDraft, items: dict[str, Item]) -> list[CheckedSubline]:
        """The sublines of a line, which add up to it exactly in commercial and tariff units and in value (§9-7)."""
        if not line.sublines:
            self.refuse(
                f"{line.path}.sublines", "", "required", _("%(field)s: name the part number, as sku or sublines.")
            )
            return []
        checked = []
        for subline in line.sublines:
            item = items.get(subline.sku)
            if item is None:
                self.refuse(
                    f"{subline.path}.sku", subline.sku, "known", _("%(field)s: this client has no item %(value)s.")
                )
                continue
            one = self._subline(line, subline, item, only=len(line.sublines) == 1)
            if one:
                checked.append(one)
        if len(checked) == len(line.sublines):
            self._sum(line, checked)
        return checked

    def _subline(self, line: LineDraft, subline: SublineDraft, item: Item, *, only: bool) -> CheckedSubline | None:
        """One subline with its quantity in the item's stock unit."""
        commercial = subline.commercial_quantity or (line.commercial_quantity if only else None)
        tariff = subline.tariff_quantity or (line.tariff_quantity if only else None)
        value = subline.customs_value_mxn
        value = line.customs_value_mxn if value is None and only else value
        for name, part in (
            ("commercial_quantity", commercial),
            ("tariff_quantity", tariff),
            ("customs_value_mxn", value),
        ):
            if part is None:
                self.refuse(
                    f"{subline.path}.{name}",
                    "",
                    "required",
                    _("%(field)s is required when a line has several part numbers."),
                )
        if commercial is None or tariff is None or value is None:
            return None
        quantity = subline.quantity or self._stock_quantity(line, subline, item, commercial)
        if quantity is None:
            return None
        self._warn_factor(line, item, commercial, tariff)
        return CheckedSubline(item, subline.batch, subline.serial, quantity, commercial, tariff, value)

    def _stock_quantity(
        self, line: LineDraft, subline: SublineDraft, item: Item, commercial: Decimal
    ) -> Decimal | None:
        """The line's commercial quantity in stock units; refused where the declared unit does not convert to the item's."""
        try:
            unit = reference.unit_factor(line.commercial_unit.lstrip("0"), item.commercial_unit, self.on)
        except ReferenceMissing:
            self.refuse(
                f"{line.path}.commercial_unit",
                line.commercial_unit,
                "unit_converts",
                _("%(field)s: unit %(value)s does not convert to unit %(unit)s of item %(sku)s."),
                unit=item.commercial_unit,
                sku=item.sku,
            )
            return None
        factor = unit.then(item.to_commercial.inverse())
        exact = Fraction(commercial) * Fraction(factor.numerator, factor.denominator)
        quantity = convert(commercial, factor)
        if Fraction(quantity) != exact:
            self.refuse(
                f"{subline.path}.quantity",
                str(commercial),
                "exact_units",
                _("%(field)s: %(value)s commercial units are no exact number of stock units; state the quantity."),
            )
            return None
        return quantity

    def _warn_factor(self, line: LineDraft, item: Item, commercial: Decimal, tariff: Decimal) -> None:
        """Warn when the declared ratio of tariff to commercial units is far from the catalogue's (mexico.md §3.5)."""
        expected = convert(commercial, item.to_tariff)
        same_unit = (
            line.commercial_unit.lstrip("0") == item.commercial_unit
            and line.tariff_unit.lstrip("0") == item.tariff_unit
        )
        if same_unit and expected and abs(tariff - expected) > expected * FACTOR_TOLERANCE:
            self.warnings.append(
                (
                    "factor_off",
                    {
                        "sku": item.sku,
                        "line": line.seq,
                        "declared": tariff,
                        "expected": round_half_up(expected, QUANTITY_SCALE),
                    },
                )
            )

    def _sum(self, line: LineDraft, sublines: list[CheckedSubline]) -> None:
        """Σ sublines = line."""
        for name, label in (
            ("commercial_quantity", "commercial_quantity"),
            ("tariff_quantity", "tariff_quantity"),
            ("customs_value_mxn", "customs_value_mxn"),
        ):
            total = sum((getattr(s, name) for s in sublines), Decimal(0))
            declared = getattr(line, name)
            if total != declared:
                self.refuse(
                    f"{line.path}.{label}",
                    declared,
                    "sum_of_sublines",
                    _("%(field)s: the line declares %(value)s, its part numbers add up to %(total)s."),
                    total=total,
                )

    def _totals(self) -> None:
        """Σ lines = header, and total = cash + other (§9-7, §9-18)."""
        draft = self.draft
        for name in ("customs_value_mxn", "price_paid_mxn"):
            total = sum((getattr(line, name) for line in draft.lines), Decimal(0))
            if total != getattr(draft, name):
                self.refuse(
                    name,
                    getattr(draft, name),
                    "sum_of_lines",
                    _("%(field)s: the header declares %(value)s, the lines add up to %(total)s."),
                    total=total,
                )
        if draft.total_mxn != draft.cash_mxn + draft.other_mxn:
            self.refuse(
                "total_mxn", draft.total_mxn, "cash_plus_other", _("%(field)s: %(value)s is not cash plus other.")
            )
        for name in ("cash_mxn", "other_mxn", "total_mxn", "customs_value_mxn", "price_paid_mxn"):
            value = getattr(draft, name)
            if value != value.to_integral_value():
                self.refuse(name, value, "whole_pesos", _("%(field)s: %(value)s is not in whole pesos (CFF 20)."))
        by_item: dict[tuple[int, str, str, str], int] = defaultdict(int)
        for line in draft.lines:
            for subline in line.sublines:
                by_item[line.seq, subline.sku, subline.batch, subline.serial] += 1
        for (seq, sku, _batch, _serial), times in by_item.items():
            if times > 1:
                self.refuse(
                    f"lines[{seq - 1}].sublines",
                    sku,
                    "unique",
                    _("%(field)s: %(value)s of one batch stands twice in the line."),
                )

    def _listed(self, field_: str, value: str, look_up: object) -> None:
        """Refuse a coded value that is not on its list on the day."""
        try:
            look_up()  # type: ignore[operator]
        except ReferenceMissing:
            self.refuse(field_, value, "known", _("%(field)s: %(value)s is on no list valid on %(on)s."), on=self.on)


def _usd_rate(day: date) -> Decimal | None:
    """Pesos per dollar of a declaration of a day; None where no rate is loaded for it."""
    try:
        return reference.usd_rate(day)
    except ReferenceMissing:
        return None


def _other(context: Mapping[str, object]) -> dict[str, object]:
    """A fault's numbers without the names an input error gives itself."""
    return {key: value for key, value in context.items() if key not in {"field", "value", "rule"}}
