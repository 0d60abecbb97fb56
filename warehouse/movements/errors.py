"""What movements refuse."""

from inventory.errors import DomainError


class OrderState(DomainError):
    """The movement order is not in the state this step needs."""

    code = "order_state"


class NotAccepted(DomainError):
    """Only an accepted recommendation becomes a movement order, and only once."""

    code = "recommendation_not_accepted"
