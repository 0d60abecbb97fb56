"""First in, first out over bonded lots (PEPS): which lots an exit writes off, how much of each, at what value. Pure.

Source: mexico.md §3.4 and §3.5 (RGCE 4.3.1, Anexo 24; docs/sources.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from inventory.errors import DomainError, InvalidInput
from inventory.errors import gettext_noop as _
from inventory.units import round_half_up

DECLARED_SOURCE = "declared_source"
BY_SERIAL = "serial"
EXPIRED_SKIPPED = "expired_skipped"
EXPIRED = "expired"
CENTS, THOUSANDTHS = 2, 3
# What a refusal says, and what it adds about the lots that this exit may not use.
SHORT = _("%(asked)s asked for, %(available)s under bond: %(short)s short.")
AND_MORE = {
    "later": _("%(later)s more came under bond only after %(on)s."),
    "expired": _(
        "%(expired)s more were past their deadline on %(on)s and leave only by A3, late return or destruction."
    ),
    "held": _("%(held)s more are on hold."),
}


class NotEnoughBonded(DomainError):
    """The lots this exit may use fall short of what it asks; nothing is written off."""

    code = "not_enough_bonded"


@dataclass(frozen=True)
class OpenLot:
    """A bonded lot with a balance, as the plan sees it. Quantities in stock units, values in MXN."""

    lot_id: int
    clock_start: date
    paid_on: date
    pedimento_number: str
    line_seq: int
    remaining: Decimal
    remaining_tariff: Decimal
    remaining_value: Decimal
    declared: Decimal
    declared_tariff: Decimal
    declared_value: Decimal
    available_from: date
    must_leave_by: date | None = None
    goods: str = "foreign"
    serial: str = ""
    hold_reason: str = ""
    is_provisional: bool = False

    @property
    def order(self) -> tuple[date, date, str, int, int]:
        """The legal clock first; ties go by payment, pedimento, line and row, so the same books give the same plan."""
        return (
            self.clock_start,
            self.paid_on,
            self.pedimento_number,
            self.line_seq,
            self.lot_id,
        )

    def is_expired(self, on: date) -> bool:
        """True after the last lawful day; the day itself is still in time."""
        return self.must_leave_by is not None and on > self.must_leave_by


@dataclass(frozen=True)
class Exit:
    """What an outbound line asks for, on its legal date.

    `goods` limits provenance (foreign or national; None: either), `allows_expired` is true of A3, late return and
    destruction, `source` names the pedimento and line the document itself declares, `serial` one serialised unit.
    """

    quantity: Decimal
    on: date
    goods: str | None = None
    allows_expired: bool = False
    source: tuple[str, int | None] | None = None
    serial: str = ""
    allows_provisional: bool = False

    def __post_init__(self) -> None:
        if self.quantity <= 0:
            raise InvalidInput(
                _("%(field)s: %(value)s must be more than zero."),
                field="quantity",
                value=self.quantity,
                rule="positive",
            )


@dataclass(frozen=True)
class Take:
    """So much written off one bonded lot, with its share of tariff units and value."""

    lot_id: int
    quantity: Decimal
    tariff_quantity: Decimal
    value: Decimal
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The takes of one exit, oldest lot first, and the expired lots that were passed over."""

    takes: tuple[Take, ...]
    skipped: tuple[int, ...] = ()


