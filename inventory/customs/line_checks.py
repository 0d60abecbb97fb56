"""What the law and the books ask of the lines of a declaration: codes, units, and part numbers that add up.

Each check names the field, the value and the rule. Errors refuse; warnings become findings (mexico.md §2.3, §3.5).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from inventory.catalog.models import Item
from inventory.customs.draft import LineDraft, PedimentoDraft, SublineDraft
from inventory.errors import InvalidInput, ReferenceMissing
from inventory.errors import gettext_noop as _
from inventory.parties.models import Client
from inventory.reference import selectors as reference
from inventory.reference.models import Country, TariffCode, UnitOfMeasure
from inventory.units import QUANTITY_SCALE, convert, round_half_up

FACTOR_TOLERANCE = Decimal("0.02")


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


class Refusals:
    """Collects what is wrong with a declaration, and what a person should look at."""

    def __init__(self) -> None:
        self.errors: list[InvalidInput] = []
        self.warnings: list[tuple[str, dict[str, object]]] = []

    def refuse(self, field_: str, value: object, rule: str, message: str, **context: object) -> None:
        """Note an error."""
        self.errors.append(InvalidInput(message, field=field_, value=value, rule=rule, **context))


class LineChecker(Refusals):
    """Checks the lines of a client's declaration by the lists of a day."""

    def __init__(self, draft: PedimentoDraft, client: Client, on: date) -> None:
        super().__init__()
        self.draft, self.client, self.on = draft, client, on

    def result(self) -> dict[int, list[CheckedSubline]]:
        """Every line's sublines worked out, by line number; what is wrong stands among the errors."""
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
        self._unique()
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

    def _unique(self) -> None:
        """A part number of one batch stands once in a line."""
        by_item: dict[tuple[int, str, str, str], int] = defaultdict(int)
        for line in self.draft.lines:
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
