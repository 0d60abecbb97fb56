"""What the customs books refuse."""

from inventory.customs.fifo import NotEnoughBonded
from inventory.errors import DomainError, InvalidInput

__all__ = [
    "AlreadyOpened",
    "AlreadyRectified",
    "ConsolidatedStillOpen",
    "KeyDoesNotApply",
    "NotCleared",
    "NotEnoughBonded",
    "NotInTime",
    "PedimentoExists",
    "RegimeMayNotChange",
    "SourceRequired",
    "WrongEffect",
]


class PedimentoExists(InvalidInput):
    """A pedimento of this number stands in the books."""

    code = "pedimento_exists"
    status = 409


class WrongEffect(DomainError):
    """The document does not do this: an outbound pedimento opens nothing, an inbound one discharges nothing."""

    code = "wrong_effect"


class KeyDoesNotApply(DomainError):
    """The document key does not act on goods of this regime or provenance."""

    code = "key_does_not_apply"


class NotCleared(DomainError):
    """The pedimento is not paid, or does not cover what is leaving."""

    code = "not_cleared"


class NotInTime(DomainError):
    """The legal date lies before the goods were available, or in the future."""

    code = "not_in_time"


class AlreadyOpened(DomainError):
    """The subline opened its bonded lot before."""

    code = "already_opened"


class ConsolidatedStillOpen(DomainError):
    """The consolidated pedimento has not been closed."""

    code = "consolidated_open"


class AlreadyRectified(DomainError):
    """The pedimento was rectified before: the newest of its chain is the one to rectify."""

    code = "already_rectified"


class RegimeMayNotChange(DomainError):
    """A rectification keeps regime and key (mexico.md §3.8)."""

    code = "regime_may_not_change"


class SourceRequired(DomainError):
    """The document key has to name the entry it acts on (block of discharges)."""

    code = "source_required"
