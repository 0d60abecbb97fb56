"""Back-tests of a client: what the engine would have cost over its own past weeks, computed by a background job and kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from inventory.errors import DomainError, InvalidInput, gettext_noop
from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome, Report
from inventory.parties.models import Client
from inventory.parties.scope import Actor, ClientScope
from inventory.placement import books, done
from inventory.placement.backtest_told import best_rule, stage_text
from inventory.placement.books import Assumptions
from inventory.placement.engine import judged
from inventory.placement.engine.compare import compare
from inventory.placement.engine.fingerprint import code_hash, inputs_hash
from inventory.placement.engine.judged import LEAST_WEEKS, Bounds
from inventory.placement.engine.model import Problem
from inventory.placement.engine.recorded import Movement
from inventory.placement.files import backtest as files
from inventory.placement.files.writing import HISTORY, NETWORK, TUNING, problem_files
from inventory.placement.models import BacktestInput, BacktestResult
from inventory.placement.services import ENGINE_VERSION
from inventory.places.clock import local_date
from inventory.units import RATE_SCALE

KIND = "placement_backtest"
MOST_SEED = 2**31 - 1


class HistoryTooShort(DomainError):
    """The client's history leaves no weeks to judge beside those to learn from."""

    code = "history_too_short"


@dataclass(frozen=True)
class Tested:
    """What a job worked out, not yet written, and the files that it can be repeated from."""

    client: Client
    as_of: date
    parameters: dict[str, Any]
    inputs_hash: str
    figures: dict[str, Any]
    files: Mapping[str, bytes]


def bounds(*, client: Client, as_of: date) -> Bounds:
    """How many of the client's weeks before a day may be judged. Raises NothingToPlan without a history, or HistoryTooShort."""
    return _long_enough(judged.bounds(books.outline(client=client, as_of=as_of)), client)


def checked_weeks(found: Bounds, weeks: int | None) -> int:
    """The weeks to judge, the usual number where nobody states one. Raises InvalidInput beyond the bounds."""
    if weeks is None:
        return found.usual
    if not LEAST_WEEKS <= weeks <= found.most:
        raise InvalidInput(
            gettext_noop(
                "%(field)s: %(value)s must lie between %(least)s and %(most)s: of %(known)s weeks of history the others are"
                " needed to learn from and to settle in."
            ),
            field="weeks", value=weeks, rule="range", least=LEAST_WEEKS, most=found.most, known=found.known,
        )  # fmt: skip
    return weeks


def compute(
    *, client: Client, as_of: date, weeks: int | None = None, seed: int = 0, report: Report | None = None
) -> Tested:
    """Read the books and play; writes nothing. Raises NothingToPlan, HistoryTooShort, or InvalidInput for what cannot be judged."""
    told = report or (lambda _done, _total, _stage: None)
    told(0, 1, _("Reading the books"))
    booked = books.problem(client=client, as_of=as_of, assumptions=Assumptions())
    problem = judged.judged(booked.problem)
    found = _long_enough(judged.bounds(problem), client)
    chosen = checked_weeks(found, weeks)
    first_review, counted_from = found.days(problem, chosen)
    moved = _done(client, problem, first_review)
    try:
        played = compare(
            problem, first_review=first_review, counted_from=counted_from, seed=seed, done=moved,
            progress=lambda step, total, what: told(step, total, stage_text(what)),
        )  # fmt: skip
    except ValueError as error:
        raise InvalidInput(
            gettext_noop("%(field)s: %(value)s: %(why)s"),
            field="history",
            value=client.code,
            rule="fits",
            why=str(error),
        ) from error
    parameters = {
        "weeks": chosen,
        "seed": seed,
        "first_review": first_review.isoformat(),
        "counted_from": counted_from.isoformat(),
        "capital_rate_per_year": problem.network.capital_rate_per_year,
        "history_weeks": found.known,
        "settling_weeks": found.settling,
        "items": len(set(problem.history.skus)),
        "items_known": len(set(booked.problem.history.skus)),
        "done": _told_of(moved, problem),
    }
    kept = problem_files(problem, played.tuning)
    kept = {name: kept[name] for name in (HISTORY, NETWORK, TUNING)}
    kept[files.CASE] = files.case_json(first_review, counted_from, seed).encode()
    if moved:
        kept[files.DONE] = files.movements_csv(moved).encode()
    return Tested(client, as_of, parameters, _hash(problem, kept), files.figures(played), kept)


