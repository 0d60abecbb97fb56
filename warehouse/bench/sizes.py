"""How much a run measures, and over how much history. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """One size of run. `singles` are calls on one connection, `crowd` calls on sixteen, in each round."""

    rounds: int
    singles: int
    crowd: int
    lists: int
    skus: int
    legs_per_sku: int
    short_history: int
    long_history: int
    warm_up: int

    @property
    def legs(self) -> int:
        """Legs in the books before the first measured call."""
        return self.skus * self.legs_per_sku + self.short_history + self.long_history

    @property
    def shipments_per_round(self) -> int:
        """Shipments that leave one pool in a round, at most."""
        return self.singles + self.crowd


QUICK = Sizes(
    rounds=3, singles=6, crowd=40, lists=6, skus=16, legs_per_sku=1_000, short_history=1_000, long_history=30_000,
    warm_up=2,
)  # fmt: skip
FULL = Sizes(
    rounds=5, singles=60, crowd=320, lists=40, skus=2_000, legs_per_sku=4_500, short_history=10_000,
    long_history=1_000_000, warm_up=20,
)  # fmt: skip
TINY = Sizes(
    rounds=1, singles=3, crowd=8, lists=2, skus=4, legs_per_sku=200, short_history=200, long_history=2_000, warm_up=1
)
