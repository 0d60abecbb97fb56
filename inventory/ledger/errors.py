"""What the physical books refuse."""

from inventory.errors import DomainError


class NotEnoughStock(DomainError):
    """A physical location holds less than was asked of it."""

    code = "not_enough_stock"


class NotEnoughFree(DomainError):
    """The stock is there, but promised to another document."""

    code = "not_enough_free"


class LotOnHold(DomainError):
    """The lot is frozen: seized, under examination, or held for another stated reason."""

    code = "lot_on_hold"


class RegimeMismatch(DomainError):
    """The location is kept for goods of another customs regime: bonded and nationalised goods never mix."""

    code = "regime_mismatch"


class OutsideAuthorisation(DomainError):
    """The location is at another site than the one where the goods' authorisation holds them."""

    code = "outside_authorisation"


class LocationClosed(DomainError):
    """The location is not in use."""

    code = "location_closed"


class AlreadyReversed(DomainError):
    """The posting was undone before, or is itself an undoing."""

    code = "already_reversed"
