"""How and in which weeks a move goes. Pure."""

from datetime import date, timedelta
from typing import TypedDict

from inventory.placement.engine.explain import Plan
from inventory.placement.engine.model import Lane


class When(TypedDict):
    """How and in which weeks a move goes."""

    mode: str
    crossing: str
    ship_week: date
    arrive_week_p50: date
    arrive_week_p90: date


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def when(plan: Plan, lane: Lane, late: int | None = None) -> When:
    """Mode, crossing and weeks of a move on a lane; `late` are weeks that known events add (None: as they add to its ends)."""
    week, seen = monday(plan.problem.state.as_of), plan.settled.disruptions
    if late is None:
        late = seen.weeks_more((lane.origin, lane.destination)) if seen else 0
    period = plan.problem.network.period
    return {
        "mode": lane.mode,
        "crossing": lane.crossing,
        "ship_week": week,
        "arrive_week_p50": period.later(week, lane.lead_time.quantile(0.5) + late),
        "arrive_week_p90": period.later(week, lane.lead_time.quantile(0.9) + late),
    }
