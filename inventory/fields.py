"""Model fields for exact numbers: `Decimal` in Python, a whole number of base units (BIGINT) in the database.

`QuantityField` holds 1e-6 of the unit, `MoneyField` 1e-4 of the currency, `RateField` 1e-6. SQLite stores a
DecimalField as a float; these never are. Filters, `F()` sums and differences of one kind, `Sum`, `Max`, constraints,
bulk writes and fixtures all speak Decimal. A number in an expression states its kind, `F("on_hand") - quantity(5)`;
a bare `- 5` would mean five millionths, so it is refused.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models import lookups
from django.db.models.expressions import Combinable, Value, register_combinable_fields
from django.utils.translation import gettext_lazy as _

from inventory.errors import InvalidInput
from inventory.units import MONEY_SCALE, QUANTITY_SCALE, RATE_SCALE, as_decimal, from_base, plain, to_base

# What may be given to a column, and what it gives back; the checker of types fills them in, None where a column is null.
Given = TypeVar("Given")
Kept = TypeVar("Kept")

if TYPE_CHECKING:

    class _Field(models.Field[Given, Kept]):
        _pyi_private_set_type: Decimal | int | str | Combinable
        _pyi_private_get_type: Decimal
        _pyi_lookup_exact_type: Decimal | int | str

else:

    class _Field(models.Field):
        def __class_getitem__(cls, _parameters: Any) -> type:
            return cls


class ScaledIntegerField(_Field[Given, Kept]):
    """A Decimal of at most `scale` decimals, kept as an integer of 10**-scale. Abstract: use a subclass.

    Not an IntegerField by inheritance, so that Django never mixes base units with plain numbers on its own.
    """

    scale: int
    empty_strings_allowed = False
    description = _("Exact decimal number")

    def get_internal_type(self) -> str:
        """Return a name of its own: expressions of type "…IntegerField" are cut to whole numbers without a word."""
        return "ExactNumber"

    def db_type(self, connection: Any) -> str:
        """Return the column type: BIGINT on every engine."""
        return str(connection.data_types["BigIntegerField"])

    def to_python(self, value: Any) -> Decimal | None:
        """Return the value as Decimal. Raises ValidationError, as forms and `full_clean` expect."""
        if value is None or value == "":
            return None
        try:
            return from_base(to_base(value, self.scale), self.scale)
        except InvalidInput as error:
            raise ValidationError(str(error), code=error.rule) from error

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        """Return base units as Decimal. PostgreSQL sums BIGINTs to numeric: whole all the same."""
        if value is None:
            return None
        if not isinstance(value, int):
            if isinstance(value, float) or value != value.to_integral_value():
                raise TypeError(f"{value!r} is no whole number of base units: take sums and counts, divide in Python.")
            value = int(value)
        return from_base(value, self.scale)

    def get_prep_value(self, value: Any) -> int | None:
        """Return the base units to store or compare. Raises InvalidInput, naming the field."""
        if value is None or value == "":
            return None
        try:
            return to_base(value, self.scale)
        except InvalidInput as error:
            raise error.at(self.name or "") from None

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        """Let an expression be stored only if it is of this kind: base units of the same scale."""
        if hasattr(value, "as_sql"):
            _require_kind(self, value)
        return "%s"

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        """Return a decimal input with the right number of places."""
        options: dict[str, Any] = {"form_class": forms.DecimalField, "max_digits": 19, "decimal_places": self.scale}
        if "choices_form_class" not in kwargs:
            options["widget"] = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
        return super().formfield(**{**options, **kwargs})

    def value_to_string(self, obj: models.Model) -> str:
        """Return the plain decimal for fixtures."""
        value = self.value_from_object(obj)
        return "" if value is None else plain(as_decimal(value))


class QuantityField(ScaledIntegerField[Given, Kept]):
    """A quantity of goods (cantidad) in the unit its model states; six decimals."""

    scale = QUANTITY_SCALE
    description = _("Quantity of goods")


class MoneyField(ScaledIntegerField[Given, Kept]):
    """An amount of money (importe) in the currency its model states; four decimals."""

    scale = MONEY_SCALE
    description = _("Amount of money")


class RateField(ScaledIntegerField[Given, Kept]):
    """A rate or share (tasa): 0.16 is sixteen per cent, 20.1234 pesos per dollar; six decimals."""

    scale = RATE_SCALE
    description = _("Rate")


def quantity(value: Decimal | int | str) -> Value:
    """Return `value` for use in a query expression with quantities: `F("on_hand") - quantity(5)`."""
    return Value(as_decimal(value), output_field=QuantityField())


def money(value: Decimal | int | str) -> Value:
    """Return `value` for use in a query expression with amounts of money."""
    return Value(as_decimal(value), output_field=MoneyField())


def rate(value: Decimal | int | str) -> Value:
    """Return `value` for use in a query expression with rates."""
    return Value(as_decimal(value), output_field=RateField())


def _require_kind(field: ScaledIntegerField[Any, Any], expression: Any) -> None:
    """Raise FieldError unless `expression` yields base units of the field's own kind."""
    kind = expression.output_field
    if not isinstance(kind, ScaledIntegerField) or kind.scale != field.scale:
        raise FieldError(
            f"{field.name} takes {type(field).__name__} expressions, not {type(kind).__name__}: "
            "wrap numbers in quantity(), money() or rate()."
        )


class _SameKind:
    """A comparison that refuses an expression of another kind on its right-hand side."""

    def get_prep_lookup(self) -> Any:
        if hasattr(self.rhs, "resolve_expression"):  # type: ignore[attr-defined]
            _require_kind(self.lhs.output_field, self.rhs)  # type: ignore[attr-defined]
        return super().get_prep_lookup()  # type: ignore[misc]


for _lookup in (
    lookups.Exact,
    lookups.GreaterThan,
    lookups.GreaterThanOrEqual,
    lookups.LessThan,
    lookups.LessThanOrEqual,
):
    ScaledIntegerField.register_lookup(type(_lookup.__name__, (_SameKind, _lookup), {}))

for _kind in (QuantityField, MoneyField, RateField):
    for _connector in (Combinable.ADD, Combinable.SUB):
        register_combinable_fields(_kind, _connector, _kind, _kind)
    register_combinable_fields(_kind, Combinable.MUL, models.IntegerField, _kind)
    register_combinable_fields(models.IntegerField, Combinable.MUL, _kind, _kind)
