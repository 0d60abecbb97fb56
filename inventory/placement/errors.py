"""What placement refuses."""

from collections.abc import Iterable

from inventory.errors import DomainError, gettext_noop


class AlreadyDecided(DomainError):
    """The recommendation was accepted, refused or superseded before: it is decided once."""

    code = "already_decided"


class NotReleasable(DomainError):
    """The customs books, or the shelf, could not release that much any more."""

    code = "not_releasable"


class NotAllAccepted(DomainError):
    """Of several recommendations that were to be accepted together some could not be, so none was."""

    code = "not_all_accepted"

    def __init__(self, refusals: Iterable[DomainError]) -> None:
        self.errors = list(refusals)
        super().__init__(gettext_noop("Nothing was accepted."), errors=[one.as_dict() for one in self.errors])

    def __str__(self) -> str:
        return " ".join([super().__str__(), *map(str, self.errors)])


class OverrideEnded(DomainError):
    """The level that a planner set was taken back before."""

    code = "override_ended"


class EventEnded(DomainError):
    """The planned event was ended before."""

    code = "event_ended"


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
