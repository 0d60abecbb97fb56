"""What sealing refuses."""

from inventory.errors import DomainError


class SealedLater(DomainError):
    """A later day is sealed already: the chain only grows at its end."""

    code = "sealed_later"
