"""What shipping refuses."""

from inventory.errors import DomainError


class ShipmentState(DomainError):
    """The shipment is not in the state this step needs."""

    code = "shipment_state"


class AlreadyDispatched(ShipmentState):
    """The shipment left before."""

    code = "already_dispatched"


class NotCovered(DomainError):
    """The outbound pedimento does not cover what is shipped."""

    code = "not_covered"


class NoStockToShip(DomainError):
    """The origin holds too little free stock of an item."""

    code = "not_enough_free"
