"""Re-add the physical books from nothing and say where they differ from what was carried along. It repairs nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from inventory.ledger.models import Balance, Leg, Posting


@dataclass(frozen=True)
class Difference:
    """One thing that does not add up: which check, about what, and the two numbers."""

    check: str
    subject: str
    expected: str
    found: str


def differences() -> Iterator[Difference]:
    """Every way in which postings, legs and balances disagree; nothing when the books are right."""
    yield from _balances()
    yield from _postings()
    yield from _copies()


def _balances() -> Iterator[Difference]:
    """Balances against the sum of their legs, both ways."""
    added = _sums(Leg.objects.all(), "lot_id", "location_id")
    for lot, location, quantity in Balance.objects.values_list("lot_id", "location_id", "quantity").iterator():
        expected = added.pop((lot, location), Decimal(0))
        if expected != quantity:
            yield Difference(
                "balance_is_sum_of_legs", f"lot {lot} at location {location}", str(expected), str(quantity)
            )
    for (lot, location), total in added.items():
        if total:
            yield Difference("balance_is_sum_of_legs", f"lot {lot} at location {location}", str(total), "no balance")
    for row in Balance.objects.filter(is_virtual=False, quantity__lt=0):
        yield Difference(
            "no_physical_below_zero", f"lot {row.lot_id} at location {row.location_id}", "0", str(row.quantity)
        )


def _postings() -> Iterator[Difference]:
    """Within a posting the legs of each lot add up to zero, and a reversal is the mirror of what it reverses."""
    sums = Leg.objects.order_by().values_list("posting__key", "lot_id").annotate(total=Sum("quantity"))
    for key, lot, total in sums.filter(~Q(total=0)).iterator():
        yield Difference("posting_balances", f"posting {key}, lot {lot}", "0", str(total))
    of_place = ("lot_id", "location_id")
    originals = _sums(Leg.objects.filter(posting__reversed_by__isnull=False), "posting_id", *of_place)
    mirrors = _sums(Leg.objects.filter(posting__reverses__isnull=False), "posting__reverses_id", *of_place)
    keys = dict(Posting.objects.filter(reverses__isnull=False).values_list("reverses_id", "key"))
    for place in sorted(originals.keys() | mirrors.keys()):
        before, back = originals.get(place, Decimal(0)), mirrors.get(place, Decimal(0))
        if before + back != 0:
            original, lot, _location = place
            yield Difference("reversal_is_mirror", f"posting {keys[original]}, lot {lot}", str(-before), str(back))


def _sums(legs: QuerySet[Leg], *by: str) -> dict[tuple[int, ...], Decimal]:
    """What legs add up to, by these of their columns."""
    rows = legs.order_by().values_list(*by).annotate(total=Sum("quantity"))
    return {tuple(key): total for *key, total in rows.iterator()}


def _copies() -> Iterator[Difference]:
    """What legs and balances copy from their posting, lot and location for speed is what stands there."""
    wrong = Leg.objects.exclude(
        legal_date=F("posting__legal_date"), recorded_at=F("posting__recorded_at"), account=F("lot__account")
    )
    for leg in wrong.iterator():
        yield Difference("leg_copies_its_posting", f"leg {leg.pk}", "dates and account of posting and lot", "other")
    crossed = Balance.objects.exclude(is_virtual=F("location__is_virtual"), account=F("lot__account"))
    for row in crossed.iterator():
        yield Difference("balance_copies_its_place", f"balance {row.pk}", "account and kind of place", "other")
    mixed = Balance.objects.filter(is_virtual=False, quantity__gt=0).exclude(location__regime=F("account__regime"))
    for row in mixed.iterator():
        yield Difference(
            "one_regime_per_location", f"balance {row.pk}", "regime of the location", "regime of the account"
        )
