"""Writing demand history. A week stated again replaces what the books held of it; weeks not stated stay as they are."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, cast

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from inventory.audit import context as audit
from inventory.audit.trail import note_import
from inventory.catalog.models import Item
from inventory.demand import bulk, reading
from inventory.demand.errors import BadRows, UnknownItem, UnknownMarket
from inventory.demand.models import DemandRecord
from inventory.demand.reading import HistoryRows
from inventory.demand.tables import MAX_ERRORS
from inventory.demand.weeks import Weeks, by_week
from inventory.errors import InvalidInput, gettext_noop
from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome, Report
from inventory.parties.models import Client
from inventory.parties.scope import Actor
from inventory.places.models import Market
from inventory.units import QUANTITY_SCALE, from_base, plain


@dataclass(frozen=True)
class Imported:
    """What an import did: rows read and set aside, weeks written, the span, and returns that found no demand."""

    rows: int
    weeks: int
    bad_rows: int
    first_week: str = ""
    last_week: str = ""
    returns_dropped: str = "0"
    errors: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the same as JSON can carry it."""
        return asdict(self)


@dataclass(frozen=True)
class CheckedHistory:
    """Weeks whose items and markets the books know: ready to be written."""

    weeks: Weeks
    item_ids: list[int]
    market_ids: list[int]
    rows: HistoryRows


def check_history(*, client: Client, rows: HistoryRows, skip_bad_rows: bool = False) -> CheckedHistory:
    """The weeks of `rows` for the client's own items and the known markets.

    Raises BadRows when any row cannot be taken, unless `skip_bad_rows`; and always when none can.
    """
    items = dict(Item.objects.filter(client=client).values_list("sku", "pk"))
    markets = dict(Market.objects.values_list("code", "pk"))
    item_ids = [items.get(sku, 0) for sku in rows.skus]
    market_ids = [markets.get(code, 0) for code in rows.markets]
    rows = _refuse_unknown(rows, "sku", rows.skus, item_ids)
    rows = _refuse_unknown(rows, "market", rows.markets, market_ids)
    if rows.bad_rows and (not skip_bad_rows or not len(rows)):
        raise BadRows(rows.errors, bad_rows=rows.bad_rows, rows=rows.rows_read)
    if not len(rows):
        raise InvalidInput(gettext_noop("The file has no rows of demand."), field="file", rule="no_rows")
    return CheckedHistory(by_week(rows.columns), item_ids, market_ids, rows)


def writing(client: Client) -> None:
    """Let nobody else write this client's demand until the transaction ends: weeks come from files and from orders."""
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)


@transaction.atomic
def write_history(*, client: Client, checked: CheckedHistory, source: str, at: datetime, actor: Actor) -> Imported:
    """Write checked weeks, all or none: each replaces what the books held of its item, market and week."""
    provenance = f"{source} · {actor.label}"[:80]
    writing(client)
    written = bulk.upsert(
        weeks=checked.weeks, item_ids=checked.item_ids, market_ids=checked.market_ids,
        client_id=client.pk, source=provenance, at=at,
    )  # fmt: skip
    weeks, rows = checked.weeks, checked.rows
    imported = Imported(
        rows=rows.rows_read,
        weeks=written,
        bad_rows=rows.bad_rows,
        first_week=date.fromordinal(int(weeks.week.min())).isoformat(),
        last_week=date.fromordinal(int(weeks.week.max())).isoformat(),
        returns_dropped=plain(from_base(weeks.dropped, QUANTITY_SCALE)),
        errors=[{**error.context, "message": str(error)} for error in rows.errors],
    )
    figures = {name: getattr(imported, name) for name in ("rows", "weeks", "bad_rows", "first_week", "last_week")}
    with audit.acting(actor):
        note_import(DemandRecord, of=client, what=source, facts=figures)
    return imported


def import_history(
    *,
    client: Client,
    rows: HistoryRows,
    source: str,
    at: datetime,
    actor: Actor,
    skip_bad_rows: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> Imported:
    """Check rows and write them, all or none. Importing the same file twice leaves the books as importing it once.

    Raises BadRows (nothing is written) when any row cannot be taken, unless `skip_bad_rows`.
    """
    report = progress or (lambda _done, _total, _stage: None)
    checked = check_history(client=client, rows=rows, skip_bad_rows=skip_bad_rows)
    report(0, len(checked.weeks), gettext_noop("Writing the weeks"))
    imported = write_history(client=client, checked=checked, source=source, at=at, actor=actor)
    report(imported.weeks, imported.weeks, gettext_noop("Done"))
    return imported


def import_job(job: Job, report: Report) -> Outcome:
    """Do a job of kind `demand_import`: read its file outside any transaction, write the weeks in the one that ends the job.

    `job.parameters`: `{"file_name": str, "skip_bad_rows": bool}`.
    """
    client, at = cast(Client, job.client), job.started_at or job.requested_at
    name = str(job.parameters.get("file_name") or job.source_file.name)
    with job.source_file.open("rb") as source:
        rows = reading.read_file(
            source.file, name=name, max_bytes=settings.UPLOAD_MAX_BYTES, not_after=at.date(),
            progress=lambda done, total, stage: report(done, total, _(stage)),
        )  # fmt: skip
    report(1, 2, _("Checking the rows"))
    skip = bool(job.parameters.get("skip_bad_rows"))
    checked = check_history(client=client, rows=rows, skip_bad_rows=skip)
    report(1, 2, _("Writing the weeks"))
    actor = Actor(label=job.requested_label, user_id=job.requested_by_id)
    return Outcome(
        effect=lambda: write_history(client=client, checked=checked, source=name, at=at, actor=actor).as_dict()
    )


def _refuse_unknown(rows: HistoryRows, name: str, codes: list[str], ids: list[int]) -> HistoryRows:
    """The rows whose code the books know; each of the others is refused with its number."""
    unknown = np.array([not number for number in ids] or [False])
    bad = unknown[rows.columns[name]] if len(rows) else np.zeros(0, dtype=bool)
    if not bad.any():
        return rows
    kind, message = {
        "sku": (UnknownItem, gettext_noop("This client has no item %(value)s.")),
        "market": (UnknownMarket, gettext_noop("There is no market %(value)s.")),
    }[name]
    for place in np.flatnonzero(bad)[:MAX_ERRORS]:
        error = kind(message, field=name, value=codes[rows.columns[name][place]], rule=kind.code)
        rows.refuse(error, int(rows.columns["row"][place]))
    return rows.without(bad)
