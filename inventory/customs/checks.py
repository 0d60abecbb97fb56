"""What the law and the books ask of a declaration, checked value by value before anything is written.

Each check names the field, the value and the rule. Errors refuse; warnings become findings (mexico.md §2.1-§2.3, §3.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings

from inventory.customs.draft import PedimentoDraft
from inventory.customs.line_checks import CheckedSubline, LineChecker, Refusals
from inventory.customs.paper_checks import faults
from inventory.customs.pedimento_models import Pedimento
from inventory.customs.pedimento_number import SEPARATORS, Circumstances, check, display
from inventory.customs.selectors import first_of_chain
from inventory.customs.value_checks import Known
from inventory.errors import InvalidInputs, ReferenceMissing
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
)
from inventory.units import plain

ZONE = "RFS"  # the strategic bonded zone
DATES = (
    "validated_on", "entered_on", "paid_on", "consolidated_opened_on", "extracted_on", "presented_on",
    "foreign_import_on",
)  # fmt: skip


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


class Checker(Refusals):
    """Collects the errors of one declaration; `result()` raises them all together."""

    def __init__(self, draft: PedimentoDraft, client: Client, at: datetime) -> None:
        super().__init__()
        self.draft, self.client, self.at = draft, client, at
        # The day whose law applies: clearance, payment, entry; a draft without dates is judged by today's.
        self.site = Site.objects.filter(code=draft.site, is_active=True).first()
        self.zone = self.site.time_zone if self.site else settings.TIME_ZONE
        self.today = local_date(at, self.zone)
        self.cleared_on = local_date(draft.cleared_at, self.zone) if draft.cleared_at else None
        self.listed: dict[str, set[str]] = {}
        self.on: date = self.cleared_on or draft.paid_on or draft.entered_on or draft.validated_on or self.today

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

    def _lines(self) -> dict[int, list[CheckedSubline]]:
        """Every line's sublines, by line number."""
        lines = LineChecker(self.draft, self.client, self.on)
        sublines = lines.result()
        self.errors += lines.errors
        self.warnings += lines.warnings
        return sublines

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
