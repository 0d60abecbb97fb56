"""Running the engine over the books, and deciding on what it recommends.

A run is written once and never changed. A recommendation is decided once: accepted, refused, or superseded by the next run.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from inventory.errors import DomainError, InvalidInput, gettext_noop, present
from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome, Report
from inventory.ledger import services as ledger
from inventory.ledger.models import Account
from inventory.parties.models import Client
from inventory.parties.scope import Actor
from inventory.placement import books, records, selectors
from inventory.placement import stock as stocks
from inventory.placement.books import Assumptions
from inventory.placement.engine import recommend
from inventory.placement.engine.fingerprint import code_hash, inputs_hash
from inventory.placement.errors import AlreadyDecided, NotAllAccepted, NotReleasable, RunOvertaken
from inventory.placement.files.writing import problem_files
from inventory.placement.models import PlacementInput, PlacementLevel, PlacementRun, Recommendation
from inventory.placement.records import Computed
from inventory.places.clock import local_date
from inventory.units import as_decimal

ENGINE_VERSION = "1"
# What a run may be asked for at the most.
MOST = {"phi": 1000, "capital_rate_per_year": 1000, "budget": 10**12}
Progress = Callable[[int, int, str], None]


def compute(
    *, client: Client, as_of: date, assumptions: Assumptions | None = None, progress: Progress | None = None
) -> Computed:
    """Read the books and run the engine; writes nothing. Raises NothingToPlan."""
    report = progress or (lambda _done, _total, _stage: None)
    chosen = assumptions or Assumptions()
    report(0, 3, _("Reading the books"))
    booked = books.problem(client=client, as_of=as_of, assumptions=chosen)
    computing = _("Computing levels and moves")
    report(1, 3, computing)
    # Tuning takes long: each of its steps keeps the job's lease.
    result = recommend(booked.problem, is_tuned=chosen.is_tuned, progress=lambda *_step: report(1, 3, computing))
    report(2, 3, _("Writing the recommendations"))
    return Computed(client, as_of, chosen, booked, result, problem_files(booked.problem, result.tuning))


@transaction.atomic
def publish(*, computed: Computed, job: Job | None, at: datetime, actor: Actor) -> PlacementRun:
    """Write a run with its inputs, levels and recommendations; what was proposed before and not decided is superseded.

    A job writes its run once: asked again, the run it wrote is returned. Raises RunOvertaken.
    """
    client = Client.objects.select_for_update().get(pk=computed.client.pk)
    if job:
        if written := PlacementRun.objects.filter(job=job).first():
            return written
        if PlacementRun.objects.filter(client=client, job__gt=job.pk).exists():
            raise RunOvertaken(
                gettext_noop(
                    "A run of %(client)s that was asked for later has been published: this one would be out of date."
                ),
                client=client.name,
            )
    run = PlacementRun.objects.create(
        client=client,
        job=job,
        as_of=computed.as_of,
        created_at=at,
        actor_label=actor.label,
        inputs_hash=inputs_hash(computed.booked.problem),
        code_version=f"{ENGINE_VERSION}+{code_hash()}",
        parameters=records.parameters(computed),
        metrics=records.metrics(computed),
    )
    PlacementInput.objects.bulk_create(
        PlacementInput.of(run, name, content) for name, content in sorted(computed.files.items())
    )
    PlacementLevel.objects.bulk_create(
        [records.level(run, computed.booked, level) for level in computed.result.levels], batch_size=500
    )
    older = Recommendation.objects.filter(client=client, state=Recommendation.State.PROPOSED)
    older.update(state=Recommendation.State.SUPERSEDED, decided_at=at, decided_by=actor.label)
    moves, lanes = enumerate(records.deployments(computed), start=1), selectors.lanes_by_way()
    Recommendation.objects.bulk_create(
        [records.recommendation(run, computed.booked, lanes, move, rank) for rank, move in moves], batch_size=500
    )
    return run


def run(
    *,
    job: Job | None = None,
    client: Client,
    as_of: date,
    at: datetime,
    actor: Actor,
    assumptions: Assumptions | None = None,
    progress: Progress | None = None,
) -> PlacementRun:
    """Compute and write in one go. Raises NothingToPlan; then nothing is written."""
    computed = compute(client=client, as_of=as_of, assumptions=assumptions, progress=progress)
    return publish(computed=computed, job=job, at=at, actor=actor)


def run_job(job: Job, report: Report) -> Outcome:
    """Do a job of kind `placement_run`: compute outside any transaction, write in the one that ends the job.

    `job.parameters`: `{"as_of": ISO date, "phi": "2", "capital_rate_per_year": "0.12", "budget": "250000", "is_tuned": true}`,
    all optional; the result names the run.
    """
    client, at = cast(Client, job.client), job.started_at or job.requested_at
    as_of, assumptions = asked(job.parameters, at)
    computed = compute(client=client, as_of=as_of, assumptions=assumptions, progress=report)
    return Outcome(effect=lambda: publish_job(job, computed))


def publish_job(job: Job, computed: Computed) -> dict[str, Any]:
    """Write the run of a job; returns what the job says of it."""
    actor = Actor(label=job.requested_label, user_id=job.requested_by_id)
    written = publish(computed=computed, job=job, at=job.started_at or job.requested_at, actor=actor)
    return {
        "run": written.pk, "recommendations": written.recommendations.count(), "as_of": computed.as_of.isoformat(),
    }  # fmt: skip


@transaction.atomic
def accept(
    *, recommendation: Recommendation, at: datetime, actor: Actor, quantity: Decimal | None = None, reason: str = ""
) -> Recommendation:
    """Accept a recommendation, for its quantity or another one of whole packs; its goods count as under way from here on.

    Raises AlreadyDecided, InvalidInput, or NotReleasable when the books could not release that much any more.
    """
    row = _undecided(recommendation)
    units = row.quantity if quantity is None else as_decimal(quantity)
    pack = row.item.pack_size
    if units <= 0 or units % pack:
        raise InvalidInput(
            gettext_noop("%(field)s: %(value)s is not a whole number of packs of %(pack)s."),
            field="quantity", value=units, rule="whole_packs", pack=pack,
        )  # fmt: skip
    row.state, row.accepted_quantity = Recommendation.State.ACCEPTED, units
    for refusal in _beyond_release([row], at):
        raise refusal
    return _decided(row, at, actor, reason)


@transaction.atomic
def accept_all(*, recommendations: Collection[int], at: datetime, actor: Actor) -> list[Recommendation]:
    """Accept several recommendations as they are, by number, or none of them; in the order of their numbers.

    Raises NotAllAccepted, naming each that was decided before or that the books could not release beside the others.
    """
    rows = _locked(recommendations)
    refusals: list[DomainError] = [_decided_before(row) for row in rows if row.state != Recommendation.State.PROPOSED]
    still = [row for row in rows if row.state == Recommendation.State.PROPOSED]
    for row in still:
        row.state, row.accepted_quantity = Recommendation.State.ACCEPTED, row.quantity
    refusals += _beyond_release(still, at)
    if refusals:
        raise NotAllAccepted(refusals)
    return [_decided(row, at, actor, "") for row in still]


@transaction.atomic
def refuse(*, recommendation: Recommendation, reason: str, at: datetime, actor: Actor) -> Recommendation:
    """Refuse a recommendation, with a reason that is kept. Raises AlreadyDecided, or InvalidInput without a reason."""
    row = _undecided(recommendation)
    if not reason.strip():
        raise InvalidInput(gettext_noop("Say why."), field="reason", value=reason, rule="required")
    row.state = Recommendation.State.REFUSED
    return _decided(row, at, actor, reason)


def note_document(*, recommendations: Iterable[int], document: str) -> int:
    """Record under which document the goods of accepted recommendations are reserved, so that they are not counted twice."""
    return int(_open(recommendations).update(document=document))


def note_closed(*, recommendations: Collection[int], at: datetime) -> int:
    """Record that the goods of accepted recommendations left, or never will: from here on the books alone tell where they are."""
    return int(_open(recommendations).update(closed_at=at)) if recommendations else 0


def note_reopened(*, recommendations: Collection[int]) -> int:
    """Record that goods of accepted recommendations came back and are to leave again."""
    rows = Recommendation.objects.filter(pk__in=recommendations, state=Recommendation.State.ACCEPTED)
    return rows.update(closed_at=None, document="") if recommendations else 0


def _open(recommendations: Iterable[int]) -> Any:
    return Recommendation.objects.filter(
        pk__in=list(recommendations), state=Recommendation.State.ACCEPTED, closed_at__isnull=True
    )


def _locked(numbers: Collection[int]) -> list[Recommendation]:
    """The rows, locked in order of number."""
    rows = Recommendation.objects.select_for_update(of=("self",)).select_related("item", "source", "target", "client")
    return list(rows.filter(pk__in=numbers).order_by("pk"))


def _undecided(recommendation: Recommendation) -> Recommendation:
    """The row, locked, if nobody decided on it yet."""
    (row,) = _locked([recommendation.pk])
    if row.state != Recommendation.State.PROPOSED:
        raise _decided_before(row)
    return row


def _decided_before(row: Recommendation) -> AlreadyDecided:
    return AlreadyDecided(
        gettext_noop("Recommendation %(id)s is decided: %(state)s, by %(by)s."),
        id=row.pk, state=row.get_state_display(), by=row.decided_by,
    )  # fmt: skip


def _beyond_release(rows: list[Recommendation], at: datetime) -> list[NotReleasable]:
    """What the books could not release of the accepted quantities, one row after the other; the accounts stay locked."""
    items, clients = {row.item_id for row in rows}, {row.client_id: row.client for row in rows}
    # Whoever accepts, ships or discharges goods of these accounts waits here, so nobody promises them twice.
    ledger.lock_accounts(Account.objects.filter(item__in=items).values_list("pk", flat=True))
    free: dict[tuple[int, int], Decimal] = {}
    for client_id, zone in {(row.client_id, row.source.time_zone) for row in rows}:
        on = local_date(at, zone)
        mine = [row for row in rows if (row.client_id, row.source.time_zone) == (client_id, zone)]
        found = stocks.stock(client=clients[client_id], on=on, item_ids={row.item_id for row in mine})
        keys = {(row.item_id, row.source_id) for row in mine}
        free |= {key: stocks.free(found.lots.get(key, ()), on) for key in keys}
    refusals = []
    for row in rows:
        key, units = (row.item_id, row.source_id), present(row.accepted_quantity)
        if units > free[key]:
            refusals.append(
                NotReleasable(
                    gettext_noop("%(asked)s of %(sku)s asked for, %(free)s can be released from %(site)s."),
                    asked=units, free=free[key], sku=row.item.sku, site=row.source.code, recommendation=row.pk,
                )
            )  # fmt: skip
        else:
            free[key] -= units
    return refusals


def _decided(row: Recommendation, at: datetime, actor: Actor, reason: str) -> Recommendation:
    row.decided_at, row.decided_by, row.decision_reason = at, actor.label, reason.strip()[:300]
    row.save(update_fields=["state", "accepted_quantity", "decided_at", "decided_by", "decision_reason"])
    return row


def asked(parameters: Mapping[str, Any], at: datetime) -> tuple[date, Assumptions]:
    """The day and the assumptions that a job was asked for. Raises InvalidInput."""
    chosen = Assumptions(is_tuned=parameters.get("is_tuned") is not False)
    rates = {name: _positive(name, parameters[name], most) for name, most in MOST.items() if parameters.get(name)}
    if "phi" in rates:
        chosen = replace(chosen, params=replace(chosen.params, phi=rates["phi"]))
    if "capital_rate_per_year" in rates:
        chosen = replace(chosen, capital_rate_per_year=rates["capital_rate_per_year"])
    if "budget" in rates:
        chosen = replace(chosen, budget=rates["budget"])
    stated = parameters.get("as_of")
    if not stated:
        return local_date(at, "America/Mexico_City"), chosen
    try:
        return date.fromisoformat(str(stated)), chosen
    except ValueError:
        raise InvalidInput(
            gettext_noop("%(field)s: %(value)s is not a date."), field="as_of", value=str(stated), rule="iso_date"
        ) from None


def _positive(name: str, value: Any, most: int) -> float:
    number = as_decimal(value if isinstance(value, str | int | Decimal) else str(value))
    if not 0 < number <= most:
        raise InvalidInput(
            gettext_noop("%(field)s: %(value)s must lie above 0 and not beyond %(most)s."),
            field=name, value=number, rule="range", most=most,
        )  # fmt: skip
    return float(number)
