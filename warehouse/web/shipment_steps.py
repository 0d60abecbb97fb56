"""The road of a shipment as a timeline: what was done in the warehouse, then what happened on the way."""

from typing import Any

from warehouse.models import Delivery, Milestone, Shipment
from warehouse.tracking.projection import RANK, STATE_OF, Fact, holds, moments

State = Shipment.State
BEFORE = (State.DRAFT, State.RESERVED, State.PICKED, State.CLEARED)
ROAD = (State.DISPATCHED, State.AT_BORDER, State.CROSSED, State.RELEASED, State.ARRIVED, State.RECEIVED)


def steps_of(shipment: Shipment, delivery: Delivery | None) -> list[dict[str, Any]]:
    """Every step with when it was taken, on the clock of the place where it was."""
    if shipment.state in (State.CANCELLED, State.RETURNED):
        return [
            _step(State.DRAFT, shipment.created_at, shipment.origin.time_zone, "done", shipment.created_by),
            _step(State(shipment.state), None, shipment.origin.time_zone, "wrong"),
        ]
    order = (*BEFORE, *ROAD)
    reached = order.index(State(shipment.state))
    facts = [Fact(row.code, row.occurred_at, row.source, row.recorded_at) for row in shipment.milestones.all()]
    when = _moments(shipment, delivery, facts)
    notes = _notes(shipment, delivery, facts)
    return [
        _step(
            state,
            when.get(state),
            zone_of(shipment, state),
            "done" if place <= reached else "current" if place == reached + 1 else "future",
            notes.get(state, ""),
        )
        for place, state in enumerate(order)
    ]


def zone_of(shipment: Shipment, state: str) -> str:
    """The clock of the place where a shipment in this state is."""
    if state in (State.ARRIVED, State.RECEIVED):
        return shipment.destination.time_zone
    if state in (State.AT_BORDER, State.CROSSED, State.RELEASED) and shipment.crossing:
        return shipment.crossing.time_zone
    return shipment.origin.time_zone


def _moments(shipment: Shipment, delivery: Delivery | None, facts: list[Fact]) -> dict[str, Any]:
    """When each state was first reached."""
    when: dict[str, Any] = {State.DRAFT: shipment.created_at}
    for code, moment in moments(facts).items():
        state = STATE_OF.get(code)
        if state and (state not in when or moment < when[state]):
            when[state] = moment
    if shipment.dispatched_at:
        when[State.DISPATCHED] = shipment.dispatched_at
    if delivery:
        when[State.RECEIVED] = delivery.received_at
    return when


def _notes(shipment: Shipment, delivery: Delivery | None, facts: list[Fact]) -> dict[str, str]:
    """Who did it; which examination it went through."""
    notes: dict[str, str] = {State.DRAFT: shipment.created_by, State.RECEIVED: delivery.received_by if delivery else ""}
    for hold in holds(facts):
        notes[State(STATE_OF[hold.code])] = str(Milestone.Code(hold.code).label)
    return notes


def _step(state: State, at: Any, zone: str, how: str, note: str = "") -> dict[str, Any]:
    return {"label": state.label, "at": at, "zone": zone, "note": note, "state": how}


def next_code(shipment: Shipment) -> str:
    """The milestone to expect next."""
    reached = RANK.get(shipment.state, 0)
    wanted = next((state for state, rank in RANK.items() if rank == reached + 1), "arrived")
    usual = {"at_border": "ARR_MX_YARD", "crossed": "MX_MODULE_GREEN", "released": "US_RELEASED", "arrived": "ARR_DC"}
    return usual[wanted]
