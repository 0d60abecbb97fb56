"""What long work refuses, and the two ways a running job is told to stop."""

from inventory.errors import DomainError

__all__ = ["UNEXPECTED", "WORKER_LOST", "Cancelled", "JobFinished", "LostClaim", "UnknownKind"]

# How a job ends that no rule refused: something in it broke, or its workers vanished on every attempt.
UNEXPECTED, WORKER_LOST = "unexpected_error", "job_worker_lost"


class JobFinished(DomainError):
    """The job has ended; there is nothing left to cancel."""

    code = "job_finished"


class UnknownKind(DomainError):
    """No handler is registered for this kind of job."""

    code = "unknown_job_kind"


class Cancelled(DomainError):
    """Someone asked for the running job to stop.

    Raised out of `progress`, so that a handler needs no check of its own.
    """

    code = "job_cancelled"


class LostClaim(DomainError):
    """The lease ran out and another worker took the job over: whoever gets this must stop and write nothing."""

    code = "job_lost_claim"
