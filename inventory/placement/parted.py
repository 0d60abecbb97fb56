"""Runs of many series, computed in parts by whoever is free: planned, looked at part by part, and published at once.

The job's row is the truth (`jobs`): its parts are jobs too, each done once by (job, part), tried again twice, and swept up after
a worker that died. What they hand on lies in `PlacementPart`, so that a worker that dies costs its part at most. Neither the
number of parts nor who does them changes a digit (`engine.parts`).
"""

from collections.abc import Mapping
from math import ceil
from typing import Any, cast

from django.utils.translation import gettext as _

from inventory.catalog.models import Item
from inventory.demand import selectors as demand
from inventory.errors import gettext_noop
from inventory.jobs.models import Job
from inventory.jobs.outcome import Outcome, Parts, Report
from inventory.parties.models import Client
from inventory.parties.scope import ClientScope
from inventory.placement import books, services
from inventory.placement.books import Assumptions, BookedProblem
from inventory.placement.engine import parts
from inventory.placement.engine.groundwork import lay_ground, share
from inventory.placement.engine.model import Problem
from inventory.placement.engine.recommend import decide
from inventory.placement.engine.share import look
from inventory.placement.errors import PartsFailed
from inventory.placement.files import packed
from inventory.placement.files.writing import problem_files
from inventory.placement.models import PlacementPart
from inventory.placement.records import Computed
from inventory.places.models import Site

PART_SERIES, MOST_PARTS = 2_000, 64
WHOLE = 0  # the number of what all parts have in common


def run_job(job: Job, report: Report) -> Outcome:
    """Do a job of kind `placement_run`: at once for few series, else in parts; called again when its parts have ended.

    `job.parameters` are those of `services.run_job`, and `parts`: how many (as many as the series ask for, if not given).
    """
    if PlacementPart.objects.filter(job=job, number=WHOLE).exists():
        return _published(job, report)
    client = cast(Client, job.client)
    number = int(
        job.parameters.get("parts") or parts_for(demand.series_count(ClientScope.of(client.pk), client=client))
    )
    return services.run_job(job, report) if number < 2 else _planned(job, client, min(number, MOST_PARTS), report)


def part_job(job: Job, report: Report) -> Outcome:
    """Do a job of kind `placement_part`: what the part is handed is all it needs."""
    report(0, 1, _("Computing what is known of demand"))
    row = PlacementPart.objects.get(job=job.parent_id, number=job.parameters["part"])
    found = packed.outlooks_npz(look(packed.share_of(bytes(row.given))))

    def effect() -> None:
        PlacementPart.objects.filter(pk=row.pk).update(found=found)

    return Outcome(effect=effect)


def parts_for(series: int) -> int:
    """In how many parts so many series are computed.

    >>> [parts_for(number) for number in (0, 2_000, 2_001, 9_000, 10_000_000)]
    [1, 1, 2, 5, 64]
    """
    return max(1, min(MOST_PARTS, ceil(series / PART_SERIES)))


def _planned(job: Job, client: Client, number: int, report: Report) -> Outcome:
    """The groundwork of a run, and its parts to be done."""
    total = number + 2
    report(0, total, _("Reading the books"))
    as_of, chosen = services.asked(job.parameters, job.started_at or job.requested_at)
    booked = books.problem(client=client, as_of=as_of, assumptions=chosen)
    tuning_stage = _("Finding what all items have in common")
    report(1, total, tuning_stage)
    ground = lay_ground(
        booked.problem, is_tuned=chosen.is_tuned, progress=lambda _done, _total: report(1, total, tuning_stage)
    )
    rows = [
        PlacementPart(
            job=job, number=WHOLE, given=packed.problem_npz(booked.problem, ground.tuning, _told(booked, chosen))
        )
    ]
    for n, items in enumerate(parts.shares(ground, number), start=1):
        report(1, total, _("Dealing out the parts"))
        rows.append(PlacementPart(job=job, number=n, given=packed.share_npz(share(ground, items), ground.tuning)))

    def effect() -> None:
        # Of runs that were cancelled or failed something is left; nobody asks for it any more.
        ended = PlacementPart.objects.filter(job__client=client, job__finished_at__isnull=False)
        ended.delete()
        PlacementPart.objects.bulk_create(rows, batch_size=1)

    return Outcome(effect=effect, parts=Parts("placement_part", [{"part": n} for n in range(1, number + 1)]))


def _published(job: Job, report: Report) -> Outcome:
    """The run that the parts make; items of parts that failed are not planned."""
    rows = list(PlacementPart.objects.filter(job=job).order_by("number"))
    total = len(rows) + 1
    report(total - 2, total, _("Computing levels and moves"))
    problem, tuning, told = packed.problem_of(bytes(rows[0].given))
    ground = lay_ground(problem, tuning=tuning)
    found = [packed.outlooks_of(bytes(row.found)) if row.found else None for row in rows[1:]]
    if not any(found):
        raise PartsFailed(gettext_noop("No part of the run could be computed. Support finds the reason in the log."))
    skus = ground.prepared.grid.skus
    dealt = zip(parts.shares(ground, len(found)), found, strict=True)
    lost = frozenset(skus[n].id for items, part in dealt if part is None for n in items.tolist())
    result = parts.without(decide(ground, parts.merged(ground, found)), problem, lost)
    report(total - 1, total, _("Writing the recommendations"))
    chosen = Assumptions(**told["assumptions"], params=problem.params)
    booked, as_of = _booked(problem, told), problem.state.as_of
    files = problem_files(problem, tuning)
    computed = Computed(cast(Client, job.client), as_of, chosen, booked, result, files)

    def effect() -> Mapping[str, Any]:
        told_of_run = services.publish_job(job, computed)
        PlacementPart.objects.filter(job=job).delete()
        return told_of_run

    return Outcome(effect=effect)


def _told(booked: BookedProblem, chosen: Assumptions) -> dict[str, Any]:
    """What of the books the run is published with: whose the ids were on the day."""
    names = ("capital_rate_per_year", "review_weeks", "budget", "is_tuned")
    return {
        "items": {sku: item.pk for sku, item in booked.items.items()},
        "sites": {code: site.pk for code, site in booked.sites.items()},
        "without_value": booked.without_value,
        "assumptions": {name: getattr(chosen, name) for name in names},
    }


def _booked(problem: Problem, told: Mapping[str, Any]) -> BookedProblem:
    """The problem with the items and sites of its ids, whatever they are called by now."""
    items, sites = Item.objects.in_bulk(told["items"].values()), Site.objects.in_bulk(told["sites"].values())
    return BookedProblem(
        problem,
        {sku: items[pk] for sku, pk in told["items"].items()},
        {code: sites[pk] for code, pk in told["sites"].items()},
        tuple(told["without_value"]),
    )
