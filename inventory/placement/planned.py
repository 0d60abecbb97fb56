"""Writing down what is known to come, and ending it: it is kept who did, when and why."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from inventory.catalog.models import Item
from inventory.errors import InvalidInput, InvalidInputs, gettext_noop
from inventory.parties.models import Client
from inventory.parties.scope import Actor
from inventory.placement.errors import EventEnded
from inventory.placement.models import PlannedEvent
from inventory.places.clock import local_date
from inventory.places.models import Lane, Market, Site
from inventory.units import as_decimal

Kind = PlannedEvent.Kind
OF_LANES = (Kind.CLOSURE, Kind.HOLIDAY)
WITHOUT_END = (Kind.CLOSURE, Kind.TARIFF)
# What the value of each kind may be at the most; only a duty rate may be 0.
MOST = {Kind.CLOSURE: 1, Kind.HOLIDAY: 26, Kind.TARIFF: 10, Kind.PROMOTION: 100}


@transaction.atomic
def plan_event(
    *,
    kind: str,
    first_day: date,
    last_day: date | None,
    reason: str,
    at: datetime,
    actor: Actor,
    value: Decimal | None = None,
    client: Client | None = None,
    item: Item | None = None,
    origin_country: str = "",
    lane: Lane | None = None,
    crossing: Site | None = None,
    market: Market | None = None,
) -> PlannedEvent:
    """Write down an event; runs from now on count with it. A tariff of an item is its client's, any other is the operator's.

    Raises InvalidInputs with each field that does not fit its kind: what it is about, its days, its value, its reason.
    """
    row = PlannedEvent(
        kind=Kind(kind),
        client=item.client if item else client,
        item=item,
        origin_country=origin_country.strip().upper(),
        lane=lane,
        crossing=crossing,
        market=market,
        first_day=first_day,
        last_day=last_day,
        value=None if value is None else as_decimal(value),
        reason=reason.strip()[:300],
        created_at=at,
        created_by=actor.label,
    )
    faults = [*_about(row, client), *_days(row, local_date(at, "America/Mexico_City")), *_value(row)]
    if not row.reason:
        faults.append(InvalidInput(gettext_noop("Say why."), field="reason", value=reason, rule="required"))
    if faults:
        raise InvalidInputs(faults)
    row.save()
    return row


@transaction.atomic
def end_event(*, event: PlannedEvent, at: datetime, actor: Actor) -> PlannedEvent:
    """Let an event count no more from the next run on; it stays on record. Raises EventEnded."""
    row = PlannedEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if row.ended_at:
        raise EventEnded(gettext_noop("This event was ended before, by %(by)s."), by=row.ended_by)
    row.ended_at, row.ended_by = at, actor.label
    row.save(update_fields=["ended_at", "ended_by"])
    return row


def _about(row: PlannedEvent, client: Client | None) -> list[InvalidInput]:
    """What is wrong with what the event is about."""
    if row.kind in OF_LANES:
        if bool(row.lane) == bool(row.crossing):
            said = gettext_noop("Choose either a lane or a crossing.")
            return [InvalidInput(said, field="lane", value=str(row.lane or ""), rule="one_of")]
        if row.crossing and row.crossing.kind != Site.Kind.CROSSING:
            said = gettext_noop("%(field)s: %(value)s is not a border crossing.")
            return [InvalidInput(said, field="crossing", value=row.crossing.code, rule="kind")]
        return []
    faults = []
    if row.kind == Kind.PROMOTION and row.client is None:
        faults.append(InvalidInput(gettext_noop("Choose a client."), field="client", value="", rule="required"))
    if row.item and client and row.item.client_id != client.pk:
        said = gettext_noop("%(field)s: %(value)s is no item of this client.")
        faults.append(InvalidInput(said, field="item", value=row.item.sku, rule="client"))
    if row.kind == Kind.TARIFF and row.client and not row.item:
        said = gettext_noop("A tariff that is not of one item holds for all clients: choose an item, or no client.")
        faults.append(InvalidInput(said, field="client", value=row.client.name, rule="operator_wide"))
    if row.kind == Kind.TARIFF and row.market:
        said = gettext_noop("A tariff holds in all markets.")
        faults.append(InvalidInput(said, field="market", value=row.market.code, rule="not_of_this_kind"))
    if row.origin_country and row.item:
        said = gettext_noop("Choose either an item or a country of origin.")
        faults.append(InvalidInput(said, field="origin_country", value=row.origin_country, rule="one_of"))
    elif row.origin_country and not (
        len(row.origin_country) == 3 and row.origin_country.isascii() and row.origin_country.isalpha()
    ):
        said = gettext_noop("%(field)s: %(value)s is not a country of three letters, such as CHN.")
        faults.append(InvalidInput(said, field="origin_country", value=row.origin_country, rule="iso3"))
    return faults


def _days(row: PlannedEvent, today: date) -> list[InvalidInput]:
    """What is wrong with its days."""
    if row.last_day is None:
        if row.kind in WITHOUT_END:
            return []
        said = gettext_noop("Say on which day it ends.")
        return [InvalidInput(said, field="last_day", value="", rule="required")]
    if row.last_day < row.first_day:
        said = gettext_noop("%(field)s: %(value)s lies before the first day.")
        return [InvalidInput(said, field="last_day", value=row.last_day.isoformat(), rule="order")]
    if row.last_day < today:
        said = gettext_noop("%(field)s: %(value)s is past.")
        return [InvalidInput(said, field="last_day", value=row.last_day.isoformat(), rule="not_past")]
    return []


def _value(row: PlannedEvent) -> list[InvalidInput]:
    """What is wrong with its value."""
    if row.value is None:
        said = gettext_noop("Say the new duty rate.")
        return [InvalidInput(said, field="value", value="", rule="required")] if row.kind == Kind.TARIFF else []
    most = MOST[Kind(row.kind)]
    if row.value > most or row.value < 0 or (row.value == 0 and row.kind != Kind.TARIFF):
        said = gettext_noop("%(field)s: %(value)s must lie above 0 and not beyond %(most)s.")
        if row.kind == Kind.TARIFF:
            said = gettext_noop("%(field)s: %(value)s must lie from 0 to %(most)s.")
        return [InvalidInput(said, field="value", value=row.value, rule="range", most=most)]
    if row.kind == Kind.HOLIDAY and row.value % 1:
        said = gettext_noop("%(field)s: %(value)s is not a whole number of weeks.")
        return [InvalidInput(said, field="value", value=row.value, rule="whole")]
    return []
