"""The numbers that a class of items is planned with, found by a simulation of the past or by theory. Pure.

Source: placement.md §0.4 and §6.3 (docs/placement.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.placement.engine.families import CANDIDATES, STEADY, Style
from inventory.placement.engine.foretell import Laws
from inventory.placement.engine.prepare import CLASSES
from inventory.placement.engine.spread import Mixture

DEFAULT_PHI, DEFAULT_BETA = 2.0, 0.95
LEAST_COVERED, MOST_COVERED = 0.85, 0.995


@dataclass(frozen=True)
class ClassTuning:
    """How one class is planned: forecast family, share λ of real sums, network quantile β, hold-back factor φ.

    `weeks` were played and counted to find them (0: theory), over `items` items; `cost` is what each family cost in the past,
    as a share of the dearest; `covered` the share of past demand over the protection interval that its 95 % quantile covered.
    """

    family: str = STEADY
    share: float = 0.5
    beta: float = DEFAULT_BETA
    phi: float = DEFAULT_PHI
    weeks: int = 0
    items: int = 0
    beta_theory: float = DEFAULT_BETA
    cost: Mapping[str, float] = field(default_factory=dict)
    sharpness: float = 1.0
    scores: tuple[float, ...] = (0.0,) * len(CANDIDATES)
    covered: float | None = None

    @property
    def style(self) -> Style:
        """The forecasts that go with it."""
        return Style(self.family, Mixture(self.share), self.sharpness, self.scores)

    @property
    def is_trusted(self) -> bool:
        """Whether 95 % quantiles held in the past about as often as they say, or nothing is known of it (placement.md §4.5)."""
        return self.covered is None or LEAST_COVERED <= self.covered <= MOST_COVERED


@dataclass(frozen=True)
class Tuning:
    """One entry per demand class, and what else is found over many items.

    The laws of variance are by weeks, for DCs and for sites (empty: to be fitted); `seasonal` names the categories that have a
    season (None: to be found out).
    """

    classes: Mapping[str, ClassTuning] = field(default_factory=dict)
    dc_laws: Laws = field(default_factory=dict)
    site_laws: Laws = field(default_factory=dict)
    seasonal: tuple[str, ...] | None = None

    def of(self, number: int) -> ClassTuning:
        """That of a class by number; an item that never sold is planned like a lumpy one."""
        return self.classes.get(CLASSES[number], ClassTuning())
