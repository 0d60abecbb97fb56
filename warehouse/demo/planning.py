"""The planner's morning: demand is imported, lead times learned, the past judged, placement run, its recommendations decided on."""

import csv
import io
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile

from inventory.jobs import running
from inventory.jobs import services as jobs
from inventory.jobs.models import Job
from inventory.models import Recommendation
from inventory.placement import services as placement
from inventory.places.clock import local_date
from warehouse.demo.agenda import MEXICO
from warehouse.demo.world import World
from warehouse.movements import services as movements
from warehouse.shipping import services as shipping
from warehouse.tracking import lead_times

# How many of a client's best recommendations are accepted; the next one is refused.
ACCEPTED = {"autopartes": 4, "motores": 3, "hogar": 2}
JUDGED = "motores"
WHY_NOT = "El cliente liquida este modelo: no enviar más hasta nuevo aviso."


def plan(world: World) -> None:
    """Put the morning on the agenda, the last thing before now."""
    for minutes, step in ((100, _import), (90, _learn), (85, _judge), (80, _run), (60, _decide), (50, _carry_out)):
        world.agenda.plan(world.now - timedelta(minutes=minutes), partial(step, world))


def _import(world: World, at: datetime) -> None:
    """A file for each client, handed over by the client's own person."""
    for code in world.goods:
        name = f"demanda-{code}.csv"
        file = ContentFile(_history(world, code).encode(), name=name)
        _do(world, "demand_import", f"Demanda de {code}", code, f"cliente.{code}", at, {"file_name": name}, file)


def _learn(_world: World, at: datetime) -> None:
    """Lead times from what has arrived, as every night; the runs of the morning count on them."""
    lead_times.learn(as_of=local_date(at, MEXICO), at=at)


def _judge(world: World, at: datetime) -> None:
    """A back-test of one client's weeks."""
    _do(world, "placement_backtest", f"Prueba histórica de {JUDGED}", JUDGED, "planeacion", at, {})


def _run(world: World, at: datetime) -> None:
    """One run for each client, asked for by the planner."""
    for code in world.goods:
        parameters = {"as_of": world.today.isoformat()}
        _do(world, "placement_run", f"Ubicación de {code}", code, "planeacion", at, parameters)


def _do(
    world: World,
    kind: str,
    title: str,
    client: str,
    who: str,
    at: datetime,
    parameters: dict[str, Any],
    file: "ContentFile[Any] | None" = None,
) -> None:
    """Ask for a job and do it at once. Raises RuntimeError when it does not end well."""
    job = jobs.request(
        kind=kind, title=title, parameters=parameters, client=world.client(client), actor=world.people[who], at=at,
        source_file=file,
    )  # fmt: skip
    running.run(job_id=job.pk, runner="demonstration", clock=lambda: at + timedelta(minutes=1))
    job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise RuntimeError(f"{title}: {job.error_code} {job.error_message}")


def _history(world: World, code: str) -> str:
    """A client's year of weekly demand as a CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["sku", "market", "date", "quantity"])
    for good in world.goods[code]:
        for market, week, quantity in world.demand.by_market[good.item.pk]:
            writer.writerow([good.sku, market, world.demand.last_week + timedelta(days=7 * week), quantity])
    return text.getvalue()


def _decide(world: World, at: datetime) -> None:
    """Accept the best of each client, refuse the next one."""
    actor = world.people["planeacion"]
    for code, number in ACCEPTED.items():
        proposed = Recommendation.objects.filter(client=world.client(code), state=Recommendation.State.PROPOSED)
        ranked = list(proposed.order_by("priority", "pk")[: number + 1])
        for row in ranked[:number]:
            placement.accept(recommendation=row, at=at, actor=actor)
        for row in ranked[number:]:
            placement.refuse(recommendation=row, reason=WHY_NOT, at=at, actor=actor)


def _carry_out(world: World, at: datetime) -> None:
    """What was accepted becomes orders; the first of them has a shipment drafted."""
    accepted = Recommendation.objects.filter(state=Recommendation.State.ACCEPTED).order_by("pk")
    orders = movements.order_from_recommendations(recommendations=accepted, at=at, actor=world.people["planeacion"])
    if orders:
        first = orders[0]
        shipping.draft_from_order(order=first, at=at, actor=world.hand(first.origin))
