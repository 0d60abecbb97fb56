"""Files of customers' orders written into the books, all of a file or nothing; importing one twice is as importing it once."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from inventory.audit import context as audit
from inventory.audit.trail import note_import
from inventory.demand import orders
from inventory.demand.errors import BadRows
from inventory.demand.models import CustomerOrderLine
from inventory.demand.order_lines import Line, OrderRows, read_orders
from inventory.demand.tables import note_row
from inventory.errors import InvalidInput, gettext_noop
from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome, Report
from inventory.parties.models import Client
from inventory.parties.scope import Actor

KIND = "order_import"


@dataclass(frozen=True)
class ImportedOrders:
    """What an import did: rows read and set aside, lines that were new or said something else, weeks of demand that followed."""

    rows: int
    added: int
    changed: int
    weeks: int
    bad_rows: int
    errors: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the same as JSON can carry it."""
        return asdict(self)


@dataclass(frozen=True)
class CheckedOrders:
    """Lines whose items and markets the books know: ready to be written."""

    lines: list[Line]
    known: orders.Known
    rows: OrderRows


def check_orders(*, client: Client, rows: OrderRows, at: datetime, skip_bad_rows: bool = False) -> CheckedOrders:
    """The lines of `rows` for the client's own items and the known markets.

    Raises BadRows when any row cannot be taken, unless `skip_bad_rows`; and always when none can.
    """
    known = orders.known_of(client, rows.lines)
    bad: set[int] = set()
    for index, error in orders.faults(rows.lines, known, at):
        bad.add(index)
        note_row(rows.errors, error, rows.numbers[index])
    rows.errors.sort(key=lambda error: int(error.context["row"]))
    rows.bad_rows += len(bad)
    good = [line for index, line in enumerate(rows.lines) if index not in bad]
    if rows.bad_rows and (not skip_bad_rows or not good):
        raise BadRows(rows.errors, bad_rows=rows.bad_rows, rows=rows.rows_read)
    if not good:
        raise InvalidInput(gettext_noop("The file has no lines of orders."), field="file", rule="no_rows")
    return CheckedOrders(good, known, rows)


@transaction.atomic
def write_orders(*, client: Client, checked: CheckedOrders, source: str, at: datetime, actor: Actor) -> ImportedOrders:
    """Write checked lines, all or none: each replaces what the books held of it, and its weeks are summed anew."""
    written = orders.write(client=client, lines=checked.lines, known=checked.known, at=at, actor=actor)
    rows = checked.rows
    figures = {"rows": rows.rows_read, **asdict(written), "bad_rows": rows.bad_rows}
    with audit.acting(actor):
        note_import(CustomerOrderLine, of=client, what=source, facts=figures)
    return ImportedOrders(**figures, errors=[{**error.context, "message": str(error)} for error in rows.errors])


def import_orders(
    *, client: Client, rows: OrderRows, source: str, at: datetime, actor: Actor, skip_bad_rows: bool = False
) -> ImportedOrders:
    """Check lines and write them, all or none. Raises BadRows when any cannot be taken, unless `skip_bad_rows`."""
    checked = check_orders(client=client, rows=rows, at=at, skip_bad_rows=skip_bad_rows)
    return write_orders(client=client, checked=checked, source=source, at=at, actor=actor)


def import_job(job: Job, report: Report) -> Outcome:
    """Do a job of kind `order_import`: read its file outside any transaction, write the lines in the one that ends the job.

    `job.parameters`: `{"file_name": str, "skip_bad_rows": bool}`.
    """
    client, at = cast(Client, job.client), job.started_at or job.requested_at
    name = str(job.parameters.get("file_name") or job.source_file.name)
    with job.source_file.open("rb") as source:
        rows = read_orders(
            source.file, name=name, max_bytes=settings.UPLOAD_MAX_BYTES,
            progress=lambda done, total, stage: report(done, total, _(stage)),
        )  # fmt: skip
    report(1, 2, _("Checking the rows"))
    checked = check_orders(client=client, rows=rows, at=at, skip_bad_rows=bool(job.parameters.get("skip_bad_rows")))
    report(1, 2, _("Writing the lines"))
    actor = Actor(label=job.requested_label, user_id=job.requested_by_id)
    return Outcome(
        effect=lambda: write_orders(client=client, checked=checked, source=name, at=at, actor=actor).as_dict()
    )
