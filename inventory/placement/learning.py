"""Writing down how long each lane takes, from arrivals that the work hands over: the books do not ask it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from inventory.placement.engine.lead_times import Learned, Observation, Summary, learn
from inventory.placement.models import LeadTimeStat
from inventory.placement.priors import Prior, prior_of
from inventory.places.models import Lane
from inventory.units import RATE_SCALE

KEY = ("lane", "as_of")
FIGURES = [field.name for field in LeadTimeStat._meta.concrete_fields if field.name not in ("id", *KEY)]


@transaction.atomic
def learn_lead_times(
    *, observations: Mapping[int, Sequence[Observation]], as_of: date, at: datetime
) -> list[LeadTimeStat]:
    """Write the lead time of every lane in use on a day, from its arrivals by the lane's id; returns them in order of lane.

    Learned anew for the same day, the day's figures are replaced. Raises InvalidInput or NoPrior for a lane that has neither a
    lead time of its own nor a mode of which one is known; then nothing is written.
    """
    lanes = Lane.objects.filter(is_active=True).select_related("origin", "destination").order_by("pk")
    rows = []
    for lane in lanes:
        prior = prior_of(lane)
        found = learn(observations.get(lane.pk, ()), as_of=as_of, prior=prior.lead_time)
        rows.append(_row(lane, as_of, prior, found, at))
    return LeadTimeStat.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=list(KEY), update_fields=FIGURES
    )


def _row(lane: Lane, as_of: date, prior: Prior, found: Learned, at: datetime) -> LeadTimeStat:
    """What was learned as a row, not yet saved."""
    lead_time, days, border = found.lead_time, found.days, found.border_hours
    return LeadTimeStat(
        lane=lane,
        as_of=as_of,
        n=found.n,
        is_prior_only=lead_time.is_default,
        distribution=lead_time.as_json(),
        mean_weeks=_rate(lead_time.mean),
        sd_weeks=_rate(lead_time.sd),
        p50_weeks=lead_time.quantile(0.5),
        p90_weeks=lead_time.quantile(0.9),
        prior=prior.lead_time.as_json(),
        prior_basis=prior.basis,
        prior_mean_weeks=_rate(prior.lead_time.mean),
        on_time_share=None if found.on_time is None else _rate(found.on_time),
        border_n=border.n if border else 0,
        border_mean_hours=_rate(border.mean) if border else None,
        border_p90_hours=_rate(border.p90) if border else None,
        computed_at=at,
        **(_days(days) if days else {}),
    )


def _days(days: Summary) -> dict[str, Decimal]:
    return {
        "mean_days": _rate(days.mean),
        "sd_days": _rate(days.sd),
        "p50_days": _rate(days.p50),
        "p90_days": _rate(days.p90),
    }


def _rate(value: float) -> Decimal:
    """An estimate as an exact decimal."""
    return Decimal(f"{value:.{RATE_SCALE}f}")
