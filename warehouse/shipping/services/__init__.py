"""Shipments from draft to delivery. Each step is one call, all or nothing, locking the shipment first, then accounts.

`from warehouse.shipping import services as shipping`, then `shipping.dispatch(…)`.
"""

from warehouse.shipping.services.building import Wanted, cancel, draft, draft_from_order, pick, reserve
from warehouse.shipping.services.clearing import assign_pedimento
from warehouse.shipping.services.delivering import Received, receive
from warehouse.shipping.services.dispatching import dispatch, reverse_dispatch
from warehouse.shipping.services.shortages import explain_short

__all__ = [
    "Received",
    "Wanted",
    "assign_pedimento",
    "cancel",
    "dispatch",
    "draft",
    "draft_from_order",
    "explain_short",
    "pick",
    "receive",
    "reserve",
    "reverse_dispatch",
]
