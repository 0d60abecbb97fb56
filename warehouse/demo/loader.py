"""The whole demonstration in one transaction: either all of it stands, proved, or none."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from inventory.errors import DomainError
from inventory.models import Client, OperatorCompany
from inventory.reference.services import load as load_reference
from inventory.reports.verification import verify_books
from warehouse.demo import catalogue, company, market, network, people, present, story
from warehouse.demo.agenda import MEXICO, Agenda, moment
from warehouse.demo.world import World

SEED = 20260305
HISTORY = timedelta(days=560)


class NotEmpty(DomainError):
    """Somebody works with this database: the demonstration stays out of it."""

    code = "not_empty"
    status = 409


class TooEarly(DomainError):
    """The story cannot end that early: it would not have begun."""

    code = "too_early"
    status = 422


class BooksDiffer(DomainError):
    """The books of the demonstration do not add up; nothing of it was kept."""

    code = "books_differ"
    status = 500


@dataclass(frozen=True)
class Told:
    """What was made: how many deeds the story had; none when it stood already."""

    deeds: int


def is_loaded() -> bool:
    """True when the demonstration stands in this database."""
    return OperatorCompany.objects.filter(rfc=company.OPERATOR["rfc"]).exists()


def load(*, now: datetime, seed: int = SEED) -> Told:
    """The demonstration up to `now`; one that stands already is left alone.

    Raises NotEmpty where there are other clients, TooEarly before story.EARLIEST, BooksDiffer when what was made does not add up.
    """
    if is_loaded():
        return Told(0)
    if Client.objects.exists():
        raise NotEmpty(_("This database has clients already: the demonstration goes into an empty one only."))
    today = now.astimezone(ZoneInfo(MEXICO)).date()
    if today < story.EARLIEST:
        raise TooEarly(
            _("The demonstration cannot end on %(on)s: %(earliest)s is the first day that it can."),
            on=today,
            earliest=story.EARLIEST,
        )
    with transaction.atomic(), translation.override("es-mx"):
        deeds = begin(now, today, seed).agenda.run()
        _prove()
    return Told(deeds)


def begin(now: datetime, today: date, seed: int = SEED) -> World:
    """The world before the first deed, with the law loaded and the story planned."""
    load_reference()
    world = _found(now, today, seed)
    story.tell(world)
    present.tell(world)
    return world


def end_of(today: date, clock: datetime) -> datetime:
    """The moment the story ends when it is told for a day: six in the evening, or now if that is still to come."""
    return min(moment(today, 18), clock).astimezone(UTC)


def _found(now: datetime, today: date, seed: int) -> World:
    """Who and what there is before the first entry."""
    opening = now - HISTORY
    sites = network.open_sites()
    network.open_lanes(sites)
    network.open_markets(sites)
    parties = company.found(sites, opening.date())
    goods = catalogue.add_items(parties.clients, today, usmca_until=today + timedelta(days=200))
    actors = people.hire(parties.clients, sites)
    people.issue_keys(parties.clients, opening, actors["admin"])
    demand = market.Demand((good for of_client in goods.values() for good in of_client), today)
    return World(today, Agenda(now), Random(seed), sites, parties, goods, actors, demand)


def _prove() -> None:
    """Raise unless everything adds up."""
    for difference in verify_books():
        raise BooksDiffer(
            _("%(check)s: %(subject)s says %(stored)s, re-added it is %(computed)s."),
            check=difference.check,
            subject=difference.subject,
            stored=difference.found,
            computed=difference.expected,
        )
