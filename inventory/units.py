"""Exact quantities: base units, rational factors and the one place where numbers are rounded (pure).

A quantity lives in the database as an integer of base units (1e-6 of the unit), money as 1e-4 of the currency, a rate
as 1e-6. Floats are refused: 0.3 of them holds no three times 0.1.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from math import gcd

from inventory.errors import InvalidInput, decimal_text
from inventory.errors import gettext_noop as _

QUANTITY_SCALE = 6
MONEY_SCALE = 4
RATE_SCALE = 6

BASE_MAX = 9_223_372_036_854_775_807  # BIGINT; the same distance is allowed below zero

_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


def as_decimal(value: object) -> Decimal:
    """Return `value` (Decimal, int or text with a decimal point) as a finite Decimal.

    Raises InvalidInput for floats, booleans, NaN, infinity and text that is no number.

    >>> as_decimal(" 12.50 ")
    Decimal('12.50')
    """
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, float | bool) or not isinstance(value, int | str):
        raise InvalidInput(
            _("%(value)s is not an exact number: give a decimal."), value=repr(value), rule="exact_number"
        )
    else:
        try:
            number = Decimal(value.strip() if isinstance(value, str) else value)
        except InvalidOperation:
            raise InvalidInput(_("%(value)s is not a number."), value=value, rule="number") from None
    if not number.is_finite():
        raise InvalidInput(_("%(value)s is not a number."), value=str(value), rule="number")
    return number


def to_base(value: Decimal | int | str, scale: int) -> int:
    """Return `value` as a whole number of base units of 10**-scale.

    Raises InvalidInput if `value` has more decimals than `scale`, or does not fit into a BIGINT.

    >>> to_base(Decimal("5.25"), QUANTITY_SCALE)
    5250000
    >>> to_base(Decimal("0.0000001"), QUANTITY_SCALE)
    Traceback (most recent call last):
    inventory.errors.InvalidInput: 0.0000001 has more than 6 decimals.
    """
    number = as_decimal(value)
    if not number:
        return 0
    if number.adjusted() > 18:
        raise _out_of_range(number, scale)
    if number.adjusted() < -scale:
        raise _too_fine(number, scale)
    numerator, denominator = number.as_integer_ratio()
    base, rest = divmod(numerator * int(10**scale), denominator)
    if rest:
        raise _too_fine(number, scale)
    if abs(base) > BASE_MAX:
        raise _out_of_range(number, scale)
    return base


def from_base(base: int, scale: int) -> Decimal:
    """Return the decimal that `base` units of 10**-scale make, without trailing zeros or exponent.

    >>> from_base(5_000_000, 6), from_base(100_000_000, 6), from_base(-5_250_000, 6)
    (Decimal('5'), Decimal('100'), Decimal('-5.25'))
    """
    whole, rest = divmod(base, 10**scale)
    if not rest:
        return Decimal(whole)
    return Decimal(base).scaleb(-scale, _EXACT).normalize(_EXACT)


def plain(value: Decimal | int) -> str:
    """Return the canonical decimal string: no exponent, no trailing zeros, no negative zero.

    >>> plain(Decimal("1E+3")), plain(Decimal("0.100000")), plain(7)
    ('1000', '0.1', '7')
    """
    return decimal_text(as_decimal(value))


def round_half_up(value: Decimal | int | Fraction, places: int) -> Decimal:
    """Return `value` rounded to `places` decimals, ties away from zero, at any size and exactly once.

    >>> round_half_up(Decimal("2.5"), 0), round_half_up(Decimal("-0.125"), 2), round_half_up(Fraction(1, 3), 4)
    (Decimal('3'), Decimal('-0.13'), Decimal('0.3333'))
    """
    exact = Fraction(value) * 10**places
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    whole += 2 * rest >= exact.denominator
    return Decimal(whole if exact >= 0 else -whole).scaleb(-places, _EXACT)


@dataclass(frozen=True, slots=True)
class Factor:
    """An exact ratio between two units: one dozen is `Factor(12, 1)` pieces, one gram `Factor(1, 1000)` kilos.

    Kept in lowest terms. Raises InvalidInput unless both terms are positive integers.

    >>> Factor(24, 2)
    Factor(numerator=12, denominator=1)
    """

    numerator: int
    denominator: int = 1

    def __post_init__(self) -> None:
        terms = (self.numerator, self.denominator)
        if any(isinstance(term, bool) or not isinstance(term, int) or term <= 0 for term in terms):
            raise InvalidInput(
                _("%(value)s is no unit factor: both terms must be whole numbers above zero."),
                value=f"{self.numerator}/{self.denominator}",
                rule="factor",
            )
        divisor = gcd(self.numerator, self.denominator)
        object.__setattr__(self, "numerator", self.numerator // divisor)
        object.__setattr__(self, "denominator", self.denominator // divisor)

    @classmethod
    def of(cls, per: Decimal | int | str, one: Decimal | int | str = 1) -> "Factor":
        """Return the exact factor of two decimals: `Factor.of("333.333", 1000)` is 333.333 of this per 1000 of that.

        >>> Factor.of("0.5")
        Factor(numerator=1, denominator=2)
        """
        top, bottom = Fraction(as_decimal(per)), Fraction(as_decimal(one))
        if top <= 0 or bottom <= 0:
            raise InvalidInput(_("%(value)s is no unit factor."), value=f"{per}/{one}", rule="factor")
        ratio = top / bottom
        return cls(ratio.numerator, ratio.denominator)

    def inverse(self) -> "Factor":
        """Return the factor of the way back."""
        return Factor(self.denominator, self.numerator)

    def then(self, other: "Factor") -> "Factor":
        """Return the factor of both steps in one, so that a chain of units is rounded once.

        >>> convert(Decimal(1), Factor(1, 3).then(Factor(3)))
        Decimal('1')
        """
        return Factor(self.numerator * other.numerator, self.denominator * other.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


def convert(quantity: Decimal | int, factor: Factor, places: int = QUANTITY_SCALE) -> Decimal:
    """Return `quantity` in the other unit, rounded once (half up) to `places` decimals, without trailing zeros.

    >>> convert(Decimal(5), Factor(12)), convert(Decimal(1), Factor(1, 3)), convert(Decimal("2.5"), Factor(1, 1000))
    (Decimal('60'), Decimal('0.333333'), Decimal('0.0025'))
    """
    exact = Fraction(as_decimal(quantity)) * Fraction(factor.numerator, factor.denominator)
    return from_base(int(round_half_up(exact * 10**places, 0)), places)


def _too_fine(number: Decimal, scale: int) -> InvalidInput:
    return InvalidInput(
        _("%(value)s has more than %(decimals)s decimals."), value=plain(number), rule="max_decimals", decimals=scale
    )


def _out_of_range(number: Decimal, scale: int) -> InvalidInput:
    limit = plain(from_base(BASE_MAX, scale))
    return InvalidInput(_("%(value)s is beyond %(limit)s."), value=str(number), rule="max_size", limit=limit)
