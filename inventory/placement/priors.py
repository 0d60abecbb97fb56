"""What is believed of a lane before anything has arrived over it: what the lane itself states, else what is usual of its mode."""

from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from pathlib import Path

from inventory.errors import InvalidInput, gettext_noop
from inventory.placement.engine.model import LeadTime
from inventory.placement.errors import NoPrior
from inventory.placement.files.network import lead_time
from inventory.placement.models import LeadTimeStat
from inventory.places.models import Lane
from inventory.reference.datafile import read_data_file

FILE = Path(__file__).parent / "data" / "lead_time_priors.csv"
HOURS_PER_WEEK = 168

Basis = LeadTimeStat.Basis


@dataclass(frozen=True)
class Prior:
    """A lead time nobody has observed, and where it comes from."""

    lead_time: LeadTime
    basis: str


def prior_of(lane: Lane) -> Prior:
    """The lane's own distribution; without one its median and 80 % hours; without those what is usual of its mode.

    Raises InvalidInput for a distribution that cannot be read, NoPrior for a mode of which nothing is known.
    """
    if lane.lead_weeks:
        return Prior(_stated(lane), Basis.STATED)
    if lane.transit_hours_p80:
        return Prior(_from_hours(lane), Basis.HOURS)
    if lane.mode not in of_modes():
        raise NoPrior(
            gettext_noop("Lane %(lane)s states no lead time, and none is known of its mode %(mode)s."),
            lane=str(lane), mode=lane.mode,
        )  # fmt: skip
    return Prior(of_modes()[lane.mode], Basis.MODE)


@cache
def of_modes() -> dict[str, LeadTime]:
    """The usual lead time of each mode, as `data/lead_time_priors.csv` has them."""
    return {
        row["mode"]: _default(
            {"values": [int(n) for n in row["weeks"].split()], "probs": [float(p) for p in row["probs"].split()]}
        )
        for row in read_data_file(FILE).records()
    }


def _stated(lane: Lane) -> LeadTime:
    try:
        return _default(lane.lead_weeks)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            gettext_noop("The lead time of lane %(lane)s cannot be read: %(value)s."),
            field="lead_weeks", value=str(lane.lead_weeks), rule="lead_time", lane=str(lane),
        ) from error  # fmt: skip


def _from_hours(lane: Lane) -> LeadTime:
    usual, late = (max(1, ceil(hours / HOURS_PER_WEEK)) for hours in (lane.transit_hours_p50, lane.transit_hours_p80))
    return _default({"values": [usual, late], "probs": [0.8, 0.2]})


def _default(found: dict[str, list[int] | list[str] | list[float]]) -> LeadTime:
    """A distribution in JSON as a lead time that nothing has confirmed."""
    return replace(lead_time(found), is_default=True)
