"""The floors: the least program that posts an exit by FIFO, in raw SQL, through the ORM and behind a bare DRF view.

They have tables, settings and a server of their own, no rights, no audit, no idempotency, no customs.
"""
