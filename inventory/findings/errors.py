"""What findings refuse."""

from inventory.errors import DomainError


class AlreadyResolved(DomainError):
    """The finding was closed before."""

    code = "already_resolved"
