"""Under which duty: pedimentos, the bonded lots their lines opened, and the discharges that write those off.

Always true: a bonded lot's balance is opening ± corrections − discharges and never below zero; discharges follow PEPS
(first in, first out) within one account; a rectification appends, it never edits. Others call `services` to enter a
pedimento, open, discharge, reverse and rectify, and `selectors` to read. Pure: `fifo`, `deadlines`, `pedimento_number`.
"""
