"""Goods leave bond for a US distribution center: reserved, picked, cleared, dispatched, and received at the other end.

Always true: nothing leaves bond without an outbound pedimento that covers it; the discharge and the move into transit are one
transaction; per line, shipped = good + damaged + short − over once the delivery is closed.
"""
