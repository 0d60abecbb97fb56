"""Reports on a page, and the files that people asked for."""

from itertools import islice

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.errors import NotFound
from inventory.jobs.models import Job
from inventory.parties.access import access_of
from inventory.parties.models import User
from inventory.reports.shapes import EXPORT, Asked, Report, Row


def preview(report: Report, asked: Asked, limit: int = 200) -> tuple[list[Row], bool]:
    """The first rows of a report, and whether there are more."""
    rows = list(islice(report.rows(asked), limit + 1))
    return rows[:limit], len(rows) > limit


def exports_for(user: User) -> QuerySet[Job]:
    """The exports that a person asked for and may still see, newest first."""
    jobs = Job.objects.filter(kind=EXPORT, requested_by=user).select_related("client")
    scope = access_of(user).scope
    visible = jobs if scope.sees_everyone else scope.filter(jobs)
    return visible.order_by("-requested_at", "-pk")


def export_of(user: User, job_id: int) -> Job:
    """A finished export whose file this person may have. Raises NotFound otherwise, whatever the reason."""
    job = exports_for(user).filter(pk=job_id, state=Job.State.DONE).exclude(result_file="").first()
    if job is None:
        raise NotFound(_("There is no such file."))
    return job