def plan_discharge(lots: Iterable[OpenLot], exit_: Exit) -> Plan:
    """The takes that cover exactly what the exit asks, oldest legal clock first.

    Raises NotEnoughBonded, with the numbers, if the lots it may use fall short.

    >>> may, june = date(2025, 5, 2), date(2025, 6, 1)
    >>> def lot(lot_id, day, quantity):
    ...     q = Decimal(quantity)
    ...     return OpenLot(lot_id, day, day, "p", 1, q, q, q * 10, q, q, q * 10, day)
    >>> plan = plan_discharge([lot(7, june, 80), lot(3, may, 50)], Exit(Decimal(60), date(2025, 7, 1)))
    >>> [(take.lot_id, int(take.quantity), int(take.value)) for take in plan.takes]
    [(3, 50, 500), (7, 10, 100)]
    """
    permitted = sorted((lot for lot in lots if _may_use(lot, exit_)), key=lambda lot: lot.order)
    here = [lot for lot in permitted if lot.available_from <= exit_.on]
    eligible = [lot for lot in here if not lot.hold_reason]
    if exit_.allows_expired:
        usable, skipped = eligible, []
    else:
        usable = [lot for lot in eligible if not lot.is_expired(exit_.on)]
        skipped = [lot for lot in eligible if lot.is_expired(exit_.on)]
    # An expired lot is only passed over if its turn had come: it is older than a lot that is taken.
    takes: list[Take] = []
    need, last = exit_.quantity, None
    for lot in usable:
        if need <= 0:
            break
        quantity = min(need, lot.remaining)
        last = lot
        takes.append(share(lot, quantity, flags=_flags(lot, exit_)))
        need -= quantity
    if need > 0:
        raise _short(
            exit_,
            need,
            available=_sum(usable),
            later=_sum(permitted) - _sum(here),
            expired=_sum(skipped),
            held=_sum(here) - _sum(eligible),
        )
    passed = tuple(lot.lot_id for lot in skipped if last and lot.order < last.order)
    if passed:
        takes = [replace(take, flags=(*take.flags, EXPIRED_SKIPPED)) for take in takes]
    return Plan(tuple(takes), passed)


def share(lot: OpenLot, quantity: Decimal, flags: tuple[str, ...] = ()) -> Take:
    """A take with its proportion of tariff units (3 decimals) and value (2), half up; the last of a lot takes the residue.

    Source: mexico.md §3.4 and §3.5: 1,000 pieces of 333.333 kg taken 333, 333, 334 give 111, 111 and 111.333 kg.
    """
    if quantity == lot.remaining:
        return Take(lot.lot_id, quantity, lot.remaining_tariff, lot.remaining_value, flags)
    tariff = round_half_up(lot.declared_tariff * quantity / lot.declared, THOUSANDTHS)
    value = round_half_up(lot.declared_value * quantity / lot.declared, CENTS)
    return Take(
        lot.lot_id,
        quantity,
        min(tariff, lot.remaining_tariff),
        min(value, lot.remaining_value),
        flags,
    )


def after(lot: OpenLot, take: Take) -> OpenLot:
    """The lot as it stands once a take is written off."""
    return replace(
        lot,
        remaining=lot.remaining - take.quantity,
        remaining_tariff=lot.remaining_tariff - take.tariff_quantity,
        remaining_value=lot.remaining_value - take.value,
    )


def _may_use(lot: OpenLot, exit_: Exit) -> bool:
    """True when the law lets this exit take from this lot, its days and holds aside."""
    return (
        lot.remaining > 0
        and (exit_.goods is None or lot.goods == exit_.goods)
        and lot.serial == exit_.serial
        and (exit_.source is None or _is_source(lot, exit_.source))
        and (exit_.allows_provisional or not lot.is_provisional)
    )


def _is_source(lot: OpenLot, source: tuple[str, int | None]) -> bool:
    """True when the document's own block of discharges names this lot's pedimento (and line, if it names one)."""
    number, seq = source
    return lot.pedimento_number == number and seq in (None, lot.line_seq)


def _flags(lot: OpenLot, exit_: Exit) -> tuple[str, ...]:
    """Why a take may stand outside plain PEPS order."""
    marks = (
        (DECLARED_SOURCE, exit_.source is not None),
        (BY_SERIAL, bool(exit_.serial)),
        (EXPIRED, lot.is_expired(exit_.on)),
    )
    return tuple(mark for mark, holds in marks if holds)


def _sum(lots: Iterable[OpenLot]) -> Decimal:
    return sum((lot.remaining for lot in lots), Decimal(0))


def _short(exit_: Exit, need: Decimal, *, available: Decimal, **others: Decimal) -> NotEnoughBonded:
    """The refusal, saying how much there is, and how much more came later, is expired or on hold."""
    message = (SHORT, *(sentence for name, sentence in AND_MORE.items() if others[name]))
    return NotEnoughBonded(message, asked=exit_.quantity, available=available, short=need, on=exit_.on, **others)
