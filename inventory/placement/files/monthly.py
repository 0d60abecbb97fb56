"""A network whose numbers are stated by the week, restated by the month, for a monthly history. Pure.

Source: placement.md §2.1 (docs/placement.md).
"""

from dataclasses import replace

from inventory.placement.engine.model import LeadTime, Network, Params
from inventory.placement.engine.periods import MONTH, WEEK

WEEKS = WEEK.per_year / MONTH.per_year


def by_month(network: Network) -> Network:
    """The network with storage, launch rates, trucks, lead times and the review per month; a review is a month at least."""
    return replace(
        network,
        nodes=tuple(replace(node, storage_per_m3_week=node.storage_per_m3_week * WEEKS) for node in network.nodes),
        lanes=tuple(
            replace(
                lane,
                lead_time=in_months(lane.lead_time),
                max_trucks_per_week=None if lane.max_trucks_per_week is None else lane.max_trucks_per_week * WEEKS,
            )
            for lane in network.lanes
        ),
        skus=tuple(
            replace(sku, launch_weekly=None if sku.launch_weekly is None else sku.launch_weekly * WEEKS)
            for sku in network.skus
        ),
        review_weeks=max(1, round(network.review_weeks / WEEKS)),
        period=MONTH,
    )


def in_months(lead: LeadTime) -> LeadTime:
    """A lead time of so many weeks in months and parts of them.

    >>> in_months(LeadTime((1, 13), (0.5, 0.5)))
    LeadTime(weeks=(0.2308, 3.0), probs=(0.5, 0.5), is_default=False)
    """
    return replace(lead, weeks=tuple(round(week / WEEKS, 4) for week in lead.weeks))


def params_by_month(params: Params) -> Params:
    """The numbers of the method that the calendar gives, in months: a year without demand, the windows before a limit, cover."""
    return replace(
        params, half_life_weeks=12.0, default_supply=in_months(params.default_supply), red_weeks=1, amber_weeks=3,
        moq_cover_weeks=6.0, dormant_weeks=12,
    )  # fmt: skip
