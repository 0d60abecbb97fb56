"""What it would cost if the goods under bond had to pay today: deferred contributions of what still remains."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice

from django.utils.translation import gettext_lazy as _

from inventory.reference.models import Regime
from inventory.reference.selectors import valid_on
from inventory.reports.declarations import IGI, IVA, line_taxes
from inventory.reports.lots import CHUNK, Standing, standing_lots
from inventory.reports.shapes import Ask, Asked, Column, Kind, Report, Row
from inventory.units import round_half_up

# Forms of payment (Apéndice 13) under which the amount is owed while the goods stay: bond, customs account, temporary,
# pending, estimated prices, other guarantee, and the credit or guarantee of IVA and IEPS.
DEFERRED = frozenset({"2", "4", "5", "6", "15", "19", "21", "22"})


@dataclass
class Exposed:
    """The sums of one client under one regime. Shares are kept exact and rounded once, at the end."""

    lots: int = 0
    value: Decimal = Decimal(0)
    igi: Fraction = Fraction(0)
    iva: Fraction = Fraction(0)
    other: Fraction = Fraction(0)
    expired: Decimal = Decimal(0)
    nearest: date | None = None

    def add(self, stands: Standing, taxes: dict[str, list[tuple[str, Decimal]]], on: date) -> None:
        """Count one lot: its line's deferred taxes by its share of the line, and by what of it remains."""
        lot, line_value = stands.lot, stands.lot.subline.line.customs_value_mxn
        of_line = Fraction(lot.subline.customs_value_mxn) / Fraction(line_value) if line_value else Fraction(1)
        share = of_line * Fraction(stands.quantity) / Fraction(lot.declared)
        for code, paid in taxes.items():
            owed = share * sum((Fraction(amount) for form, amount in paid if form in DEFERRED), Fraction(0))
            if code == IGI:
                self.igi += owed
            elif code == IVA:
                self.iva += owed
            else:
                self.other += owed
        self.lots += 1
        self.value += stands.value_mxn
        if lot.must_leave_by:
            self.nearest = min(filter(None, (self.nearest, lot.must_leave_by)))
            self.expired += stands.value_mxn if lot.must_leave_by < on else 0


def _exposure(asked: Asked) -> Iterator[Row]:
    names = {regime.code: regime.name for regime in valid_on(Regime, asked.as_of)}
    for (regime, client), sums in sorted(exposure(asked).items()):
        amounts = [round_half_up(amount, 2) for amount in (sums.igi, sums.iva, sums.other)]
        yield (
            *(regime, names.get(regime, ""), client, sums.lots, sums.value),
            *(*amounts, sum(amounts, Decimal(0)), sums.expired, sums.nearest),
        )


def exposure(asked: Asked) -> dict[tuple[str, str], Exposed]:
    """The sums by regime and client."""
    sums: dict[tuple[str, str], Exposed] = {}
    found = standing_lots(asked)
    while stands := list(islice(found, CHUNK)):
        taxes = line_taxes({each.lot.subline.line_id for each in stands})
        for each in stands:
            account = each.lot.account
            of = sums.setdefault((account.regime, account.client.code), Exposed())
            of.add(each, taxes.get(each.lot.subline.line_id, {}), asked.as_of)
    return sums


EXPOSURE = Report(
    code="exposure",
    title=_("Stock and duty exposure by regime"),
    description=_("Value under bond, and the contributions declared at entry but not paid, in the share that remains."),
    columns=(
        Column("regime", _("Customs regime"), width=8),
        Column("regime_name", _("Name"), width=30),
        Column("client", _("Client"), width=14),
        Column("lots", _("Entries"), Kind.COUNT, width=8, is_summed=True),
        Column("value_mxn", _("Value, MXN"), Kind.MONEY, width=16, is_summed=True),
        Column("igi_mxn", _("Deferred IGI, MXN"), Kind.MONEY, width=16, is_summed=True),
        Column("iva_mxn", _("Deferred IVA, MXN"), Kind.MONEY, width=16, is_summed=True),
        Column("other_mxn", _("Other deferred, MXN"), Kind.MONEY, width=16, is_summed=True),
        Column("deferred_mxn", _("Total deferred, MXN"), Kind.MONEY, width=16, is_summed=True),
        Column("expired_mxn", _("Of it expired, value MXN"), Kind.MONEY, width=16, is_summed=True),
        Column("nearest", _("Nearest deadline"), Kind.DATE),
    ),
    asks=(Ask.AS_OF, Ask.KNOWN_ON, Ask.CLIENT, Ask.SITE, Ask.REGIME, Ask.SKU),
    rows=_exposure,
)
