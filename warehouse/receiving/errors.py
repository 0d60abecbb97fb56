"""What receiving refuses."""

from inventory.errors import DomainError


class ReceiptState(DomainError):
    """The receipt is not in the state this step needs."""

    code = "receipt_state"


class NothingToReceive(DomainError):
    """Everything of the pedimento has a receipt already."""

    code = "nothing_to_receive"


class NoticeOpen(DomainError):
    """A notice the law asks for is neither acknowledged nor excepted."""

    code = "notice_open"