@transaction.atomic
def publish(*, tested: Tested, job: Job | None, at: datetime, actor: Actor) -> BacktestResult:
    """Write what was tested, with its files. A job writes once: asked again, what it wrote is returned."""
    written = BacktestResult.objects.filter(job=job).first() if job else None
    if written:
        return written
    figures, asked = tested.figures, tested.parameters
    engine = figures["lines"][0]
    result = BacktestResult.objects.create(
        client=tested.client, job=job, as_of=tested.as_of, created_at=at, actor_label=actor.label,
        inputs_hash=tested.inputs_hash, code_version=f"{ENGINE_VERSION}+{code_hash()}",
        first_review=date.fromisoformat(asked["first_review"]), counted_from=date.fromisoformat(asked["counted_from"]),
        weeks=asked["weeks"], seed=asked["seed"],
        engine_cost=_share(engine["controllable"] / 100), rule_cost=_share(best_rule(figures)["controllable"] / 100),
        fill=_share(engine["fill"]), parameters=asked, figures=figures,
    )  # fmt: skip
    BacktestInput.objects.bulk_create(
        BacktestInput.of(result, name, content) for name, content in sorted(tested.files.items())
    )
    return result


def run_job(job: Job, report: Report) -> Outcome:
    """Do a job of kind `placement_backtest`; the result names what was written.

    `job.parameters`: `{"weeks": 26, "seed": 0}`, both optional.
    """
    client, at = cast(Client, job.client), job.started_at or job.requested_at
    weeks = job.parameters.get("weeks")
    tested = compute(
        client=client, as_of=local_date(at, "America/Mexico_City"), weeks=None if weeks is None else int(weeks),
        seed=int(job.parameters.get("seed", 0)), report=report,
    )  # fmt: skip
    actor = Actor(label=job.requested_label, user_id=job.requested_by_id)

    def effect() -> dict[str, Any]:
        written = publish(tested=tested, job=job, at=at, actor=actor)
        return {"backtest": written.pk, "as_of": tested.as_of.isoformat()}

    return Outcome(effect=effect)


def _long_enough(found: Bounds, client: Client) -> Bounds:
    if found.most < LEAST_WEEKS:
        raise HistoryTooShort(
            gettext_noop(
                "%(client)s has %(known)s weeks of demand; a back-test needs at least %(needed)s: to learn from, to settle in for"
                " %(settling)s and to judge %(least)s."
            ),
            field="client", value=client.code, rule="history", client=client.name, known=found.known, needed=found.needed,
            settling=found.settling, least=LEAST_WEEKS,
        )  # fmt: skip
    return found


def _done(client: Client, problem: Problem, first_review: date) -> tuple[Movement, ...]:
    """What was done in the played weeks; nothing where nothing left for a distribution center."""
    before = problem.week(problem.history.demand.shape[1])
    found = done.movements(ClientScope.of(client.pk), client=client, problem=problem, since=first_review, before=before)
    return found if done.has_shipments(found, problem) else ()


def _told_of(moved: tuple[Movement, ...], problem: Problem) -> dict[str, Any]:
    """How much of the played weeks the movements tell of: how many there are, in how many weeks something left, since when."""
    dcs = {node.id for node in problem.network.nodes if node.type == "dc"}
    left = sorted(move.day - timedelta(days=move.day.weekday()) for move in moved if move.to_node in dcs)
    return {
        "movements": len(moved),
        "weeks_shipped": len(set(left)),
        "first_week": left[0].isoformat() if left else None,
    }


def _hash(problem: Problem, kept: Mapping[str, bytes]) -> str:
    """SHA-256 of all that the figures depend on: the problem, the weeks and seed, and what was done."""
    digest = hashlib.sha256(inputs_hash(problem).encode())
    for name in (files.CASE, files.DONE):
        digest.update(kept.get(name, b""))
    return digest.hexdigest()


def _share(value: float) -> Decimal:
    return Decimal(f"{value:.{RATE_SCALE}f}")
