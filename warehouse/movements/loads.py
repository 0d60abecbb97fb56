"""How much chosen moves weigh and fill, and how many trucks that is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Load:
    """Goods for one lane: m³, kg, and the m³ that one of the lane's trucks takes (None: nobody said)."""

    volume_m3: Decimal
    weight_kg: Decimal
    truck_m3: Decimal | None

    @property
    def trucks(self) -> int | None:
        """How many trucks it takes, by volume; None where a truck's volume is not known.

        >>> Load(Decimal(76), Decimal(0), Decimal(75)).trucks, Load(Decimal(75), Decimal(0), Decimal(75)).trucks
        (2, 1)
        """
        if not self.truck_m3:
            return None
        return int((self.volume_m3 / self.truck_m3).to_integral_value(ROUND_CEILING))

    @property
    def filled(self) -> Decimal | None:
        """The share of those trucks that is filled; None where it is not known, or there is no volume.

        >>> Load(Decimal(90), Decimal(0), Decimal(75)).filled
        Decimal('0.6')
        """
        return self.volume_m3 / (self.trucks * self.truck_m3) if self.trucks and self.truck_m3 else None

    @property
    def room_m3(self) -> Decimal | None:
        """How many m³ would still go along without another truck."""
        return self.trucks * self.truck_m3 - self.volume_m3 if self.trucks and self.truck_m3 else None


def load_of(parts: Iterable[tuple[Decimal, Decimal, Decimal]], truck_m3: Decimal | None) -> Load:
    """The load of (quantity, m³ a unit, kg a unit).

    >>> load_of([(Decimal(10), Decimal("0.5"), Decimal(2)), (Decimal(1), Decimal(1), Decimal(7))], None)
    Load(volume_m3=Decimal('6.0'), weight_kg=Decimal('27'), truck_m3=None)
    """
    listed = list(parts)
    return Load(
        sum((quantity * volume for quantity, volume, _weight in listed), ZERO),
        sum((quantity * weight for quantity, _volume, weight in listed), ZERO),
        truck_m3,
    )
