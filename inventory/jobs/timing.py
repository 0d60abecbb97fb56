"""How long a claim lasts, when a failure is tried again, when a message counts as lost. Pure."""

from datetime import datetime, timedelta

LEASE = timedelta(seconds=90)
SAVE_EVERY = timedelta(seconds=1)
FIRST_RESEND, LAST_RESEND = timedelta(seconds=15), timedelta(minutes=10)
BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


def retry_after(attempts: int) -> timedelta:
    """How long to wait after the failure of this many attempts.

    >>> [retry_after(n).total_seconds() for n in (1, 2, 9)]
    [10.0, 60.0, 900.0]
    """
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


def trust_message_until(waiting_since: datetime, at: datetime) -> datetime:
    """Until when a message sent at `at` is trusted to arrive: as long again as the job has waited, in bounds.

    >>> from datetime import UTC
    >>> start = datetime(2026, 3, 3, tzinfo=UTC)
    >>> waits = []
    >>> at = start
    >>> for _ in range(8):
    ...     then = trust_message_until(start, at)
    ...     waits.append(int((then - at).total_seconds()))
    ...     at = then
    >>> waits
    [15, 15, 30, 60, 120, 240, 480, 600]
    """
    return at + min(max(at - waiting_since, FIRST_RESEND), LAST_RESEND)
