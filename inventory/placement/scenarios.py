"""Scenarios of a client: written, copied, deleted, and computed beside the base by a background job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from inventory.errors import DomainError, InvalidInput, InvalidInputs, gettext_noop
from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome, Report
from inventory.parties.models import Client
from inventory.parties.scope import Actor
from inventory.placement import books
from inventory.placement.books import Assumptions
from inventory.placement.engine.fingerprint import code_hash, inputs_hash
from inventory.placement.engine.scenario_compare import compare_scenarios
from inventory.placement.engine.scenarios import ScenarioError
from inventory.placement.files.checks import BadInput
from inventory.placement.files.scenario import scenario_of
from inventory.placement.files.scenario_output import figures
from inventory.placement.models import Scenario, ScenarioResult
from inventory.placement.services import ENGINE_VERSION
from inventory.places.clock import local_date

KIND = "scenario_comparison"
MOST_COMPARED = 8


class ScenarioComputed(DomainError):
    """The scenario was computed; its changes stand beside figures and do not change any more."""

    code = "scenario_computed"


@dataclass(frozen=True)
class Compared:
    """What a job worked out, not yet written."""

    client: Client
    as_of: date
    parameters: dict[str, Any]
    inputs_hash: str
    figures: dict[str, Any]


@transaction.atomic
def write(*, client: Client, name: str, overlay: Mapping[str, Any], at: datetime, actor: Actor) -> Scenario:
    """Write a scenario of a client. Raises InvalidInput for a name that is taken, InvalidInputs for changes that make no sense."""
    found = Scenario(
        client=client, name=name, overlay=_checked(name, overlay), created_at=at, created_by=actor.label, changed_at=at
    )
    return _saved(found)


@transaction.atomic
def edit(*, scenario: Scenario, name: str, overlay: Mapping[str, Any], at: datetime) -> Scenario:
    """Give a scenario another name and other changes. Raises ScenarioComputed, or what `write` raises."""
    row = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if row.results.exists():
        raise ScenarioComputed(gettext_noop("%(name)s was computed: copy it and edit the copy."), name=row.name)
    row.name, row.overlay, row.changed_at = name, _checked(name, overlay), at
    return _saved(row)


def duplicate(*, scenario: Scenario, at: datetime, actor: Actor) -> Scenario:
    """A copy under the first free name."""
    taken = set(Scenario.objects.filter(client=scenario.client_id).values_list("name", flat=True))
    names = (f"{scenario.name[:56]} ({n})" for n in range(2, len(taken) + 3))
    name = next(name for name in names if name not in taken)
    return write(client=scenario.client, name=name, overlay=scenario.overlay, at=at, actor=actor)


def delete(*, scenario: Scenario) -> None:
    """Delete a scenario; comparisons that it was part of keep its changes and figures."""
    scenario.delete()


def compute(
    *, client: Client, scenarios: Sequence[Scenario], as_of: date, is_tuned: bool = True, is_retuned: bool = False,
    with_tornado: bool = True, report: Report | None = None,
) -> Compared:  # fmt: skip
    """Read the books and compare; writes nothing. Raises NothingToPlan, or InvalidInput for changes that do not fit the books."""
    told = report or (lambda _done, _total, _stage: None)
    told(0, 1, _("Reading the books"))
    problem = books.problem(client=client, as_of=as_of, assumptions=Assumptions(is_tuned=is_tuned)).problem
    overlays = [{"name": scenario.name, "overlay": scenario.overlay} for scenario in scenarios]
    read = [scenario_of({**scenario.overlay, "name": scenario.name}, scenario.name) for scenario in scenarios]
    try:
        found = compare_scenarios(
            problem, read, is_retuned=is_retuned, with_tornado=with_tornado,
            progress=lambda done, total, name: told(done, total, _("Computing %(name)s") % {"name": name} if name else ""),
        )  # fmt: skip
    except ScenarioError as error:
        raise _invalid(error.field, error.value, error.rule) from error
    except ValueError as error:
        raise _invalid("history", client.code, str(error)) from error
    parameters = {
        "as_of": as_of.isoformat(),
        "is_retuned": is_retuned,
        "with_tornado": with_tornado,
        "scenarios": overlays,
    }
    return Compared(client, as_of, parameters, inputs_hash(problem), figures(found))


@transaction.atomic
def publish(
    *, compared: Compared, scenarios: Sequence[Scenario], job: Job | None, at: datetime, actor: Actor
) -> ScenarioResult:
    """Write what was compared. A job writes once: asked again, what it wrote is returned."""
    written = ScenarioResult.objects.filter(job=job).first() if job else None
    if written:
        return written
    result = ScenarioResult.objects.create(
        client=compared.client, job=job, as_of=compared.as_of, created_at=at, actor_label=actor.label,
        inputs_hash=compared.inputs_hash, code_version=f"{ENGINE_VERSION}+{code_hash()}",
        parameters=compared.parameters, figures=compared.figures,
    )  # fmt: skip
    kept = Scenario.objects.filter(
        pk__in=[scenario.pk for scenario in scenarios]
    )  # one may have been deleted meanwhile
    result.scenarios.set(kept)
    return result


def run_job(job: Job, report: Report) -> Outcome:
    """Do a job of kind `scenario_comparison`; the result names what was written.

    `job.parameters`: `{"scenarios": [ids], "is_retuned": false, "with_tornado": true}`. Raises InvalidInput when one is gone.
    """
    client, at = cast(Client, job.client), job.started_at or job.requested_at
    wanted = [int(pk) for pk in job.parameters.get("scenarios", [])]
    found = {row.pk: row for row in Scenario.objects.filter(client=client, pk__in=wanted)}
    for pk in wanted:
        if pk not in found:
            raise _invalid("scenario", pk, _("it was deleted"))
    chosen = [found[pk] for pk in wanted]
    compared = compute(
        client=client, scenarios=chosen, as_of=local_date(at, "America/Mexico_City"),
        is_retuned=bool(job.parameters.get("is_retuned")), with_tornado=job.parameters.get("with_tornado") is not False,
        report=report,
    )  # fmt: skip
    actor = Actor(label=job.requested_label, user_id=job.requested_by_id)

    def effect() -> dict[str, Any]:
        written = publish(compared=compared, scenarios=chosen, job=job, at=at, actor=actor)
        return {"comparison": written.pk, "as_of": compared.as_of.isoformat()}

    return Outcome(effect=effect)


def _checked(name: str, overlay: Mapping[str, Any]) -> dict[str, Any]:
    """The changes without the name, which the row has. Raises InvalidInputs, one for each cause."""
    try:
        scenario_of({**overlay, "name": name}, "")
    except BadInput as error:
        causes = [cause.removeprefix(": ").split(": ", 1) for cause in error.causes]
        said = gettext_noop("%(field)s: %(why)s")
        raise InvalidInputs(InvalidInput(said, field=field, rule="fits", why=why) for field, why in causes) from error
    return {key: value for key, value in overlay.items() if key != "name"}


def _saved(row: Scenario) -> Scenario:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise InvalidInput(
            gettext_noop("There is a scenario %(value)s already."), field="name", value=row.name, rule="unique"
        ) from error
    return row


def _invalid(field: str, value: Any, rule: str) -> InvalidInput:
    return InvalidInput(
        gettext_noop("%(field)s: %(value)s: %(why)s"), field=field, value=str(value), rule="fits", why=rule
    )
