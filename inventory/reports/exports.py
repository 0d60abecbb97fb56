"""A report written to a file, in constant memory, with progress."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from inventory.jobs.outcome import Report as Progress
from inventory.reports import as_csv, as_pdf, as_xlsx
from inventory.reports.letterhead import letterhead
from inventory.reports.shapes import Asked, Report
from inventory.reports.spool import Spool

Writer = Callable[..., None]
WRITERS: dict[str, Writer] = {"csv": as_csv.write, "xlsx": as_xlsx.write, "pdf": as_pdf.write}


@dataclass(frozen=True)
class Written:
    """What was written: how many rows, and the fingerprint of their content."""

    rows: int
    digest: str

    def as_result(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {"rows": self.rows, "digest": self.digest}


def write(path: Path, report: Report, asked: Asked, *, form: str, at: datetime, by: str, progress: Progress) -> Written:
    """Write a report as `form` (csv, xlsx or pdf) to `path`, telling `progress` how far it got.

    Raises TooLong when a PDF would have more rows than anyone reads.
    """
    progress(0, 0, _("Reading the books"))
    with Spool(report.columns) as spool:
        spool.fill(report.rows(asked), lambda count: progress(count, 0, _("Reading the books")))
        head = letterhead(report, asked, spool, at=at, by=by)
        progress(0, spool.count, _("Writing the file"))
        WRITERS[form](path, report, head, spool, lambda row: progress(row, spool.count, _("Writing the file")))
        progress(spool.count, spool.count, _("Keeping the file"))
        return Written(spool.count, spool.digest)
