"""Writing the customs books: enter a pedimento, open bonded lots, discharge, reverse, rectify, hold, close notices.

Import the package and let calls read as speech: `from inventory.customs import services as customs`, then
`customs.discharge(…)`. Locks are taken on accounts, in order of id, before bonded lots are read.
"""

from inventory.customs.services.clock import close_consolidated, record_clearance, withdraw_pedimento
from inventory.customs.services.differences import record_difference, resolve_difference
from inventory.customs.services.discharging import Withdrawal, discharge, reverse_discharges
from inventory.customs.services.entering import enter_pedimento, record_payment
from inventory.customs.services.holding import hold, lift_hold
from inventory.customs.services.notices import close_notice, open_notice, withdraw_notice
from inventory.customs.services.opening import open_bonded_lots
from inventory.customs.services.rectifying import rectify
from inventory.customs.services.remesas import record_remesa

__all__ = [
    "Withdrawal",
    "close_consolidated",
    "close_notice",
    "discharge",
    "enter_pedimento",
    "hold",
    "lift_hold",
    "open_bonded_lots",
    "open_notice",
    "record_clearance",
    "record_difference",
    "record_payment",
    "record_remesa",
    "rectify",
    "resolve_difference",
    "reverse_discharges",
    "withdraw_notice",
    "withdraw_pedimento",
]
