"""The worker's side of an export: what a `report_export` job does."""

import tempfile
from pathlib import Path

from django.conf import settings

from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome, Report
from inventory.parties.access import access_of
from inventory.parties.scope import ClientScope
from inventory.places.clock import local_date
from inventory.reports import asking, exports, registry


def export(job: Job, progress: Report) -> Outcome:
    """Write the report that a job asks for, with the rights that its person has now, not those of when it was asked."""
    report = registry.report(job.parameters["report"])
    form = job.parameters["format"]
    asked = asking.read(report, job.parameters["asked"], scope=scope_of(job), at=job.requested_at)
    with tempfile.NamedTemporaryFile(prefix="recinto-export-", suffix=f".{form}", delete=False) as file:
        path = Path(file.name)
    try:
        written = exports.write(
            path, report, asked, form=form, at=job.requested_at, by=job.requested_label, progress=progress
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = f"{report.code}-{local_date(job.requested_at, settings.TIME_ZONE):%Y%m%d}.{form}"
    return Outcome(written.as_result(), path, name)


def scope_of(job: Job) -> ClientScope:
    """Whose rows a job may read: those of its client, if it names one, and never more than its person may see."""
    scope = access_of(job.requested_by).scope if job.requested_by else ClientScope.of()
    if job.client_id is None:
        return scope
    allowed = job.requested_by is None or scope.allows(job.client_id)
    return ClientScope.of(*([job.client_id] if allowed else []))
