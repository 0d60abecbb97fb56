"""What placement refuses."""

from inventory.errors import DomainError


class AlreadyDecided(DomainError):
    """The recommendation was accepted, refused or superseded before: it is decided once."""

    code = "already_decided"


class NotReleasable(DomainError):
    """The customs books, or the shelf, could not release that much any more."""

    code = "not_releasable"


class NothingToPlan(DomainError):
    """The client has no demand history, no item with a value, or no lane from bond to a distribution center."""

    code = "nothing_to_plan"


class RunOvertaken(DomainError):
    """A run of the same client that was asked for later has been published."""

    code = "run_overtaken"


class PartsFailed(DomainError):
    """No part of the run could be computed."""

    code = "parts_failed"


class NoPrior(DomainError):
    """A lane states no lead time of its own, and of its mode nothing is known."""

    code = "no_prior"
